"""Tables of text (CSV, TSV) for the leak check, by the standard library."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Kept, KeptReader, Piece
from hairyo.redaction.verify.readers.records import record
from hairyo.redaction.verify.readers.text import beginning, lines, raw_bytes

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


def csv_ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read a table: one an encoding, all with the sign that parts the original's cells."""
    return (partial(_kept, encoding=name, delimiter=_delimiter(path, name)) for name in encodings(path))


def tsv_ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read a table whose cells are parted by tabs."""
    return (partial(_kept, encoding=name, delimiter="\t") for name in encodings(path))


def _kept(path: Path, encoding: str, delimiter: str) -> Iterator[Kept]:
    """Yield every row: how many cells it has, what they say, and how it ends."""
    yield beginning(path)
    seen: list[str] = []

    def noted() -> Iterator[str]:
        for line in lines(path, encoding):
            seen.append(line)
            yield line

    with _long_fields():
        for number, row in enumerate(csv.reader(noted(), delimiter=delimiter), 1):
            written = "".join(seen)
            seen.clear()
            end = written[len(written.rstrip("\r\n")) :]
            yield Kept(f"row {number}", "\x1f".join((str(len(row)), *row, end)), number, written)
