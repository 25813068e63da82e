"""Office documents (DOCX, XLSX, PPTX) for the leak check: every member of the package, by `zipfile` and expat."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Kept, KeptReader, Piece

# What `zipfile` and expat raise for a damaged or locked package, one within the copy, too.
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError, EOFError, ValueError)
_MAX_MEMBER = 500_000_000
_MAX_NESTING = 3
_RUN_TEXT = frozenset({"t", "delText", "instrText", "delInstrText"})
_PARAGRAPHS = frozenset({"p", "si", "is", "text"})  # of text; of a workbook: shared, in a cell, in a comment
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}


def read(path: Path) -> Iterator[Piece]:
    """Yield names, bytes and text of all members, of those within members too."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, "member", _MAX_NESTING)
    except _BROKEN as error:
        raise OutputError("the Office copy cannot be read again; the input must be held") from error


def _members(archive: zipfile.ZipFile, prefix: str, nesting: int) -> Iterator[Piece]:
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
        elif nesting and zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                yield from _members(inner, f"{place}.", nesting - 1)


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


_DROPPED = re.compile(
    r"docProps/thumbnail|printerSettings|recipientData|\[trash\]/|__MACOSX/|\.DS_Store$|^mimetype$", re.IGNORECASE
)
_DROPPED_ATTRIBUTES = frozenset({"gfxdata", "space"})  # a copy in base64; `xml:space`, which follows the text
_DROPPED_ELEMENTS = frozenset({"fldData", "printerSettings", "blob", "oblob", "recipientData"})
_CHARACTERS = {
    "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad", "sym": "\ufffc",
}  # fmt: skip
_TRACKED = frozenset({"del", "ins", "moveFrom", "moveTo"})


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a package; `scratch` is not needed."""
    yield kept


def kept(path: Path) -> Iterator[Kept]:
    """Yield the text and the attributes of all XML members, by the members' names, but for what every copy drops.

    Dropped are thumbnails and printer settings with what points at them, VML's and fields' copies in base64. Members
    that are no XML (pictures, fonts) are not compared.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = sorted(archive.infolist(), key=lambda info: info.filename)
            infos = [info for info in infos if not _DROPPED.search(info.filename) and not info.is_dir()]
            yield Kept("members", "\x1f".join(info.filename for info in infos))
            for number, info in enumerate(infos, 1):
                data = archive.read(info)
                if data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
                    yield from _Survivors(f"member {number}").of(data)
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, EOFError) as error:
        raise OutputError("the copy cannot be read again; the input must be held") from error


@dataclass(slots=True)
class _Paragraph:
    """The text of a paragraph that is being read, by what it is (`_flow`)."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    tracked: bool = False

    def add(self, flow: str, text: str) -> None:
        self.texts.setdefault(flow, []).append(text)


class _Survivors:
    """Reads what has to survive of one XML part, in document order."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._found: list[Kept] = []
        self._names: list[str] = []
        self._paragraphs: list[_Paragraph] = []
        self._others: list[str] = []  # attributes, and text outside of runs; empty ones too, so that all stay in step
        self._leaf: list[str] = []
        self._dropped = self._paragraph = 0

    def of(self, data: bytes) -> Iterator[Kept]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._text, _refuse_doctype
        parser.Parse(data, True)
        self._end_others()
        return iter(self._found)

    def _start(self, name: str, attributes: list[str]) -> None:
        local = name.rpartition(" ")[2]
        self._names.append(local)
        pairs = [(key.rpartition(" ")[2], value) for key, value in zip(attributes[::2], attributes[1::2], strict=True)]
        points_at_dropped = any(key in ("PartName", "Target") and _DROPPED.search(value) for key, value in pairs)
        if self._dropped or local in _DROPPED_ELEMENTS or points_at_dropped:
            self._dropped += 1
            return
        if local == "p":
            self._paragraphs.append(_Paragraph())
        elif self._paragraphs and local in _TRACKED:
            self._paragraphs[-1].tracked = True
        elif self._paragraphs and (local in _CHARACTERS or local in _RUN_TEXT):
            # What a tab or a break looks like goes with it where it is redacted.
            self._paragraphs[-1].add(self._flow(local), _CHARACTERS.get(local, ""))
            return
        self._end_leaf()
        self._others += [
            unquote(value) if key == "Target" else value for key, value in pairs if key not in _DROPPED_ATTRIBUTES
        ]

    def _end(self, name: str) -> None:
        local = self._names.pop()
        if self._dropped:
            self._dropped -= 1
        elif local == "p" and self._paragraphs:
            self._end_others()
            paragraph = self._paragraphs.pop()
            mixed = paragraph.tracked or len(paragraph.texts) > 1
            self._paragraph += 1
            place = f"{self._place} paragraph {self._paragraph}"
            for flow, texts in sorted(paragraph.texts.items()):
                self._found.append(Kept(place, "".join(texts), cut=mixed, may_go=flow == "ruby"))
        elif not (self._paragraphs and (local in _CHARACTERS or local in _RUN_TEXT)):
            self._end_leaf()

    def _text(self, data: str) -> None:
        if self._dropped:
            return
        if self._paragraphs and self._names[-1] in _RUN_TEXT:
            self._paragraphs[-1].add(self._flow(self._names[-1]), data)
        else:
            self._leaf.append(data)

    def _flow(self, local: str) -> str:
        """Return what a character of the paragraph is part of: its text, what was deleted, a field, a ruby."""
        within = self._names[len(self._names) - 1 - self._names[::-1].index("p") :]
        if "rt" in within:
            return "ruby"
        if local in ("instrText", "delInstrText"):
            return "field"
        return "deleted" if local == "delText" or "del" in within or "moveFrom" in within else "text"

    def _end_leaf(self) -> None:
        self._others.append("".join(self._leaf))
        self._leaf.clear()

    def _end_others(self) -> None:
        self._end_leaf()
        place = f"{self._place} text and attributes before paragraph {self._paragraph + 1}"
        self._found.append(Kept(place, "\x1f".join(self._others)))
        self._others.clear()
