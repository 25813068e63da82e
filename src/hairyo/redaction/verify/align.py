"""Tell whether one text is another with nothing but known changes done to it (突き合わせ).

Both are read side by side, as streams. Wherever something that may change stands in the original and its stand-in in
the copy, both readings are followed: the text may have been left as it was, or changed. A reading ends where the texts
differ. If one lasts to the end of both, the changes it took explain every difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from hairyo.redaction.change import Change

_WINDOW = 1 << 18
_FEW = 16  # so many words are sooner found one by one
_MAX_READINGS = 256  # a text that can be read in more ways (`aaaa…`) is not explained
_SURROGATE = re.compile("[\ud800-\udfff]")
# Characters that codecs of Japanese text decode in two ways: JIS's and Microsoft's. Source: WHATWG Encoding, jis0208.
_TWINS = str.maketrans("〜‖−¢£¬—¦", "～∥－￠￡￢―￤")


def untwinned(text: str) -> str:
    """Return a text of a Japanese encoding with one character for those that codecs decode in two ways."""
    return text.translate(_TWINS)


@dataclass(frozen=True, slots=True)
class Alignment:
    """What came of comparing two texts.

    Attributes:
        done: the changes that explain all differences, and how often each was done; None where they explain not all.
        line: the line of the original up to which they do, from 1.
    """

    done: Counter[Change] | None
    line: int


class Changes:
    """What may have been changed, made ready to be looked for.

    Args:
        changes: what was asked for.
        cut: whether a value may stand in pieces, of which each goes by itself: all of them and the stand-in are
            accepted for any part of the value.
        spelled: how both are spelled in the texts to be compared.
    """

    def __init__(
        self, changes: Collection[Change], *, cut: bool = False, spelled: Callable[[str], str] | None = None
    ) -> None:
        self._after: dict[str, dict[str, Change]] = {}
        for one in changes:
            for before, after in _spellings(one, spelled, cut=cut):
                if before and before != after:
                    self._after.setdefault(before, {}).setdefault(after, one)
        self._words = list(self._after)
        self.before = max(map(len, self._after), default=0)
        self.after = max((len(after) for ways in self._after.values() for after in ways), default=0)
        self._found = AhoCorasick([_bare(word) for word in self._words]) if len(self._words) > _FEW else None

    def standing_in(self, text: str, end: int) -> list[tuple[int, str, dict[str, Change]]]:
        """Return where what may change begins before `end` in a text, in order, with what may stand for it."""
        found = sorted((at, word) for at, word in self._hits(text) if at < end)
        return [(at, word, self._after[word]) for at, word in found]

    def _hits(self, text: str) -> Iterator[tuple[int, str]]:
        if self._found is not None:
            for number, at, _ in self._found.find_matches_as_indexes(_bare(text), overlapping=True):
                if text.startswith(self._words[number], at):
                    yield at, self._words[number]
            return
        for word in self._words:
            at = text.find(word)
            while at >= 0:
                yield at, word
                at = text.find(word, at + 1)


def align(original: Iterable[str], copy: Iterable[str], changes: Changes) -> Alignment:
    """Compare two texts, given in portions.

    Args:
        original: what was handed in.
        copy: what was made of it.
        changes: what may differ.
    """
    return _Comparison(_Stream(original), _Stream(copy), changes).result()


def _spellings(change: Change, spelled: Callable[[str], str] | None, *, cut: bool) -> Iterator[tuple[str, str]]:
    before, after = change.before, change.after
    if spelled is not None:
        before, after = spelled(before), spelled(after)
    yield before, after
    yield untwinned(before), untwinned(after)
    if cut:
        for start in range(len(before)):
            for end in range(start + 1, len(before) + 1):
                yield before[start:end], ""
                yield before[start:end], after


def _bare(text: str) -> str:
    """Return a text without lone surrogates, which the automaton refuses; nothing moves."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


