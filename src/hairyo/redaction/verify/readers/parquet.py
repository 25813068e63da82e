"""Parquet for the leak check, by DuckDB."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hairyo.errors import OutputError, UsageError
from hairyo.redaction.verify.piece import Kept, KeptReader, Piece
from hairyo.redaction.verify.readers.records import record, strings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 2048
_OFFLINE: Mapping[str, str | bool | int | float | list[str]] = MappingProxyType(
    {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 1}
)


def read(path: Path) -> Iterator[Piece]:
    """Yield the cells of every row by DuckDB, counted from 1, then names, metadata and statistics."""
    with _opened(path, path.parent) as (db, name):
        yield from _parquet_pieces(db, name)


@contextmanager
def _opened(path: Path, scratch: Path) -> Iterator[tuple[DuckDBPyConnection, str]]:
    """Give a database that reads the file by the name given, and may write into a folder in `scratch` only."""
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise UsageError("checking Parquet copies needs DuckDB; run `pip install hairyo[verify]`") from error
    with (
        tempfile.TemporaryDirectory(dir=scratch) as folder,
        duckdb.connect(":memory:", config={**_OFFLINE, "temp_directory": folder}) as db,
    ):
        plain = Path(folder) / "copy.parquet"  # DuckDB would take * ? [ in a file's own name for a pattern
        plain.symlink_to(path.resolve())
        try:
            yield db, str(plain)
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


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a table; DuckDB keeps its own files in `scratch`."""
    yield partial(_kept, scratch=scratch)


def _kept(path: Path, scratch: Path) -> Iterator[Kept]:
    """Yield the columns' names and types, then every row: its texts, and its other values."""
    with _opened(path, scratch) as (db, name):
        types = [str(row[1]) for row in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [name]).fetchall()]
        for number, (column, kind) in enumerate(zip(_columns(db, name), types, strict=True), 1):
            yield Kept(f"column {number}", f"{column}\x1f{kind}")
        rows = db.execute("SELECT * FROM read_parquet(?)", [name])
        number = 0
        while batch := rows.fetchmany(_BATCH):
            for row in batch:
                number += 1
                texts: list[str] = []
                values: list[str | None] = []
                _part(row, texts, values)
                yield Kept(f"row {number}", "\x1f".join(texts), number, values=tuple(values))


def _part(value: object, texts: list[str], values: list[str | None]) -> None:
    """Put what stands in a value among the texts or the other values, in its order."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            _part(key, texts, values)
            _part(one, texts, values)
    elif isinstance(value, list | tuple):
        texts.append(f"\x1e{len(value)}")
        for one in value:
            _part(one, texts, values)
    else:
        values.append(None if value is None else str(value))


def _columns(db: DuckDBPyConnection, path: str) -> Iterator[str]:
    """Yield the columns' names as they are written; a query would number those that are alike."""
    within = 0
    for name, children in db.execute("SELECT name, num_children FROM parquet_schema(?)", [path]).fetchall()[1:]:
        if not within:
            yield name
        within = max(within - 1, 0) + (children or 0)
