"""Find every place of text in an Office XML part, in document order.

A paragraph's runs are joined before they are offered, since a name may be split over runs. One with
tracked deletions is offered twice, as it reads now and as it read before; both readings share their
atoms, and an edit of either counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from hairyo.documents.docx_rules import rules
from hairyo.documents.docx_spots import FIXED, Atom, AttributeSpot, NodeSpot, RunsSpot, Spot
from hairyo.documents.package import Element

_RUN_SPACES = (
    "/wordprocessingml/main",
    "/wordprocessingml/2006/main",
    "/drawingml/main",
    "/drawingml/2006/main",
    "/officeDocument/math",
    "/officeDocument/2006/math",
)
_FLOWS = {"t": "text", "delText": "text", "instrText": "field", "delInstrText": "field"}
_DELETED = ("del", "moveFrom")
_INSERTED = ("ins", "moveTo")
_PROPERTIES = ("pPr", "rPr", "sectPr", "rubyPr", "sdtPr")


class PartText:
    """The places of text in one XML part.

    Attributes:
        spots: the places, in document order; the same for the same bytes.
        cleaned: whether comments, instructions or base64 copies were taken out of the tree.
    """

    def __init__(self, root: Element, name: str) -> None:
        self._name = name if name.isascii() else "a part"
        self._atoms: list[Atom] = []
        self._taken: set[Element] = set()
        self._counts: dict[str, int] = {}
        self.cleaned = _clean(root)
        walk = self._links if name.endswith(".rels") else self._places
        self.spots: list[Spot] = list(walk(root))

    def flush(self) -> None:
        """Write what the runs' edits ask for into the tree; call once, after the last `Spot.apply`."""
        for atom in self._atoms:
            atom.flush()

    def _links(self, root: Element) -> Iterator[Spot]:
        """Yield the targets of external relationships: links, linked files, templates, mail-merge sources."""
        for relationship in root:
            if relationship.get("TargetMode") == "External" and relationship.get("Target"):
                yield AttributeSpot(relationship, "Target", self._locator("link"), link=True)

    def _places(self, root: Element) -> Iterator[Spot]:
        for element in root.iter():
            local = _local(element)
            if local == "p" and _in_run_space(element):
                yield from self._paragraph(element)
            yield from self._attributes(element, local)
            if element not in self._taken and local not in rules().measure_elements and _filled(element.text):
                yield NodeSpot(element, "text", self._locator(local), _label(local))
            if element is not root and _filled(element.tail):
                yield NodeSpot(element, "tail", self._locator(_local(element.getparent())))

    def _attributes(self, element: Element, local: str) -> Iterator[Spot]:
        if local in rules().silent_elements:
            return
        for key, value in element.attrib.items():
            name = etree.QName(key).localname
            free = name in rules().attributes or (name == "val" and local in rules().value_elements)
            if value.strip() and (free or not value.isascii() or "@" in value):
                yield AttributeSpot(element, key, self._locator(f"{local} {name}"), _label(name))

    def _paragraph(self, paragraph: Element) -> Iterator[Spot]:
        atoms = list(_atoms(paragraph, paragraph))
        self._atoms += atoms
        self._taken |= {atom.element for atom in atoms}
        locator = self._locator("paragraph")
        label, joins = _cell_setting(paragraph)
        body = [atom for atom in atoms if atom.flow == "text"]
        readings = [
            ([atom for atom in body if not atom.deleted], ""),
            ([atom for atom in body if atom.deleted or not atom.inserted], " before changes"),
            ([atom for atom in atoms if atom.flow == "ruby"], " ruby"),
            ([atom for atom in atoms if atom.flow == "field"], " field"),
        ]
        if not any(atom.deleted for atom in body):
            del readings[1]
        for number, (some, what) in enumerate(readings):
            if any(atom.text for atom in some):
                setting = (label, joins) if number == 0 else ("", "line")
                yield RunsSpot(some, atoms, locator + what, *setting)

    def _locator(self, what: str) -> str:
        """Return where the next place of this kind stands; names of the input's own making are left out."""
        what = what if what.isascii() and not self._name.startswith("customXml") else "element"
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{self._name} {what} {self._counts[what]}"


