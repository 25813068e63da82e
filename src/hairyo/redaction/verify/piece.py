"""What a copy is searched by: pieces of text or bytes, each with its place (照合の単位)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


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
class Within:
    """Something that is compared piece by piece only where it is not the same in original and copy (入れ子).

    Attributes:
        identity: what is the same in both if nothing differs.
        source: what the pieces are read from.
        ways: given the original's source and a folder for the check's own files, the ways to read its pieces and the
            copy's; none where the two cannot be compared.
        apart: it is a document of its own, in which not every place may be compared.
    """

    identity: object = field(repr=False)
    source: Any = field(repr=False)
    ways: Callable[[Any, Path], Iterable[Callable[[Any], Iterable[Kept]]]]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of comparing how two things look.

    Attributes:
        same: nothing but what was covered differs.
        changed: in how many places something was covered.
        removed: the characters that went.
    """

    same: bool
    changed: int = 0
    removed: Counter[str] = field(default_factory=Counter, repr=False)


class Looks(Protocol):
    """A page or picture, which is compared by how it looks."""

    def against(self, copy: Any, added: Collection[str]) -> Looked:
        """Compare it with the copy's.

        Args:
            copy: the copy's, of the same kind.
            added: the characters that stand-ins are made of.
        """
        ...

    def said(self) -> str:
        """Return its characters, without white space; "" where nobody reads any."""
        ...


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
        kind: what a change may look like in it: see `Kind`.
        counted: whether what was asked for is done in it as often as it was asked for; not where one edit is done in
            several places.
        within: it has pieces of its own, and no content.
        looks: it is compared by how it looks, and has no content.
    """

    place: str
    content: str | Iterator[str] = field(repr=False)
    record: int | None = None
    written: str = field(default="", repr=False)
    values: tuple[str | None, ...] = field(default=(), repr=False)
    cut: bool = False
    may_go: bool = False
    kind: Kind = "text"
    counted: bool = True
    within: Within | None = None
    looks: Looks | None = field(default=None, repr=False)


# What a change may look like in a piece. `words`: white space does not count. `name`: only letters and figures count,
# a number may follow. `formula`, `cell`: names that were changed stand in it, too. `address`: of a mail, becomes one of
# nobody. `number`: becomes text. `result`: of a formula, may go.
Kind = Literal["text", "words", "name", "formula", "cell", "address", "number", "result"]
# Reads what should have survived, in an order that is the same in original and copy.
KeptReader = Callable[[Path], Iterator[Kept]]
# The ways to read an original, and its copy in the same way: several where the encoding cannot be told for sure.
Ways = Callable[[Path, Path], Iterator[KeptReader]]
