"""JSON Lines (JSONL): every string and number a block, every line a record; all else stays byte for byte.

Keys are blocks too unless they are plain ASCII words: a table keyed by name or e-mail holds personal data
in its keys. An edited number becomes a string, since a number cannot hold a mask.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import EditFeed, new_file
from hairyo.documents.source import Change, Piece, Source
from hairyo.errors import BrokenInput, TooLarge, UsageError

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>true|false|null)|(?P<mark>[\[\]{},:])"
)
_SPACE = re.compile(r"[ \t\r\n]*")
_UNIT = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]")
_PLAIN_KEY = re.compile(r"[A-Za-z_-]{1,40}")


class Leaf(NamedTuple):
    """A string, number or key in a line: its span (quotes included), kind, and the keys leading to it."""

    start: int
    end: int
    kind: str
    path: tuple[str, ...]


class MalformedError(Exception):
    """A text is not JSON; never leaves the modules of JSON."""


def leaves(line: str, depth: int) -> Iterator[Leaf]:
    """Yield the leaves of one JSON value.

    Args:
        line: the value, white space around it allowed.
        depth: how deep it may nest.

    Raises:
        MalformedError: it is not JSON.
        TooLarge: it nests deeper.
    """
    stack: list[str | None] = []  # per open bracket: the key at hand in an object, None in an array
    expect = "value"
    at = _skip(line, 0)
    while at < len(line):
        token = _TOKEN.match(line, at)
        if token is None:
            raise MalformedError
        kind = "key" if token.lastgroup == "string" and expect.startswith("key") else str(token.lastgroup)
        if kind in ("string", "number", "key"):
            path = tuple("[]" if key is None else key for key in (stack[:-1] if kind == "key" else stack))
            yield Leaf(at, token.end(), kind, path)
        expect = _step(kind, token.group(), expect, stack)
        if len(stack) > depth:
            raise TooLarge("a value nests deeper than {depth}; flatten it", depth=depth)
        at = _skip(line, token.end())
    if expect != "end":
        raise MalformedError


def _step(kind: str, token: str, expect: str, stack: list[str | None]) -> str:
    """Return what may come after `token`; keeps `stack`."""
    if kind == "key":
        stack[-1] = said(token)
        return "colon"
    if kind == "mark" and token in "[{" and expect.startswith("value"):
        stack.append("" if token == "{" else None)
        return "key or }" if token == "{" else "value or ]"
    if kind != "mark" and expect.startswith("value"):
        return "next" if stack else "end"
    if token == ":" and expect == "colon":
        return "value"
    if token == "," and expect == "next":
        return "value" if stack[-1] is None else "key"
    closes = "]" if stack and stack[-1] is None else "}"
    if token == closes and stack and (expect == "next" or expect.endswith(closes)):
        stack.pop()
        return "next" if stack else "end"
    raise MalformedError


def changes_of(literal: str, start: int, edits: list[Edit], source: Source) -> Iterator[Change]:
    """Yield the changes to the text that do `edits` in a string, number or key.

    Args:
        literal: it, as it stands in the text.
        start: where it stands.
        edits: of its block, in ascending order.
        source: the file, whose encoding may lack a character that then is escaped.
    """
    if not literal.startswith('"'):
        yield start, start + len(literal), f'"{_escaped(apply_edits(literal, edits), source)}"'
        return
    units = [found.span() for found in _UNIT.finditer(literal, 1, len(literal) - 1)]
    for edit in edits:
        first, last = units[edit.start][0], units[edit.end - 1][1]
        yield start + first, start + last, _escaped(edit.replacement, source)


def _escaped(text: str, source: Source) -> str:
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    return plain if source.can_write(plain) else json.dumps(text)[1:-1]


def plain_key(text: str) -> bool:
    """Whether a key cannot hold personal data."""
    return not text or bool(_PLAIN_KEY.fullmatch(text))


def said(literal: str) -> str:
    """Return the text of a string literal."""
    return str(json.loads(literal)) if "\\" in literal else literal[1:-1]


def _skip(line: str, at: int) -> int:
    space = _SPACE.match(line, at)
    return at if space is None else space.end()


class JsonlDocument(Document):
    """A JSON Lines file; see `Document`."""

    format = "jsonl"

    def __init__(self, path: Path, limits: Limits, columns: ColumnMap | None) -> None:
        self._path = path
        self._limits = limits
        self._source = Source(path, limits)
        if columns is not None:
            self._check(columns)

    def blocks(self) -> Iterator[Block]:
        """Yield the strings, numbers and telling keys, line by line; see `Document.blocks`."""
        return (step.block for step in self._walk() if isinstance(step, _Step))

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; untouched bytes stay as they are. See `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file:
            file.write(self._source.encoding.bom)
            changes: list[Change] = []
            for step in self._walk():
                if isinstance(step, Piece):
                    file.write(self._source.splice(step, changes))
                    changes = []
                elif due := feed.of(step.block):
                    changes += changes_of(step.literal, step.start, due, self._source)
            feed.finish()
            self._source.stamp.check(self._path)

    def _walk(self) -> Iterator[_Step | Piece]:
        """Yield every block with its place, and each piece once its blocks are out."""
        index, number = 0, 0
        for piece in self._source.pieces(_whole_lines):
            base = 0
            for line in piece.text.split("\n"):
                number += 1
                for leaf in self._leaves(line, number):
                    step = _step_of(line, leaf, index, number, base)
                    if step is not None:
                        yield step
                        index += 1
                base += len(line) + 1
            number -= 1 if piece.text.endswith("\n") else 0
            yield piece

    def _leaves(self, line: str, number: int) -> Iterator[Leaf]:
        if not line.strip(" \t\r"):
            return
        try:
            yield from leaves(line, self._limits.depth)
        except MalformedError:
            raise BrokenInput(
                "line {number} is not a JSON value; mend it, or ask for it again", number=number
            ) from None

    def _check(self, columns: ColumnMap) -> None:
        """Look for the keys that `columns` names; reads on until all were seen."""
        seen: set[str] = set()
        wanted = set(columns.roles)
        for block in self.blocks():
            if block.field in wanted:
                seen.add(block.field)
                if seen == wanted:
                    return
        for role, column in columns.pairs():
            if column not in seen:
                raise UsageError(
                    "the column map's role '{role}' names a key that no line has; check its spelling (keys within "
                    "objects are written with dots, as in profile.name)",
                    role=role,
                )


class _Step(NamedTuple):
    """A block with its literal, which begins at `start` in the text of the piece."""

    block: Block
    literal: str
    start: int


def _step_of(line: str, leaf: Leaf, index: int, number: int, base: int) -> _Step | None:
    """Return the step of `leaf`, or None for a key that cannot hold personal data."""
    literal = line[leaf.start : leaf.end]
    text = literal if leaf.kind == "number" else said(literal)
    locator = f"line {number}, character {leaf.start + 1}"
    if leaf.kind == "key":
        return (
            None if plain_key(text) else _Step(Block(index, text, locator, record=number), literal, base + leaf.start)
        )
    keys = [key for key in leaf.path if key != "[]"]
    label = keys[-1] if keys else ""
    field = ".".join(keys) or None
    return _Step(Block(index, text, locator, label, number, field), literal, base + leaf.start)


def _whole_lines(text: str, final: bool) -> int:
    return len(text) if final else text.rfind("\n") + 1


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> JsonlDocument:
    """Open a JSON Lines file; see `Opener`."""
    return JsonlDocument(path, limits, columns)
