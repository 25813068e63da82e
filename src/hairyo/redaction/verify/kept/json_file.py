"""JSON for the comparison: every key, string and number as written, in its order, and the layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Kept, KeptReader
from hairyo.redaction.verify.readers.jsonl import Object, whole
from hairyo.redaction.verify.readers.text import as_compared, beginning

_LEAF = re.compile(r'"(?:[^"\\]|\\.)*"|[-+0-9][-+.0-9eE]*')


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read the file: one an encoding that it may be in."""
    return (partial(_kept, encoding=name) for name in encodings(path))


def _kept(path: Path, encoding: str) -> Iterator[Kept]:
    yield beginning(path)
    text = path.read_bytes().decode(encoding, HANDLER)
    try:
        value = whole(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error
    for number, (said, is_key) in enumerate(_leaves(value), 1):
        yield Kept(f"value {number}", as_compared(said, encoding), counted=not is_key)
    yield Kept("layout", _LEAF.sub("0", text))


def _leaves(value: object) -> Iterator[tuple[str, bool]]:
    """Yield keys, strings and numbers, and whether each is a key: those that are alike are one block."""
    if isinstance(value, Object):
        for key, one in value:
            yield key, True
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield str(value), False
