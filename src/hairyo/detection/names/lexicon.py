"""What the dictionaries know of a word as a name (姓名辞書): Sudachi's entries and the name lists."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from japanese_personal_name_dataset import load_dataset
from sudachipy import Dictionary

_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_MAX_LOOKUP = 24


@dataclass(frozen=True, slots=True)
class Traits:
    """What a word may be, whatever stands around it.

    Attributes:
        surname: a family name (姓).
        given: a given name (名).
        person: a name of another kind, as foreign ones in katakana (人名・一般).
        place: a place name (地名).
        common: a word of another kind, or a proper noun of neither kind.
        known: whether any dictionary has it.
    """

    surname: bool = False
    given: bool = False
    person: bool = False
    place: bool = False
    common: bool = False

    @property
    def name(self) -> bool:
        """Whether it can be a name of any kind."""
        return self.surname or self.given or self.person

    @property
    def known(self) -> bool:
        """Whether any dictionary has the word."""
        return self.name or self.place or self.common


@dataclass(frozen=True, slots=True)
class _Lists:
    """The name lists: kanji, readings in hiragana, romaji in lower case without length marks."""

    surnames: frozenset[str]
    given: frozenset[str]
    surname_kana: frozenset[str]
    given_kana: frozenset[str]
    surname_latin: frozenset[str]
    given_latin: frozenset[str]


@cache
def _variants() -> dict[int, str]:
    """Return the table of variant ideographs (variants.tsv) for `str.translate`."""
    lines = resources.files(__package__).joinpath("variants.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ord(variant): common for variant, common in pairs}


def fold(text: str) -> str:
    """Return `text` with variant ideographs (異体字) as their common forms; the length stays the same."""
    return text.translate(_variants())


def hiragana(text: str) -> str:
    """Return `text` with katakana as hiragana; the length stays the same."""
    return text.translate(_HIRAGANA)


def plain_latin(word: str) -> str:
    """Return a romanised name in one spelling: lower case, long vowels and `h` after `o` dropped."""
    word = word.lower().replace("-", "").replace("'", "")
    for long, short in (
        ("oh", "o"),
        ("ou", "o"),
        ("oo", "o"),
        ("uu", "u"),
        ("mb", "nb"),
        ("mp", "np"),
        ("mm", "nm"),
    ):
        word = word.replace(long, short)
    return word


@cache
def _lists() -> _Lists:
    """Load the lists of japanese-personal-name-dataset (MIT) with what lexicon_extra.toml adds."""
    men, women, last = load_dataset(kind="org", include_last_names=True)
    extra = tomllib.loads(resources.files(__package__).joinpath("lexicon_extra.toml").read_text("utf-8"))
    return _Lists(
        surnames=frozenset(last),
        given=frozenset(kanji for part in (men, women) for entry in part.values() for kanji in entry["kanji"]),
        surname_kana=frozenset(entry["reading"] for entry in last.values()) | frozenset(extra["surname_kana"]),
        given_kana=frozenset(men) | frozenset(women) | frozenset(extra["given_kana"]),
        surname_latin=frozenset(plain_latin(entry["en"]) for entry in last.values()),
        given_latin=frozenset(plain_latin(entry["en"]) for part in (men, women) for entry in part.values()),
    )


@cache
def _dictionary() -> Dictionary:
    """Return Sudachi's dictionary, for look-ups without analysis."""
    return Dictionary()


@lru_cache(maxsize=200_000)
def traits(word: str) -> Traits:
    """Return what `word` (normalised, variants folded) may be. Words over 24 characters are unknown."""
    if not word or len(word) > _MAX_LOOKUP:
        return Traits()
    surname, given = word in _lists().surnames, word in _lists().given
    person = place = common = False
    for entry in _dictionary().lookup(word):
        pos = entry.part_of_speech()
        if pos[2] == "人名":
            surname |= pos[3] == "姓"
            given |= pos[3] == "名"
            person |= pos[3] == "一般"
        elif pos[2] == "地名":
            place = True
        else:
            common |= pos[0] not in ("補助記号", "接頭辞")
    return Traits(surname, given, person, place, common)


def listed_surname(word: str) -> bool:
    """Whether `word` is one of the 2,000 most frequent surnames."""
    return fold(word) in _lists().surnames


def surname_reading(kana: str) -> bool:
    """Whether `kana` (either kana) is the reading of a listed surname."""
    return hiragana(kana) in _lists().surname_kana


def given_reading(kana: str) -> bool:
    """Whether `kana` (either kana) is the reading of a listed given name."""
    return hiragana(kana) in _lists().given_kana


def surname_latin(word: str) -> bool:
    """Whether `word` is the romanised form of a listed surname."""
    return plain_latin(word) in _lists().surname_latin


def given_latin(word: str) -> bool:
    """Whether `word` is the romanised form of a listed given name."""
    return plain_latin(word) in _lists().given_latin
