"""Arrow tables as blocks (Arrow 表): every readable value of a row is one, every row a record.

Shared by Parquet files and by tables that are in memory already.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from hairyo.documents.base import Block
from hairyo.documents.columns import ColumnMap
from hairyo.documents.parquet_values import Keys, Kind, Value, as_python, kind_of, leaves
from hairyo.errors import UnknownFormat


class ArrowRows:
    """How the rows of a schema are read.

    Attributes:
        schema: the schema.
        kinds: the kind of each column.

    Raises:
        UnknownFormat: a column nests text with values that cannot be written back.
        UsageError: the column map names a column that is not there.
    """

    def __init__(self, schema: pa.Schema, columns: ColumnMap | None) -> None:
        self.schema = schema
        if columns is not None:
            columns.check(schema.names)
        self.kinds = [kind_of(field.type) for field in schema]
        if Kind.MIXED in self.kinds:
            number = self.kinds.index(Kind.MIXED) + 1
            raise UnknownFormat(
                "column {number} nests text with values that cannot be written back; flatten it", number=number
            )

    @property
    def unread(self) -> tuple[str, ...]:
        """Kinds of columns that cannot be read; see `Document.unread`."""
        return ("binary column",) if Kind.OTHER in self.kinds else ()

    def names(self) -> Iterator[tuple[int, Block]]:
        """Yield the number of each column that has a name, and the name as a block."""
        named = [number for number, name in enumerate(self.schema.names) if name]
        for index, number in enumerate(named):
            yield number, Block(index, self.schema.names[number], f"column {number + 1}, name")

    def values(self, batch: pa.RecordBatch) -> Iterator[Iterator[tuple[int, Keys, Value]]]:
        """Return, for every row, the readable values in it: number of the column, way into the value, value."""
        columns = [
            (number, as_python(column))
            for number, (column, kind) in enumerate(zip(batch.columns, self.kinds, strict=True))
            if kind is not Kind.OTHER
        ]
        return (
            ((number, keys, value) for number, values in columns for keys, value in leaves(values[row]) if str(value))
            for row in range(batch.num_rows)
        )

    def block(self, index: int, record: int, number: int, keys: Keys, value: Value) -> Block:
        """Return the block of a value."""
        names = [self.schema.names[number], *(key for key in keys if isinstance(key, str))]
        locator = f"row {record}, column {number + 1}"
        return Block(index, str(value), locator, names[-1], record, ".".join(names))
