"""Before and after, piece by piece (左右の対照): which text of the copy stands for which of the original.

Both are read from the files. What differs is marked by comparing the two texts, and not by what was asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise

from hairyo.documents import Block
from hairyo.redaction.verify.examine import Stretch, in_step, stretches
from hairyo.redaction.verify.piece import Kept

_CHARACTER = re.compile(r"(?:, | at )?character \d+$")
# What stands on a page of a picture or a PDF, and what stands elsewhere.
_PAGE = re.compile(r"((?:.*: )?page \d+) line \d+$")
_NO_PAGE = ("", "")
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
    bare: str = ""


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
    """Yield the blocks, each with a place of its own; those of plain text line by line, those of a page as one."""
    seen: Counter[str] = Counter()
    for page, group in groupby(blocks, key=lambda block: (_PAGE.match(block.locator) or _NO_PAGE)[1]):
        if page:
            yield _page(page, list(group), marks)
        else:
            yield from _single(group, marks, seen)


def _page(place: str, blocks: Sequence[Block], marks: Mapping[int, Sequence[Mark]]) -> _Item:
    """Return the lines of a page as one item: a copy's bars part lines, and move those that follow."""
    found, at = [], 0
    for block in blocks:
        found += [replace(one, start=at + one.start, end=at + one.end) for one in marks.get(block.index, ())]
        at += len(block.text) + 1
    return _Item("\n".join(block.text for block in blocks), found, place=place, bare=place)


def _single(blocks: Iterable[Block], marks: Mapping[int, Sequence[Mark]], seen: Counter[str]) -> Iterator[_Item]:
    for block in blocks:
        if block.shows:
            name = "・".join(one.name for one in marks.get(block.index, ())) or block.shows
            shown = [replace(one, end=len(name)) for one in marks.get(block.index, ())]
            yield _Item(name, shown, place=block.locator, bare=block.locator)
            continue
        place = _CHARACTER.sub("", block.locator)
        if block.record is None and re.fullmatch(r"line \d+", block.locator):
            yield from _lines(block, marks.get(block.index, ()))
            continue
        key = f"{place}/{block.field or ''}"
        seen[key] += 1
        seen[place] += 1
        keys = f"{key}/{seen[key]}", f"{place}/{seen[place]}"
        yield _Item(block.text, marks.get(block.index, ()), block.label, block.record, *keys)


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
        by_place, known = {item.place: item for item in others}, {item.place for item in ones}
        renamed = {item.bare: item for item in others if item.place not in known}  # a column has another name
        yield from ((item, by_place.get(item.place) or renamed.get(item.bare)) for item in ones)
        return
    left, right = iter(ones), iter(others)
    for one, other in in_step((Kept("", item.text) for item in ones), (Kept("", item.text) for item in others)):
        yield next(left) if one is not None else None, next(right) if other is not None else None


def _row(one: _Item | None, other: _Item | None, last: int | None) -> Row:
    before, after = one.text if one else "", other.text if other else ""
    found = list(_whole(stretches(before, after), before, after, one.marks if one else ())) if before != after else []
    item = one or other or _Item("")
    gone = [(stretch.start, stretch.start + len(stretch.before)) for stretch in found if stretch.before]
    return Row(
        item.label,
        item.record if item.record != last else None,
        tuple(_before(before, gone, item.marks)),
        tuple(_after(after, found)),
        len(found),
    )


def _whole(found: Sequence[Stretch], before: str, after: str, marks: Sequence[Mark]) -> Iterator[Stretch]:
    """Yield what differs, within one finding as one stretch: what two addresses have in common tells nothing."""
    held: Stretch | None = None
    for one in found:
        mark = next((each for each in marks if each.start <= one.start < each.end), None)
        if mark is not None and held is not None and mark.start <= held.start + len(held.before) <= mark.end:
            end, after_end = one.start + len(one.before), one.after_start + len(one.after)
            held = replace(held, before=before[held.start : end], after=after[held.after_start : after_end])
            continue
        if held is not None:
            yield held
        held = one
        if mark is not None and mark.start < one.start:
            back = min(one.start - mark.start, one.after_start)
            held = Stretch(
                before[one.start - back : one.start] + one.before,
                after[one.after_start - back : one.after_start] + one.after,
                one.start - back,
                one.after_start - back,
            )
    if held is not None:
        yield held


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
