"""Plain text and Markdown (TXT, MD) for the leak check: in every encoding that fits, and as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hairyo.redaction.verify.codecs import decoded, encodings, windows
from hairyo.redaction.verify.piece import Piece


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
