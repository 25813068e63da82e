"""The cells of a worksheet (セル), row by row, each as it is shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

from hairyo.documents.base import Edit, apply_edits
from hairyo.documents.office.package import Element, local
from hairyo.documents.office.rules import Rules
from hairyo.documents.office.sheets.book_text import BookText
from hairyo.documents.office.sheets.formula import Formula
from hairyo.documents.office.sheets.layout import settings
from hairyo.documents.office.sheets.workbook import Workbook
from hairyo.documents.office.spots import PLAIN, Setting, Spot, StringSpot, legal, unescaped
from hairyo.documents.office.walk import readings
from hairyo.errors import BrokenInput

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_VALUES = frozenset({"f", "v", "is"})
_SHORT = 9  # characters of an attribute that say nothing
_ERROR = re.compile(r"#[A-Z0-9/_]{1,20}[!?]?")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(slots=True)
class ValueSpot:
    """A cell that holds its value itself: a number, a date, or what its formula gave."""

    cell: Cell
    book: Workbook
    text: str
    locator: str
    setting: Setting = PLAIN

    def apply(self, edits: list[Edit]) -> None:
        """Write the edited text as text; of a formula's cell, take away what it gave and what gave it away."""
        if self.cell.formula is None:
            self.cell.say(apply_edits(self.text, edits))
            return
        self.cell.element.remove(self.cell.value)
        self.cell.element.attrib.pop("t", None)
        self.book.stale = True
        for edit in edits:
            self.cell.formula.blank(self.text[edit.start : edit.end])


@dataclass(slots=True)
class Cell:
    """A cell that says something.

    Attributes:
        element: the cell's element.
        row, column: where it stands, counted from 1.
        value: its `v` or `is` element; None where there is but a formula.
        kind: how the value is to be read, as the file has it.
        text: what is shown of it.
        formula: its formula, if any.
    """

    element: Element
    row: int
    column: int
    value: Element
    kind: str
    text: str
    formula: Formula | None

    def say(self, text: str) -> None:
        """Let it say `text`, whatever it was."""
        for child in [one for one in self.element if local(one) in ("v", "is", "f")]:
            self.element.remove(child)
        self.element.set("t", "inlineStr")
        space = str(self.element.tag).partition("}")[0]
        holder = self.element.makeelement(f"{space}}}is")
        inside = holder.makeelement(f"{space}}}t")
        inside.text = legal(text)
        inside.set(_SPACE, "preserve")
        holder.append(inside)
        self.element.insert(0, holder)


