"""From the blocks of a document to the texts that are scanned, and back (判定単位の組み立て).

Blocks are read together, so that a form's label reaches its answer and a sentence its context: the cells of
one table record form one text, and so do the paragraphs of a document up to a size. Every text knows which
stretch of it is which stretch of which block.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hairyo.documents import Block

MAX_TEXT = 20_000
_BOXES = 4  # cells of one character in a row


@dataclass(frozen=True, slots=True)
class Unit:
    """Blocks that are scanned together.

    Attributes:
        text: what is scanned.
        blocks: the blocks in it.
        starts: where each block's text begins in `text`; what lies between blocks is ours.
        record: the record they belong to, or None.
    """

    text: str
    blocks: tuple[Block, ...]
    starts: tuple[int, ...]
    record: int | None

    def places(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (index into `blocks`, start, end) of each stretch of a block that `start:end` covers."""
        at = max(0, bisect_right(self.starts, start) - 1)
        while at < len(self.blocks) and self.starts[at] < end:
            first = max(start - self.starts[at], 0)
            last = min(end - self.starts[at], len(self.blocks[at].text))
            if first < last:
                yield at, first, last
            at += 1


def units(blocks: Iterable[Block], max_text: int = MAX_TEXT) -> Iterator[Unit]:
    """Group blocks into units: one a record, and runs of at most about `max_text` characters elsewhere.

    Documents within one are units of their own: what one says is no context of another.
    """
    group: list[Block] = []
    size = 0
    for block in blocks:
        full = group and (
            block.record != group[0].record
            or block.joins == "document"
            or (block.record is None and size + len(block.text) > max_text)
        )
        if full:
            yield _unit(group)
            group, size = [], 0
        group.append(block)
        size += len(block.text)
    if group:
        yield _unit(group)


def _unit(group: list[Block]) -> Unit:
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    boxed = _boxed(group)
    for number, block in enumerate(group):
        joint = "" if number == 0 or number in boxed else "\t" if block.joins == "cell" else "\n"
        # A label in a block of its own (a table's left cell) is there already.
        lead = f"{joint}{block.label}：" if block.label and block.joins != "cell" else joint
        starts.append(length + len(lead))
        pieces += [lead, block.text]
        length += len(lead) + len(block.text)
    return Unit("".join(pieces), tuple(group), tuple(starts), group[0].record)


def _boxed(group: list[Block]) -> set[int]:
    """Return the blocks that go on with the word before them: forms have a box for each character (一字一マス)."""
    found: set[int] = set()
    run: list[int] = []
    for number, block in enumerate(group):
        if len(block.text.strip()) != 1:
            run = []
        elif run and block.joins == "cell":
            run.append(number)
        else:
            run = [number]
        if len(run) >= _BOXES:
            found.update(run[1:])
    return found
