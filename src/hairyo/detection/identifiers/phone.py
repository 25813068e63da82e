"""Telephone and fax numbers (電話番号): shapes of Japan's numbering plan, checked by `phonenumbers`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import phonenumbers

from hairyo.detection.finding import Finding
from hairyo.detection.identifiers.data import compiled, fill, load
from hairyo.detection.identifiers.folding import folded
from hairyo.detection.identifiers.labels import OTHER, Label, Labels, labels_of
from hairyo.detection.passage import Passage
from hairyo.detection.search import Sparse, sparse

_LABELLED, _SPELT, _OUT_OF_PLAN = 0.98, 0.8, 0.25
_OTHER_NUMBERS = frozenset({OTHER, "extension", "id", "bank", "pension", "my_number", "license", "card", "employment"})


@dataclass(frozen=True, slots=True)
class _Shapes:
    any: Sparse
    score: Mapping[str, float]
    end: re.Pattern[str]
    extension: re.Pattern[str]
    date: re.Pattern[str]
    spelt: Sparse


@cache
def _shapes() -> _Shapes:
    data = load("phone.toml")
    shapes = (f"(?P<{name}>{fill(shape, data['fragments'])})" for name, shape in data["shape"].items())
    words = compiled(data["words"])
    spelt = Sparse(words.pop("spelt"))
    return _Shapes(any=sparse("|".join(shapes)), score=data["score"], spelt=spelt, **words)


def _in_plan(number: str) -> bool:
    """Whether the numbering plan has such a number (area code, length); Japan's unless it starts with +."""
    try:
        parsed = phonenumbers.parse(re.sub(r"[^0-9+]", "", number.replace("(0)", "")), "JP")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


class PhoneRecognizer:
    """Finds telephone, mobile and fax numbers, with or without a label, in digits, kanji or kana.

    An extension (内線) alone is none; behind a number it belongs to it.

    Attributes:
        name: `identifiers.phone`.
        types: PHONE.
    """

    name = "identifiers.phone"
    types: tuple[str, ...] = ("PHONE",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield findings with offsets in `passage.normal`."""
        text = folded(passage.normal)
        labels = labels_of(passage.normal)
        for match in _shapes().any.finditer(text):
            finding = self._judge(match, text, labels)
            if finding is not None:
                yield finding
        for match in _shapes().spelt.finditer(text):
            end = match.start() + len(match[0].rstrip("のノ、・ ー-"))
            yield Finding(match.start(), end, "PHONE", score=_SPELT, rule=self.name)

    def _judge(self, match: re.Match[str], text: str, labels: Labels) -> Finding | None:
        shapes = _shapes()
        start, end = _trimmed(match, text)
        if not shapes.end.match(text, end) or shapes.date.fullmatch(text, start, end):
            return None
        label = labels.before(start, reach=16, resolve=False)
        score = _score(match.lastgroup or "", text[start:end], label)
        if score <= 0:
            return None
        cue = (label.start, label.end) if label is not None and label.group == "phone" else None
        tail = shapes.extension.match(text, end)
        return Finding(start, tail.end() if tail else end, "PHONE", score=score, rule=self.name, cue=cue)


def _score(shape: str, number: str, label: Label | None) -> float:
    """Return the confidence; 0 where the number is something else's."""
    group = None if label is None else label.group
    if group == "phone":
        return _LABELLED
    score = _shapes().score[shape]
    if group in _OTHER_NUMBERS or not score:
        return 0.0
    return score if shape == "foreign" or _in_plan(number) else score - _OUT_OF_PLAN


def _trimmed(match: re.Match[str], text: str) -> tuple[int, int]:
    """Return the span without an opening bracket that closes nowhere in the number."""
    start, end = match.span()
    if text[start] == "(" and ")" not in text[start:end]:
        start += 1
    return start, end
