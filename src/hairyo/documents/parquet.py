"""Parquet tables: every value a block, every row a record; schema and row groups stay.

Text is read and rewritten, within lists, structs and maps too. Numbers, dates and truth values are
offered as text; an edited one becomes null, since it cannot hold a mask. Kept but not read: binary and
other columns (`unread`). Not kept: statistics and page indexes (they repeat old values), dictionary
entries that no row uses, and metadata other than pandas' own, whose free `attributes` are dropped too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from hairyo.documents.arrow import ArrowRows
from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.parquet_values import Change, Keys, Value, clean_schema, edited
from hairyo.errors import BrokenInput, OutputError, TooLarge

_BATCH = 1000
_CODECS = ("snappy", "gzip", "brotli", "zstd", "lz4")
_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class _Place:
    """A block and the value it stands for; row -1 is the column's name."""

    block: Block
    column: int
    row: int
    keys: Keys
    value: Value


class ParquetDocument(Document):
    """A Parquet file; see `Document`."""

    format = "parquet"

    def __init__(self, path: Path, limits: Limits, columns: ColumnMap | None, rows: range | None = None) -> None:
        """Open the file and look at its schema.

        Args:
            path: the file.
            limits: what may be spent on it.
            columns: which columns hold what.
            rows: the rows to read and to copy, from 0, where it is done in parts; records keep their numbers.

        Raises:
            BrokenInput: it is damaged or encrypted.
            UnknownFormat: a column nests text with values that cannot be written back.
            UsageError: the column map names a column that is not there.
        """
        self._path, self._limits, self._wanted = path, limits, rows
        self._stamp = Stamp.of(path)
        with _guard(), pq.ParquetFile(path) as file:
            self._schema = file.schema_arrow
            self._sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            codec = file.metadata.row_group(0).column(0).compression.lower() if self._sizes else "snappy"
        self._codec = codec if codec in _CODECS else "none" if codec == "uncompressed" else "snappy"
        self._rows = ArrowRows(self._schema, columns)
        self.unread = self._rows.unread

    def blocks(self) -> Iterator[Block]:
        """Yield the column names, then the values row by row; see `Document.blocks`."""
        return (step.block for step in self._walk() if isinstance(step, _Place))

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed = EditFeed(edits)
        names, changes = list(self._schema.names), defaultdict[int, list[Change]](list)
        with new_file(target) as out, ExitStack() as stack:
            writer: pq.ParquetWriter | None = None
            for step in self._walk():
                if isinstance(step, _Place):
                    if due := feed.of(step.block):
                        _note(step, apply_edits(step.block.text, due), names, changes)
                    continue
                if writer is None:
                    writer = stack.enter_context(self._writer(out, names))
                with _fitting():
                    _write_group(writer, step, changes)
                changes.clear()
            feed.finish()
            if writer is None:
                self._writer(out, names).close()
            self._stamp.check(self._path)

    def _writer(self, out: BinaryIO, names: list[str]) -> pq.ParquetWriter:
        schema = clean_schema(self._schema, names)
        return pq.ParquetWriter(out, schema, compression=self._codec, write_statistics=False)

    def _walk(self) -> Iterator[_Place | pa.Table]:
        """Yield every value with its block, and each row group once its values are out."""
        index = 0
        for number, block in self._rows.names():
            yield _Place(block, number, -1, (), block.text)
            index += 1
        for group, before, rows in self._parts():
            batches = list(self._batches(group, rows))
            record = before + rows.start
            first = record + 1
            for row in (row for batch in batches for row in self._values(batch)):
                record += 1
                for number, keys, value in row:
                    block = self._rows.block(index, record, number, keys, value)
                    yield _Place(block, number, record - first, keys, value)
                    index += 1
            yield pa.Table.from_batches(batches, self._schema)

    def _values(self, batch: pa.RecordBatch) -> Iterator[Iterator[tuple[int, Keys, Value]]]:
        with _guard():
            return self._rows.values(batch)

    def _parts(self) -> Iterator[tuple[int, int, range]]:
        """Yield every row group with the number of rows before it, and those of its own that are wanted."""
        before = 0
        for group, size in enumerate(self._sizes):
            rows = range(size)
            if self._wanted is not None:
                rows = range(max(self._wanted.start - before, 0), min(self._wanted.stop - before, size))
            if rows or self._wanted is None:
                yield group, before, rows
            before += size

    def _batches(self, group: int, rows: range) -> Iterator[pa.RecordBatch]:
        size, at = 0, 0
        with _guard(), pq.ParquetFile(self._path) as file:
            for whole in file.iter_batches(_BATCH, row_groups=[group]):
                if at >= rows.stop:
                    return
                first, at = at, at + whole.num_rows
                batch = whole[max(rows.start - first, 0) : rows.stop - first]
                size += batch.nbytes
                if size > self._limits.unpacked_bytes:
                    raise TooLarge("a row group unpacks too far; write the table with smaller row groups")
                yield batch


def _note(place: _Place, new: str, names: list[str], changes: dict[int, list[Change]]) -> None:
    """Keep an edited name or value until its row group is written."""
    if place.row < 0:
        names[place.column] = new
    else:
        kept = new if isinstance(place.value, str) else None
        changes[place.column].append((place.row, place.keys, kept))


def _write_group(writer: pq.ParquetWriter, table: pa.Table, changes: dict[int, list[Change]]) -> None:
    arrays = [edited(column, changes.get(number, [])) for number, column in enumerate(table.columns)]
    if table.num_rows:
        writer.write_table(pa.table(arrays, schema=writer.schema), row_group_size=table.num_rows)


@contextmanager
def _fitting() -> Iterator[None]:
    """Turn what pyarrow raises on values that do not fit the schema into `OutputError`."""
    try:
        yield
    except MemoryError:  # pyarrow's own is an ArrowException, too
        raise
    except pa.ArrowException:
        raise OutputError(
            "an edited column cannot be written with its type; let it hold nulls, or make it text"
        ) from None


def _broken() -> BrokenInput:
    return BrokenInput("the file is a damaged, cut off or encrypted Parquet table; ask for it again")


@contextmanager
def _guard() -> Iterator[None]:
    """Turn what pyarrow raises on a damaged file into `BrokenInput`; its messages may quote values."""
    try:
        yield
    except MemoryError:  # pyarrow's own is an ArrowException, too
        raise
    except _DAMAGE:
        raise _broken() from None


def row_count(path: Path) -> int:
    """Return how many rows a Parquet file has, by its footer.

    Raises:
        BrokenInput: it is damaged, or no Parquet file.
    """
    with _guard():
        return int(pq.read_metadata(path).num_rows)


def open_rows(path: Path, rows: range, *, columns: ColumnMap | None) -> ParquetDocument:
    """Open some rows of a Parquet file as a document of their own; see `ParquetDocument`."""
    return ParquetDocument(path, Limits(), columns, rows)


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> ParquetDocument:
    """Open a Parquet file; see `Opener`."""
    return ParquetDocument(path, limits, columns)
