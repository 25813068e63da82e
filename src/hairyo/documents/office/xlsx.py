"""Workbooks (XLSX): cells as they are shown, and every other place of text; formulas, tables and names kept in step.

A number or date that is edited becomes text. A formula whose result is edited stays, without its result, and is
reckoned anew when the workbook is opened. Dropped: the order of calculation, the log of changes, the records under
pivot tables (made anew on opening), cells copied from other workbooks, the path where the file lay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hairyo.documents.base import Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.office.document import OfficeDocument, Part
from hairyo.documents.office.package import Element, local
from hairyo.documents.office.relations import is_relationships
from hairyo.documents.office.sheets.book_text import BookText
from hairyo.documents.office.sheets.cells import SheetText, place_of
from hairyo.documents.office.sheets.formula import MAX_NAME, MAX_SHEET, Names, defined_name, sheet_name, unique
from hairyo.documents.office.sheets.strings import Strings
from hairyo.documents.office.sheets.workbook import (
    Table,
    Workbook,
    defined_names,
    is_given,
    named_sheets,
    names_of,
    table_columns,
)
from hairyo.documents.office.spots import Spot
from hairyo.documents.office.walk import PartText
from hairyo.errors import BrokenInput

_SHEET = "spreadsheetml.worksheet+xml"
_BEFORE_CALCULATION = ("sheets", "functionGroups", "externalReferences", "definedNames")
_MAX_COLUMN = 255
_BREAK = "_x000a_"


class StringsText(PartText):
    """The shared strings' part: its strings are offered where cells show them."""

    def _places(self) -> Iterator[Spot]:
        return iter(())


