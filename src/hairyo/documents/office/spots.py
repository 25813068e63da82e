"""Places of text in an XML part, each readable and editable: runs of a paragraph, attributes, text nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import quote, unquote

from lxml import etree

from hairyo.documents.base import Edit, apply_edits
from hairyo.documents.office.package import Element, local
from hairyo.errors import OutputError

# What stands for a character inside a run (ECMA-376 part 1, 17.3.3).
FIXED = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
    "softHyphen": "\u00ad",
    "sym": "\ufffc",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_IN_NAMES = re.compile(r"[^\w.-]")
_SHEETS = "spreadsheetml"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_URL_SAFE = "/:?#@!$&'()*+,;=~-._%"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a place stands in, as the block it becomes tells it; see `Block`."""

    label: str = ""
    joins: str = "line"
    field: str | None = None
    listed: bool = False


PLAIN = Setting()


class Spot(Protocol):
    """A place with text; the attributes are those of the block it becomes."""

    text: str
    locator: str
    setting: Setting

    def apply(self, edits: list[Edit]) -> None:
        """Do `edits` (ascending, disjoint) in the tree."""
        ...


@dataclass(eq=False, slots=True)
class Atom:
    """An element inside a paragraph that stands for text: `w:t`, `w:tab` and the like.

    Attributes:
        element: the element.
        text: its text.
        flow: `text`, `field` (instructions), or `ruby` (readings above the line).
        inserted: whether a tracked change put it in.
        deleted: whether a tracked change took it out.
        ruby: the `w:ruby` element it belongs to, or the string of a workbook that has readings; else None.
        changes: what will be replaced in it.
    """

    element: Element
    text: str
    flow: Literal["text", "field", "ruby"]
    inserted: bool
    deleted: bool
    ruby: Element
    changes: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def fixed(self) -> bool:
        """Whether the element itself is the character, as a tab is."""
        return local(self.element) in FIXED

    def flush(self) -> None:
        """Write the collected changes into the tree; where two overlap, their union is replaced once."""
        merged: list[tuple[int, int, str]] = []
        for start, end, text in sorted(self.changes):
            if start == end:
                continue  # a reading that is empty already
            if merged and start < merged[-1][1]:
                first, last, kept = merged[-1]
                merged[-1] = (first, max(last, end), kept or text)
            else:
                merged.append((start, end, text))
        if merged:
            new = apply_edits(self.text, [Edit(0, *change) for change in merged])
            escaped = _ESCAPED.search(self.element.text or "") and _SHEETS in str(self.element.tag)
            self._write(legal(_escaped(new) if escaped else new))

    def _write(self, new: str) -> None:
        """Set the text; a tab or break becomes text (DrawingML's break stands outside runs)."""
        target = self.element
        if self.fixed:
            space, tail = etree.QName(target).namespace, target.tail
            target.clear()
            target.tail = tail
            drawing = "drawingml" in space
            target.tag = f"{{{space}}}{'r' if drawing else 'delText' if self.deleted else 't'}"
            target = etree.SubElement(target, f"{{{space}}}t") if drawing else target
        target.text = new
        if new != new.strip() and "drawingml" not in etree.QName(target).namespace:
            target.set(_SPACE, "preserve")


@dataclass(slots=True)
class RunsSpot:
    """One reading of a paragraph: some of its atoms, joined."""

    atoms: list[Atom]
    everything: list[Atom]
    locator: str
    setting: Setting = PLAIN
    text: str = ""

    def __post_init__(self) -> None:
        self.text = "".join(atom.text for atom in self.atoms)

    def apply(self, edits: list[Edit]) -> None:
        """Spread `edits` over the atoms; the replacement goes into the first that can hold text.

        Where a word under a ruby is edited, its reading goes too: it says the same.
        """
        for edit in edits:
            touched = list(self._touched(edit))
            home = next((atom for atom, _, _ in touched if not atom.fixed), touched[0][0])
            for atom, start, end in touched:
                atom.changes.append((start, end, edit.replacement if atom is home else ""))
            for atom in self.everything:
                if atom.flow == "ruby" and any(atom.ruby is base.ruby for base, _, _ in touched):
                    atom.changes += [(0, len(atom.text), "")] if self.atoms[0].flow != "ruby" else []

    def _touched(self, edit: Edit) -> Iterator[tuple[Atom, int, int]]:
        at = 0
        for atom in self.atoms:
            start, end = max(edit.start - at, 0), min(edit.end - at, len(atom.text))
            if start < end:
                yield atom, start, end
            at += len(atom.text)


