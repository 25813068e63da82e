"""JSON: a whole file as one value; every string, number and telling key a block, all else byte for byte.

What jsonl.py says of keys and numbers holds here, too; keys come after the values, which they label. Objects of a
list of several are a list of persons (`listed`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.jsonl import Leaf, MalformedError, changes_of, leaves, plain_key, said
from hairyo.documents.output import EditFeed, new_file
from hairyo.documents.source import Change, Source
from hairyo.errors import BrokenInput

_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]')
_DATA = re.compile(r"\s*(?:data:[^,]{0,100};base64,.+|(?:[A-Za-z0-9+/_-]{64,}\s*){2,}={0,2}\s*)", re.S | re.I)


class JsonDocument(Document):
    """A JSON file; see `Document`."""

    format = "json"

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._source = Source(path, limits)
        self._pieces = list(self._source.pieces(lambda text, final: len(text) if final else 0))
        self._text = self._pieces[0].text
        self._lists = _lists(self._text)
        found = [leaf for leaf in self._leaves() if leaf.kind == "string"]
        data = any(_DATA.fullmatch(self._text, leaf.start + 1, leaf.end - 1) for leaf in found)
        self.unread = ("base64 data",) if data else ()

    def blocks(self) -> Iterator[Block]:
        """Yield strings, numbers and telling keys; see `Document.blocks`."""
        return (block for block, _ in self._pairs())

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; untouched bytes stay as they are. See `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file:
            changes: list[Change] = []
            for block, places in self._pairs():
                due = feed.of(block)
                for leaf in places if due else ():
                    changes += changes_of(self._text[leaf.start : leaf.end], leaf.start, due, self._source)
            changes.sort()
            feed.finish()
            file.write(self._source.encoding.bom)
            for piece in self._pieces:
                file.write(self._source.splice(piece, changes if piece.text else ()))
            self._source.stamp.check(self._path)

    def _leaves(self) -> Iterator[Leaf]:
        try:
            yield from leaves(self._text, self._limits.depth)
        except MalformedError:
            raise BrokenInput("the file is not one JSON value; mend it, or ask for it again") from None

    def _pairs(self) -> Iterator[tuple[Block, list[Leaf]]]:
        """Yield the values in their order, then the keys: each once, with every place where it stands."""
        index = 0
        keys: dict[str, list[Leaf]] = {}
        for leaf in self._leaves():
            literal = self._text[leaf.start : leaf.end]
            text = literal if leaf.kind == "number" else said(literal)
            if leaf.kind == "key":
                keys.setdefault(text, []).append(leaf)
                continue
            label = next((key for key in reversed(leaf.path) if key != "[]"), "")
            listed = bool(bisect_right(self._lists, leaf.start) % 2)
            yield Block(index, text, f"character {leaf.start + 1}", label, listed=listed), [leaf]
            index += 1
        for key, places in keys.items():
            if not plain_key(key):
                yield Block(index, key, f"key at character {places[0].start + 1}"), places
                index += 1


def _lists(text: str) -> list[int]:
    """Return where the outermost arrays of several objects begin and end, alternately."""
    stack: list[tuple[int, int]] = []  # per open bracket: where it begins (-1 for an object), and objects in it
    spans: list[tuple[int, int]] = []
    for found in _MARKS.finditer(text):
        mark = found[0]
        if mark in "[{":
            if stack and mark == "{":
                stack[-1] = (stack[-1][0], stack[-1][1] + 1)
            stack.append((found.start() if mark == "[" else -1, 0))
        elif mark in "]}" and stack:
            start, objects = stack.pop()
            if start >= 0 and objects > 1:
                while spans and spans[-1][0] > start:
                    spans.pop()
                spans.append((start, found.end()))
    return [place for span in spans for place in span]


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> JsonDocument:
    """Open a JSON file; `columns` does not concern it. See `Opener`."""
    return JsonDocument(path, limits)
