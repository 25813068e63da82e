"""The strings that the cells of a workbook share (共有文字列).

A string is edited cell by cell: where all its cells are edited alike it is changed in its place; where not, each
other wording becomes a string of its own. Strings that no cell uses are emptied, since nobody sees them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace

from hairyo.documents.base import Edit
from hairyo.documents.office.package import Element, local
from hairyo.documents.office.spots import PLAIN, Setting, Spot, unescaped
from hairyo.documents.office.walk import flush, readings
from hairyo.errors import BrokenInput

_Wording = tuple[tuple[Edit, ...], ...]


@dataclass(eq=False, slots=True)
class Use:
    """A cell's use of a shared string.

    Attributes:
        value: the cell's element that holds the string's number.
        number: the number.
        edits: those of each of the string's places (what it says, its reading).
    """

    value: Element
    number: int
    edits: dict[int, tuple[Edit, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class SharedSpot:
    """One place of a shared string, as one cell shows it."""

    use: Use
    place: int
    text: str
    locator: str
    setting: Setting = PLAIN

    def apply(self, edits: list[Edit]) -> None:
        """Note the edits; `Strings.settle` does them."""
        self.use.edits[self.place] = tuple(replace(edit, block=0) for edit in edits)


class Strings:
    """The table of shared strings, and who uses them."""

    def __init__(self, root: Element | None) -> None:
        """Read the table; None where the workbook has none."""
        self.root = root
        self._entries = [] if root is None else [one for one in root if local(one) == "si"]
        self._texts: list[list[str] | None] = [None] * len(self._entries)
        self._uses: list[Use] = []

    def spots(self, value: Element, locator: str, setting: Setting) -> list[Spot]:
        """Return the places of the string that a cell shows.

        Args:
            value: the cell's element that holds the string's number.
            locator: the cell's.
            setting: the cell's.

        Raises:
            BrokenInput: there is no such string.
        """
        number = _number(value)
        use = Use(value, number)
        self._uses.append(use)
        return [
            SharedSpot(use, place, text, locator if not place else f"{locator} ruby", PLAIN if place else setting)
            for place, text in enumerate(self._read(number))
            if text
        ]

    def text(self, value: Element) -> str:
        """Return what the string says whose number an element holds.

        Raises:
            BrokenInput: there is no such string.
        """
        return (self._read(_number(value)) or [""])[0]

    def text_now(self, value: Element) -> str:
        """Return what that string says after `settle`."""
        return "".join(spot.text for spot in readings(self._entries[_number(value)], "")[1][:1])

    def settle(self) -> bool:
        """Do what was noted; return whether the table changed."""
        wordings: dict[int, dict[_Wording, list[Use]]] = {}
        for use in self._uses:
            edits = tuple(use.edits.get(place, ()) for place in range(2))
            wordings.setdefault(use.number, {}).setdefault(edits, []).append(use)
        changed = False
        for number, entry in enumerate(list(self._entries)):
            if number not in wordings:
                changed |= _emptied(entry)
                continue
            used = wordings[number]
            original = deepcopy(entry) if len(used) > 1 else entry
            plain: _Wording = ((), ())
            for nth, wording in enumerate(sorted(used, key=lambda one: one != plain)):
                copy = entry if not nth else self._added(deepcopy(original), used[wording])
                changed |= _edit(copy, wording)
        if self.root is not None and changed:
            self.root.set("count", str(len(self._uses)))
            self.root.set("uniqueCount", str(len(self._entries)))
        return changed

    def _read(self, number: int) -> list[str]:
        """Return the texts of a string's places: what it says, and its reading."""
        if number >= len(self._entries):
            raise BrokenInput("a cell refers to a text that is not there; open and save the workbook again")
        found = self._texts[number]
        if found is None:
            entry = self._entries[number]
            if len(entry) == 1 and local(entry[0]) == "t":
                found = [unescaped(entry[0].text or "")]
            else:
                by_place = {spot.locator: spot.text for spot in readings(entry, "")[1]}
                found = [by_place.get("", ""), by_place.get(" ruby", "")]
            self._texts[number] = found
        return found

    def _added(self, entry: Element, uses: list[Use]) -> Element:
        """Add a string for some of the cells, and return it."""
        for use in uses:
            use.value.text = str(len(self._entries))
        self._entries[-1].addnext(entry)
        self._entries.append(entry)
        return entry


def _edit(entry: Element, wording: _Wording) -> bool:
    if not any(wording):
        return False
    atoms, spots = readings(entry, "")
    for spot in spots:
        if edits := wording[spot.locator == " ruby"]:
            spot.apply(list(edits))
    flush(atoms)
    return True


def _emptied(entry: Element) -> bool:
    if not len(entry) or not "".join(entry.itertext()).strip():
        return False
    first = entry[0]
    space = str(first.tag).partition("}")[0]
    for child in list(entry):
        entry.remove(child)
    entry.append(entry.makeelement(f"{space}}}t"))
    return True


def _number(value: Element) -> int:
    text = (value.text or "").strip()
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise BrokenInput("a cell refers to a text that is not there; open and save the workbook again")
    return int(text)
