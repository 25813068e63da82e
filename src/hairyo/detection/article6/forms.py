"""Form lines (書式): labels and their answers, ticked and unticked boxes.

A form says things without sentences: `持病:なし`, `宗教 特になし`, `☑高血圧 □糖尿病`, `入院歴がありますか いいえ`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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

_BULLET = re.compile(r"[\s0-9()\[\]).、.・■●○◆◇※*#Qq一二三四五六七八九十-]*")


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


def spaced_fields(text: str, labels: Mapping[int, int]) -> Iterator[Field]:
    """Yield the fields of lines that open with a known label and a space.

    Args:
        text: the normalised text.
        labels: where known labels stand: start to end.
    """
    for start, end in labels.items():
        line = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", end)
        stop = len(text) if stop < 0 else stop
        if _BULLET.fullmatch(text, line, start) and text[end : end + 1] in (" ", "\t") and text[end:stop].strip():
            yield Field((start, end), (end, stop))


def ticked(text: str, start: int) -> bool:
    """Tell whether a ticked box stands right before `start`."""
    before = text[:start].rstrip(" ")
    return bool(before) and before[-1] in settings("forms")["box_on"][:5]


def asks_for_facts(label: str) -> bool:
    """Tell whether a label, without spaces, asks for facts about the person."""
    return re.search(settings("forms")["person_label"], label) is not None


def bare_answers(text: str, field: Field) -> Iterator[tuple[int, int]]:
    """Yield the parts of an answer to a label that asks for one kind of fact, if they are bare nouns."""
    words = settings("forms")
    label = text[slice(*field.label)].replace(" ", "")
    if not re.search(words["fact_label"], label) or answer_of(text, *field.answer) != "text":
        return
    answer = re.compile(r"(?:^|[、,・/])\s*([^、,・/\s()（）□☐]{2,14})")
    for part in answer.finditer(text[field.answer[0] : field.answer[1]]):
        if not re.search(words["no_fact"], part.group(1)):
            yield field.answer[0] + part.start(1), field.answer[0] + part.end(1)
