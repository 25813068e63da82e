"""Rows of a table that lies in memory (表の行): findings of a column's texts, and redacted rows.

For the seams to libraries of data frames, which hand over Arrow batches. A row is treated as a record of a Parquet file
is in a run: every cell is read, and the row is searched for what was taken out of it before it is given out. A row that
cannot be given out comes back empty, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hairyo.batch.assemble import Unit, units
from hairyo.batch.pool import where
from hairyo.batch.records import edits_of, findings_of
from hairyo.consent import Keys
from hairyo.detection import Detector, Role
from hairyo.detection.engine import shared_detector
from hairyo.documents import ColumnMap
from hairyo.documents.arrow import ArrowRows
from hairyo.documents.base import apply_edits
from hairyo.documents.parquet_values import Change, Value, edited
from hairyo.documents.parquet_values import Keys as Way
from hairyo.errors import HairyoError, LeakFound, UsageError
from hairyo.redaction import Plan, Policy, Scope, Secret, plan
from hairyo.redaction.verify import leaking_rows

FINDINGS = pa.schema(
    [
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("type", pa.string()),
        ("code", pa.string()),
        ("item", pa.int32()),
        ("tier", pa.string()),
        ("subject", pa.string()),
        ("polarity", pa.string()),
        ("score", pa.float64()),
        ("cue", pa.list_(pa.int64())),
        ("rule", pa.string()),
    ]
)
REASON = "hairyo_reason"
_ROWS = 256  # rows that are held at once, redacted and not


@dataclass(frozen=True, slots=True)
class RowRedaction:
    """How rows are redacted.

    Attributes:
        policy: what has to go, and how.
        columns: what the columns hold, where their names do not tell.
        recipient: who is to get the rows.
        role: the declared role of all rows; None to go by each row.
        kept: columns, the first of the table, that are handed through: neither read nor redacted.
        key_id: public name of the key that stand-ins are made with; None where the policy needs none.
    """

    policy: Policy
    columns: ColumnMap | None = None
    recipient: str = ""
    role: Role | None = None
    kept: int = 0
    key_id: str | None = None


def findings(batches: Iterable[pa.RecordBatch], role: Role | None) -> Iterator[pa.RecordBatch]:
    """Yield one row a finding of the texts in the last column, after the other columns' cells of its row."""
    detector = shared_detector()
    for batch in _small(batches):
        rows: list[int] = []
        found: list[dict[str, Any]] = []
        for row, text in enumerate(batch.column(batch.num_columns - 1).to_pylist()):
            for one in detector.scan(text, role=role) if text is not None else ():
                rows.append(row)
                found.append(one.to_json() | {"code": one.code})
        kept = batch.select(list(range(batch.num_columns - 1))).take(pa.array(rows, pa.int64()))
        made = pa.RecordBatch.from_pylist(found, schema=FINDINGS)
        names = [*kept.schema.names, *FINDINGS.names]
        yield pa.RecordBatch.from_arrays([*kept.columns, *made.columns], names=names)


def redacted(batches: Iterable[pa.RecordBatch], how: RowRedaction) -> Iterator[pa.RecordBatch]:
    """Yield the batches with their rows redacted, and a column more that says why a row is empty."""
    key = _key(how)
    for batch in _small(batches):
        yield _Rows(batch, how, key).redacted()


def check_names(schema: pa.Schema, how: RowRedaction) -> None:
    """Make sure that a table of `schema` can be redacted under the names its columns have.

    Args:
        schema: the columns that are read.
        how: the redaction.

    Raises:
        UsageError: a column cannot be read, or its name is itself something to redact. No name is in the message.
        UnknownFormat: a column nests text with values that cannot be written back.
    """
    rows = ArrowRows(schema, how.columns)
    if rows.unread:
        raise UsageError("a column is binary or of another kind that cannot be read; leave it out of the table")
    if REASON in schema.names:
        raise UsageError("the table has a column {name} already; rename it", name=REASON)
    named = list(rows.names())
    for unit in units(block for _, block in named):
        for one in findings_of(unit, shared_detector(overrides=how.policy.overrides), how.columns, None):
            if how.policy.redacts(one):
                at, _, _ = next(unit.places(one.start, one.end))
                raise UsageError(
                    "the name of column {number} of those to be read is itself personal or special-care information; "
                    "rename it",
                    number=named[unit.blocks[at].index][0] + 1,
                )


