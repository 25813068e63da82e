"""JSON Lines for the leak check, by the standard library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.records import record, strings
from hairyo.redaction.verify.readers.text import raw_bytes


def read(path: Path) -> Iterator[Piece]:
    """Yield the strings and numbers of every line, and the line itself; lines are counted from 1."""
    yield from raw_bytes(path)
    for name in encodings(path):
        with path.open(encoding=name, errors=HANDLER, newline="\n") as file:
            for number, line in enumerate(file, 1):
                yield Piece(f"line {number}", line, record=number, markup=True)
                try:
                    value = json.loads(line) if line.strip() else ""
                except (ValueError, RecursionError) as error:
                    raise OutputError(
                        "line {number} of the copy is not JSON; the input must be held", number=number
                    ) from error
                yield from record(f"line {number}", number, list(strings(value)))
