"""Who is who among the names of a scope (人物の対応), so that one person keeps one letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hairyo.detection.names.lexicon import fold, traits
from hairyo.detection.normalise import normalise
from hairyo.redaction.sweep import SHORT, Haystack, squeeze

_READING = r"ふりがな|フリガナ|よみがな|よみ|読み仮名|読み方|読み|カナ|かな|ローマ字|英字"
_LABEL = r"氏名|お名前|名前|本人氏名"
# Between a name and its reading: brackets, a slash, a label of either, or a blank; never a comma.
_BESIDE = re.compile(rf"[\s(\[/:]*(?:{_READING}|{_LABEL})?[\s)\]/:]*")
_MAX_GAP = 16
_KANJI = re.compile(r"[々〆㐀-䶿一-鿿]")
_SPLIT = re.compile(r"[\s・=,]+")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name where it stands: its span in the text as given."""

    start: int
    end: int


@dataclass(slots=True)
class _Person:
    """One person: full forms of the name and its parts (surname, given name), all squeezed."""

    names: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)


class People:
    """The persons of one scope, lettered in the order in which they are first read."""

    def __init__(self) -> None:
        self._lettered: list[_Person] = []

    def meet(self, text: str, mentions: Iterable[Mention]) -> None:
        """Take in the names of a text.

        Longer forms are read first, so that 山田 finds its 山田太郎; what fits two persons stays apart.

        Args:
            text: the text as given.
            mentions: spans of the names in it, in any order.
        """
        order = sorted(mentions, key=lambda one: (one.start, one.end))
        found: dict[str, _Person] = {}
        names = _readings(text, order)
        values = {text[one.start : one.end] for one in order}
        people = list(self._lettered)
        for value in sorted(values, key=lambda one: _rank(one, one in names)):
            known_as = found.get(_key(names[value])) if value in names else None
            found[_key(value)] = _join(people, value, as_=known_as)
        for mention in order:
            person = found[_key(text[mention.start : mention.end])]
            if not any(person is one for one in self._lettered):
                self._lettered.append(person)

    def standing_in(self, text: str) -> Iterator[Mention]:
        """Yield where a known person's name, or a part of it, stands in a text too short to tell names by itself.

        Meant for the name of a person's own file (守屋推薦.txt): a part of two characters or more counts wherever it
        stands.

        Args:
            text: the text as given.
        """
        haystack = Haystack(text)
        for form in {form for one in self._lettered for form in (*one.names, *one.parts)}:
            yield from (Mention(*span) for span in haystack.find(form))
            if len(form) == SHORT:
                yield from (Mention(hit.start(), hit.end()) for hit in re.finditer(re.escape(form), text))

    def letter(self, value: str) -> str:
        """Return the letter of the person called `value` (A to Z, AA, AB ...), a new one if unknown."""
        person = _match(self._lettered, _key(value), set())
        if person is None:
            self.meet(value, [Mention(0, len(value))])
            return self.letter(value)
        at = next(at for at, one in enumerate(self._lettered) if one is person)
        return _letters(at)


def _letters(number: int) -> str:
    """Return A for 0, Z for 25, AA for 26."""
    rest = ""
    while number >= 0:
        rest = chr(ord("A") + number % 26) + rest
        number = number // 26 - 1
    return rest


def _rank(value: str, reading: bool) -> tuple[int, int, str]:
    """Return the order to read names in: kanji, readings beside them, the rest; longer ones first."""
    return 0 if _KANJI.search(value) else 1 if reading else 2, -len(_key(value)), value


def _key(value: str) -> str:
    return fold(squeeze(value))


def _parts(value: str) -> set[str]:
    """Return surname and given name of a full name, where a space or the dictionaries tell them apart."""
    words = [word for word in _SPLIT.split(normalise(value).text.strip()) if word]
    if len(words) > 1:
        return {_key(word) for word in words}
    name = _key(value)
    if not _KANJI.search(name):
        return set()
    cut = next((cut for cut in range(len(name) - 1, 0, -1) if traits(name[:cut]).surname), 0)
    return {name[:cut], name[cut:]} if cut else set()


def _match(people: Sequence[_Person], name: str, parts: set[str]) -> _Person | None:
    """Return the person that a name belongs to: known by it, or the only one with such a part."""
    for fits in (
        [one for one in people if name in one.names],
        [one for one in people if name in one.parts],
        [one for one in people if not one.parts and one.names & parts],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            return None
    return None


def _join(people: list[_Person], value: str, *, as_: _Person | None = None) -> _Person:
    """Add a name to the person it belongs to (`as_` where that is known), or to a new one."""
    name, parts = _key(value), _parts(value)
    person = as_ or _match(people, name, parts)
    if person is None:
        person = _Person()
        people.append(person)
    if name not in person.parts:
        person.names.add(name)
        person.parts |= parts
    return person


def _readings(text: str, order: Sequence[Mention]) -> dict[str, str]:
    """Return the kana or Latin readings that stand beside a name in kanji, each with that name."""
    pairs: dict[str, str] = {}
    for one, two in pairwise(order):
        if one.end > two.start or two.start - one.end > _MAX_GAP:
            continue
        first, second = text[one.start : one.end], text[two.start : two.end]
        if bool(_KANJI.search(first)) != bool(_KANJI.search(second)) and _BESIDE.fullmatch(
            normalise(text[one.end : two.start]).text
        ):
            name, reading = (first, second) if _KANJI.search(first) else (second, first)
            pairs.setdefault(reading, name)
    return pairs
