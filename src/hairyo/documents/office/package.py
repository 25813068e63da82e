"""The zip package under an Office document (OPC): opened with distrust, written without traces.

Refused: encrypted, duplicate or wandering member names, members that unpack too far, unknown compression.
Written: the members in their old order, with one fixed date and no extra fields, so that the same input
gives the same bytes. Source: ECMA-376 part 2; APPNOTE.TXT 4.3.7.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from lxml import etree

from hairyo.documents.base import Limits
from hairyo.documents.long_numbers import holds_long_number
from hairyo.errors import BrokenInput, TooLarge

_SMALL = 1_000_000  # a member that unpacks to less may be packed as tightly as it likes
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DATE = (1980, 1, 1, 0, 0, 0)
CONTENT_TYPES = "[Content_Types].xml"
_ENCODINGS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII", "ISO-8859-1")
_SPACES = re.compile(rb"xmlns(?::[^\s=]{1,80})?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_XML_BYTES = 100_000_000  # of one part: its tree takes up to ten times as much memory
Element = Any  # lxml has no types


class Package:
    """A zip package, its members known by name."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open `path` and check its directory.

        Raises:
            BrokenInput: it is no zip file, or one that no honest program writes.
            TooLarge: it has too many members, or unpacks too far.
        """
        self.limits = limits
        try:
            self._archive = zipfile.ZipFile(path)
            infos = self._archive.infolist()
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
            raise _broken() from None
        _check(infos, limits)
        self.names = [info.filename for info in infos if not info.is_dir()]

    def read(self, first: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of every member: those named `first`, then the rest in the file's order.

        Raises:
            BrokenInput: a member is damaged.
        """
        rest = [name for name in self.names if name not in first]
        for name in [*first, *rest]:
            yield name, self.member(name)

    def member(self, name: str) -> bytes:
        """Return the content of one member.

        Raises:
            BrokenInput: it is missing or damaged.
        """
        try:
            return self._archive.read(name)
        except (zipfile.BadZipFile, OSError, EOFError, KeyError, NotImplementedError, ValueError, zlib.error):
            raise _broken() from None

    def parse(self, data: bytes) -> Element:
        """Return the root element of an XML part.

        Raises:
            BrokenInput: it is not well-formed, or declares a document type.
            TooLarge: it is too long or nests too deep.
        """
        if len(data) > _XML_BYTES:
            raise TooLarge("a part of the document has more than {size} bytes; split the document", size=_XML_BYTES)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_blank_text=False
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            if "depth" in str(error.msg).lower():
                raise TooLarge("an XML part nests too deep; simplify the document") from None
            raise BrokenInput("an XML part is not well-formed; open and save the document again") from None
        tree = root.getroottree()
        if str(tree.docinfo.encoding or "UTF-8").upper() not in _ENCODINGS:
            raise BrokenInput(
                "an XML part is in an encoding that Office never writes; open and save the document again"
            )
        if any(map(_doubtful, _spaces(data))):
            raise BrokenInput("an XML part has a namespace that may hold personal data; open and save it again")
        if tree.docinfo.internalDTD is not None:
            raise BrokenInput("an XML part declares a document type, which Office never does")
        if _deeper(root, self.limits.depth):
            raise TooLarge("an XML part nests deeper than {depth}; simplify the document", depth=self.limits.depth)
        return root


def _spaces(data: bytes) -> Iterator[str]:
    """Yield the namespaces that a part declares."""
    plain = data.replace(b"\0", b"") if b"\0" in data[:4] else data
    for found in _SPACES.finditer(plain):
        yield (found[1] or found[2] or b"").decode("utf-8", "replace")


def _doubtful(uri: str) -> bool:
    return not uri.isascii() or "@" in uri or holds_long_number(uri)


def _broken() -> BrokenInput:
    return BrokenInput("the file is a damaged or cut off zip package; ask for it again")


def _deeper(root: Element, limit: int) -> bool:
    return bool(etree.XPath("boolean(" + "/*" * (limit + 1) + ")")(root.getroottree()))


def _check(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members:
        raise TooLarge(
            "the package has {count} members, over the limit of {members}", count=len(infos), members=limits.members
        )
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise TooLarge(
            "the package unpacks to more than {unpacked_bytes} bytes; split the document",
            unpacked_bytes=limits.unpacked_bytes,
        )
    seen: set[str] = set()
    for info in infos:
        if info.flag_bits & 0x41 or info.compress_type not in _METHODS:
            raise BrokenInput("the package is encrypted or oddly compressed; save it without a password")
        if info.file_size > _SMALL and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise TooLarge("a member of the package unpacks to more than {ratio} times its size", ratio=limits.ratio)
        name = info.filename.lower()
        parts = PurePosixPath(name).parts
        if not name or name in seen or "\\" in name or ":" in name or name.startswith("/") or ".." in parts:
            raise BrokenInput("a member of the package has a doubtful or doubled name; save it again")
        seen.add(name)


class PackageWriter:
    """Writes members in a fixed way."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, data: bytes) -> None:
        """Add one member."""
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        self._archive.writestr(info, data)

    def __enter__(self) -> PackageWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()


def local(element: Element) -> str:
    """Return an element's name without its namespace; "" for a comment or an instruction."""
    return bare(element.tag)


@lru_cache(maxsize=4096)
def bare(tag: object) -> str:
    """Return the name of an element or attribute without its namespace; "" for what is none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def serialise(root: Element) -> bytes:
    """Return an edited part as bytes."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
