"""Find every place of text in an Office XML part, in document order.

A paragraph's runs are joined before they are offered, since a name may be split over runs. One with
tracked deletions is offered twice, as it reads now and as it read before; both readings share their
atoms, and an edit of either counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from lxml import etree

from hairyo.documents.form_labels import is_label
from hairyo.documents.long_numbers import holds_long_number
from hairyo.documents.office.package import Element, bare, local
from hairyo.documents.office.relations import is_relationships, references
from hairyo.documents.office.rules import Rules
from hairyo.documents.office.spots import (
    FIXED,
    PLAIN,
    Atom,
    AttributeSpot,
    NameSpot,
    NodeSpot,
    PointSpot,
    RunsSpot,
    Setting,
    Spot,
    unescaped,
)

_RUN_SPACES = (
    "/wordprocessingml/main",
    "/wordprocessingml/2006/main",
    "/drawingml/main",
    "/drawingml/2006/main",
    "/officeDocument/math",
    "/officeDocument/2006/math",
)
_SHEET_SPACES = ("/spreadsheetml/2006/main", "/spreadsheetml/main")
_FLOWS = {"t": "text", "delText": "text", "instrText": "field", "delInstrText": "field"}
_DELETED = ("del", "moveFrom")
_INSERTED = ("ins", "moveTo")
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")
_PROPERTIES = ("pPr", "rPr", "sectPr", "rubyPr", "sdtPr")


class PartText:
    """The places of text in one XML part.

    Attributes:
        root: the part's root element.
        spots: the places, in document order; the same for the same bytes.
        changed: whether the tree is not what was read: comments, base64 copies or references were taken out of it,
            or edits done.
        every_attribute: whether attributes are all looked at one by one, not only those that may hold words.
    """

    every_attribute = False

    def __init__(self, root: Element, name: str, rules: Rules, gone: Collection[str] = ()) -> None:
        """Find the places.

        Args:
            root: the part's root element; what no copy keeps is taken out of it.
            name: the part's name.
            rules: those of the format.
            gone: ids of relationships to parts that are dropped.
        """
        self.root = root
        self.rules = rules
        self._name = name if name.isascii() else "a part"
        self._atoms: list[Atom] = []
        self._own_names: dict[str, list[tuple[Element, str]]] = {}
        self._taken: set[Element] = set()
        self._counts: dict[str, int] = {}
        self._kinds: dict[object, _Kind] = {}
        self.changed = _clean(root, rules) | _forget(root, rules, gone)
        self.spots: list[Spot] = list(self._links() if is_relationships(name) else self._places())

    def flush(self) -> None:
        """Write what the runs' edits ask for into the tree; call once, after the last `Spot.apply`."""
        flush(self._atoms)

    def _links(self) -> Iterator[Spot]:
        """Yield the targets of external relationships: links, linked files, templates, mail-merge sources."""
        for relationship in self.root:
            target = relationship.get("Target", "")
            outside = relationship.get("TargetMode", "").lower() == "external" or _SCHEME.match(target)
            if outside and target:
                yield AttributeSpot(relationship, "Target", self._locator("link"), link=True)
            for key, value in relationship.items():
                if not (outside and key == "Target") and _telling(value):
                    yield AttributeSpot(relationship, key, self._locator("relationship"))

    def _places(self) -> Iterator[Spot]:
        for element in self.root.iter():
            yield from self._places_of(element)
        for name, holders in self._own_names.items():
            yield NameSpot(holders, name, self._locator("name"))

    def _places_of(self, element: Element) -> Iterable[Spot]:
        """Return the places that begin at one element; most are settings, which are passed over quickly."""
        tag = element.tag
        kind = self._kinds.get(tag)
        if kind is None:
            kind = self._kinds[tag] = _Kind(element, self.rules)
        if not kind.plain:
            self._own_names.setdefault(kind.name, []).append((element, ""))
        spots: Iterable[Spot] = self._paragraph(element) if kind.paragraph else ()
        for key, value in element.items():
            if self.every_attribute or kind.is_free(key) or _telling(value):
                spots = [*spots, *self._attributes(element, kind.name)]
                break
        text, tail = element.text, element.tail
        if text and not kind.measure and _filled(text):
            spots = list(spots)  # after which it is known what the paragraph took
            if element not in self._taken:
                spots.append(self._node(element, kind.name))
        if tail and element is not self.root and _filled(tail):
            spots = [*spots, NodeSpot(element, "tail", self._locator(local(element.getparent())))]
        return spots

    def _node(self, element: Element, name: str) -> Spot:
        if name == "v" and any(local(parent) == "numCache" for parent in element.iterancestors()):
            return PointSpot(element, self._locator(name))
        return NodeSpot(element, "text", self._locator(name), self._answers(name))

    def _attributes(self, element: Element, name: str) -> Iterator[Spot]:
        silent = name in self.rules.silent_elements
        for key, value in element.items():
            attribute = bare(key)
            free = _is_free(attribute, name, self.rules)
            if not attribute.isascii():
                self._own_names.setdefault(attribute, []).append((element, key))
            if attribute == "name" and self.rules.program_shapes.fullmatch(value):
                continue
            if silent:
                free = "@" in value or holds_long_number(value)
            elif not free:
                free = _telling(value)
            if free and value.strip():
                yield AttributeSpot(element, key, self._locator(f"{name} {attribute}"), self._answers(attribute))

    def _paragraph(self, paragraph: Element) -> Iterator[Spot]:
        setting = _cell_setting(paragraph) if local(paragraph) == "p" else PLAIN
        atoms, spots = readings(paragraph, self._locator("paragraph"), setting)
        self._atoms += atoms
        self._taken |= {atom.element for atom in atoms}
        yield from spots

    def _answers(self, name: str) -> Setting:
        """Return what a property or an element of the input's own making answers to."""
        return Setting(self.rules.labels.get(name, "" if name.isascii() else name))

    def _locator(self, what: str) -> str:
        """Return where the next place of this kind stands; names of the input's own making are left out."""
        what = what if what.isascii() and not self._name.startswith("customXml") else "element"
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{self._name} {what} {self._counts[what]}"


