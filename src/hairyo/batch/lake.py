"""The inputs of a run over a lake's folder (データレイクの入力): Parquet tables in parts of some rows, others whole.

A table of a million rows is one file, and hours of work: in parts it can be shared out, resumed and refused piece by
piece. A part's rows keep their numbers in the file, so that what is found, recorded and written is the same as
where the file is done whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hairyo.batch.delta import LOG, live_files
from hairyo.batch.inputs import Submission, submissions
from hairyo.documents import kinds
from hairyo.documents.parquet import ParquetDocument, row_count
from hairyo.errors import BrokenInput, UsageError


def lake_submissions(source: Path, rows: int) -> Iterator[Submission]:
    """Yield the inputs of `source`, numbered anew, tables of more than `rows` rows in parts.

    Left out is what Spark leaves out, too: files and folders whose names begin with `.` or `_` (`_SUCCESS`,
    `.part-0.parquet.crc`), but for partition folders (`_key=1`). Beside a `_delta_log`, the files count that the log
    says are in the table.

    Args:
        source: a table's folder, with partition folders or without; a folder of files; or one file.
        rows: rows of a part.

    Raises:
        UsageError: the folder is a table of a kind that would be read wrongly, or see `submissions`.
    """
    live = _live(source)
    number = 0
    for one in submissions(source):
        path = Path(one.relative)
        if source.is_dir() and LOG in path.parts[1:]:
            raise UsageError("the folder holds Delta-like tables; give each table's own folder")
        if one.path not in live if live is not None else any(_is_hidden(name) for name in path.parts):
            continue
        for wanted in _ranges(one.path, rows):
            yield replace(one, number=number, rows=wanted)
            number += 1


def _live(source: Path) -> set[Path] | None:
    """Return the files of a Delta-like table, or None where every file counts."""
    if any(source.glob("**/.hoodie")) or any(source.glob("**/metadata/*.metadata.json")):
        raise UsageError(
            "the folder is a Hudi or Iceberg table, whose old files must not be read; read it with its own reader "
            "and use hairyo.spark.redact, or write it as Parquet"
        )
    return live_files(source) if (source / LOG).is_dir() else None


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or (name.startswith("_") and "=" not in name)


def _ranges(path: Path, rows: int) -> Iterator[range | None]:
    """Yield the parts of a file; None for all of it at once."""
    total = _rows_of(path)
    if total <= rows:
        yield None
        return
    for start in range(0, total, rows):
        yield range(start, min(start + rows, total))


def _rows_of(path: Path) -> int:
    """Return the rows of a Parquet file; 0 of any other, and of one that its reader will refuse."""
    suffixes = next(kind.suffixes for kind in kinds() if kind.name == ParquetDocument.format)
    if path.suffix.lower() not in suffixes or path.is_symlink() or not path.is_file():
        return 0  # to open a pipe is to wait for ever
    try:
        return row_count(path)
    except BrokenInput:
        return 0
