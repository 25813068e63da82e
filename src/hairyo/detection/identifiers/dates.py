"""Dates in Japanese text (和暦・西暦の日付): 昭和40年3月12日, S40.3.12, 1965/3/12, 一九六五年, ３月12日."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hairyo.detection.identifiers.data import compiled, filled, load
from hairyo.detection.identifiers.folding import folded
from hairyo.detection.identifiers.kanji_numbers import kanji_to_int
from hairyo.detection.search import Sparse

_ERA_YEARS = 64  # the longest era, 昭和
_FIRST_YEAR, _LAST_YEAR = 1868, 2100


@dataclass(frozen=True, slots=True)
class Era:
    """An era: its name, other ways to write it, its first day."""

    name: str
    short: tuple[str, ...]
    start: datetime.date


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date in a text.

    Attributes:
        start: its first code point.
        end: one past its last.
        year: Western year (西暦), or None where only month and day are told.
        month: 1 to 12, or None.
        day: 1 to 31, or None.
        form: `era`, `western`, `digits` (1965/3/12), `compact` (19650312), `bare` (1965), `short` (62年),
            `month_day` (3月12日) or `slash_day` (3/12).
    """

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    form: str

    @property
    def full(self) -> bool:
        """Whether year, month and day are all told."""
        return None not in (self.year, self.month, self.day)


@cache
def eras() -> dict[str, Era]:
    """Return the eras of `dates.toml` by every way to write them."""
    rows = load("dates.toml")["era"]
    known = [Era(row["name"], tuple(row["short"]), row["start"]) for row in rows]
    return {word: era for era in known for word in (era.name, *era.short)}


def western_year(era: str, year: int) -> int | None:
    """Return the Western year of `year` in `era` (昭和 40 is 1965), or None if that era had no such year."""
    found = eras().get(era)
    if found is None or not 1 <= year <= _ERA_YEARS:
        return None
    western = found.start.year + year - 1
    later = [other.start.year for other in eras().values() if other.start > found.start]
    return western if not later or western <= min(later) else None


@cache
def _shapes() -> dict[str, Sparse]:
    data = load("dates.toml")
    words = [word for word in eras() if not word.isascii() and len(word) > 1]
    names = "|".join(sorted(words, key=len, reverse=True))
    kanji = "".join(word for word in eras() if len(word) == 1 and not word.isascii())
    letters = "".join(word for word in eras() if word.isascii())
    era = rf"(?P<era>{names}|[{kanji}](?=[ ]?[0-9元])|(?<![A-Za-z0-9])[{letters}](?=[ .]?[0-9]))"
    known = {"era": era, "era_word": names, "era_sign": f"[{kanji}{letters}]"}
    shapes = compiled(data["shape"], filled({**known, **data["fragments"]}))
    return {form: Sparse(shape) for form, shape in shapes.items()}


def _number(match: re.Match[str], *names: str) -> int | None:
    for name in names:
        if name in match.re.groupindex and match[name]:
            return kanji_to_int(match[name])
    return None


def _span(form: str, match: re.Match[str]) -> DateSpan | None:
    year, month, day = _number(match, "y"), _number(match, "m", "dm"), _number(match, "d", "dd")
    if form == "era":
        year = western_year(match["era"], year or 0)
    elif form == "short":
        year = 1900 + year if year else None
    if form not in ("month_day", "slash_day") and (year is None or not _FIRST_YEAR <= year <= _LAST_YEAR):
        return None
    try:
        datetime.date(year or 2000, month or 1, day or 1)
    except ValueError:
        return None
    return DateSpan(match.start(), match.end(), year, month, day, form)


def dates(text: str) -> Iterator[DateSpan]:
    """Yield the dates of a normalised `text` in order; of two that overlap, the longer one.

    Misread digits (昭和4O年) count; offsets are those of `text`. `bare` and `short` years are many things
    (a price, 30年勤務): the caller must ask for a cue.
    """
    plain = folded(text)
    found = [
        span for form, shape in _shapes().items() for match in shape.finditer(plain) if (span := _span(form, match))
    ]
    last: DateSpan | None = None
    for span in sorted(found, key=lambda one: one.start):
        if last is None or span.start >= last.end:
            if last is not None:
                yield last
            last = span
        elif span.end - span.start > last.end - last.start:
            last = span
    if last is not None:
        yield last
