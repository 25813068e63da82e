"""Compare a copy with what it was made of (原本との照合): nothing may be lost or changed but what was redacted.

Both are opened by the same reader of the check, never by the code that wrote the copy, and read side by side. Where
they differ, what was asked for has to explain all of it (`align`); and in records and plain text, all that was asked
for has to have been done, as often as it was asked for.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.change import Change
from hairyo.redaction.verify.align import Changes, align
from hairyo.redaction.verify.piece import Kept, KeptReader
from hairyo.redaction.verify.readers import WAYS

_MAX_PLACES = 100
_ONCE_EACH = frozenset({"txt", "md", "csv", "tsv", "jsonl", "parquet"})  # formats in which a block stands in one place


@dataclass(frozen=True, slots=True)
class Original:
    """What a copy was made of, and what was asked to be changed in it.

    Attributes:
        path: the file handed in.
        changes: under None those of what belongs to no record, under a number those of that record of the copy.
        rows: the rows that the copy is of, from 0, where it is not of all.
        scratch: folder for files of the check's own, which may hold what is in the original.
    """

    path: Path
    changes: Mapping[int | None, Collection[Change]] = field(repr=False)
    scratch: Path
    rows: range | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it; holds no value.

    Attributes:
        compared: how many pieces were compared: paragraphs, rows, lines, or the text as a whole.
        changed: in how many places something stands that was asked for.
        lost: how many pieces are missing or otherwise changed, or lack what was asked for.
        places: where those are, the first hundred.
    """

    compared: int
    changed: int
    lost: int
    places: tuple[str, ...] = ()


def compare(copy: Path, format_name: str, original: Original) -> Comparison:
    """Compare a copy with its original.

    Where an original may be in several encodings, one in which nothing is lost is enough: then the bytes are right.

    Args:
        copy: the finished copy.
        format_name: a format of `WAYS`.
        original: what it was made of.

    Raises:
        OutputError: one of them cannot be read.
        UsageError: a library that is needed is not installed.
    """
    try:
        found = None
        for way in WAYS[format_name](original.path, original.scratch):
            one = _Comparing(original, once=format_name in _ONCE_EACH).compared(way, copy)
            found = one if found is None or one.lost < found.lost else found
            if not found.lost:
                break
    except (OSError, csv.Error, UnicodeError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error
    if found is None:
        raise OutputError("the copy cannot be compared with the input; the input must be held")
    return found


class _Comparing:
    """One comparison under way; `once` says that each change has to have been done as often as it was asked for."""

    def __init__(self, original: Original, *, once: bool) -> None:
        self._original, self._once = original, once
        self._whole = Counter(_telling(original.changes.get(None, ())))
        self._whole_ready: Changes | None = None
        self._used: Counter[Change] = Counter()
        self._changed = self._lost = 0
        self._places: list[str] = []

    def compared(self, way: KeptReader, copy: Path) -> Comparison:
        original, count, last = self._original, 0, 0
        before: Iterable[Kept] = way(original.path)
        if original.rows is not None:
            before = _only(before, original.rows)
        for one, other in zip_longest(before, way(copy)):
            count += 1
            last = max(last, other.record or 0) if other else last
            self._pair(one, other)
        if self._once:
            missing = sum((self._whole - self._used).values())
            if missing:
                self._lose("what belongs to no record", missing)
            if any(record is not None and record > last for record in original.changes):
                self._lose(f"after record {last}")
        return Comparison(count, self._changed, self._lost, tuple(self._places))

    def _pair(self, one: Kept | None, other: Kept | None) -> None:
        if one is None or other is None:
            self._lose((one or other or _NOTHING).place)
            return
        own = self._own(other.record)
        if one.content == other.content and one.values == other.values and not own:
            if one.written != other.written:
                self._lose(one.place)
            return
        if one.may_go and not other.content:
            return
        emptied = _emptied(one, other)
        aligned = align(_portions(one), _portions(other), self._ready(own, cut=one.cut))
        if aligned.done is None or emptied is None:
            line = f" line {aligned.line}" if not isinstance(one.content, str) and aligned.done is None else ""
            self._lose(one.place + line)
            return
        self._changed += aligned.done.total() + emptied
        self._account(one, own, aligned.done, emptied)

    def _own(self, record: int | None) -> Counter[Change]:
        return Counter(_telling(self._original.changes.get(record, ()))) if record is not None else Counter()

    def _ready(self, own: Counter[Change], *, cut: bool) -> Changes:
        if own or cut:
            return Changes([*own, *self._whole], cut=cut)
        if self._whole_ready is None:
            self._whole_ready = Changes(self._whole)
        return self._whole_ready

    def _account(self, piece: Kept, own: Counter[Change], done: Counter[Change], emptied: int) -> None:
        """See to it that all was done that was asked for, and not more often."""
        if not self._once:
            return
        self._used += done - own
        left = own - done
        if (left.total() and not emptied) or left.total() < emptied or (self._used - self._whole).total():
            self._lose(piece.place)
            self._used &= self._whole

    def _lose(self, place: str, count: int = 1) -> None:
        self._lost += count
        self._places += [place] * (len(self._places) < _MAX_PLACES)


_NOTHING = Kept("the end", "")


def _telling(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes that change anything."""
    return (one for one in changes if one.before != one.after)


def _portions(piece: Kept) -> Iterable[str]:
    return (piece.content,) if isinstance(piece.content, str) else piece.content


def _emptied(one: Kept, other: Kept) -> int | None:
    """Return how many numbers or dates became empty; None where any became another."""
    if len(one.values) != len(other.values):
        return None
    pairs = [(a, b) for a, b in zip(one.values, other.values, strict=True) if a != b]
    return None if any(b is not None for _, b in pairs) else len(pairs)


def _only(pieces: Iterable[Kept], rows: range) -> Iterator[Kept]:
    """Yield the pieces of some rows, and what belongs to none."""
    for piece in pieces:
        if piece.record is None or piece.record - 1 in rows:
            yield piece
        elif piece.record > rows.stop:
            return
