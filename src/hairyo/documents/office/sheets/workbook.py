"""What the parts of a workbook need of each other: shared strings, number formats, names, tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hairyo.documents.office.package import Element, local
from hairyo.documents.office.sheets.formula import Names
from hairyo.documents.office.sheets.number_format import BUILT_IN, shown
from hairyo.documents.office.sheets.strings import Strings

_BUILT_IN_NAME = "_xlnm."


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet (テーブル).

    Attributes:
        part: its own part.
        sheet: the part of its sheet.
        row: the row of its headings, None where it has none.
        column: its first column.
        name: what formulas call it.
        columns: what its columns are called.
    """

    part: str
    sheet: str
    row: int | None
    column: int
    name: str
    columns: tuple[str, ...]


class Workbook:
    """The workbook as a whole, for one reading of its parts.

    Attributes:
        strings: the shared strings.
        known: everything that formulas may name, each by its own name.
        tables: the tables.
        stale: whether a formula lost what it gave, so that it has to be reckoned anew.
    """

    def __init__(self, main: Element, styles: Element, strings: Strings, tables: Iterable[Table]) -> None:
        """Read what stands in the parts.

        Args:
            main: root of the workbook part.
            styles: root of the styles, or None.
            strings: the shared strings.
            tables: the tables.
        """
        self.strings = strings
        self.tables = list(tables)
        self.stale = False
        self.known = Names()
        self.known.sheets = {name: name for name in names_of(named_sheets(main))}
        self.known.names = {name: name for name in names_of(defined_names(main)) if is_given(name)}
        for table in self.tables:
            self.known.names[table.name] = table.name
            self.known.columns.update({name: name for name in table.columns})
        dated = next(main.iterchildren("{*}workbookPr"), None)
        self._since_1904 = dated is not None and dated.get("date1904") in ("1", "true")
        self._codes = [] if styles is None else list(_codes(styles))

    def shown(self, value: str, style: str) -> str:
        """Return what a cell of this style shows for a number."""
        number = int(style) if style.isdecimal() and style.isascii() and len(style) < 7 else 0
        code = self._codes[number] if number < len(self._codes) else "General"
        return shown(value, code, since_1904=self._since_1904) or value


def named_sheets(main: Element) -> list[Element]:
    """Return the sheets that the workbook part lists."""
    return [one for group in main.iterchildren("{*}sheets") for one in group if local(one) == "sheet"]


def defined_names(main: Element) -> list[Element]:
    """Return the names of cells and formulas."""
    return [one for group in main.iterchildren("{*}definedNames") for one in group.iterchildren("{*}definedName")]


def is_given(name: str) -> bool:
    """Whether a user gave the name, not the program."""
    return not name.startswith(_BUILT_IN_NAME)


def names_of(elements: Iterable[Element]) -> list[str]:
    """Return what elements are called."""
    return [one.get("name", "") for one in elements]


def table_columns(root: Element) -> list[Element]:
    """Return the columns of a table."""
    return [one for group in root.iterchildren("{*}tableColumns") for one in group.iterchildren("{*}tableColumn")]


def _codes(styles: Element) -> Iterable[str]:
    """Yield the number format of each cell style."""
    own = {
        one.get("numFmtId"): one.get("formatCode", "") for group in styles.iterchildren("{*}numFmts") for one in group
    }
    for group in styles.iterchildren("{*}cellXfs"):
        for style in group:
            said = style.get("numFmtId", "0")
            known = BUILT_IN.get(int(said), "General") if said.isdecimal() and said.isascii() else "General"
            yield own.get(said) or known
