"""Compare a copy with what it was made of (原本との照合): nothing may be lost or changed but what was redacted.

Both are opened by the same reader of the check, never by the code that wrote the copy, and read side by side, down into
the documents within. Where they differ, what was asked for has to explain all of it (`align`). Nothing is done more
often than it was asked for; and where an edit is done in one place, all that was asked for has to have been done.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.change import Change
from hairyo.redaction.verify.align import Alignment, Changes, align
from hairyo.redaction.verify.kept import WAYS
from hairyo.redaction.verify.kept.inner import EXACT
from hairyo.redaction.verify.piece import Kept, KeptReader, Kind, Within
from hairyo.redaction.verify.standins import SPELLED, addresses, as_names, emptied_strings, folded

_MAX_PLACES = 100


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
    found: Comparison | None = None
    try:
        for way in WAYS[format_name](original.path, original.scratch):
            comparing = _Comparing(_Asked(original.changes, original.scratch), loose=format_name not in EXACT)
            one = comparing.whole(way, copy, original)
            found = one if found is None or one.lost < found.lost else found
            if not found.lost:
                break
    except (OSError, csv.Error, UnicodeError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error
    if found is None:
        raise OutputError("the copy cannot be compared with the input; the input must be held")
    return found


class _Asked:
    """What was asked for in one comparison, made ready to be looked for.

    Attributes:
        by_record: as `Original.changes`.
        whole: what was asked for in what belongs to no record.
        names: names that were changed, which stand in formulas, too.
        scratch: as in `Original`.
    """

    def __init__(self, by_record: Mapping[int | None, Collection[Change]], scratch: Path) -> None:
        self.by_record, self.scratch = by_record, scratch
        self.whole = Counter(_telling(by_record.get(None, ())))
        self.names: set[Change] = set()
        self._ready: dict[tuple[Kind, bool, int], Changes] = {}

    def own(self, record: int) -> Counter[Change]:
        """Return what was asked for in a record."""
        return Counter(_telling(self.by_record.get(record, ())))

    def changes(self, piece: Kept, own: Counter[Change]) -> Changes:
        """Return what may have been changed in a piece."""
        special: list[Change] = []
        if piece.kind == "address":
            special = addresses(str(piece.content), self.whole)
        elif piece.kind == "formula":
            special = emptied_strings(str(piece.content), self.whole)
        named = self.names if piece.kind in ("formula", "cell") else ()
        if own or special:
            return Changes([*own, *self.whole, *special, *named], cut=piece.cut, spelled=SPELLED.get(piece.kind))
        key = (piece.kind, piece.cut, len(self.names))
        if key not in self._ready:
            self._ready[key] = Changes([*self.whole, *named], cut=piece.cut, spelled=SPELLED.get(piece.kind))
        return self._ready[key]

    @cached_property
    def after(self) -> set[str]:
        """Return the characters that stand-ins are made of."""
        return set().union(*(one.after for one in self.whole))

    @cached_property
    def removed(self) -> Counter[str]:
        """Return the characters that were to go."""
        return _characters((one.before, times) for one, times in self.whole.items())

    @cached_property
    def added(self) -> Counter[str]:
        """Return the characters that were to come."""
        return _characters((one.after, times) for one, times in self.whole.items())


class _Comparing:
    """One comparison under way: of two files, or of what lies within them.

    Args:
        asked: what was asked for.
        within: of what lies within them, where records have no changes of their own.
        loose: whether something may be done that is not seen.
    """

    def __init__(self, asked: _Asked, *, within: bool = False, loose: bool = False) -> None:
        self._asked, self._is_within = asked, within
        self._used: Counter[Change] = Counter()  # of what was asked for in what belongs to no record
        self._removed: Counter[str] = Counter()  # characters that went from pages
        self._loose = loose  # whether anything was done that is not counted
        self._count = self._changed = self._lost = 0
        self._places: list[str] = []

    def whole(self, way: KeptReader, copy: Path, original: Original) -> Comparison:
        """Return what comes of comparing two files."""
        before: Iterable[Kept] = way(original.path)
        if original.rows is not None:
            before = _only(before, original.rows)
        last = self._side_by_side(before, way(copy))
        if not self._counts_are_right():
            self._lose("what belongs to no record")
        if any(record is not None and record > last for record in original.changes):
            self._lose(f"after record {last}")
        return Comparison(self._count, self._changed, self._lost, tuple(self._places))

    def _counts_are_right(self) -> bool:
        """Whether all was done that was asked for in what belongs to no record, and nothing more often.

        Characters are counted, not changes, since several choices of changes may explain the same difference.
        """
        asked = self._asked
        if not self._removed and (self._used == asked.whole if not self._loose else self._used <= asked.whole):
            return True
        net = self._removed.copy()
        net.update(_characters((one.before, times) for one, times in self._used.items()))
        net.subtract(_characters((one.after, times) for one, times in self._used.items()))
        if not self._loose:
            return all(
                net[char] == asked.removed[char] - asked.added[char] for char in {*net, *asked.removed, *asked.added}
            )
        return all(-asked.added[char] <= count <= asked.removed[char] for char, count in net.items())

    def _side_by_side(self, before: Iterable[Kept], after: Iterable[Kept]) -> int:
        """Compare piece by piece; return the last record of the copy."""
        last = 0
        for one, other in zip_longest(before, after):
            last = max(last, other.record or 0) if other else last
            if one is None or other is None:
                self._count += 1
                self._lose((one or other or _NOTHING).place)
            elif one.within is not None and other.within is not None:
                self._within(one.place, one.within, other.within)
            elif one.looks is not None and other.looks is not None:
                self._look(one, other)
            else:
                self._count += 1
                self._pair(one, other)
        return last

    def _within(self, place: str, one: Within, other: Within) -> None:
        """Compare what lies within, by the way that explains most of it."""
        if one.identity == other.identity:
            self._count += 1
            return
        if one.ways is not other.ways:
            self._lose(place)
            return
        best: _Comparing | None = None
        for way in one.ways(one.source, self._asked.scratch):
            tried = _Comparing(self._asked, within=True)
            tried._side_by_side(way(one.source), way(other.source))
            best = tried if best is None or tried._lost < best._lost else best
            if not best._lost:
                break
        if best is None:  # the two cannot be compared
            self._loose = True
            return
        self._used += best._used
        self._removed.update(best._removed)
        self._loose |= best._loose or one.apart
        self._count += best._count
        self._changed += best._changed
        self._lost += best._lost
        free = _MAX_PLACES - len(self._places)
        self._places += [f"{place}: {inner}" for inner in best._places[:free]]

    def _look(self, one: Kept, other: Kept) -> None:
        self._count += 1
        if one.looks is None or other.looks is None or type(one.looks) is not type(other.looks):
            self._lose(one.place)
            return
        looked = one.looks.against(other.looks, self._asked.after)
        self._removed.update(looked.removed)
        self._changed += looked.changed
        self._loose |= bool(looked.changed)
        if not looked.same:
            self._lose(one.place)

    def _pair(self, one: Kept, other: Kept) -> None:
        own = _NONE if self._is_within or other.record is None else self._asked.own(other.record)
        if one.content == other.content and one.values == other.values and not own:
            if one.written != other.written:
                self._lose(one.place)
            return
        if one.kind in ("number", "result"):
            self._number(one, other)
            return
        if one.may_go and not other.content:
            self._loose = True
            return
        emptied = self._emptied(one, other)
        aligned = self._aligned(one, other, own)
        if aligned.done is None or emptied is None:
            line = f" line {aligned.line}" if not isinstance(one.content, str) and aligned.done is None else ""
            self._lose(one.place + line)
            return
        self._changed += aligned.done.total() + emptied
        self._account(one, own, aligned.done, emptied)

    def _aligned(self, one: Kept, other: Kept, own: Counter[Change]) -> Alignment:
        changes = self._asked.changes(one, own)
        spelled = SPELLED.get(one.kind)
        if spelled is None:
            return align(_portions(one), _portions(other), changes)
        before, after = str(one.content), str(other.content)
        if one.kind != "name":
            return align((spelled(before),), (spelled(after),), changes)
        self._asked.names.add(Change(before, after))
        tried = [align((spelled(before),), (spelled(said),), changes) for said in as_names(after)]
        return next((one for one in tried if one.done is not None), tried[0])

    def _number(self, one: Kept, other: Kept) -> None:
        """Compare a number, or what a formula gave: it may have become the text that was asked for, or nothing."""
        if align((str(one.content),), (str(other.content),), self._asked.changes(one, Counter())).done is not None:
            self._loose = True
            self._changed += 1
            return
        said = str(other.content)
        stand_ins = [change.after for change in self._asked.whole]
        gone = not said and (one.kind == "result" or "" in stand_ins)
        if not stand_ins or not (gone or any(after and after in said for after in stand_ins)):
            self._lose(one.place)
        else:
            self._loose = True
            self._changed += 1

    def _emptied(self, one: Kept, other: Kept) -> int | None:
        """Return how many numbers or dates became empty; None where any became another, or none was asked for."""
        if len(one.values) != len(other.values):
            return None
        pairs = [(a, b) for a, b in zip(one.values, other.values, strict=True) if a != b]
        if any(b is not None for _, b in pairs) or (pairs and not self._asked.by_record):
            return None
        return len(pairs)

    def _account(self, piece: Kept, own: Counter[Change], done: Counter[Change], emptied: int) -> None:
        """See to it that all was done that was asked for, and not more often."""
        if piece.cut or not piece.counted or piece.kind not in ("text", "words", "cell"):
            self._loose = True
        elif piece.record is None or self._is_within:  # nobody can tell which edit emptied what
            self._loose |= bool(emptied)
            for change, times in done.items():
                if change in self._asked.whole:
                    self._used[change] += times
                else:  # a name that had to be made another
                    self._loose = True
        else:
            self._used += done - own
            left = own - done
            if (left.total() and not emptied) or left.total() < emptied or done - own - self._asked.whole:
                self._lose(piece.place)

    def _lose(self, place: str, count: int = 1) -> None:
        self._lost += count
        self._places += [place] * (len(self._places) < _MAX_PLACES)


_NOTHING = Kept("the end", "")
_NONE: Counter[Change] = Counter()  # nothing is ever put into it


def _characters(texts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Return the characters of texts, each so many times."""
    found: Counter[str] = Counter()
    for text, times in texts:
        for char, count in folded(text).items():
            found[char] += count * times
    return found


def _telling(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes that change anything."""
    return (one for one in changes if one.before != one.after)


def _portions(piece: Kept) -> Iterable[str]:
    return (piece.content,) if isinstance(piece.content, str) else piece.content


def _only(pieces: Iterable[Kept], rows: range) -> Iterator[Kept]:
    """Yield the pieces of some rows, and what belongs to none."""
    for piece in pieces:
        if piece.record is None or piece.record - 1 in rows:
            yield piece
        elif piece.record > rows.stop:
            return