class XlsxDocument(OfficeDocument):
    """A workbook; see `Document`."""

    format = "xlsx"
    main_type = "spreadsheetml.sheet.main+xml"
    leading = _SHEET
    independent = False

    def _parts(self) -> Iterator[Part]:
        self._book = self._read_book()
        yield from super()._parts()

    def part_text(self, name: str, data: bytes, gone: set[str]) -> PartText:
        """Return the places of text in an XML part; see `OfficeDocument.part_text`."""
        kind = self._types.get(name, "")
        book = self._book
        if name == self._strings and book.strings.root is not None:
            return StringsText(book.strings.root, name, self._rules, gone)
        root = self._package.parse(data)
        if is_relationships(name):
            return PartText(root, name, self._rules, gone)
        if kind.endswith(_SHEET):
            headings = [table.row for table in book.tables if table.sheet == name and table.row is not None]
            return SheetText(root, name, self._rules, gone, book, headings)
        return BookText(root, name, self._rules, gone, book)

    def settled(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Yield the parts, with names, tables and formulas in step with the edits."""
        every = list(parts)  # they depend on each other
        texts = {part.name: part.text for part in every if part.text is not None}
        book = self._book
        changed = book.strings.settle()
        for text in texts.values():
            if isinstance(text, StringsText):
                text.changed |= changed
        names = self._renamed(texts)
        for text in texts.values():
            if isinstance(text, BookText):
                for formula in text.formulas:
                    text.changed |= formula.flush(names)
                if local(text.root) == "pivotCacheDefinition":
                    _refresh(text, names)
        if book.stale:
            _reckon_anew(texts[self._main])
        return iter(every)

    def _renamed(self, texts: dict[str, PartText]) -> Names:
        """Make valid what was edited of the names, and return what is called anew."""
        main, tables = texts[self._main].root, [one for one in self._book.tables if one.part in texts]
        before = self._read(self._main)
        sheets, named = (
            [(one, "name", old) for one, old in zip(found(main), names_of(found(before)), strict=True) if is_given(old)]
            for found in (named_sheets, defined_names)
        )
        named += [(texts[one.part].root, "displayName", one.name) for one in tables]
        names = Names(_rename(sheets, sheet_name, MAX_SHEET), _rename(named, defined_name, MAX_NAME))
        for table in tables:
            self._name_columns(table, texts, names)
        return names

    def _name_columns(self, table: Table, texts: dict[str, PartText], names: Names) -> None:
        """Call a table and its columns what its name and headings say now."""
        text, sheet = texts[table.part], texts.get(table.sheet)
        if text.root.get("name") != table.name and table.name in names.names:
            text.root.set("name", names.names[table.name])
        taken: set[str] = set()
        for number, (element, before) in enumerate(zip(table_columns(text.root), table.columns, strict=True)):
            said, cell = element.get("name", ""), None
            if isinstance(sheet, SheetText) and table.row is not None:
                place = (table.row, table.column + number)
                cell = sheet.cells.get(place)
                if cell is not None and cell.text.replace("\n", _BREAK) == before:
                    said = sheet.said(place).replace("\n", _BREAK)
                else:
                    cell = None
            after = unique(said, taken, _MAX_COLUMN)
            if cell is not None and sheet is not None and after != said:
                cell.say(after)
                sheet.changed = True
            if {after, element.get("name", "")} != {before}:
                element.set("name", after)
                names.columns[before] = after
                text.changed = True

    def _read_book(self) -> Workbook:
        related = {one.type.rpartition("/")[2]: one.target for one in self.relationships(self._main)}
        self._strings = related.get("sharedStrings", "")
        styles, strings = self._read(related.get("styles", "")), self._read(self._strings)
        sheets = [name for name in self._package.names if self._types[name].endswith(_SHEET)]
        tables = [
            _table(root, one.target, name)
            for name in sheets
            for one in self.relationships(name)
            if one.type.endswith("/table") and (root := self._read(one.target)) is not None
        ]
        return Workbook(self._read(self._main), styles, Strings(strings), tables)

    def _read(self, name: str) -> Element:
        """Return the root of a part, None where there is no such part."""
        return self._package.parse(self._package.member(name)) if name in self._package.names else None


def _table(root: Element, part: str, sheet: str) -> Table:
    first = place_of(root.get("ref", "").partition(":")[0])
    headed = first is not None and root.get("headerRowCount", "1") != "0"
    row, column = first or (0, 0)
    name = root.get("displayName", "")
    return Table(part, sheet, row if headed else None, column, name, tuple(names_of(table_columns(root))))


def _rename(named: list[tuple[Element, str, str]], valid: Callable[[str], str], limit: int) -> dict[str, str]:
    """Make the names valid and unique that were edited; return the new ones by the old.

    Args:
        named: element, attribute and old name of each.
        valid: what makes a name valid.
        limit: the most characters of a name.
    """
    taken = {before.casefold() for element, key, before in named if element.get(key) == before}
    renamed: dict[str, str] = {}
    for element, key, before in named:
        if element.get(key, "") != before:
            if before not in renamed:
                renamed[before] = unique(valid(element.get(key)), taken, limit)
            element.set(key, renamed[before])
    return renamed


def _refresh(cache: PartText, names: Names) -> None:
    """Have a pivot table read its source anew when the workbook is opened, since its records are dropped."""
    cache.root.set("refreshOnLoad", "1")
    cache.root.set("saveData", "0")
    for source in cache.root.iter("{*}worksheetSource"):
        if source.get("name") in names.names:
            source.set("name", names.names[source.get("name")])
    cache.changed = True


def _reckon_anew(main: PartText) -> None:
    """Have the workbook reckon its formulas when it is opened."""
    found = next(main.root.iterchildren("{*}calcPr"), None)
    if found is None:
        before = [one for one in main.root if local(one) in _BEFORE_CALCULATION]
        if not before:
            raise BrokenInput("the workbook does not say which sheets it has; open and save it again")
        found = before[-1].makeelement(f"{str(before[-1].tag).rpartition('}')[0]}}}calcPr")
        before[-1].addnext(found)
    found.set("fullCalcOnLoad", "1")
    main.changed = True


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> XlsxDocument:
    """Open a workbook; `columns` does not concern it. See `Opener`."""
    return XlsxDocument(path, limits)
