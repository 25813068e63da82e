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


@dataclass(frozen=True, slots=True)
class Kept:
    """Something of an original that its copy has to show again, but for what was redacted in it (残るべき部分).

    Attributes:
        place: where it stands, in words without any text of the file.
        content: its text; of a long one, its portions.
        record: the record it belongs to, counted as `Block.record` counts; None where it belongs to none.
        written: the same with quotes, escapes and line ends; where nothing was redacted it has to be equal, too.
        values: numbers, dates and the like, which cannot hold a mask: redacted, they become None.
        cut: a redacted value may stand in it in pieces.
        may_go: it may be missing as a whole, since it repeats what stands elsewhere.
    """

    place: str
    content: str | Iterator[str] = field(repr=False)
    record: int | None = None
    written: str = field(default="", repr=False)
    values: tuple[str | None, ...] = field(default=(), repr=False)
    cut: bool = False
    may_go: bool = False


# Reads what should have survived, in an order that is the same in original and copy.
KeptReader = Callable[[Path], Iterator[Kept]]
# The ways to read an original, and its copy in the same way: several where the encoding cannot be told for sure.
Ways = Callable[[Path, Path], Iterator[KeptReader]]