class SheetText(BookText):
    """The places of text of a worksheet: its cells, then everything else."""

    def __init__(
        self, root: Element, name: str, rules: Rules, gone: Collection[str], book: Workbook, headings: Collection[int]
    ) -> None:
        """Find the places; see `PartText`.

        Args:
            root: see `PartText`.
            name: see `PartText`.
            rules: see `PartText`.
            gone: see `PartText`.
            book: the workbook it is of.
            headings: rows that the workbook tells to be headings.
        """
        filters = (place_of(one.get("ref", "").partition(":")[0]) for one in root.iterchildren("{*}autoFilter"))
        self._headings = {*headings, *(place[0] for place in filters if place)}
        self.cells: dict[tuple[int, int], Cell] = {}
        self._odd: list[Element] = []  # rows and cells that say something beside their values
        super().__init__(root, name, rules, gone, book)

    def said(self, place: tuple[int, int]) -> str:
        """Return what a cell with text says, after the shared strings are settled."""
        cell = self.cells.get(place)
        if cell is None or cell.formula is not None:
            return ""
        if cell.element.get("t") == "s":
            return self._book.strings.text_now(cell.value)
        holder = next(cell.element.iterchildren("{*}is"), None)
        return cell.text if holder is None else "".join(spot.text for spot in readings(holder, "")[1][:1])

    def _places(self) -> Iterator[Spot]:
        yield from self._places_of(self.root)
        for child in self.root:
            if local(child) == "sheetData":
                yield from self._data(child)
                yield from chain.from_iterable(map(self._beside, self._odd))
            else:
                yield from chain.from_iterable(map(self._places_of, child.iter()))

    def _data(self, data: Element) -> Iterator[Spot]:
        rows = list(self._rows(data))
        shape = [(cells[0].row, {cell.column: cell.text for cell in cells if cell.text}) for cells in rows]
        for cells, places in zip(rows, settings(shape, self._headings), strict=True):
            for cell in cells:
                self.cells[cell.row, cell.column] = cell
                yield from self._cell(cell, places.get(cell.column, PLAIN))

    def _beside(self, odd: Element) -> Iterator[Spot]:
        """Yield what a row or a cell says beside its values: long attributes, extensions."""
        yield from self._attributes(odd, local(odd))
        for child in odd if local(odd) == "c" else ():
            if local(child) not in _VALUES:
                yield from chain.from_iterable(map(self._places_of, child.iter()))

    def _cell(self, cell: Cell, setting: Setting) -> Iterator[Spot]:
        locator = f"{self._name} cell {_letters(cell.column)}{cell.row}"
        if cell.kind == "s" and cell.text:
            yield from self._book.strings.spots(cell.value, locator, setting)
        elif cell.kind == "inlineStr" and cell.text and len(cell.value) == 1 and local(cell.value[0]) == "t":
            yield StringSpot(cell.value[0], "text", locator, setting)
        elif cell.kind == "inlineStr" and cell.text:
            atoms, spots = readings(cell.value, locator, setting)
            self._atoms += atoms
            yield from spots
        elif cell.text:
            yield ValueSpot(cell, self._book, cell.text, locator, setting)
        if cell.formula is not None:
            yield from self._formula(cell.formula, f"{locator} formula")

    def _rows(self, data: Element) -> Iterator[list[Cell]]:
        """Yield the cells that say something, row by row; rows without any are left out."""
        number = 0
        for row in data:
            number = _counted(row.get("r"), number)
            column = 0
            found: list[Cell] = []
            if max(map(len, row.values()), default=0) > _SHORT:
                self._odd.append(row)
            for element in row:
                column = _column(element.get("r"), number, column)
                if (cell := self._read(element, number, column)) is not None:
                    found.append(cell)
            if found:
                yield found

    def _read(self, element: Element, row: int, column: int) -> Cell | None:
        """Return a cell, None where it says nothing and reckons nothing."""
        children = {local(child): child for child in element}
        if not children.keys() <= _VALUES or max(map(len, element.values()), default=0) > _SHORT:
            self._odd.append(element)
        formula = Formula(children["f"]) if "f" in children else None
        kind = element.get("t", "n")
        value = children.get("is" if kind == "inlineStr" else "v")
        text = "" if value is None else self._shown(value, kind, element.get("s", "0"))
        if not text and formula is None:
            return None
        return Cell(element, row, column, value, kind, text, formula)

    def _shown(self, value: Element, kind: str, style: str) -> str:
        if kind == "s":
            return self._book.strings.text(value)
        if kind == "inlineStr":
            return unescaped("".join(value.itertext()))
        text = value.text or ""
        if not text.strip() or kind == "b" or (kind == "e" and _ERROR.fullmatch(text)):
            return ""
        return self._book.shown(text, style) if kind == "n" else unescaped(text)


def place_of(reference: str) -> tuple[int, int] | None:
    """Return row and column of a reference such as `C4`, None where it is none."""
    found = _PLACE.fullmatch(reference.replace("$", ""))
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _counted(said: str | None, before: int) -> int:
    if said is None:
        return before + 1
    if not said.isdecimal() or not said.isascii() or not before < int(said[:9]) < 10**8:
        raise BrokenInput("the rows or cells of a sheet are out of order; open and save the workbook again")
    return int(said)


def _column(said: str | None, row: int, before: int) -> int:
    if said is None:
        return before + 1
    place = place_of(said)
    if place is None or place[0] != row or place[1] <= before:
        raise BrokenInput("the rows or cells of a sheet are out of order; open and save the workbook again")
    return place[1]
