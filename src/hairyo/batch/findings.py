"""The findings of a run as a table: codes, places and offsets, no values (`findings.parquet`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from hairyo.batch.assemble import Unit
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


class FindingsShard:
    """The findings of one input, written as they come; `start` and `end` count within their block.

    Args:
        path: the file.
        blocks: whether the blocks' numbers count from the input's beginning; else they are left out.
    """

    def __init__(self, path: Path, *, blocks: bool = True) -> None:
        self._path, self._blocks = path, blocks
        self._rows: list[dict[str, Any]] = []
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(self._path, _SHARD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def add(self, unit: Unit, found: Iterable[Finding]) -> None:
        """Add the findings of one unit."""
        for finding in found:
            for at, start, end in unit.places(finding.start, finding.end):
                self._rows.append(
                    {
                        "record": unit.record,
                        "block": unit.blocks[at].index if self._blocks else None,
                        "locator": unit.blocks[at].locator,
                        "start": start,
                        "end": end,
                        "type": finding.type,
                        "code": finding.code,
                        "item": finding.item,
                        "tier": finding.tier,
                        "subject": finding.subject,
                        "polarity": finding.polarity,
                        "score": finding.score,
                        "rule": finding.rule,
                    }
                )
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._writer is not None and self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=_SHARD))
            self._rows = []


def merge(shards: Sequence[tuple[int, Path]], target: Path) -> int:
    """Write the rows of `shards` to `target` at once, each under its input's number; return how many there are."""
    rows = 0
    part = target.with_name(target.name + ".part")
    with pq.ParquetWriter(part, SCHEMA) as writer:
        for number, shard in shards:
            for batch in pq.ParquetFile(shard).iter_batches(_BATCH):
                numbers = pa.array([number] * batch.num_rows, pa.int64())
                writer.write_batch(pa.RecordBatch.from_arrays([numbers, *batch.columns], schema=SCHEMA))
                rows += batch.num_rows
    part.replace(target)
    return rows
