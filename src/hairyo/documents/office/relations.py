"""What the parts of an Office package say of each other: content types and relationships (部品の関係)."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hairyo.documents.office.package import CONTENT_TYPES, Element, Package
from hairyo.errors import BrokenInput

_ROOT = "_rels/.rels"
_IDS = ("/officeDocument/2006/relationships", "/officeDocument/relationships")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One row of a relationships part that points at another part of the package."""

    id: str
    type: str
    target: str


def is_relationships(name: str) -> bool:
    """Whether a part tells of relationships."""
    return name.endswith(".rels")


def relationships_of(name: str) -> str:
    """Return the name of the part that holds the relationships of part `name`."""
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", file + ".rels")


def relationships(root: Element, name: str) -> list[Relationship]:
    """Return the relationships of part `name` to other parts, from the root of the part that tells of them."""
    base = posixpath.dirname(name)
    return [
        Relationship(element.get("Id", ""), element.get("Type", ""), target)
        for element in root
        if (target := points_at(element, base))
    ]


def points_at(element: Element, base: str) -> str:
    """Return the part that a relationship, or an override among the content types, speaks of."""
    if element.get("TargetMode") == "External":
        return ""
    if element.get("PartName"):
        return str(element.get("PartName")).lstrip("/")
    target = str(element.get("Target", ""))
    return posixpath.normpath(posixpath.join("/" + base, target)).lstrip("/") if target else ""


def without(root: Element, name: str, dropped: Collection[str]) -> bool:
    """Take the dropped parts out of the content types or relationships `root`; return whether there were any."""
    base = posixpath.dirname(posixpath.dirname(name))
    gone = [element for element in root if points_at(element, base) in dropped]
    for element in gone:
        root.remove(element)
    return bool(gone)


def references(element: Element) -> Iterator[tuple[str, str]]:
    """Yield (attribute, id) of an element's references to relationships."""
    for key, value in element.attrib.items():
        if key.startswith("{") and key[1:].partition("}")[0].endswith(_IDS):
            yield key, value


def content_types(package: Package) -> dict[str, str]:
    """Return the content type of every part.

    Raises:
        BrokenInput: the package does not tell them.
    """
    if CONTENT_TYPES not in package.names:
        raise BrokenInput("the file is a zip archive, not an Office document; unpack it and hand in its files")
    root = package.parse(package.member(CONTENT_TYPES))
    by_suffix = {e.get("Extension", "").lower(): e.get("ContentType", "") for e in root if e.get("Extension")}
    by_name = {e.get("PartName", "").lstrip("/"): e.get("ContentType", "") for e in root if e.get("PartName")}
    return {
        name: by_name.get(name, by_suffix.get(posixpath.splitext(name)[1].lstrip(".").lower(), ""))
        for name in package.names
    }


def main_part(package: Package) -> str:
    """Return the name of the part that the document begins with.

    Raises:
        BrokenInput: the package does not tell it, or it is missing.
    """
    if _ROOT in package.names:
        for one in relationships(package.parse(package.member(_ROOT)), ""):
            if one.type.endswith("/officeDocument"):
                if one.target not in package.names:
                    raise BrokenInput("the document's body is missing; open and save it again")
                return one.target
    raise BrokenInput("the package does not say where its document is; open and save it again")
