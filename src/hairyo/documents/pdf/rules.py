"""What a copy of a PDF keeps: `structure.toml`, loaded."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Structure:
    """See the comments in `structure.toml`."""

    catalog: frozenset[str]
    page: frozenset[str]
    form: frozenset[str]
    annotations: frozenset[str]
    actions: frozenset[str]
    everywhere: frozenset[str]
    maps: frozenset[str]
    streams: frozenset[str]
    silent: frozenset[str]
    fonts: frozenset[str]
    operators: frozenset[str]
    strings: dict[str, tuple[str, str]]


@lru_cache(maxsize=1)
def structure() -> Structure:
    """Return the rules."""
    data = tomllib.loads(files(__package__).joinpath("structure.toml").read_text("utf-8"))
    strings = {key: (row[0], row[1]) for key, row in data.pop("strings").items()}
    return Structure(**{key: frozenset(values) for key, values in data.items()}, strings=strings)
