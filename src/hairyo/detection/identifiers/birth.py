"""Birth dates and birth years (生年月日、生年): a date with a label, with 生まれ, or alone after a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from hairyo.detection.finding import Finding
from hairyo.detection.identifiers.data import compiled, load
from hairyo.detection.identifiers.dates import DateSpan, dates
from hairyo.detection.identifiers.labels import Labels, labels_of
from hairyo.detection.identifiers.name_words import ends_in_name
from hairyo.detection.passage import Passage

_LABELLED, _TOLD, _LATER, _NAME_CARD = 0.98, 0.96, 0.85, 0.7
_YOUNGEST_ON_A_CARD = 2010  # a date alone after a name is a birth date only if the person could be grown up
_NEEDS_CUE = {"bare", "short", "month_day", "slash_day"}


@cache
def _cues() -> Mapping[str, re.Pattern[str]]:
    data = load("birth.toml")
    data["after"] = "|".join(f"(?:{one})" for one in data["after"])
    return MappingProxyType(compiled(data))


class BirthRecognizer:
    """Finds birth dates and birth years; dates of companies, careers and papers are left alone.

    Attributes:
        name: `identifiers.birth`.
        types: DATE_OF_BIRTH.
    """

    name = "identifiers.birth"
    types: tuple[str, ...] = ("DATE_OF_BIRTH",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield findings with offsets in `passage.normal`."""
        text = passage.normal
        labels = labels_of(text)
        for date in dates(text):
            found = _labelled(date, labels) or _told(date, text) or _later(date, text) or _card(date, passage)
            if found is not None:
                score, cue = found
                yield Finding(date.start, date.end, "DATE_OF_BIRTH", score=score, rule=self.name, cue=cue)


_Found = tuple[float, tuple[int, int] | None]


def _labelled(date: DateSpan, labels: Labels) -> _Found | None:
    label = labels.before(date.start, reach=16)
    if label is None or label.group != "birth":
        return None
    return _LABELLED, (label.start, label.end)


def _told(date: DateSpan, text: str) -> _Found | None:
    """生まれ or 生 right behind, or the age in brackets behind a full date."""
    match = None if date.form == "slash_day" else _cues()["after"].match(text, date.end)
    if match is None or _thing(date, text):
        return None
    if "歳" in match[0] or "才" in match[0]:
        return (_TOLD, match.span()) if date.full else None
    return _TOLD, match.span()


def _later(date: DateSpan, text: str) -> _Found | None:
    """生まれ further on in the sentence, with nothing between that is born instead."""
    if date.form in _NEEDS_CUE:
        return None
    match = _cues()["later"].match(text, date.end)
    if match is None or _cues()["reject_gap"].search(match["gap"]) or _thing(date, text):
        return None
    if _cues()["reject_after"].match(text, match.end("gap")):
        return None
    return _LATER, (match.end("gap"), match.end())


def _thing(date: DateSpan, text: str) -> bool:
    before = text[max(0, date.start - 24) : date.start]
    return bool(_cues()["reject_after"].match(text, date.end) or _cues()["reject_before"].search(before))


def _card(date: DateSpan, passage: Passage) -> _Found | None:
    """A full date that stands alone after a name, as in a register or under a letter."""
    if not date.full or date.year is None or date.year > _YOUNGEST_ON_A_CARD or date.form == "compact":
        return None
    text = passage.normal
    before = text[max(0, date.start - 4) : date.start]
    spaces = len(before) - len(before.rstrip(" "))
    parted = 1 <= spaces <= 3 and _cues()["card_after"].match(text, date.end)
    named = parted and ends_in_name(passage, date.start - spaces)
    return (_NAME_CARD, None) if named else None
