"""An Office document: its parts sorted, its places of text offered, its copy written part by part.

Untouched parts stay byte for byte. Dropped from every copy, with whatever refers to them: the parts that `rules.toml`
says so of, XML comments, add-ins' base64 data. Documents within (workbooks, pictures) are opened by `Inner`; what
cannot be is named in `unread`. Refused: macros, ActiveX, signatures, parts of an unknown kind.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.long_numbers import holds_long_number
from hairyo.documents.nested import Inner
from hairyo.documents.office.package import CONTENT_TYPES, Package, PackageWriter, serialise
from hairyo.documents.office.relations import (
    Relationship,
    content_types,
    is_relationships,
    main_part,
    relationships,
    relationships_of,
    without,
)
from hairyo.documents.office.rules import Rules, rules
from hairyo.documents.office.spots import Spot
from hairyo.documents.office.walk import PartText
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.registry import kinds
from hairyo.errors import BrokenInput, InputRefused, TooLarge, UnknownFormat

_XML = re.compile(r"\.(xml|rels|vml|svg)$|[+/]xml$", re.I)
_QUERIES = b"http://schemas.microsoft.com/DataMashup"  # a zip in base64, [MS-QDEFF]
_CODED = re.compile(rb"base64,|(?=[A-Z0-9+/]{0,79}[a-z])(?=[a-z0-9+/]{0,79}[A-Z])[A-Za-z0-9+/]{80}")
_KEPT_BYTES = 20_000_000  # of parts that are kept in memory from reading to writing


@dataclass(slots=True)
class Part:
    """A part on its way into the copy: XML as `text`, a document within as `inner`, anything else as its bytes."""

    name: str
    data: bytes
    text: PartText | None = None
    inner: Inner | None = None

    def copied(self) -> bytes:
        """Return its bytes in the copy."""
        return serialise(self.text.root) if self.text is not None and self.text.changed else self.data


class OfficeDocument(Document):
    """An Office document; see `Document`. Formats say what they are, and what they have of their own.

    Attributes:
        main_type: the end of the content type of its main part.
        independent: whether a part without edits stays as it is, whatever becomes of the others.
        leading: the end of the content type of the parts that are read next (sheets, slides), "" for none.
    """

    main_type: str
    leading: str = ""
    independent: bool = True

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the package and sort its parts.

        Raises:
            BrokenInput: it is no document of the format, or a damaged one.
            UnknownFormat: it has a part that is not read.
            TooLarge: it unpacks too far.
        """
        self._path = path
        self._stamp = Stamp.of(path)
        self._package = Package(path, limits)
        self._types = content_types(self._package)
        self._main = main_part(self._package)
        if not self._types[self._main].endswith(self.main_type):
            raise BrokenInput(
                "the package is no plain {kind} (another document, a template or macros); save it as such",
                kind=next(kind.names for kind in kinds() if kind.name == self.format),
            )
        self._dropped: set[str] = set()
        self._inner: dict[str, Inner] = {}
        self._kept: list[Part] | None = None  # parts as they were read, for formats where all are opened again to write
        self._after: dict[str, int] = {}  # of parts that stay as they are: the number of the block after their last
        unread: set[str] = set()
        for name in self._package.names:
            self._sort(name, unread)
        self.unread = tuple(sorted(unread))

    def blocks(self) -> Iterator[Block]:
        """Yield the text of the main part, then of every other; see `Document.blocks`."""
        index, size = 0, 0
        self._kept = None
        kept: list[Part] = []
        for part in self._parts():
            self._open(part)
            size += len(part.data)
            if not self.independent:
                kept = [*kept, part] if size <= _KEPT_BYTES else []
            for spot in () if part.text is None else part.text.spots:
                yield _block(index, spot)
                index += 1
            if part.text is not None and not part.text.changed:
                self._after[part.name] = index
            if part.inner is not None:
                for block in part.inner.blocks(index):
                    yield block
                    index = block.index + 1
        if not self.independent and size <= _KEPT_BYTES:
            self._kept = kept

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file, PackageWriter(file) as writer:
            for part in self.settled(self._edited(feed)):
                writer.add(part.name, part.copied())
            feed.finish()
            self._stamp.check(self._path)
        said = (words for inner in self._inner.values() for words in inner.remarks)
        self.remarks = tuple(dict.fromkeys((*self.remarks, *said)))

    def _edited(self, feed: EditFeed) -> Iterator[Part]:
        """Yield the parts with their edits done."""
        index = 0
        kept, self._kept = self._kept, None  # edits change them, so they serve once
        for part in self._parts() if kept is None else kept:
            after = self._after.get(part.name, index - 1)
            if self.independent and after >= index and feed.none_before(after):
                index = after
                yield part
                continue
            if kept is None:
                self._open(part)
            if part.text is not None:
                for spot in part.text.spots:
                    if due := feed.of(_block(index, spot)):
                        spot.apply(due)
                        part.text.changed = True
                    index += 1
                part.text.flush()
            elif part.inner is not None:
                part.data, index = part.inner.copied(feed, index)
            yield part

    def settled(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Yield the edited parts again, brought in step with each other; for formats where that is needed."""
        return parts

    def part_text(self, name: str, data: bytes, gone: set[str]) -> PartText:
        """Return the places of text in an XML part; for formats that have parts of their own."""
        return PartText(self._package.parse(data), name, self._rules, gone)

    def _parts(self) -> Iterator[Part]:
        for name, data in self._package.read((CONTENT_TYPES, self._main, *self._leading)):
            if name in self._dropped:
                continue
            yield Part(name, data, inner=self._inner.get(name))

    def _open(self, part: Part) -> None:
        """Find the places of text of a part."""
        name = part.name
        if part.inner is None and self._is_text(name):
            part.text = self.part_text(name, part.data, self._gone.get(name, set()))
            if self._dropped and (is_relationships(name) or name == CONTENT_TYPES):
                part.text.changed |= without(part.text.root, name, self._dropped)

    @cached_property
    def _leading(self) -> list[str]:
        """The parts that are read after the main one, by number: `slide2.xml` before `slide10.xml`."""
        found = [name for name in self._package.names if self.leading and self._types[name].endswith(self.leading)]
        return sorted(found, key=lambda name: [int(run) if run.isdecimal() else 0 for run in re.split(r"(\d+)", name)])

    @property
    def _rules(self) -> Rules:
        return rules(self.format)

    @cached_property
    def _gone(self) -> dict[str, set[str]]:
        """The ids of the relationships of each part to dropped parts."""
        found: dict[str, set[str]] = {}
        for name in self._package.names if self._dropped else ():
            told = relationships_of(name)
            if told in self._package.names:
                ids = {one.id for one in self.relationships(name) if one.target in self._dropped}
                found.update({name: ids} if ids else {})
        return found

    def relationships(self, name: str) -> list[Relationship]:
        """Return the relationships of a part to other parts."""
        told = relationships_of(name)
        if told not in self._package.names:
            return []
        return relationships(self._package.parse(self._package.member(told)), name)

    def _is_text(self, name: str) -> bool:
        return bool(_XML.search(name) or _XML.search(self._types.get(name, "")))

    def _sort(self, name: str, unread: set[str]) -> None:
        """Decide what becomes of one part."""
        if not name.isascii() or "@" in name or holds_long_number(name):
            unread.add("part name")
        if name.startswith("customXml/") or name.endswith(".svg"):
            data = self._package.member(name).replace(b"\0", b"")
            if _QUERIES in data[:1000]:
                unread.add("queries of Power Query")
            elif _CODED.search(data):
                unread.add("base64 data")
        rule = self._rules.part(name, self._types.get(name, ""))
        kind = rule.kind if rule else "part of an unknown kind"
        action = rule.action if rule else "read" if self._is_text(name) else "refuse"
        if action == "refuse":
            raise UnknownFormat(
                "the document holds something that is not read ({kind}); remove it and save again", kind=kind
            )
        if action == "drop":
            self._dropped.add(name)
        elif action == "unread":
            unread.add(kind)
        elif action == "inner":
            self._open_inner(name, kind, unread)
        elif kind == "drawing" and self._holds_data(name):
            unread.add("image")

    def _holds_data(self, name: str) -> bool:
        """Whether a drawing (SVG) holds a picture in a data URI."""
        for element in self._package.parse(self._package.member(name)).iter():
            said = (*element.attrib.values(), element.text or "")
            if any("data:" in text.lower() for text in said):
                return True
        return False

    def _open_inner(self, name: str, kind: str, unread: set[str]) -> None:
        """Open a document within; name its kind in `unread` where it is not read."""
        try:
            inner = Inner(self._package.member(name), posixpath.basename(name), kind, self._package.limits)
        except TooLarge:
            raise
        except InputRefused:
            unread.add(kind)
            return
        if inner.converted:  # the outer document says of what format it is
            unread.add(kind)
        unread.update(inner.unread)
        self._inner[name] = inner


def _block(index: int, spot: Spot) -> Block:
    at = spot.setting
    return Block(index, spot.text, spot.locator, at.label, field=at.field, joins=at.joins, listed=at.listed)
