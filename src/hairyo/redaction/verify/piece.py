"""What a copy is searched by: pieces of text or bytes, each with its place (照合の単位)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Piece:
    """Something of a copy to be searched on its own.

    Attributes:
        place: where it stands, in words without any text of the copy.
        content: its text or its raw bytes.
        record: the record it belongs to, counted as `Block.record` counts; None where it belongs to none.
        markup: it is no prose: attributes, names, numbers of a layout.
        raw: it is markup with its tags.
        goes_on: it continues the piece before it, which may hold the beginning of a value.
    """

    place: str
    content: str | bytes = field(repr=False)
    record: int | None = None
    markup: bool = False
    raw: bool = False
    goes_on: bool = False


Reader = Callable[[Path], Iterator[Piece]]
