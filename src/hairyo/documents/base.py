"""What a parsed submission is, and the small interface that every format implements.

A format is one module with one function `open_file` (`Opener`), listed as one row of `formats.toml`.
It opens a file as a `Document`, which yields text blocks in reading order and, given edits, writes a
copy of the same format. Formats know no detector and no policy: they take and give text, positions and edits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from hairyo.documents.columns import ColumnMap
from hairyo.errors import TooLarge, Words


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text that a person would read as one: a paragraph, a cell, a comment, a property.

    Attributes:
        index: running number of the block in its document, from 0.
        text: its text, decoded; offsets of edits count its code points.
        locator: where it stands, in words without any text of the input (`row 4, column 2`,
            `word/header1.xml paragraph 3`).
        label: the column name or form label it answers to, or "".
        record: running number of the record (table row, JSONL line) it belongs to, or None.
            A record is one person's submission of its own.
        field: name of the column or key, or None; the column map speaks of these.
        joins: how it follows the block before it in reading: `line` (new line), `cell` (same row) or `document`
            (another document begins: what was before is no context of it).
        listed: whether it is part of a list of several persons (一覧表) that has no records: a sheet, a table in an
            archive. What is said there of one of them is nobody's disclosure.
        shows: the type of finding that it is a picture of (`FACE`), or "" where it is text. A picture's text is one
            U+FFFC; it is redacted whole or not at all.
    """

    index: int
    text: str
    locator: str
    label: str = ""
    record: int | None = None
    field: str | None = None
    joins: str = "line"
    listed: bool = False
    shows: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace `text[start:end]` of block `block` with `replacement`."""

    block: int
    start: int
    end: int
    replacement: str


class Document(ABC):
    """A submission opened for reading and for writing one copy.

    Attributes:
        format: name of its format, as in `formats.toml`.
        unread: kinds of parts that were kept but could not be read as text (`image`, `boolean column`),
            sorted; whoever releases the copy must decide what to do about them.
        remarks: what whoever releases the copy should know (a name that belies the content, pages that became
            pictures); without any text of the input. Complete once the copy is written.
        converted: the suffix of the copy's format where it is not the input's own (`.docx` for a DOC), else "".
        basis: of a converted document, the file of the copy's format that the copy is made of; else None.
    """

    format: str
    unread: tuple[str, ...] = ()
    remarks: tuple[Words, ...] = ()
    converted: str = ""
    basis: Path | None = None

    @abstractmethod
    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in reading order; every call yields the same blocks.

        Raises:
            InputRefused: the file turns out broken or too large while it is read.
        """

    @abstractmethod
    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write a copy with the edits done and everything else as it was.

        Args:
            target: the file to make; it must not exist.
            edits: in ascending order, disjoint within a block.

        Raises:
            OutputError: the copy cannot be written.
            ValueError: an edit lies outside its block or overlaps another.
        """


class Opener(Protocol):
    """What a format's module offers under the name `open_file`."""

    def __call__(self, path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> Document:
        """Open `path` as the format named `kind`.

        Raises:
            InputRefused: the file is not what it should be.
            UsageError: the column map names a column that is not there.
        """
        ...


@dataclass(slots=True)
class Unpacked:
    """What has been unpacked of one input so far, in all the documents within it.

    Attributes:
        documents, bytes: how many and how much.
        looks: what was seen in its pictures, by digests of their pixels: the same picture is read once.
    """

    looks: dict[bytes, Any] = field(default_factory=dict, repr=False)
    documents: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader may spend on one file; beyond it the file is refused as too large.

    Attributes:
        file_bytes: size of the file on disk.
        unpacked_bytes: sum of what a container unpacks to, and of all that is unpacked of one input.
        ratio: unpacked to packed size of one member.
        members: members of a container, and documents within one input.
        depth: nesting of elements.
        nesting: documents within documents.
        record_chars: code points of one record (table row, JSONL line), which is held in memory whole.
        scratch: folder for what has to be unpacked; the system's where None. It holds personal data in clear.
        unpacked: what has been unpacked of the input; shared by the limits of all documents within it.
    """

    file_bytes: int = 5_000_000_000
    unpacked_bytes: int = 500_000_000
    ratio: int = 200
    members: int = 10_000
    depth: int = 200
    nesting: int = 5
    record_chars: int = 16_000_000
    scratch: Path | None = None
    unpacked: Unpacked = field(default_factory=Unpacked, compare=False, repr=False)

    def within(self, size: int) -> Limits:
        """Return the limits of a document of `size` bytes within this one, and count it.

        Raises:
            TooLarge: it lies too deep, or too much has been unpacked.
        """
        if not self.nesting:
            raise TooLarge("documents lie within documents too deep; unpack them and hand them in one by one")
        self.unpacked.documents += 1
        self.unpacked.bytes += size
        if self.unpacked.bytes > self.unpacked_bytes or self.unpacked.documents > self.members:
            raise TooLarge(
                "the documents within come to more than {unpacked_bytes} bytes or {members} files; split the input",
                unpacked_bytes=self.unpacked_bytes,
                members=self.members,
            )
        return replace(self, nesting=self.nesting - 1)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits of one block done.

    Raises:
        ValueError: the edits overlap, are unordered, or reach outside the text.
    """
    pieces, at = [], 0
    for edit in edits:
        if not at <= edit.start < edit.end <= len(text):
            raise ValueError(f"edit {edit.start}:{edit.end} of block {edit.block} overlaps or lies outside")
        pieces += [text[at : edit.start], edit.replacement]
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)
