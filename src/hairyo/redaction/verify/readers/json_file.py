"""JSON for the leak check, by the standard library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.records import strings
from hairyo.redaction.verify.readers.text import raw_bytes


def read(path: Path) -> Iterator[Piece]:
    """Yield every key, string and number (as written), and the file itself."""
    yield from raw_bytes(path)
    for name in encodings(path):
        text = path.read_bytes().decode(name, HANDLER)
        yield Piece("as written", text, markup=True)
        try:
            value = json.loads(text, object_pairs_hook=list, parse_float=str, parse_int=str)
        except (ValueError, RecursionError) as error:
            raise OutputError("the copy cannot be read again; the input must be held") from error
        for number, said in enumerate(strings(value), 1):
            if said:
                yield Piece(f"value {number}", said)
