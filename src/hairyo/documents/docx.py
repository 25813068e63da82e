"""Word documents (DOCX): every place of text in every XML part, written back into the same parts.

Untouched parts stay byte for byte. Dropped from every copy: thumbnails, printer settings, XML comments,
add-ins' base64 data. Refused: what embeds a file of its own (OLE objects, workbooks, macros, ActiveX,
inserted documents) or is signed. Kept but not read: images, sound, embedded fonts (`unread`).
Not removed: revision ids, styles, part names.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.docx_rules import rules
from hairyo.documents.docx_spots import Spot
from hairyo.documents.docx_walk import PartText
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.package import CONTENT_TYPES, Element, Package, PackageWriter, serialise
from hairyo.errors import BrokenInput, UnknownFormat

_MAIN_TYPE = "wordprocessingml.document.main+xml"
_XML = re.compile(r"\.(xml|rels|vml|svg)$|[+/]xml$", re.I)


class DocxDocument(Document):
    """A Word document; see `Document`."""

    format = "docx"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the package and sort its parts.

        Raises:
            BrokenInput: it is no Word document, or a damaged one.
            UnknownFormat: it has a part that is not read.
            TooLarge: it unpacks too far.
        """
        self._path = path
        self._stamp = Stamp.of(path)
        self._package = Package(path, limits)
        self._types = _content_types(self._package)
        self._main = _main_part(self._package, self._types)
        unread: set[str] = set()
        self._dropped: set[str] = set()
        for name in self._package.names:
            self._sort(name, unread)
        self.unread = tuple(sorted(unread))

    def blocks(self) -> Iterator[Block]:
        """Yield the text of the body, then of every other part; see `Document.blocks`."""
        index = 0
        for name, data in self._parts():
            if self._is_text(name):
                for spot in PartText(self._package.parse(data), name).spots:
                    yield _block(index, spot)
                    index += 1

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed, index = EditFeed(edits), 0
        with new_file(target) as file, PackageWriter(file) as writer:
            for name, data in self._parts():
                content = self._without_dropped(data, name)
                if self._is_text(name):
                    content, index = self._edited(name, content, feed, index)
                writer.add(name, content)
            feed.finish()
            self._stamp.check(self._path)

    def _edited(self, name: str, data: bytes, feed: EditFeed, index: int) -> tuple[bytes, int]:
        """Return the part with its edits done, and the index of the next block."""
        root = self._package.parse(data)
        part = PartText(root, name)
        changed = part.cleaned
        for spot in part.spots:
            due = feed.of(_block(index, spot))
            index += 1
            if due:
                spot.apply(due)
                changed = True
        part.flush()
        return (serialise(root) if changed else data), index

    def _parts(self) -> Iterator[tuple[str, bytes]]:
        for name, data in self._package.read((CONTENT_TYPES, self._main)):
            if name not in self._dropped:
                yield name, data

    def _is_text(self, name: str) -> bool:
        return bool(_XML.search(name) or _XML.search(self._types.get(name, "")))

    def _sort(self, name: str, unread: set[str]) -> None:
        """Decide what becomes of one part."""
        if not name.isascii():
            unread.add("part name")
        rule = rules().part(name, self._types.get(name, ""))
        kind = rule.kind if rule else "part of an unknown kind"
        action = rule.action if rule else "read" if self._is_text(name) else "refuse"
        if action == "refuse":
            raise UnknownFormat(
                "the document holds something that is not read ({kind}); remove it and save again", kind=kind
            )
        if action == "drop":
            self._dropped.add(name)
        elif action == "unread" and not self._is_text(name):
            unread.add(kind)

    def _without_dropped(self, data: bytes, name: str) -> bytes:
        """Return the content types or relationships without those of dropped parts."""
        if not self._dropped or not name.endswith((".rels", CONTENT_TYPES)):
            return data
        root = self._package.parse(data)
        base = posixpath.dirname(posixpath.dirname(name))
        gone = [element for element in root if _points_at(element, base) in self._dropped]
        for element in gone:
            root.remove(element)
        return serialise(root) if gone else data


def _points_at(element: Element, base: str) -> str:
    """Return the part that a relationship, or an override among the content types, speaks of."""
    if element.get("TargetMode") == "External":
        return ""
    if element.get("PartName"):
        return str(element.get("PartName")).lstrip("/")
    target = str(element.get("Target", ""))
    return posixpath.normpath(posixpath.join("/" + base, target)).lstrip("/") if target else ""


def _block(index: int, spot: Spot) -> Block:
    return Block(index, spot.text, spot.locator, spot.label, joins=spot.joins)


def _content_types(package: Package) -> dict[str, str]:
    """Return the content type of every part."""
    if CONTENT_TYPES not in package.names:
        raise BrokenInput("the file is a zip archive, not a Word document; unpack it and hand in its files")
    root = package.parse(package.member(CONTENT_TYPES))
    by_suffix = {e.get("Extension", "").lower(): e.get("ContentType", "") for e in root if e.get("Extension")}
    by_name = {e.get("PartName", "").lstrip("/"): e.get("ContentType", "") for e in root if e.get("PartName")}
    return {
        name: by_name.get(name, by_suffix.get(posixpath.splitext(name)[1].lstrip(".").lower(), ""))
        for name in package.names
    }


def _main_part(package: Package, types: dict[str, str]) -> str:
    """Return the name of the document's body."""
    if "_rels/.rels" not in package.names:
        raise BrokenInput("the package does not say where its document is; open and save it again")
    for relationship in package.parse(package.member("_rels/.rels")):
        if relationship.get("Type", "").endswith("/officeDocument"):
            name = _points_at(relationship, "")
            if name not in package.names:
                raise BrokenInput("the document's body is missing; open and save it again")
            if not types[name].endswith(_MAIN_TYPE):
                raise BrokenInput(
                    "the package is no plain Word document (a workbook, slides, a template or macros); save it as DOCX"
                )
            return name
    raise BrokenInput("the package does not say where its document is; open and save it again")


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> DocxDocument:
    """Open a Word document; `columns` does not concern it. See `Opener`."""
    return DocxDocument(path, limits)
