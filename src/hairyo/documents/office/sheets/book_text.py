"""The places of text in a part of a workbook: those of any part, and formulas, and what pivot tables keep."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from hairyo.documents.base import Edit, apply_edits
from hairyo.documents.office.package import Element, local
from hairyo.documents.office.rules import Rules
from hairyo.documents.office.sheets.formula import Formula
from hairyo.documents.office.sheets.workbook import Workbook
from hairyo.documents.office.spots import PLAIN, Setting, Spot, legal
from hairyo.documents.office.walk import PartText

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
        if name in self.rules.formula_elements and (element.text or "").strip():
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
