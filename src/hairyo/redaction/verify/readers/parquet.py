"""Parquet for the leak check, by DuckDB."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hairyo.errors import OutputError, UsageError
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.records import record, strings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 2048
_OFFLINE: Mapping[str, str | bool | int | float | list[str]] = MappingProxyType(
    {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 1}
)


def read(path: Path) -> Iterator[Piece]:
    """Yield the cells of every row by DuckDB, counted from 1, then names, metadata and statistics."""
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise UsageError("checking Parquet copies needs DuckDB; run `pip install hairyo[verify]`") from error
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        duckdb.connect(":memory:", config={**_OFFLINE, "temp_directory": folder}) as db,
    ):
        plain = Path(folder) / "copy.parquet"  # DuckDB would take * ? [ in a file's own name for a pattern
        plain.symlink_to(path.resolve())
        try:
            yield from _parquet_pieces(db, str(plain))
        except duckdb.Error as error:
            raise OutputError("the Parquet copy cannot be read again; the input must be held") from error


def _parquet_pieces(db: DuckDBPyConnection, path: str) -> Iterator[Piece]:
    rows = db.execute("SELECT * FROM read_parquet(?)", [path])
    number = 0
    while batch := rows.fetchmany(_BATCH):
        for row in batch:
            number += 1
            yield from record(f"row {number}", number, list(strings(row)))
    for place, query in (
        ("schema", "SELECT name FROM parquet_schema(?)"),
        ("metadata", "SELECT key, value FROM parquet_kv_metadata(?)"),
        (
            "statistics",
            "SELECT stats_min_value, stats_max_value, stats_min, stats_max FROM parquet_metadata(?)",
        ),
    ):
        for text in strings(db.execute(query, [path]).fetchall()):
            yield Piece(place, text, markup=True)
