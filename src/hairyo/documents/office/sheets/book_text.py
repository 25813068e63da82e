"""The places of text in a part of a workbook: those of any part, and formulas, and what pivot tables keep."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from hairyo.documents.base import Edit, apply_edits
from hairyo.documents.office.package import Element, local
from hairyo.documents.office.rules import Rules
from hairyo.documents.office.sheets.formula import Formula
from hairyo.documents.office.sheets.workbook import Workbook
from hairyo.documents.office.spots import PLAIN, Setting, Spot, legal
from hairyo.documents.office.walk import PartText
from hairyo.documents.runs import Run, changes, merged, plain, text_of

_HEADINGS = frozenset({"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"})
_CODE = re.compile(r'&(?:"(?P<font>[^"]*)"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}(?!\d)|[A-Z])')
_SECTIONS = ("&L", "&C", "&R")
_ITEMS = ("s", "n", "d")
_LISTS = ("sharedItems", "groupItems")


@dataclass(slots=True)
class ItemSpot:
    """A value that a pivot table keeps of its source; one that is edited is text from then on."""

    element: Element
    locator: str
    setting: Setting
    text: str

    def apply(self, edits: list[Edit]) -> None:
        """Set the edited text, and let the list tell that it holds text of any kind."""
        self.element.set("v", legal(apply_edits(self.text, edits)))
        if local(self.element) != "s":
            self.element.tag = f"{str(self.element.tag).rpartition('}')[0]}}}s"
            items = self.element.getparent()
            for key in [key for key in items.attrib if key.startswith(("contains", "min", "max"))]:
                del items.attrib[key]
            items.set("containsMixedTypes", "1")


@dataclass(slots=True)
class HeadingSpot:
    """A header or footer of a sheet: its text without the codes for place, font and size (ECMA-376, 18.3.1.46)."""

    element: Element
    locator: str
    setting: Setting = PLAIN
    text: str = ""
    runs: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        source, at = self.element.text, 0
        for found in _CODE.finditer(source):
            self.runs += plain(source, at, found.start())
            self.runs += [Run("\n", found.start(), found.end())] if found[0] in _SECTIONS else []
            self.runs += plain(source, *found.span("font")) if found["font"] else []
            at = found.end()
        self.runs += plain(source, at, len(source))
        self.text = text_of(self.runs)

    def apply(self, edits: list[Edit]) -> None:
        """Set the edited text, its codes kept."""
        new, at = "", 0
        for start, end, said in merged(changes(self.runs, edits, _coded)):
            new, at = new + self.element.text[at:start] + said, end
        self.element.text = legal(new + self.element.text[at:])


def _coded(text: str) -> str:
    return text.replace("&", "&&").replace("\n", "&C") if text else ""


class BookText(PartText):
    """The places of text in a part of a workbook.

    Attributes:
        formulas: those that stand in it.
    """

    every_attribute = True  # some are formulas

    def __init__(self, root: Element, name: str, rules: Rules, gone: Collection[str], book: Workbook) -> None:
        """Find the places; see `PartText`.

        Args:
            root: see `PartText`.
            name: see `PartText`.
            rules: see `PartText`.
            gone: see `PartText`.
            book: the workbook it is of.
        """
        self._book = book
        self.formulas: list[Formula] = []
        super().__init__(root, name, rules, gone)

    def _formula(self, formula: Formula, locator: str) -> Iterator[Spot]:
        self.formulas.append(formula)
        return formula.spots(self._book.known, locator)

    def _places_of(self, element: Element) -> Iterable[Spot]:
        name = local(element)
        if name in _HEADINGS and (element.text or "").strip():
            yield HeadingSpot(element, self._locator(name))
        elif name in self.rules.formula_elements and (element.text or "").strip():
            yield from self._formula(Formula(element), self._locator(name))
            yield from self._attributes(element, name)
        elif name in _ITEMS and element.get("v") and local(element.getparent()) in _LISTS:
            yield ItemSpot(element, self._locator("item"), _heading_of(element), element.get("v"))
        else:
            yield from super()._places_of(element)

    def _attributes(self, element: Element, name: str) -> Iterator[Spot]:
        formulas = [key for key in element.attrib if key in self.rules.formula_attributes]
        for key in formulas:
            yield from self._formula(Formula(element, key, is_sheet=key == "sheet"), self._locator(f"{name} {key}"))
        for spot in super()._attributes(element, name):
            if getattr(spot, "key", "") not in formulas:
                yield spot


def _heading_of(item: Element) -> Setting:
    """Return the setting of a pivot table's value: it answers to its field, and is one of many."""
    field = next((one.get("name") for one in item.iterancestors() if local(one) == "cacheField"), None)
    return Setting(field, field=field, listed=True) if field else PLAIN
