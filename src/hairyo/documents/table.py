"""Tables as text (CSV, TSV): every cell a block, every row a record; quoting and line ends stay.

Cells follow RFC 4180 and, where files stray from it, what Python's csv module makes of them: quotes in the
middle of a cell are characters, text after a closing quote belongs to the cell. A blank line is a row
without cells. Rows shorter or longer than the header are read as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import EditFeed, new_file
from hairyo.documents.source import Change, Piece, Source
from hairyo.errors import BrokenInput

_DELIMITERS = ",;\t|"
_NEWLINE = re.compile(r"\r\n|\n|\r")
_QUOTED_CHAR = re.compile(r'""|[^"]')
_SNIFFED = 10_000


class Cell(NamedTuple):
    """A cell in the text of a piece: its span, quotes included, and what it says."""

    start: int
    end: int
    text: str
    quoted: bool = False
    regular: bool = True


Row = list[Cell]


class RowScanner:
    """Splits text into rows; as `take` of a source it keeps the rows of the piece it just measured."""

    def __init__(self, delimiter: str) -> None:
        bare = f"[^{re.escape(delimiter)}\r\n]*"
        self._quoted = re.compile(f'"([^"]*+(?:""[^"]*+)*+)"({bare})')
        self._bare = re.compile(bare)
        self.delimiter = delimiter
        self.rows: list[Row] = []

    def __call__(self, text: str, final: bool) -> int:
        """Return how many code points of `text` are whole rows, and keep them in `rows`.

        Raises:
            BrokenInput: a quote is still open at the end of the file.
        """
        self.rows, at = [], 0
        while at < len(text):
            found = self._row(text, at, final)
            if found is None:
                return at
            row, at = found
            self.rows.append(row)
        return at

    def _row(self, text: str, at: int, final: bool) -> tuple[Row, int] | None:
        """Return the row at `at` and where the next one begins; None where its end is not in sight."""
        row: Row = []
        while True:
            cell = self._cell(text, at, final)
            if cell is None:
                return None
            row.append(cell)
            at = cell.end
            if text.startswith(self.delimiter, at):
                at += 1
                continue
            newline = _NEWLINE.match(text, at)
            if not final and (newline is None or (newline.group() == "\r" and newline.end() == len(text))):
                return None
            blank = len(row) == 1 and cell.start == cell.end
            return ([] if blank else row), newline.end() if newline else at

    def _cell(self, text: str, at: int, final: bool) -> Cell | None:
        if text.startswith('"', at):
            found = self._quoted.match(text, at)
            if found:
                inside, after = found.groups()
                return Cell(at, found.end(), inside.replace('""', '"') + after, True, not after)
            if final:
                raise BrokenInput("a quote is still open at the end of the file; close it")
            return None
        found = self._bare.match(text, at)
        end = at if found is None else found.end()
        return Cell(at, end, text[at:end])

    def changes(self, cell: Cell, edits: list[Edit], alone: bool) -> Iterator[Change]:
        """Yield the changes to the piece's text that do `edits` in `cell`, quoting where it is needed.

        Args:
            cell: the cell.
            edits: of its block, in ascending order.
            alone: whether it is the only cell of its row, which must not become a blank line.
        """
        new = apply_edits(cell.text, edits)
        if cell.quoted and cell.regular:
            units = [found.span() for found in _QUOTED_CHAR.finditer(cell_text(cell.text))]
            for edit in edits:
                start, end = units[edit.start][0], units[edit.end - 1][1]
                yield cell.start + 1 + start, cell.start + 1 + end, cell_text(edit.replacement)
        elif cell.quoted or self._needs_quotes(new) or (alone and not new):
            yield cell.start, cell.end, f'"{cell_text(new)}"'
        else:
            for edit in edits:
                yield cell.start + edit.start, cell.start + edit.end, edit.replacement

    def _needs_quotes(self, text: str) -> bool:
        return text.startswith('"') or any(mark in text for mark in (self.delimiter, "\r", "\n"))


def cell_text(text: str) -> str:
    """Return `text` as it stands between quotes."""
    return text.replace('"', '""')


class TableDocument(Document):
    """A CSV or TSV file; see `Document`."""

    def __init__(self, path: Path, kind: str, limits: Limits, columns: ColumnMap) -> None:
        self.format = kind
        self._path = path
        self._source = Source(path, limits)
        self._delimiter = "\t" if kind == "tsv" else sniff(self._source)
        first: Row = next((row for row, _, _ in self._rows() if row is not None), [])
        self._header = [cell.text for cell in first] if columns.header else []
        columns.check(self._header if columns.header else [_position(n) for n in range(len(first))])

    def blocks(self) -> Iterator[Block]:
        """Yield the cells, row by row; see `Document.blocks`."""
        return (block for cells, _, _ in self._blocks() for block, _ in cells)

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; untouched bytes stay as they are. See `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file:
            file.write(self._source.encoding.bom)
            changes: list[Change] = []
            for cells, piece, scanner in self._blocks():
                for block, cell in cells:
                    if due := feed.of(block):
                        changes += scanner.changes(cell, due, len(cells) == 1)
                if piece is not None:
                    file.write(self._source.splice(piece, changes))
                    changes = []
            feed.finish()
            self._source.stamp.check(self._path)

    def _rows(self) -> Iterator[tuple[Row | None, Piece | None, RowScanner]]:
        """Yield every row, then its piece once all rows of the piece are out."""
        scanner = RowScanner(self._delimiter)
        for piece in self._source.pieces(scanner):
            for row in scanner.rows if piece.text else ():
                yield row, None, scanner
            yield None, piece, scanner

    def _blocks(self) -> Iterator[tuple[list[tuple[Block, Cell]], Piece | None, RowScanner]]:
        index, number = 0, 0
        for row, piece, scanner in self._rows():
            if row is None:
                yield [], piece, scanner
                continue
            number += 1
            yield list(self._row_blocks(row, index, number)), None, scanner
            index += len(row)

    def _row_blocks(self, row: Row, index: int, number: int) -> Iterator[tuple[Block, Cell]]:
        is_header = bool(self._header) and number == 1
        for column, cell in enumerate(row):
            name = self._header[column] if column < len(self._header) else ""
            yield (
                Block(
                    index + column,
                    cell.text,
                    f"row {number}, column {column + 1}",
                    label="" if is_header else name,
                    record=None if is_header else number,
                    field=None if is_header else name or _position(column),
                ),
                cell,
            )


def sniff(source: Source) -> str:
    """Return the delimiter of a CSV file: the one found most often outside quotes at its head."""
    head = next((piece.text for piece in source.pieces(lambda text, final: len(text))), "")[:_SNIFFED]
    bare = re.sub(r'"[^"]*"', "", head)
    first = next((line for line in _NEWLINE.split(bare) if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _position(column: int) -> str:
    return f"column {column + 1}"


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> TableDocument:
    """Open a CSV or TSV file; see `Opener`."""
    return TableDocument(path, kind, limits, columns or ColumnMap())
