"""Office documents (DOCX, XLSX, PPTX) for the leak check: every member of the package, by `zipfile` and expat."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.inner import nested, sniff

# What `zipfile` and expat raise for a damaged or locked package, one within the copy, too.
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError, EOFError, ValueError)
_MAX_MEMBER = 500_000_000
_MAX_NESTING = 3
_PICTURES = ("png", "jpeg", "gif", "tiff", "webp", "bmp")
_RUN_TEXT = frozenset({"t", "delText", "instrText", "delInstrText"})
_PARAGRAPHS = frozenset({"p", "si", "is", "text"})  # of text; of a workbook: shared, in a cell, in a comment
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}


def read(path: Path) -> Iterator[Piece]:
    """Yield names, bytes and text of all members, of those within members too."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, "member", _MAX_NESTING, path)
    except _BROKEN as error:
        raise OutputError("the Office copy cannot be read again; the input must be held") from error


def _members(archive: zipfile.ZipFile, prefix: str, nesting: int, path: Path) -> Iterator[Piece]:
    yield Piece(f"{prefix} comment", archive.comment)
    for number, info in enumerate(archive.infolist(), 1):
        place = f"{prefix} {number}"
        yield Piece(f"{place} name", info.filename, markup=True)
        if info.file_size > _MAX_MEMBER:
            raise OutputError("{place} of the copy is too large to be checked; the input must be held", place=place)
        data = archive.read(info)
        yield Piece(place, data)
        if data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
            yield from _xml(place, data)
        elif sniff(data, "") in _PICTURES:
            yield from nested(data, "", place, path)
        elif nesting and zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                yield from _members(inner, f"{place}.", nesting - 1, path)


@dataclass(slots=True)
class _Part:
    """What is read of one XML part.

    Attributes:
        paragraphs: every paragraph's text, whatever its runs: with and without what was deleted and fields.
        leaves: text that stands outside of runs, element by element.
        attributes: their values.
        all: all text in order, with line ends between paragraphs.
    """

    paragraphs: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    all: list[str] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _open: list[list[tuple[str, str]]] = field(default_factory=list)
    _leaf: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._names.append(local)
        if attributes:
            self.attributes += attributes.values()
        if self._leaf:
            self._end_leaf()
        if local in _PARAGRAPHS:
            self._open.append([])
        elif self._open and local in _BREAKS:
            self._open[-1].append(("t", _BREAKS[local]))

    def end(self, name: str) -> None:
        if self._leaf:
            self._end_leaf()
        if self._names.pop() in _PARAGRAPHS and self._open:
            runs = self._open.pop()
            self.paragraphs.append("".join(text for _, text in runs))
            self.paragraphs.append("".join(text for kind, text in runs if kind == "t"))
            self.all.append("\n")

    def text(self, data: str) -> None:
        self.all.append(data)
        if self._open and self._names[-1] in _RUN_TEXT:
            self._open[-1].append((self._names[-1], data))
        else:
            self._leaf.append(data)

    def _end_leaf(self) -> None:
        self.leaves.append("".join(self._leaf))
        self._leaf.clear()


def apart(texts: Iterable[str]) -> str:
    """Return texts as one, each once, with a sign between them that no value reaches over: one search is enough."""
    return "|".join(dict.fromkeys(texts))


def _refuse_doctype(*_: object) -> None:
    raise OutputError("a part of the copy declares a document type; the input must be held")


def _xml(place: str, data: bytes) -> Iterator[Piece]:
    part = _Part()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = part.start, part.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = part.text, _refuse_doctype
    parser.Parse(data, True)
    yield Piece(f"{place} paragraph", apart(part.paragraphs))
    for what, texts in (("text", part.leaves), ("attribute", part.attributes)):
        yield Piece(f"{place} {what}", apart(texts), markup=True)
    yield Piece(f"{place} whole text", "".join(part.all), markup=True)
    yield Piece(f"{place} as written", data.decode("utf-8", "replace"), raw=True)
