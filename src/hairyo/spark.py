"""The seam to Spark's users (Spark): `scan` and `redact` for data frames, `run` for folders; `docs/spark.md`.

    import hairyo.spark

    found = hairyo.spark.scan(profiles, text="自己PR", id="会員ID")
    shown = hairyo.spark.redact(profiles, columns="user=会員ID,text=自己PR")
    summary = hairyo.spark.run(spark, "/mnt/lake/profiles", "/mnt/lake/redacted", policy="client-company")

Each row gets the findings, stand-ins and consent events that a run on one machine gives it. A worker loads the
dictionaries and the model once, with its first row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from hairyo.batch.cluster import perform
from hairyo.batch.frames import FINDINGS, REASON, RowRedaction, check_names, findings, quietly, redacted
from hairyo.batch.lake import lake_submissions
from hairyo.batch.options import RunOptions
from hairyo.batch.run import Progress, RunSummary
from hairyo.batch.run import run as _run
from hairyo.consent import Keys
from hairyo.detection import Role
from hairyo.documents import ColumnMap
from hairyo.errors import UsageError
from hairyo.messages import Lang
from hairyo.redaction import Policy
from hairyo.redaction.policy import DEFAULT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

ROWS = 1000
_OWN = frozenset({"workers", "memory"})  # options of a run that are Spark's to set


def scan(df: DataFrame, *, text: str, id: str | Sequence[str] = (), role: Role | None = None) -> DataFrame:
    """Return one row a finding, as `hairyo.scan` gives them: the `id` columns of its row, then offsets, codes, rule.

    Args:
        df: any data frame.
        text: name of the column of texts; rows without a text have no finding.
        id: names of the columns to keep, which tell the rows apart. They are not read.
        role: kind of submission of all the texts, where known.

    Raises:
        UsageError: a column is not there, is no column of strings, or has a name of the findings' own.
    """
    from pyspark.sql.types import StringType, StructType

    kept = _names(id)
    _check_columns(df, (*kept, text))
    if not isinstance(df.schema[text].dataType, StringType):
        raise UsageError("the column of texts does not hold strings; cast it to string first")
    if set(kept) & set(FINDINGS.names):
        raise UsageError("a column to keep is called like one of the findings' own; rename it")
    wide = df.select(*map(_quoted, (*kept, text)))
    schema = StructType([*(df.schema[name] for name in kept), *_spark_schema(FINDINGS)])
    return wide.mapInArrow(partial(_scan, role), schema)


def redact(
    df: DataFrame,
    *,
    columns: str | None = None,
    id: str | Sequence[str] = (),
    policy: Policy | str | Path | None = None,
    recipient: str = "",
    role: Role | None = None,
) -> DataFrame:
    """Return the data frame with what was found in its rows redacted, and the column `hairyo_reason`.

    A row is one record: all its cells are read together, whatever the column map says, and what is found in one goes
    from all. Before a row is given out, it is searched for every value that was taken out of it. A row that shows one,
    or cannot be read, comes back with nulls and the reason (`leak_found`, `error`); in all others the reason is null.

    Args:
        df: any data frame.
        columns: what the columns hold, where their names do not tell (`user=会員ID,text=自己PR`).
        id: names of columns to hand through as they are, neither read nor redacted: a running number that refused rows
            are known by. Nothing that says anything of a person.
        policy: a policy, its file or its name; by default the client company's (顧問先).
        recipient: who is to get the rows; keyed stand-ins differ from one recipient to the next.
        role: kind of submission of all the rows, where known.

    Raises:
        UsageError: a column is not there, cannot be read, or has a name that would itself have to be redacted; the
            column map or policy is wrong.
        UnknownFormat: a column nests text with values that cannot be written back.
        LedgerError: the policy makes keyed stand-ins, and there is no key.
    """
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import StringType, StructField, StructType

    kept = _names(id)
    _check_columns(df, (*kept, *df.columns))
    read = [name for name in df.columns if name not in kept]
    chosen = policy if isinstance(policy, Policy) else Policy.load(policy or DEFAULT)
    how = RowRedaction(
        chosen,
        None if columns is None else ColumnMap.parse(columns),
        recipient,
        role,
        len(kept),
        Keys.load(create=False).id if chosen.keyed else None,
    )
    wide = df.select(*map(_quoted, (*kept, *read)))
    check_names(_without(to_arrow_schema(wide.schema, timezone="UTC"), len(kept)), how)
    fields = [StructField(one.name, one.dataType, nullable=True) for one in wide.schema]
    schema = StructType([*fields, StructField(REASON, StringType())])
    return wide.mapInArrow(partial(_redact, how), schema).select(*map(_quoted, (*df.columns, REASON)))


def run(
    spark: SparkSession,
    source: str | Path,
    out: str | Path,
    *,
    rows: int = ROWS,
    collect: bool = False,
    lang: Lang = "ja",
    progress: Progress | None = None,
    **options: object,
) -> RunSummary:
    """Do `hairyo run` on a cluster: copies, findings, consent events, manifest and report, as a local run makes them.

    Parquet files of more than `rows` rows are done in parts, each with a copy and a line of the manifest of its own.
    Run it again after whatever went wrong: what is done is skipped, and no consent is recorded twice.

    Args:
        spark: a session whose driver and workers see `source` and `out` under the same paths.
        source: a folder of Parquet files, with partition folders or without, or with a Delta-like `_delta_log`; a
            folder of any files that `hairyo run` reads; or one file.
        out: output folder, outside of `source`.
        rows: rows of a part: what is lost when a worker dies.
        collect: leave the consent events in `out/events.jsonl` instead of appending them to the ledger.
        lang: language of the report.
        progress: called with (inputs done, inputs in all).
        options: any of `RunOptions` but `workers` and `memory`, by name.

    Raises:
        UsageError: an option, a path or a worker's set-up is wrong; the source is a table that would be read wrongly.
        HairyoError: see `hairyo.batch.run.run`.
    """
    if _OWN & options.keys():
        raise UsageError("workers and memory are Spark's to set; see docs/spark.md")
    if rows < 1:
        raise UsageError("rows must be at least 1")
    chosen = RunOptions.of(**options)
    folder = _path(source)
    return _run(
        folder,
        _path(out),
        options=chosen,
        lang=lang,
        progress=progress,
        inputs=lake_submissions(folder, rows),
        perform=partial(perform, spark),
        collect=collect,
    )


def _scan(role: Role | None, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return quietly(findings(batches, role))


def _redact(how: RowRedaction, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return quietly(redacted(batches, how))


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _check_columns(df: DataFrame, names: Sequence[str]) -> None:
    if len(set(df.columns)) < len(df.columns):
        raise UsageError("two columns of the data frame have one name; rename one")
    if not set(names) <= set(df.columns):
        raise UsageError("a column that was named is not among the {count} of the data frame", count=len(df.columns))


def _quoted(name: str) -> str:
    """Return a column's name so that Spark takes dots and the like in it for what they are."""
    return "`" + name.replace("`", "``") + "`"


def _without(schema: pa.Schema, first: int) -> pa.Schema:
    return pa.schema([schema.field(number) for number in range(first, len(schema))])


def _spark_schema(schema: pa.Schema) -> StructType:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _path(given: str | Path) -> Path:
    """Return the absolute path of a folder that driver and workers share.

    Raises:
        UsageError: it is a URL of something that is no file system of theirs.
    """
    parsed = urlsplit(str(given))
    if isinstance(given, str) and parsed.scheme == "file" and parsed.netloc in ("", "localhost"):
        return Path(unquote(parsed.path)).absolute()
    if isinstance(given, str) and "://" in given:
        raise UsageError(
            "run needs folders that driver and workers share as a file system; mount the store, or use scan and redact "
            "on a data frame"
        )
    return Path(given).absolute()