class _Stream:
    """A text of which a stretch is in memory: `text` begins at `start`."""

    def __init__(self, portions: Iterable[str]) -> None:
        self._portions = iter(portions)
        self.text = ""
        self.start = 0
        self.ended = False
        self.lines = 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def read_to(self, end: int) -> None:
        """Have the text up to `end` in memory, or all there is."""
        more: list[str] = []
        size = self.end
        while size < end and not self.ended:
            portion = next(self._portions, None)
            self.ended = portion is None
            more.append(portion or "")
            size += len(more[-1])
        if more:
            self.text = "".join((self.text, *more))

    def drop_to(self, start: int) -> None:
        self.lines += self.text.count("\n", 0, start - self.start)
        self.text = self.text[start - self.start :]
        self.start = start

    def line_at(self, at: int) -> int:
        return self.lines + self.text.count("\n", 0, max(at - self.start, 0)) + 1


@dataclass(frozen=True, slots=True)
class _Done:
    """A change that a reading took, and those before it."""

    change: Change
    earlier: _Done | None


@dataclass(slots=True)
class _Reading:
    """A stretch from `start` to `end` in which the copy, `shift` further on, is equal; it may go on unless `over`."""

    start: int
    end: int
    shift: int
    done: _Done | None
    over: bool = False


class _Comparison:
    """One comparison under way."""

    def __init__(self, original: _Stream, copy: _Stream, changes: Changes) -> None:
        self._original, self._copy, self._changes = original, copy, changes
        self._readings = [_Reading(0, 0, 0, None)]

    def result(self) -> Alignment:
        original, at = self._original, 0
        while True:
            original.read_to(at + _WINDOW + self._changes.before)
            end = original.end if original.ended else at + _WINDOW
            ahead = max(reading.shift for reading in self._readings)
            self._copy.read_to(end + max(ahead, 0) + _WINDOW + self._changes.after)
            self._follow(at, end)
            furthest = max(reading.end for reading in self._readings)
            self._readings = [reading for reading in self._readings if not reading.over]
            if not self._readings:
                return Alignment(None, original.line_at(min(furthest, original.end)))
            if original.ended:
                return self._ended()
            self._copy.drop_to(max(min(one.end + one.shift for one in self._readings), self._copy.start))
            original.drop_to(end)
            at = end

    def _ended(self) -> Alignment:
        self._copy.read_to(self._copy.end + 1)
        for reading in self._readings:
            if reading.end == self._original.end and reading.end + reading.shift == self._copy.end:
                return Alignment(Counter(_listed(reading.done)), 0)
        return Alignment(None, self._original.line_at(self._original.end))

    def _follow(self, at: int, end: int) -> None:
        """Follow all readings from `at` to `end`."""
        base = self._original.start
        for place, before, ways in self._changes.standing_in(self._original.text, end - base):
            start = base + place
            if start < at:
                continue
            for reading in self._alive(start):
                for after, change in ways.items():
                    if self._copy.text.startswith(after, start + reading.shift - self._copy.start):
                        shift = reading.shift + len(after) - len(before)
                        self._add(start + len(before), shift, _Done(change, reading.done))
        for reading in self._readings:
            self._extend(reading, end)

    def _alive(self, at: int) -> list[_Reading]:
        """Return the readings that come to `at`, and forget those that ended before."""
        for reading in self._readings:
            self._extend(reading, at)
        if any(reading.over and reading.end < at for reading in self._readings):
            kept = [reading for reading in self._readings if not (reading.over and reading.end < at)]
            self._readings = kept or [max(self._readings, key=lambda one: one.end)]
        return [reading for reading in self._readings if reading.start <= at <= reading.end]

    def _add(self, start: int, shift: int, done: _Done) -> None:
        for other in self._readings:
            if other.shift == shift and other.start <= start:
                self._extend(other, start)
                if other.end >= start:
                    return  # what goes on from here is being followed
        if len(self._readings) < _MAX_READINGS:
            self._readings.append(_Reading(start, start, shift, done))

    def _extend(self, reading: _Reading, end: int) -> None:
        """Follow one reading up to `end`, or to where it ends."""
        if reading.over or reading.end >= end:
            return
        here, there = reading.end - self._original.start, reading.end + reading.shift - self._copy.start
        length = end - reading.end
        one, other = self._original.text[here : here + length], self._copy.text[there : there + length]
        if one == other:
            reading.end = end
        else:
            reading.end += _common(one, other)
            reading.over = True


def _common(one: str, other: str) -> int:
    """Return how long the common beginning of two texts is, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _listed(done: _Done | None) -> Iterator[Change]:
    while done is not None:
        yield done.change
        done = done.earlier
