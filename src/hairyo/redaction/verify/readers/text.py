"""Plain text and Markdown (TXT, MD) for the leak check: in every encoding that fits, and as bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hairyo.redaction.verify.align import untwinned
from hairyo.redaction.verify.codecs import HANDLER, decoded, encodings, windows
from hairyo.redaction.verify.piece import Kept, KeptReader, Piece

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(path: Path) -> Iterator[Piece]:
    """Yield the bytes of a text file, and its text in every encoding it may be in."""
    yield from raw_bytes(path)
    for name in encodings(path):
        for number, text in enumerate(_whole_lines(decoded(path, name))):
            yield Piece(f"text in {name}", text, goes_on=number > 0)


def _whole_lines(blocks: Iterator[str]) -> Iterator[str]:
    """Yield the blocks cut at line ends, so that no number is cut in two where there are lines."""
    rest = ""
    for block in blocks:
        text = rest + block
        cut = text.rfind("\n") + 1 or len(text)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def raw_bytes(path: Path) -> Iterator[Piece]:
    """Yield the bytes of a file."""
    for number, block in enumerate(windows(path)):
        yield Piece("bytes of the file", block, goes_on=number > 0)


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read a text: one an encoding that it may be in; `scratch` is not needed."""
    return (partial(kept, encoding=name) for name in encodings(path))


def kept(path: Path, encoding: str) -> Iterator[Kept]:
    """Yield the whole text of a file, and the mark at its beginning."""
    yield beginning(path)
    yield Kept("text", (as_compared(text, encoding) for text in decoded(path, encoding)))


def beginning(path: Path) -> Kept:
    """Return the byte order mark that a file begins with."""
    with path.open("rb") as file:
        head = file.read(3)
    return Kept("byte order mark", next((mark.hex() for mark in _MARKS if head.startswith(mark)), ""))


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a file with their ends, as they are compared."""
    with path.open(encoding=encoding, errors=HANDLER, newline="") as file:
        for line in file:
            yield as_compared(line, encoding)


def as_compared(text: str, encoding: str) -> str:
    """Return a decoded text with one character for those that codecs of Japanese text decode in two ways."""
    return text if encoding.startswith("utf") else untwinned(text)
