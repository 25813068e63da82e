"""Form lines (書式): labels and their answers, ticked and unticked boxes.

A form says things without sentences: `持病:なし`, `宗教 特になし`, `☑高血圧 □糖尿病`, `入院歴がありますか いいえ`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from hairyo.detection.article6.lexicon import settings

Answer = Literal["none", "some", "declined", "text", "empty"]
_FIELD = re.compile(
    r"(?:^|(?<=[\s、。|/]))[ ]?"
    r"(?:[(\[]?\d{1,2}[)\].、. ]\s*|[一二三四五六七八九十]{1,3}[、.]\s*|[Qq]\d{1,2}[.:、 ]\s*|[・■●○◆◇※*#-]+\s*)?"
    r"([^\s:。、|][^:\n。|]{0,39}?)\s*(?:[:|\t]|→|⇒|…+)\s*",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its answer, as spans of the normalised text."""

    label: tuple[int, int]
    answer: tuple[int, int]


@cache
def _answers() -> dict[str, re.Pattern[str]]:
    words = settings("forms")
    return {
        "declined": re.compile(rf"\s*{words['declined']}"),
        "none": re.compile(rf"\s*(?:☑|■|✓|✔|レ)?{words['none']}{words['end']}"),
        "some": re.compile(rf"\s*(?:☑|■|✓|✔|レ)?{words['some']}(?:[((]|{words['end']})"),
    }


def fields(text: str) -> Iterator[Field]:
    """Yield every `label: answer` of `text`; an answer ends at the next label of its line or at the line's end."""
    for line in re.finditer(r"[^\n]+", text):
        found = list(_FIELD.finditer(text, line.start(), line.end()))
        for number, match in enumerate(found):
            end = found[number + 1].start() if number + 1 < len(found) else line.end()
            if match.end() == line.end() and number + 1 == len(found):
                end = _line_below(text, line.end())
            if match.end() <= end:
                yield Field((match.start(1), match.end(1)), (match.end(), end))


def _line_below(text: str, at: int) -> int:
    """Return the end of the line after `at`: an answer may stand below its label."""
    stop = text.find("\n", at + 1)
    below = text[at + 1 : stop if stop >= 0 else len(text)]
    if not below.strip() or len(below) > 40 or ":" in below:
        return at
    return at + 1 + len(below)


def answer_of(text: str, start: int, end: int) -> Answer:
    """Classify the answer at `start:end` of the normalised text."""
    answer = text[start:end]
    if not answer.strip():
        return "empty"
    kinds: tuple[Answer, ...] = ("declined", "none", "some")
    for kind in kinds:
        if _answers()[kind].match(answer):
            return kind
    return "text"


def trailing_answer(text: str, start: int, end: int) -> Answer | None:
    """Return the answer that ends a form line after `start`: 「入院したことがありますか いいえ」."""
    tail = text[start:end].rstrip()
    gap = re.match(r"[^。:\n]{0,30}?(?:\s{1,}|\?|か[。?]?|→|[:…]|[))])\s*", tail)
    while gap is not None and gap.end() < len(tail):
        kind = answer_of(tail, gap.end(), len(tail))
        if kind in ("none", "some", "declined"):
            return kind
        gap = re.compile(r"[^。:\n]{0,30}?(?:\s{1,}|\?)\s*").match(tail, gap.end())
    return None


def unticked(text: str) -> list[tuple[int, int]]:
    """Return the spans of choices whose box is not ticked, on lines that have boxes of both kinds."""
    words = settings("forms")
    found = []
    for line in re.finditer(r"[^\n]+", text):
        if not re.search(f"[{words['box_on']}]", line.group()) and "□" not in line.group():
            continue
        off, on = words["box_off"], words["box_on"]
        for box in re.finditer(f"[{off}][^{off}{on}\n]*", line.group()):
            found.append((line.start() + box.start(), line.start() + box.end()))
    return found
