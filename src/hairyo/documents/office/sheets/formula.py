"""Formulas of a workbook (数式): what stands in quotes is text, and names in them are kept in step with what they name.

A formula is kept as it is but for these: a string in quotes may be edited; a sheet, a name, a table or a column
that was renamed is renamed here too; a name of what is not in this workbook is offered as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hairyo.documents.base import Edit, apply_edits
from hairyo.documents.office.package import Element
from hairyo.documents.office.spots import PLAIN, Setting, Spot, legal

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"]|"")*")|(?P<quoted>'(?:[^']|'')*')|\[[@\#]?(?P<column>[^\[\]\#@][^\[\]]*)\]|(?P<name>[^\W\d][\w.\\?]*)"""
)
_PARTED = re.compile(r'"\s*[;,]\s*"')
_JOINS = re.compile(r"CONCAT|JOIN", re.I)
_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")
_NAME_SIGNS = re.compile(r"[^\w.]")
_NAME = re.compile(r"[^\W\d][\w.\\?]*")
MAX_SHEET, MAX_NAME = 31, 200


@dataclass(slots=True)
class Names:
    """What may be named in a formula, as it was, each with what it is called in the copy."""

    sheets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


def sheet_name(text: str) -> str:
    """Return `text` as a sheet may be called."""
    return _SHEET_SIGNS.sub(lambda sign: chr(ord(sign[0]) + 0xFEE0), text).strip("'")[:MAX_SHEET] or "_"


def defined_name(text: str) -> str:
    """Return `text` as a name or a table may be called."""
    name = _NAME_SIGNS.sub("", text)[:MAX_NAME]
    return name if name[:1].isalpha() and not name.isascii() else f"_{name}"


def unique(wanted: str, taken: set[str], limit: int) -> str:
    """Return a name like `wanted` that is not taken yet, and take it."""
    name, number = wanted[:limit], 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted[: limit - len(str(number))]}{number}"
    taken.add(name.casefold())
    return name


