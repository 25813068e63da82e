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

from hairyo.documents.base import Block, Edit, Limits, apply_edits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.parquet_values import (
    Change,
    Keys,
    Kind,
    Value,
    as_python,
    clean_schema,
    edited,
    kind_of,
    leaves,
)
from hairyo.errors import BrokenInput, OutputError, TooLarge, UnknownFormat

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


class ParquetDocument:
    """A Parquet file; see `Document`."""

    format = "parquet"

    def __init__(self, path: Path, limits: Limits, columns: ColumnMap | None) -> None:
        """Open the file and look at its schema.

        Raises:
            BrokenInput: it is damaged or encrypted.
            UnknownFormat: a column nests text with values that cannot be written back.
            UsageError: the column map names a column that is not there.
        """
        self._path, self._limits = path, limits
        self._stamp = Stamp.of(path)
        with _guard(), pq.ParquetFile(path) as file:
            self._schema = file.schema_arrow
            self._groups = file.num_row_groups
            codec = file.metadata.row_group(0).column(0).compression.lower() if self._groups else "snappy"
        self._codec = codec if codec in _CODECS else "none" if codec == "uncompressed" else "snappy"
        if columns is not None:
            columns.check(self._schema.names)
        self._kinds = [kind_of(field.type) for field in self._schema]
        if Kind.MIXED in self._kinds:
            number = self._kinds.index(Kind.MIXED) + 1
            raise UnknownFormat(
                "column {number} nests text with values that cannot be written back; flatten it", number=number
            )
        binary = Kind.OTHER in self._kinds
        self.unread: tuple[str, ...] = ("binary column",) if binary else ()

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
        index, record = 0, 0
        for number, name in enumerate(self._schema.names):
            if name:
                yield _Place(Block(index, name, f"column {number + 1}, name"), number, -1, (), name)
                index += 1
        for group in range(self._groups):
            batches = list(self._batches(group))
            first = record + 1
            for row in (row for batch in batches for row in self._rows(batch)):
                record += 1
                for number, keys, value in row:
                    block = self._block(index, record, number, keys, value)
                    yield _Place(block, number, record - first, keys, value)
                    index += 1
            yield pa.Table.from_batches(batches, self._schema)

    def _block(self, index: int, record: int, number: int, keys: Keys, value: Value) -> Block:
        names = [self._schema.names[number], *(key for key in keys if isinstance(key, str))]
        locator = f"row {record}, column {number + 1}"
        return Block(index, str(value), locator, names[-1], record, ".".join(names))

    def _rows(self, batch: pa.RecordBatch) -> Iterator[Iterator[tuple[int, Keys, Value]]]:
        """Yield, for every row, the readable values in it."""
        with _guard():
            columns = [
                (number, as_python(column))
                for number, (column, kind) in enumerate(zip(batch.columns, self._kinds, strict=True))
                if kind is not Kind.OTHER
            ]
        for row in range(batch.num_rows):
            yield (
                (number, keys, value) for number, values in columns for keys, value in leaves(values[row]) if str(value)
            )

    def _batches(self, group: int) -> Iterator[pa.RecordBatch]:
        size = 0
        with _guard(), pq.ParquetFile(self._path) as file:
            for batch in file.iter_batches(_BATCH, row_groups=[group]):
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


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> ParquetDocument:
    """Open a Parquet file; see `Opener`."""
    return ParquetDocument(path, limits, columns)