class _Kind:
    """What elements of one tag have in common."""

    def __init__(self, element: Element, rules: Rules) -> None:
        self.name = local(element)
        self.plain = self.name.isascii()
        self.paragraph = is_paragraph(element, self.name)
        self.silent = self.name in rules.silent_elements
        self.measure = self.name in rules.measure_elements
        self._rules = rules
        self._free: dict[str, bool] = {}

    def is_free(self, key: str) -> bool:
        """Whether an attribute has to be looked at: it holds words, whatever they are, or bears a made-up name."""
        found = self._free.get(key)
        if found is None:
            name = bare(key)
            found = self._free[key] = not name.isascii() or (not self.silent and _is_free(name, self.name, self._rules))
        return found


def _is_free(attribute: str, name: str, rules: Rules) -> bool:
    return attribute in rules.attributes or (attribute == "val" and name in rules.value_elements)


def _telling(value: str) -> bool:
    """Whether a value that should be a measure or a key may say something of a person."""
    return not value.isascii() or "@" in value or holds_long_number(value)


def is_paragraph(element: Element, name: str) -> bool:
    """Whether the runs below an element, whose local name is `name`, are to be read as one."""
    if name == "p":
        return _in_run_space(element)
    return name in ("si", "is", "text") and _in_sheet_space(element)


def readings(paragraph: Element, locator: str, setting: Setting = PLAIN) -> tuple[list[Atom], list[Spot]]:
    """Return the atoms of a paragraph, and its places: what it says, said before changes, its readings and fields."""
    atoms = list(_atoms(paragraph, paragraph))
    body = [atom for atom in atoms if atom.flow == "text"]
    said = [
        ([atom for atom in body if not atom.deleted], ""),
        ([atom for atom in body if atom.deleted or not atom.inserted], " before changes"),
        ([atom for atom in atoms if atom.flow == "ruby"], " ruby"),
        ([atom for atom in atoms if atom.flow == "field"], " field"),
    ]
    if not any(atom.deleted for atom in body):
        del said[1]
    spots: list[Spot] = []
    for number, (some, what) in enumerate(said):
        if any(atom.text for atom in some):
            spots.append(RunsSpot(some, atoms, locator + what, PLAIN if number else setting))
    return atoms, spots


def flush(atoms: Iterable[Atom]) -> None:
    """Write what the edits of atoms ask for into the tree; a reading that lost its text goes with its place."""
    for atom in atoms:
        atom.flush()
        parent = atom.element.getparent()
        if atom.changes and not atom.element.text and local(parent) == "rPh":
            _remove(parent)


