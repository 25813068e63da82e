"""Ages (年齢): 45歳, 四十五才, ななじゅうきゅうさい, 山田さん（67）, 年齢：54, 三十で独立."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from hairyo.detection.finding import Finding
from hairyo.detection.identifiers.data import compiled, filled, load
from hairyo.detection.identifiers.kanji_numbers import number_to_int
from hairyo.detection.identifiers.labels import Labels, labels_of
from hairyo.detection.identifiers.name_words import ends_in_name
from hairyo.detection.passage import Passage

_OLDEST = 120
_YOUNGEST_BARE, _OLDEST_BARE = 12, 105  # a bare number below or above is hardly told as an age
_UNIT, _LABEL, _BRACKET, _TOLD, _LIFE = 0.95, 0.95, 0.85, 0.8, 0.75
_LOOK_BACK = 28


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    data = load("age.toml")
    return MappingProxyType(compiled(data["words"], filled(data["fragments"])))


class AgeRecognizer:
    """Finds a person's ages, present and past; decades, limits, averages and ages of things are left.

    Attributes:
        name: `identifiers.age`.
        types: AGE.
    """

    name = "identifiers.age"
    types: tuple[str, ...] = ("AGE",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield findings with offsets in `passage.normal`."""
        text = passage.normal
        yield from self._with_unit(text)
        yield from self._in_brackets(passage)
        yield from self._bare(text, labels_of(text))

    def _with_unit(self, text: str) -> Iterator[Finding]:
        words = _words()
        for match in words["with_unit"].finditer(text):
            value = _value(match)
            if value is None or value > _OLDEST:
                continue
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            if words["reject_after"].match(text, match.end()) or words["reject_before"].search(before):
                continue
            if words["range_before"].search(before) and not text.startswith("まで", match.end()):
                continue
            yield self._finding(match.start(), match.end(), _UNIT)

    def _in_brackets(self, passage: Passage) -> Iterator[Finding]:
        """山田さん（67）: a number alone in brackets after a person."""
        text = passage.normal
        for match in _words()["bracket"].finditer(text):
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            if _words()["person_before"].search(before) or ends_in_name(passage, match.start()):
                yield self._finding(*match.span("n"), _BRACKET)

    def _bare(self, text: str, labels: Labels) -> Iterator[Finding]:
        """年齢：54, 今年で45, 三十で独立: a number without 歳 that the words around it make an age."""
        words = _words()
        for match in words["bare"].finditer(text):
            value = number_to_int(match["n"])
            if value is None or not _YOUNGEST_BARE <= value <= _OLDEST_BARE:
                continue
            found = _labelled(match, text, labels) or _told(match, text)
            if found is not None:
                score, cue = found
                yield self._finding(match.start(), match.end(), score, cue)

    def _finding(self, start: int, end: int, score: float, cue: tuple[int, int] | None = None) -> Finding:
        return Finding(start, end, "AGE", score=score, rule=self.name, cue=cue)


_Found = tuple[float, tuple[int, int] | None]


def _value(match: re.Match[str]) -> int | None:
    if match["k"] is not None:
        return number_to_int(match["k"])
    return 20 if match["n"] is None else number_to_int(match["n"])


def _labelled(match: re.Match[str], text: str, labels: Labels) -> _Found | None:
    label = labels.before(match.start(), reach=8)
    if label is None or label.group != "age" or re.match(r"[ ]?[歳才代]", text[match.end() : match.end() + 2]):
        return None
    return _LABEL, (label.start, label.end)


def _told(match: re.Match[str], text: str) -> _Found | None:
    words = _words()
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    cue = words["bare_before"].search(before)
    if cue is not None and words["bare_after"].match(text, match.end()):
        offset = match.start() - len(before)
        return _TOLD, (offset + cue.start(), offset + cue.end())
    if words["introduced"].search(before) and words["introduced_after"].match(text, match.end()):
        return _LIFE, None
    if not words["opening"].search(before):
        return None
    life = _first(text, match.end(), "life_time", "life_event", "kin_after")
    return (_LIFE, life.span()) if life is not None else None


def _first(text: str, at: int, *names: str) -> re.Match[str] | None:
    """Return the first of the patterns `names` that matches at `at`."""
    return next((found for name in names if (found := _words()[name].match(text, at))), None)