@dataclass(eq=False, slots=True)
class Formula:
    """The formula in an element's text or in one of its attributes.

    Attributes:
        element: where it stands.
        key: the attribute, or "" for the element's text.
        changes: what will be replaced in it.
        is_sheet: whether all of it is the name of a sheet.
    """

    element: Element
    key: str = ""
    is_sheet: bool = False
    changes: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The formula."""
        return (self.element.get(self.key) if self.key else self.element.text) or ""

    def spots(self, known: Names, locator: str) -> Iterator[Spot]:
        """Yield what is offered as text: strings in quotes, and names of what the workbook does not know."""
        if self.is_sheet:
            if self.text not in known.sheets:
                yield FormulaSpot(self, 0, len(self.text), "sheet", locator)
            return
        strings = [(found.start() + 1, found.end() - 1) for found in self._tokens() if found["string"]]
        if any(self.text[start:end].strip() for start, end in strings):
            yield StringsSpot(self, strings, locator)
        for token in self._tokens():
            kind = str(token.lastgroup)
            start, end = token.span(kind)
            if kind == "quoted":
                start, end = start + 1, end - 1
            if kind != "string" and self._is_open(kind, self.text[start:end], known):
                yield FormulaSpot(self, start, end, kind, locator)

    def _tokens(self) -> Iterator[re.Match[str]]:
        return _TOKEN.finditer(self.text)

    def blank(self, removed: str) -> None:
        """Empty the strings that made up `removed`, which its result showed."""
        for token in self._tokens():
            inside = (token["string"] or "")[1:-1]
            if any(map(str.isalnum, inside)) and (inside in removed or removed in inside):
                self.changes.append((token.start() + 1, token.end() - 1, ""))

    def flush(self, names: Names) -> bool:
        """Do the changes and the renaming; return whether there were any."""
        before = self.text
        if self.is_sheet and not self.changes:
            after = names.sheets.get(before, before)
        else:
            after = before
            last = len(before) + 1
            for start, end, new in sorted(self.changes, reverse=True):
                if end <= last:
                    after, last = after[:start] + new + after[end:], start
            if names.sheets or names.names or names.columns:
                after = _TOKEN.sub(lambda token: _renamed(token, names), after)
        if after == before:
            return False
        if self.key:
            self.element.set(self.key, legal(after))
        else:
            self.element.text = legal(after)
        return True

    def _is_open(self, kind: str, inside: str, known: Names) -> bool:
        """Whether a token is text of its own, not the name of what stands elsewhere in the workbook."""
        if not inside.strip():
            return False
        if kind == "quoted":
            return any(name not in known.sheets for name in inside.replace("''", "'").split(":"))
        there: Mapping[str, str] = known.columns if kind == "column" else {**known.names, **known.sheets}
        return inside not in there and not inside.isascii()


def _renamed(token: re.Match[str], names: Names) -> str:
    kind = str(token.lastgroup)
    if kind == "quoted":
        parts = token[0][1:-1].replace("''", "'").split(":")
        return "'" + ":".join(names.sheets.get(one, one) for one in parts).replace("'", "''") + "'"
    if kind == "column":
        new = names.columns.get(token["column"])
        return token[0] if new is None else token[0].replace(token["column"], new)
    if kind == "name":
        text, after = token[0], token.string[token.end() : token.end() + 1]
        if after in ("!", ":") and text in names.sheets:
            new = names.sheets[text]
            return new if _NAME.fullmatch(new) else "'" + new.replace("'", "''") + "'"
        return names.names.get(text, text)
    return token[0]


@dataclass(slots=True)
class StringsSpot:
    """The strings of a formula, joined, since a formula may join them; those of a list line by line."""

    formula: Formula
    spans: list[tuple[int, int]]
    locator: str
    setting: Setting = PLAIN
    text: str = ""
    begins: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        said, last, joins = "", 0, _JOINS.search(self.formula.text)
        for start, end in self.spans:
            listed = last and not joins and _PARTED.fullmatch(self.formula.text, last, start)
            said += "\n" if listed else ""
            self.begins.append(len(said))
            said, last = said + self.formula.text[start:end], end
        self.text = said

    def apply(self, edits: list[Edit]) -> None:
        """Spread the edits over the strings; a replacement goes into the first that it touches."""
        left = {number: edit.replacement.replace('"', '""') for number, edit in enumerate(edits)}
        for (start, end), at in zip(self.spans, self.begins, strict=True):
            own = []
            for number, edit in enumerate(edits):
                first, last = max(edit.start - at, 0), min(edit.end - at, end - start)
                if first < last:
                    own.append(Edit(0, first, last, left.pop(number, "")))
            if own:
                new = _even(apply_edits(self.formula.text[start:end], own), '"')
                self.formula.changes.append((start, end, new))


def _even(text: str, sign: str) -> str:
    """Return `text` with its quotes in pairs: an edit may part two that stand for one."""
    return re.sub(f"{sign}+", lambda run: run[0] + sign * (len(run[0]) % 2), text)


@dataclass(slots=True)
class FormulaSpot:
    """A name within a formula of what the workbook does not know."""

    formula: Formula
    start: int
    end: int
    kind: str
    locator: str
    setting: Setting = PLAIN
    text: str = ""

    def __post_init__(self) -> None:
        self.text = self.formula.text[self.start : self.end]

    def apply(self, edits: list[Edit]) -> None:
        """Note the new text, such that the formula stays one."""
        fitting = [replace(edit, replacement=self._fitting(edit.replacement)) for edit in edits]
        new = apply_edits(self.text, fitting)
        if self.kind == "quoted":
            new = _even(new, "'")
        if self.kind == "name" and not _NAME.fullmatch(new):
            new = "_" + new
        self.formula.changes.append((self.start, self.end, new))

    def _fitting(self, replacement: str) -> str:
        if self.kind in ("quoted", "sheet"):
            return sheet_name(replacement) if replacement else ""
        return _NAME_SIGNS.sub("", replacement)
