"""The cue words of addresses (手がかり語), loaded from cues.toml once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Cues:
    """Word lists of cues.toml; what each holds is said there."""

    labels: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    not_after: tuple[str, ...]
    not_before: tuple[str, ...]
    domicile: tuple[str, ...]
    next_fields: tuple[str, ...]
    buildings: tuple[str, ...]


@cache
def cues() -> Cues:
    """Return the cue words."""
    data = tomllib.loads(resources.files(__package__).joinpath("cues.toml").read_text("utf-8"))
    return Cues(**{key: tuple(words) for key, words in data.items()})


def alternation(words: Iterable[str]) -> str:
    """Return a pattern that matches any of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def spaced(words: Iterable[str]) -> str:
    """Return a pattern that matches any of `words`, with spaces between their characters allowed."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join("[ ]*".join(map(re.escape, word)) if not word.isascii() else re.escape(word) for word in ordered)