def _atoms(element: Element, paragraph: Element) -> Iterator[Atom]:
    """Yield the atoms below `element`; paragraphs inside (text boxes) are on their own."""
    for child in element:
        name = local(child)
        if name in _PROPERTIES or is_paragraph(child, name):
            continue
        if (name in FIXED or name in _FLOWS) and (_in_run_space(child) or _in_sheet_space(child)):
            yield _atom(child, name, paragraph)
        else:
            yield from _atoms(child, paragraph)


def _atom(element: Element, name: str, paragraph: Element) -> Atom:
    around: dict[str, Element] = {}
    parent = element.getparent()
    while parent is not paragraph:
        around.setdefault(local(parent), parent)
        parent = parent.getparent()
    flow = "ruby" if "rt" in around or "rPh" in around else _FLOWS.get(name, "text")
    said = FIXED.get(name, element.text or "")
    return Atom(
        element,
        unescaped(said) if _in_sheet_space(element) else said,
        "ruby" if flow == "ruby" else "field" if flow == "field" else "text",
        inserted=any(change in around for change in _INSERTED),
        deleted=name == "delText" or any(change in around for change in _DELETED),
        ruby=around.get("ruby", None if local(paragraph) == "p" else paragraph),
    )


def _cell_setting(paragraph: Element) -> Setting:
    """Return the label of the table cell that `paragraph` stands in, and how it joins what is before."""
    cell = next((a for a in paragraph.iterancestors() if local(a) in ("tc", "txbxContent")), None)
    if cell is None or local(cell) != "tc" or not _in_run_space(cell):
        return PLAIN
    row = next((a for a in cell.iterancestors() if local(a) == "tr"), None)
    table = next((a for a in cell.iterancestors() if local(a) == "tbl"), None)
    if row is None or table is None:
        return PLAIN
    cells = _cells(row)
    if cell not in cells:
        return PLAIN
    column = cells.index(cell)
    first = next(element for element in table.iter() if local(element) == "tr")
    heads = _cells(first) if first is not row else []
    candidates = [*cells[max(column - 1, 0) : column], *heads[column : column + 1]]
    label = next((text for text in map(_cell_text, candidates) if is_label(text)), "")
    label = "" if is_label(_cell_text(cell)) else label
    starts = next(p for p in cell.iter() if local(p) == "p") is paragraph
    return Setting(label, "cell" if starts and column else "line")


def _cells(row: Element) -> list[Element]:
    """Return the cells of a row, those within content controls too, those of nested tables not."""
    found: list[Element] = []
    for child in row:
        name = local(child)
        if name == "tc":
            found.append(child)
        elif name in ("sdt", "sdtContent", "customXml", "smartTag", "ins"):
            found += _cells(child)
    return found


def _cell_text(cell: Element) -> str:
    return "".join(element.text or "" for element in cell.iter() if local(element) == "t").strip()


def _clean(root: Element, rules: Rules) -> bool:
    """Take out comments, instructions and what `rules.toml` drops; return whether there was any."""
    cleaned = root.getprevious() is not None or root.getnext() is not None
    for element in list(root.iter(etree.Comment, etree.PI, *(f"{{*}}{name}" for name in rules.dropped_elements))):
        _remove(element)
        cleaned = True
    for element in root.iter(*(f"{{*}}{name}" for name in rules.emptied_elements)):
        if element.text:
            element.text, cleaned = None, True
    for key in rules.dropped_attributes:
        for value in root.xpath("//@*[local-name()=$key]", key=key):
            del value.getparent().attrib[value.attrname]
            cleaned = True
    return cleaned


def _forget(root: Element, rules: Rules, gone: Collection[str]) -> bool:
    """Take out the references to dropped parts, with what is nothing without; return whether there were any."""
    forgotten = False
    for element in list(root.iter(etree.Element)) if gone else ():
        for key, reference in list(references(element)):
            if reference in gone:
                forgotten = True
                del element.attrib[key]
                if local(element) in rules.referring_elements:
                    _remove_with_list(element)
    return forgotten


def _remove_with_list(element: Element) -> None:
    """Remove an element, and the list of add-ins' properties that held nothing but it."""
    parent = element.getparent()
    if parent is not None:
        _remove(element)
        if not len(parent) and local(parent) == "customProperties":
            _remove(parent)


def _remove(element: Element) -> None:
    """Remove an element, not the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)


def _in_run_space(element: Element) -> bool:
    return str(element.tag).partition("}")[0].endswith(_RUN_SPACES)


def _in_sheet_space(element: Element) -> bool:
    return str(element.tag).partition("}")[0].endswith(_SHEET_SPACES)


def _filled(text: str | None) -> bool:
    return bool(text and text.strip())
