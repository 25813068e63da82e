"""Examine a copy against its original, with nothing known of what was redacted (疑いのある写しの検証).

For whoever doubts a copy, or has one that another program made. What stands in the original wherever the two differ is
taken for what was to be hidden, and the copy is searched for it in all forms.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import accumulate, chain, islice
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify.check import LeakReport, check_copy
from hairyo.redaction.verify.kept import WAYS
from hairyo.redaction.verify.piece import Kept, KeptReader, Looks, Within
from hairyo.redaction.verify.readers import READERS
from hairyo.redaction.verify.standins import SPELLED

_AHEAD = 200  # how many pieces may be missing or more before the two are in step again
_MAX_CELLS = 4_000_000  # characters times characters: beyond that a piece that differs otherwise counts as one place
# What the shipped operators put in a value's place: masks in brackets, tokens, letters of persons, bands, prefectures.
_STAND_IN = re.compile(
    r"[\[［][^\[\]\s]{1,400}?[\]］]|redacted@redacted\.invalid|\*{3,}|[■█●]{2,}|人物[A-Z]+|[A-Z]{2,5}-[A-Z2-7]{8}|[0-9]{1,2}0代|[0-9]{3}0年代|10歳未満|90歳以上"
    r"|北海道|東京都|(?:大阪|京都)府|(?:神奈川|和歌山|鹿児島|[一-龥]{2})県"
)
_STAND_IN_OR_CHARACTER = re.compile(f"{_STAND_IN.pattern}|.", re.DOTALL)
_MAX_STRETCHES = 1000  # of a page that became a picture, all its text is gone
_CELL_END = "\x1f"
LEAK, ELSEWHERE = 4, 3  # exit codes of the command


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text that differs: `before` stood there, `after` stands there.

    Attributes:
        start: where it begins in the original's text.
        after_start: where it begins in the copy's text.
    """

    before: str = field(repr=False)
    after: str = field(repr=False)
    start: int
    after_start: int

    @property
    def redacted(self) -> bool:
        """Whether what stands there looks like a stand-in."""
        return bool(self.before) and bool(_STAND_IN.sub("", self.after) == "" != self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in which original and copy differ.

    Attributes:
        place: where, in words without any text of the files.
        kind: `redacted` (a stand-in stands there), `emptied` (nothing does: a number, or a cell in a record with one),
            `removed` (nothing does), `changed`, `missing` or `added` (a whole piece).
        before, after: the texts.
        record: the record of the copy that it lies in.
    """

    place: str
    kind: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    record: int | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether it is no redaction."""
        return self.kind not in ("redacted", "emptied")


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of it; its repr shows no text of the files."""

    differences: tuple[Difference, ...]
    compared: int
    leaks: LeakReport

    @property
    def exit_code(self) -> int:
        """0 clean, 4 a value stands in the copy, 3 the copy differs in more than redactions."""
        if self.leaks.leaks:
            return LEAK
        return ELSEWHERE if any(one.elsewhere for one in self.differences) else 0


def examine(copy: Path, against: Path, format_name: str, *, scratch: Path, everywhere: bool = False) -> Examination:
    """Tell how a copy differs from its original, and whether it still shows what stood there.

    Args:
        copy: the copy.
        against: the original.
        format_name: the format of both.
        scratch: folder for files of the check's own.
        everywhere: whether to search for a record's values in all other records, too.

    Raises:
        OutputError: one of them cannot be read, or no reader knows the format.
        UsageError: a library that is needed is not installed.
    """
    if format_name not in READERS or format_name not in WAYS:
        raise OutputError("no reader can check copies of this format; it must not be released")
    try:
        found, count = min(
            (_differences(way, against, copy, scratch) for way in WAYS[format_name](against, scratch)),
            key=_elsewhere,
        )
    except (OSError, csv.Error, UnicodeError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error
    values: dict[int | None, set[Secret]] = defaultdict(set)
    for one in found:
        if one.kind not in ("missing", "added"):
            scope = None if everywhere else one.record
            values[scope] |= {Secret(text, "") for text in one.before.split(_CELL_END) if text.strip()}
    return Examination(tuple(found), count, check_copy(copy, format_name, values))


def stretches(before: str, after: str) -> list[Stretch]:
    """Return in what one text differs from another, which was made of it.

    If stand-ins can explain it all, they do: what lies between them in the copy is looked for in the original, in its
    order.
    """
    return _by_stand_ins(before, after) or _by_characters(before, after)


def _differences(way: KeptReader, against: Path, copy: Path, scratch: Path) -> tuple[list[Difference], int]:
    return _side_by_side(way(against), way(copy), scratch)


def _side_by_side(before: Iterable[Kept], after: Iterable[Kept], scratch: Path) -> tuple[list[Difference], int]:
    """Return the differences, down into what lies within, and how many pieces were compared."""
    found: list[Difference] = []
    count = 0
    for one, other in in_step(by_lines(iter(before)), by_lines(iter(after))):
        count += 1
        if one is not None and other is not None and one.within is not None and other.within is not None:
            differ, more = _within(one, one.within, other.within, scratch)
            found += differ
            count += more
        else:
            found += _of_pair(one, other)
    return found, count


def _within(piece: Kept, one: Within, other: Within, scratch: Path) -> tuple[list[Difference], int]:
    if one.identity == other.identity:
        return [], 0
    if one.ways is not other.ways:
        return [Difference(piece.place, "changed", "", "")], 0
    tried = (_side_by_side(way(one.source), way(other.source), scratch) for way in one.ways(one.source, scratch))
    found, count = min(tried, key=_elsewhere, default=([Difference(piece.place, "changed", "", "")], 0))
    return [replace(each, place=f"{piece.place}: {each.place}", record=None) for each in found], count


def _elsewhere(tried: tuple[list[Difference], int]) -> int:
    return sum(difference.elsewhere for difference in tried[0])


def by_lines(pieces: Iterator[Kept]) -> Iterator[Kept]:
    """Yield the pieces, a long text line by line."""
    for piece in pieces:
        if isinstance(piece.content, str):
            yield piece
            continue
        rest, number = "", 0
        for portion in chain(piece.content, ("",)):
            lines = (rest + portion).splitlines(keepends=True)
            rest = lines.pop() if portion and lines else ""
            for line in lines:
                number += 1
                yield replace(piece, place=f"line {number}", content=line)


def in_step(one: Iterator[Kept], other: Iterator[Kept]) -> Iterator[tuple[Kept | None, Kept | None]]:
    """Yield what stands in the place of what; None where a piece has no fellow."""
    ones, others = deque[Kept](), deque[Kept]()
    while True:
        ones.extend(islice(one, _AHEAD - len(ones)))
        others.extend(islice(other, _AHEAD - len(others)))
        if not ones or not others:
            yield from ((piece, None) for piece in chain(ones, one))
            yield from ((None, piece) for piece in chain(others, other))
            return
        if not _same(ones[0], others[0]) and not (len(ones) > 1 < len(others) and _same(ones[1], others[1])):
            missing = next((n for n, piece in enumerate(ones) if _same(piece, others[0])), 0)
            added = next((n for n, piece in enumerate(others) if _same(ones[0], piece)), 0)
            if missing and (not added or missing <= added):
                yield from ((ones.popleft(), None) for _ in range(missing))
            elif added:
                yield from ((None, others.popleft()) for _ in range(added))
        yield ones.popleft(), others.popleft()


def _same(one: Kept, other: Kept) -> bool:
    if one.within is not None and other.within is not None:
        return one.within.identity == other.within.identity
    return one.content == other.content and one.values == other.values and bool(one.content or one.values)


def _of_pair(one: Kept | None, other: Kept | None) -> Iterator[Difference]:
    if one is None or other is None:
        piece, kind = (other, "added") if one is None else (one, "missing")
        if piece is not None and (str(piece.content).strip() or piece.within or piece.looks):
            text = str(piece.content)
            record = None if other is None else other.record
            yield Difference(piece.place, kind, *(("", text) if kind == "added" else (text, "")), record)
        return
    if one.looks is not None and other.looks is not None:
        yield from _of_looks(one.place, one.looks, other.looks)
        return
    for before, after in zip(one.values, other.values, strict=False):
        if before != after:
            kind = "emptied" if after is None else "changed"
            yield Difference(one.place, kind, before or "", after or "", other.record)
    if one.content != other.content:
        spelled = SPELLED.get(one.kind, str) if one.kind in ("words", "address") else str
        found = stretches(spelled(str(one.content)), spelled(str(other.content)))
        masked = any(stretch.redacted for stretch in found)
        for stretch in found:
            beside = one.kind in ("number", "result") or (masked and _is_cell(stretch, str(one.content)))
            kind = _kind(stretch, beside)
            yield Difference(one.place, kind, stretch.before, stretch.after, other.record)
    elif one.written != other.written:
        yield Difference(one.place, "changed", "", "", other.record)


class _Anything(Collection[str]):
    """All characters: which of them stand-ins are made of is not known here."""

    def __contains__(self, char: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _of_looks(place: str, one: Looks, other: Looks) -> Iterator[Difference]:
    """Yield what differs in the looks of a page: what bars cover is redacted."""
    looked = one.against(other, _Anything())
    if not looked.same:
        yield Difference(place, "changed", "", "")
    gone = [stretch for stretch in stretches(one.said(), other.said()) if stretch.before.strip()]
    for stretch in gone if len(gone) <= _MAX_STRETCHES else ():
        covered = looked.changed and not stretch.after
        yield Difference(place, "redacted" if covered else "changed", stretch.before, stretch.after)
    for _ in range(looked.changed if not gone else 0):
        yield Difference(place, "redacted", "", "")


def _kind(stretch: Stretch, beside: bool) -> str:
    """Return the kind of a difference; `beside` says that it is a cell beside one that was redacted."""
    if stretch.redacted:
        return "redacted"
    if not stretch.after:
        return "emptied" if beside else "removed"
    return "changed"


def _is_cell(stretch: Stretch, text: str) -> bool:
    """Whether a stretch is a whole cell of a record: the stand-in of a value over two cells stands in the first."""
    end = stretch.start + len(stretch.before)
    return text[stretch.start - 1 : stretch.start] == text[end : end + 1] == _CELL_END


def _by_stand_ins(before: str, after: str) -> list[Stretch]:
    """Return what stand-ins in `after` stand for; nothing if they cannot explain the difference."""
    marks = [hit.span() for hit in _STAND_IN.finditer(after)]
    runs = [list(span) for span in marks[:1]]
    for start, end in marks[1:]:  # stand-ins that touch stand for one stretch
        if start == runs[-1][1]:
            runs[-1][1] = end
        else:
            runs.append([start, end])
    if not runs or not before.startswith(after[: runs[0][0]]):
        return []
    found, at = [], runs[0][0]
    for number, (start, end) in enumerate(runs):
        last = number + 1 == len(runs)
        between = after[end:] if last else after[end : runs[number + 1][0]]
        place = len(before) - len(between) if last else before.find(between, at + 1)
        if place < at or not before.startswith(between, place):
            return []
        found.append(Stretch(before[at:place], after[start:end], at, start))
        at = place + len(between)
    return [one for one in found if one.before != one.after]


def _by_characters(before: str, after: str) -> list[Stretch]:
    """Return the differences character by character; a stand-in counts as one, so that no part of it is kept text."""
    if len(before) * len(after) > _MAX_CELLS:
        return [Stretch(before, after, 0, 0)]
    parts = [hit[0] for hit in _STAND_IN_OR_CHARACTER.finditer(after)]
    starts = [0, *accumulate(map(len, parts))]
    matcher = SequenceMatcher(None, list(before), parts, autojunk=False)
    return [
        Stretch(before[a:b], after[starts[c] : starts[d]], a, starts[c])
        for name, a, b, c, d in matcher.get_opcodes()
        if name != "equal"
    ]
