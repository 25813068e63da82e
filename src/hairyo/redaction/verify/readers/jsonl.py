"""JSON Lines for the leak check, by the standard library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Kept, KeptReader, Piece
from hairyo.redaction.verify.readers.records import record, strings
from hairyo.redaction.verify.readers.text import as_compared, beginning, raw_bytes


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


class Object(list[tuple[str, object]]):
    """A JSON object with all its keys, doubled ones too."""


whole = json.JSONDecoder(object_pairs_hook=Object, parse_int=str, parse_float=str, parse_constant=str).decode


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read the lines: one an encoding that they may be in; `scratch` is not needed."""
    return (partial(_kept, encoding=name) for name in encodings(path))


def _kept(path: Path, encoding: str) -> Iterator[Kept]:
    """Yield every line: its keys, strings and numbers as written, and the brackets around them."""
    yield beginning(path)
    with path.open(encoding=encoding, errors=HANDLER, newline="\n") as file:
        for number, line in enumerate(file, 1):
            try:
                value = whole(line) if line.strip() else ""
            except (ValueError, RecursionError) as error:
                raise OutputError(
                    "line {number} of the copy is not JSON; the input must be held", number=number
                ) from error
            end = line[len(line.rstrip("\r\n")) :]
            content = "\x1f".join((*_leaves(value), end))
            yield Kept(f"line {number}", as_compared(content, encoding), number, as_compared(line, encoding))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Object):
        yield "{"
        for key, one in value:
            yield key
            yield from _leaves(one)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for one in value:
            yield from _leaves(one)
        yield "]"
    else:
        yield value if isinstance(value, str) else f"\x1e{value}"