def _atoms(element: Element, paragraph: Element) -> Iterator[Atom]:
    """Yield the atoms below `element`; paragraphs inside (text boxes) are on their own."""
    for child in element:
        local = _local(child)
        if local in _PROPERTIES or (local == "p" and _in_run_space(child)):
            continue
        if (local in FIXED or local in _FLOWS) and _in_run_space(child):
            yield _atom(child, local, paragraph)
        else:
            yield from _atoms(child, paragraph)


def _atom(element: Element, local: str, paragraph: Element) -> Atom:
    around: dict[str, Element] = {}
    for parent in element.iterancestors():
        if parent is paragraph:
            break
        around.setdefault(_local(parent), parent)
    flow = "ruby" if "rt" in around else _FLOWS.get(local, "text")
    return Atom(
        element,
        FIXED.get(local, element.text or ""),
        "ruby" if flow == "ruby" else "field" if flow == "field" else "text",
        inserted=any(name in around for name in _INSERTED),
        deleted=local == "delText" or any(name in around for name in _DELETED),
        ruby=around.get("ruby"),
    )


def _cell_setting(paragraph: Element) -> tuple[str, str]:
    """Return the label of the table cell that `paragraph` stands in, and how it joins what is before."""
    cell = next((a for a in paragraph.iterancestors() if _local(a) in ("tc", "txbxContent")), None)
    if cell is None or _local(cell) != "tc" or not _in_run_space(cell):
        return "", "line"
    row = next((a for a in cell.iterancestors() if _local(a) == "tr"), None)
    table = next((a for a in cell.iterancestors() if _local(a) == "tbl"), None)
    if row is None or table is None:
        return "", "line"
    cells = _cells(row)
    if cell not in cells:
        return "", "line"
    column = cells.index(cell)
    first = next(element for element in table.iter() if _local(element) == "tr")
    heads = _cells(first) if first is not row else []
    candidates = [*cells[max(column - 1, 0) : column], *heads[column : column + 1]]
    label = next((text for text in map(_cell_text, candidates) if rules().is_label(text)), "")
    label = "" if rules().is_label(_cell_text(cell)) else label
    starts = next(p for p in cell.iter() if _local(p) == "p") is paragraph
    return label, "cell" if starts and column else "line"


def _cells(row: Element) -> list[Element]:
    """Return the cells of a row, those within content controls too, those of nested tables not."""
    found: list[Element] = []
    for child in row:
        local = _local(child)
        if local == "tc":
            found.append(child)
        elif local in ("sdt", "sdtContent", "customXml", "smartTag", "ins"):
            found += _cells(child)
    return found


def _cell_text(cell: Element) -> str:
    return "".join(element.text or "" for element in cell.iter() if _local(element) == "t").strip()


def _label(local: str) -> str:
    """Return what a property or an element of the input's own making answers to."""
    return rules().labels.get(local, "" if local.isascii() else local)


def _clean(root: Element) -> bool:
    """Take out comments, instructions and what `docx.toml` drops; return whether there was any."""
    cleaned = root.getprevious() is not None or root.getnext() is not None
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or _local(element) in rules().dropped_elements:
            _remove(element)
            cleaned = True
            continue
        if _local(element) in rules().emptied_elements and element.text:
            element.text, cleaned = None, True
        for key in [key for key in element.attrib if etree.QName(key).localname in rules().dropped_attributes]:
            del element.attrib[key]
            cleaned = True
    return cleaned


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


def _local(element: Element) -> str:
    return str(etree.QName(element).localname)


def _in_run_space(element: Element) -> bool:
    return (etree.QName(element).namespace or "").endswith(_RUN_SPACES)


def _filled(text: str | None) -> bool:
    return bool(text and text.strip())
