"""Tables of text (CSV, TSV) for the leak check, by the standard library."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.records import record
from hairyo.redaction.verify.readers.text import raw_bytes

_DELIMITERS = ",;\t|"
_MAX_FIELD = 500_000_000


def read_csv(path: Path) -> Iterator[Piece]:
    """Yield the cells and rows of a table; the commonest sign of its first line parts the cells."""
    return _table(path, tabs=False)


def read_tsv(path: Path) -> Iterator[Piece]:
    """Yield the cells and rows of a table whose cells are parted by tabs."""
    return _table(path, tabs=True)


def _table(path: Path, *, tabs: bool) -> Iterator[Piece]:
    """Yield the cells of a table as text, and each row as a whole; rows count from 1, blank ones too."""
    yield from raw_bytes(path)
    for name in encodings(path):
        delimiter = "\t" if tabs else _delimiter(path, name)
        with path.open(encoding=name, errors=HANDLER, newline="") as file, _long_fields():
            for number, row in enumerate(csv.reader(file, delimiter=delimiter), 1):
                yield from record(f"row {number}", number, row)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let `csv` read cells of any length while it reads copies."""
    before = csv.field_size_limit(_MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors=HANDLER, newline="") as file:
        head = re.sub(r'"[^"]*"', "", file.read(10_000))
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)
