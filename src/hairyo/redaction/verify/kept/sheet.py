"""A worksheet for the comparison (シート): row by row, cell by cell, by what cells show, wherever that is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from hairyo.redaction.verify.kept.office_part import PartReader, parse, refuse_doctype
from hairyo.redaction.verify.piece import Kept, Within


class SharedString(NamedTuple):
    """A string that cells share: what it says, and its reading."""

    text: str
    reading: str


class Cell(NamedTuple):
    """A cell.

    Attributes:
        place: its reference and style.
        formula: its formula with its attributes; "" where there is none.
        is_text: whether it holds text, not a number.
        text: what it holds.
        reading: of its text.
        rest: what else stands in it.
    """

    place: str
    formula: str
    is_text: bool
    text: str
    reading: str
    rest: str


_Row = tuple[Cell, ...]


def shared_strings(data: bytes) -> list[SharedString]:
    """Return the strings that the cells of a workbook share."""
    found: list[SharedString] = []
    said: list[str] = []
    read: list[str] = []
    within: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        within.append(name.rpartition(" ")[2])

    def end(_: str) -> None:
        if within.pop() == "si":
            found.append(SharedString("".join(said), "".join(read)))
            said.clear()
            read.clear()

    def text(characters: str) -> None:
        if within[-1] == "t":
            (read if "rPh" in within else said).append(characters)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse_doctype
    parse(parser, data)
    return found


class SheetReader(PartReader):
    """Reads what has to survive of a worksheet."""

    def __init__(self, root: str, strings: list[SharedString]) -> None:
        super().__init__(root)
        self._strings = strings
        self._cells: list[Cell] = []
        self._cell: dict[str, str] | None = None
        self._row = ""
        self._rows = 0

    def start(self, name: str, attributes: list[str]) -> None:
        """Begin an element; cells are read apart."""
        local = name.rpartition(" ")[2]
        if self._cell is not None:
            self._names.append(local)
            if local == "f":
                self._cell["formula"] = " ".join(attributes) or "="
            elif local not in ("v", "is") and "is" not in self._names:
                self._cell["rest"] = "\x1f".join((self._cell.get("rest", ""), name, *attributes))
        elif local == "c" and self._names[-1:] == ["row"]:
            self._names.append(local)
            self._cell = dict(zip(attributes[::2], attributes[1::2], strict=True))
        else:
            super().start(name, attributes)

    def text(self, data: str) -> None:
        """Take text."""
        if self._cell is None:
            super().text(data)
            return
        what = self._names[-1]
        if what == "f":
            self._cell["said"] = self._cell.get("said", "") + data
        elif what == "v":
            self._cell["value"] = self._cell.get("value", "") + data
        elif what == "t":
            part = "reading" if "rPh" in self._names else "inline"
            self._cell[part] = self._cell.get(part, "") + data
        elif "is" not in self._names and data.strip():
            self._cell["rest"] = self._cell.get("rest", "") + data

    def end(self, name: str) -> None:
        """End an element."""
        if self._cell is None:
            local = self._names[-1]
            super().end(name)
            if local == "row":
                self._end_row()
            return
        if self._names.pop() == "c":
            self._cells.append(self._read(self._cell))
            self._cell = None

    def _read(self, cell: dict[str, str]) -> Cell:
        kind, value = cell.get("t", "n"), cell.get("value", "")
        place = f"{cell.get('r', '')} {cell.get('s', '')}"
        rest = cell.get("rest", "")
        formula = f"{cell.get('formula', '')}\x1f{cell.get('said', '')}" if "formula" in cell else ""
        if kind == "s":
            number = int(value) if value.isdecimal() else -1
            string = self._strings[number] if 0 <= number < len(self._strings) else SharedString(value, "")
            return Cell(place, formula, True, string.text, string.reading, rest)
        if kind == "inlineStr":
            return Cell(place, formula, True, cell.get("inline", ""), cell.get("reading", ""), rest)
        return Cell(place, formula, kind == "str", value, "", rest)

    def _end_row(self) -> None:
        self._rows += 1
        cells = tuple(self._cells)
        self._cells.clear()
        self._end_others()
        self.found.append(Kept(f"row {self._rows}", "", within=Within(cells, cells, _ways)))


def _ways(row: _Row, scratch: Path) -> Iterator[Callable[[_Row], Iterable[Kept]]]:
    # What a cell holds is judged by what the original's was: text, a number, or what a formula gave.
    kinds = [("result" if cell.formula else "cell" if cell.is_text else "number") for cell in row]

    def read(one: _Row) -> Iterator[Kept]:
        for number, cell in enumerate(one):
            kind = kinds[number] if number < len(kinds) else "cell"
            yield Kept(f"cell {number + 1}", cell.place)
            cut = cell.formula.count('"') > 2
            yield Kept(f"formula of cell {number + 1}", cell.formula, kind="formula", counted=False, cut=cut)
            yield Kept(f"cell {number + 1}", cell.text, kind=kind)  # type: ignore[arg-type]
            yield Kept(f"reading of cell {number + 1}", cell.reading, may_go=True)
            yield Kept(f"rest of cell {number + 1}", cell.rest)

    yield read
