"""The cue words of names (手がかり語), loaded from cues.toml once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Cues:
    """Word lists of cues.toml; what each holds is said there."""

    honorifics: tuple[str, ...]
    kana_honorifics: tuple[str, ...]
    familiar: tuple[str, ...]
    titles: tuple[str, ...]
    place_titles: tuple[str, ...]
    labels_self: tuple[str, ...]
    labels_other: tuple[str, ...]
    labels_family: tuple[str, ...]
    kin: tuple[str, ...]
    roles: tuple[str, ...]
    before_intro: tuple[str, ...]
    after_intro_strong: tuple[str, ...]
    after_intro_weak: tuple[str, ...]
    not_before: tuple[str, ...]
    not_last: tuple[str, ...]
    company_parts: tuple[str, ...]
    single_given: tuple[str, ...]
    own_introductions: tuple[str, ...]
    closers: tuple[str, ...]
    direct_roles: tuple[str, ...]
    stop: tuple[str, ...]
    stop_latin: tuple[str, ...]


@cache
def cues() -> Cues:
    """Return the cue words; longer words come first, so that alternations take them first."""
    data = tomllib.loads(resources.files(__package__).joinpath("cues.toml").read_text("utf-8"))
    lists = {key: tuple(sorted(set(words), key=lambda w: (-len(w), w))) for key, words in data.items()}
    return Cues(**lists)


@cache
def stop_words() -> frozenset[str]:
    """Return the words that stand in a name's place without being one."""
    return frozenset(cues().stop + cues().stop_latin)


@cache
def label_words() -> frozenset[str]:
    """Return the labels of fields, and the words for people and kin, as one set."""
    words = cues()
    return frozenset(words.labels_self + words.labels_other + words.labels_family + words.roles + words.kin)


def alternation(words: tuple[str, ...]) -> str:
    """Return a pattern that matches any of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


@cache
def company_after() -> re.Pattern[str]:
    """Return the pattern of what follows a company's or a place's name, not a person's."""
    return re.compile(
        f"[ァ-ヺー\u3400-\u9fff々]{{0,6}}?(?:{alternation(cues().company_parts)})|(?:{alternation(cues().not_before)})"
    )


@cache
def honorific_after() -> re.Pattern[str]:
    """Return the pattern of an honorific or title, with the space that may stand before it."""
    words = cues().honorifics + cues().titles + cues().closers
    return re.compile(f" ?(?:{alternation(words)})")