@dataclass(frozen=True, slots=True)
class _Cell:
    column: int
    way: Way
    value: Value


class _Rows:
    """A few rows while they are redacted."""

    def __init__(self, batch: pa.RecordBatch, how: RowRedaction, key: Keys | None) -> None:
        self._batch, self._how, self._key = batch, how, key
        self._read = batch.select(list(range(how.kept, batch.num_columns)))
        self._detector: Detector = shared_detector(overrides=how.policy.overrides)
        self._changes: dict[int, list[Change]] = defaultdict(list)
        self._plans: dict[int, Plan] = {}
        self._reasons: dict[int, str] = {}

    def redacted(self) -> pa.RecordBatch:
        rows = ArrowRows(self._read.schema, self._how.columns)
        for row, values in enumerate(rows.values(self._read)):
            cells = [_Cell(*value) for value in values]
            blocks = [rows.block(index, 1, one.column, one.way, one.value) for index, one in enumerate(cells)]
            for unit in units(blocks):
                self._redact(row, unit, cells)
        columns = self._edited()
        shown = zip(*(column.to_pylist() for column in columns), strict=True) if columns else iter(())
        taken_out: dict[int | None, Collection[Secret]] = {row + 1: made.values for row, made in self._plans.items()}
        for number in leaking_rows(shown, taken_out):
            self._reasons.setdefault(number - 1, LeakFound.reason)
        return self._without_refused(columns)

    def _redact(self, row: int, unit: Unit, cells: Sequence[_Cell]) -> None:
        """Plan a row's copy and note its changes; whatever goes wrong, the row is not given out."""
        try:
            found = findings_of(unit, self._detector, self._how.columns, self._how.role)
            made = self._plans[row] = plan(unit.text, found, self._how.policy, self._scope(unit))
            edits = list(edits_of(unit, made))
        except HairyoError as error:
            if not isinstance(error, LeakFound):
                raise  # not the row's fault: a model or a key is wrong
            self._reasons[row] = error.reason
            return
        except Exception:  # one row must not end the work on all; it is not given out
            self._reasons[row] = HairyoError.reason
            return
        for block in unit.blocks:
            due = [one for one in edits if one.block == block.index]
            if due:
                cell = cells[block.index]
                new = apply_edits(block.text, due) if isinstance(cell.value, str) else None
                self._changes[cell.column].append((row, cell.way, new))

    def _scope(self, unit: Unit) -> Scope:
        if self._key is None:
            return Scope(recipient=self._how.recipient)
        name = self._key.mac("row", unit.text)  # nothing else tells one row of a table in memory from the next
        return Scope(name=name, recipient=self._how.recipient, key=self._key.subkey("redaction"))

    def _edited(self) -> list[pa.Array]:
        columns = [edited(column, self._changes.get(number, [])) for number, column in enumerate(self._read.columns)]
        return [one.combine_chunks() if isinstance(one, pa.ChunkedArray) else one for one in columns]

    def _without_refused(self, columns: list[pa.Array]) -> pa.RecordBatch:
        rows = range(self._batch.num_rows)
        if self._reasons:
            whole = [None if row in self._reasons else row for row in rows]
            columns = [column.take(pa.array(whole, pa.int64())) for column in columns]
        reasons = pa.array([self._reasons.get(row) for row in rows], pa.string())
        kept = self._batch.columns[: self._how.kept]
        names = [*self._batch.schema.names, REASON]
        return pa.RecordBatch.from_arrays([*kept, *columns, reasons], names=names)


def _small(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS):
            yield batch.slice(start, _ROWS)


def _key(how: RowRedaction) -> Keys | None:
    """Return this machine's key, where the policy needs one; it must be the one of whoever planned the work.

    Raises:
        LedgerError: this machine has no key.
        UsageError: it has another.
    """
    if how.key_id is None:
        return None
    keys = Keys.load(create=False)
    if keys.id != how.key_id:
        raise UsageError("a worker has another key than the driver; give all machines the same key")
    return keys


def quietly(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the batches; an unforeseen exception becomes one that says its class and place, and nothing of the data.

    Raises:
        RuntimeError: something unforeseen went wrong.
    """
    try:
        yield from batches
    except HairyoError:
        raise
    except Exception as error:
        raise RuntimeError(f"{where(error)}; report it, with the version of hairyo") from None
