"""Plain text and Markdown (TXT, MD): stretches of whole paragraphs, bounded in size.

A block is as many lines as fit into `_BLOCK` code points, cut at a blank line where there is one, else
at a line end, so that detection sees context. A longer line is cut at the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import EditFeed, new_file
from hairyo.documents.source import Piece, Source

_BLOCK = 20_000
_LINE = 200_000
_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r(?!\n))[ \t　]*(?:\r\n|\n|\r(?!\n))+")
_LINE_END = re.compile(r"\r\n|\n|\r(?=[^\n])")
_STOPS = (re.compile(r"[。．！？!?]+[」』）)\]】]*"), re.compile(r"[、，,;；\s]+"))


class TextDocument(Document):
    """A plain text file; see `Document`."""

    def __init__(self, path: Path, kind: str, limits: Limits) -> None:
        self.format = kind
        self._path = path
        self._source = Source(path, limits)

    def blocks(self) -> Iterator[Block]:
        """Yield the stretches of the file; see `Document.blocks`."""
        return (block for block, _ in self._pairs() if block is not None)

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; untouched bytes stay as they are. See `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file:
            file.write(self._source.encoding.bom)
            for block, piece in self._pairs():
                changes = [] if block is None else feed.of(block)
                file.write(self._source.splice(piece, ((e.start, e.end, e.replacement) for e in changes)))
            feed.finish()
            self._source.stamp.check(self._path)

    def _pairs(self) -> Iterator[tuple[Block | None, Piece]]:
        index, line = 0, 1
        for piece in self._source.pieces(take):
            if not piece.text:
                yield None, piece
                continue
            yield Block(index, piece.text, f"line {line}"), piece
            index += 1
            line += sum(1 for _ in _LINE_END.finditer(piece.text))


def take(text: str, final: bool) -> int:
    """Return how many code points of `text` make the next block, or 0 to see more first."""
    if len(text) <= _BLOCK:
        return len(text) if final else 0
    for mark in (_BLANK_LINE, _LINE_END):
        if end := _last_end(mark, text, _BLOCK):
            return end
    if end := _first_end(_LINE_END, text, _LINE):
        return end
    if len(text) <= _LINE:
        return len(text) if final else 0
    return next((end for stop in _STOPS if (end := _last_end(stop, text, _LINE))), _LINE)


def _last_end(mark: re.Pattern[str], text: str, limit: int) -> int:
    """Return the end of the last match of `mark` that ends before `limit`, or 0."""
    return max((found.end() for found in mark.finditer(text, 0, limit + 1) if found.end() <= limit), default=0)


def _first_end(mark: re.Pattern[str], text: str, limit: int) -> int:
    found = mark.search(text, 0, limit + 1)
    return found.end() if found else 0


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> TextDocument:
    """Open a text or Markdown file; `columns` does not concern it. See `Opener`."""
    return TextDocument(path, kind, limits)
