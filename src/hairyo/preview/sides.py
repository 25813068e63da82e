"""Before and after, piece by piece (左右の対照): which text of the copy stands for which of the original.

Both are read from the files. What differs is marked by comparing the two texts, and not by what was asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from hairyo.documents import Block
from hairyo.redaction.verify.examine import Stretch, in_step, stretches
from hairyo.redaction.verify.piece import Kept

_CHARACTER = re.compile(r", character \d+$")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding within a block: where, what it is called, and whether it is special-care data (要配慮)."""

    start: int
    end: int
    name: str
    special: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that is shown in one way.

    Attributes:
        text: the text.
        style: `gone` (not in the copy), `special` (gone, special-care data), `new` (stands in its place), `kept`
            (found, and left by the policy), or "".
        title: what it was found to be.
    """

    text: str
    style: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of the original and what stands in its place in the copy.

    Attributes:
        label: what the piece answers to, or "".
        record: the record it belongs to, or None; only the first piece of a record bears it.
        before, after: their segments.
        changed: in how many places they differ.
    """

    label: str
    record: int | None
    before: tuple[Segment, ...]
    after: tuple[Segment, ...]
    changed: int


@dataclass(frozen=True, slots=True)
class _Item:
    """A block, or a line of a text."""

    text: str
    marks: Sequence[Mark] = ()
    label: str = ""
    record: int | None = None
    place: str = ""


def rows(
    before: Iterable[Block], after: Iterable[Block], marks: Mapping[int, Sequence[Mark]], limit: int
) -> Iterator[Row]:
    """Yield the first rows of two documents.

    Args:
        before: blocks of the original.
        after: blocks of the copy.
        marks: findings by the number of the block.
        limit: how many rows at most.
    """
    ones = list(islice(_items(before, marks), limit))
    others = list(islice(_items(after, {}), limit + len(ones)))
    last: int | None = None
    for one, other in islice(_pairs(ones, others), limit):
        yield _row(one, other, last)
        last = one.record if one is not None else last


def _items(blocks: Iterable[Block], marks: Mapping[int, Sequence[Mark]]) -> Iterator[_Item]:
    """Yield the blocks, each with a place of its own; those of plain text line by line."""
    seen: Counter[str] = Counter()
    for block in blocks:
        place = _CHARACTER.sub("", block.locator)
        if block.record is None and re.fullmatch(r"line \d+", block.locator):
            yield from _lines(block, marks.get(block.index, ()))
            continue
        key = f"{place}/{block.field or ''}"
        seen[key] += 1
        yield _Item(block.text, marks.get(block.index, ()), block.label, block.record, f"{key}/{seen[key]}")


def _lines(block: Block, marks: Sequence[Mark]) -> Iterator[_Item]:
    at = 0
    for line in _LINE_END.split(block.text):
        end = at + len(line)
        inside = [
            Mark(max(one.start - at, 0), min(one.end, end) - at, one.name, one.special)
            for one in marks
            if one.start < end and one.end > at
        ]
        if line.strip():
            yield _Item(line, inside)
        at = end + len(_LINE_END.match(block.text, end)[0]) if end < len(block.text) else end  # type: ignore[index]


def _pairs(ones: list[_Item], others: list[_Item]) -> Iterator[tuple[_Item | None, _Item | None]]:
    """Yield the items that stand in the same place; lines of plain text by their order and content."""
    if any(item.place for item in (*ones, *others)):
        by_place = {item.place: item for item in others}
        yield from ((item, by_place.get(item.place)) for item in ones)
        return
    left, right = iter(ones), iter(others)
    for one, other in in_step((Kept("", item.text) for item in ones), (Kept("", item.text) for item in others)):
        yield next(left) if one is not None else None, next(right) if other is not None else None


def _row(one: _Item | None, other: _Item | None, last: int | None) -> Row:
    before, after = one.text if one else "", other.text if other else ""
    found = stretches(before, after) if before != after else []
    item = one or other or _Item("")
    gone = [(stretch.start, stretch.start + len(stretch.before)) for stretch in found if stretch.before]
    return Row(
        item.label,
        item.record if item.record != last else None,
        tuple(_before(before, gone, item.marks)),
        tuple(_after(after, found)),
        len(found),
    )


def _before(text: str, gone: Sequence[tuple[int, int]], marks: Sequence[Mark]) -> Iterator[Segment]:
    """Yield the segments of the original, cut wherever what is to be shown changes."""
    edges = {0, len(text), *(at for span in gone for at in span), *(at for one in marks for at in (one.start, one.end))}
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        over = [one for one in marks if one.start <= start and end <= one.end]
        title = "・".join(dict.fromkeys(one.name for one in over))
        if any(first <= start and end <= last for first, last in gone):
            style = "special" if any(one.special for one in over) else "gone"
        else:
            style = "kept" if over else ""
        yield Segment(text[start:end], style, title)


def _after(text: str, found: Sequence[Stretch]) -> Iterator[Segment]:
    at = 0
    for one in found:
        end = one.after_start + len(one.after)
        yield from (
            Segment(text[start:stop], style)
            for start, stop, style in ((at, one.after_start, ""), (one.after_start, end, "new"))
            if start < stop
        )
        at = end
    if at < len(text):
        yield Segment(text[at:])