@dataclass(slots=True)
class AttributeSpot:
    """The value of an attribute; a link's percent escapes are read, and written again."""

    element: Element
    key: str
    locator: str
    setting: Setting = PLAIN
    link: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        value = self.element.get(self.key)
        self.text = _unquoted(value) if self.link else value

    def apply(self, edits: list[Edit]) -> None:
        """Set the edited value."""
        new = legal(apply_edits(self.text, edits))
        self.element.set(self.key, quote(new, safe=_URL_SAFE.replace("%", "")) if self.link else new)


@dataclass(slots=True)
class NodeSpot:
    """A text node: the text before an element's first child, or what follows the element."""

    element: Element
    side: Literal["text", "tail"]
    locator: str
    setting: Setting = PLAIN
    text: str = ""

    def __post_init__(self) -> None:
        self.text = getattr(self.element, self.side)

    def apply(self, edits: list[Edit]) -> None:
        """Set the edited text."""
        setattr(self.element, self.side, legal(apply_edits(self.text, edits)))


@dataclass(slots=True)
class StringSpot(NodeSpot):
    """A string of a workbook, which may be escaped (`_x0041_`)."""

    def __post_init__(self) -> None:
        self.text = unescaped(getattr(self.element, self.side))

    def apply(self, edits: list[Edit]) -> None:
        """Set the edited text."""
        escaped = _ESCAPED.search(getattr(self.element, self.side))
        new = apply_edits(self.text, edits)
        setattr(self.element, self.side, legal(_escaped(new) if escaped else new))


@dataclass(slots=True)
class PointSpot:
    """A number that a chart keeps of its data: a point goes whole, since it cannot hold a mask."""

    element: Element
    locator: str
    setting: Setting = PLAIN
    text: str = ""

    def __post_init__(self) -> None:
        self.text = self.element.text

    def apply(self, edits: list[Edit]) -> None:
        """Take the point out, if there is an edit."""
        point = self.element.getparent()
        if edits and point.getparent() is not None:
            point.getparent().remove(point)


@dataclass(slots=True)
class NameSpot:
    """The name that somebody made up for elements or attributes, wherever it stands.

    Attributes:
        holders: the elements, and the attribute of each, "" for the element itself.
    """

    holders: list[tuple[Element, str]]
    text: str
    locator: str
    setting: Setting = PLAIN

    def apply(self, edits: list[Edit]) -> None:
        """Call them what the edits say, as far as a name may be called so."""
        name = _NOT_IN_NAMES.sub("_", apply_edits(self.text, edits))
        name = name if name[:1].isalpha() else f"_{name}"
        for element, key in self.holders:
            if not key:
                element.tag = str(element.tag).removesuffix(self.text) + name
            elif key in element.attrib:
                renamed = {(key.removesuffix(self.text) + name if k == key else k): v for k, v in element.items()}
                element.attrib.clear()
                element.attrib.update(renamed)


def unescaped(text: str) -> str:
    """Return what a workbook's string says (`_x0041_` is A; ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _escaped(text: str) -> str:
    text = _ESCAPED.sub(lambda found: "_x005F" + found[0], text)
    return _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text.replace("\r", "_x000D_"))


def _unquoted(link: str) -> str:
    try:
        return unquote(link, errors="strict")
    except UnicodeDecodeError:
        return link


def legal(text: str) -> str:
    """Return `text`, which is about to be written into XML.

    Raises:
        OutputError: it holds a character that XML cannot.
    """
    if _NOT_XML.search(text):
        raise OutputError("a replacement has a control character; choose a mask of printable characters")
    return text
