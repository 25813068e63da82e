"""The findings of a run as a table: codes, places and offsets, no values (`findings.parquet`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from hairyo.batch.assemble import Unit
from hairyo.batch.disk import WORK, whole_file, writing
from hairyo.detection import Finding

_NUMBER = pa.field("input", pa.int64())
_SHARD = pa.schema(
    [
        ("record", pa.int64()),
        ("block", pa.int64()),
        ("locator", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("type", pa.string()),
        ("code", pa.string()),
        ("item", pa.int8()),
        ("tier", pa.string()),
        ("subject", pa.string()),
        ("polarity", pa.string()),
        ("score", pa.float32()),
        ("rule", pa.string()),
    ]
)
SCHEMA = pa.schema([_NUMBER, *_SHARD])
_BATCH = 20_000
Row = tuple[Any, ...]  # one value a column of a shard


def rows(unit: Unit, found: Iterable[Finding], *, blocks: bool = True) -> Iterator[Row]:
    """Yield the rows of one unit's findings; `start` and `end` count within their block.

    Args:
        unit: the unit.
        found: what was found in it.
        blocks: whether the blocks' numbers count from the input's beginning; else they are left out.
    """
    for one in found:
        said = (one.type, one.code, one.item, one.tier, one.subject, one.polarity, one.score, one.rule)
        for at, start, end in unit.places(one.start, one.end):
            block = unit.blocks[at]
            yield (unit.record, block.index if blocks else None, block.locator, start, end, *said)


class FindingsShard:
    """The findings of one input, written as they come; the file does not show in what portions they came.

    Attributes:
        path: the file.

    Raises:
        OutputError: they cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: list[Row] = []

    def __enter__(self) -> Self:
        with writing(WORK):
            self._file = self.path.open("wb")
            self._writer = pq.ParquetWriter(self._file, _SHARD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with writing(WORK), closing(self._file):
            if error is None:
                self._flush(1)
            self._writer.close()

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        self._rows += rows
        with writing(WORK):
            self._flush(_BATCH)

    def _flush(self, least: int) -> None:
        """Write whole batches, and what is left over if it is `least` rows or more."""
        while len(self._rows) >= least:
            batch, self._rows = self._rows[:_BATCH], self._rows[_BATCH:]
            columns = [
                pa.array(list(column), kind)
                for column, kind in zip(zip(*batch, strict=True), _SHARD.types, strict=True)
            ]
            self._writer.write_table(pa.table(columns, schema=_SHARD))


def merge(shards: Sequence[tuple[int, Path]], target: Path) -> int:
    """Write the rows of `shards` to `target` at once, each under its input's number; return how many there are.

    Raises:
        OutputError: `target` cannot be written.
    """
    rows = 0
    with whole_file(target) as file, pq.ParquetWriter(file, SCHEMA) as writer:
        for number, shard in shards:
            for batch in pq.ParquetFile(shard).iter_batches(_BATCH):
                numbers = pa.array([number] * batch.num_rows, pa.int64())
                writer.write_batch(pa.RecordBatch.from_arrays([numbers, *batch.columns], schema=SCHEMA))
                rows += batch.num_rows
    return rows
