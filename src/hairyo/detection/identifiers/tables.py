"""Column headers of tables in plain text (表の見出し): CSV, tabs, bars.

A header is a line of two or more short cells without digits; the lines right under it with as many
delimiters are its rows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_DELIMITERS = tuple(map(re.compile, (r"\t", r"[|│┃]", r",", r" {2,}")))
# Headers that say nothing of what stands below them: then the first cell of the row is the label.
_GENERIC = re.compile(r"項目|内容|記入欄|回答|ご?記入|値|データ|詳細|説明|[Vv]alue|[Cc]ontent")
_MOST_CELLS, _LONGEST_HEADER, _LONGEST_ROW = 100, 24, 5_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: its span in the text, and the span of its column's header."""

    start: int
    end: int
    header: tuple[int, int]


def _cells(text: str, start: int, end: int, delimiter: re.Pattern[str]) -> list[tuple[int, int]]:
    spans, at = [], start
    for match in delimiter.finditer(text, start, end):
        spans.append((at, match.start()))
        at = match.end()
    return [*spans, (at, end)]


def _delimiter(text: str, start: int, end: int) -> re.Pattern[str] | None:
    """Return what parts the cells of a line: the first kind of delimiter that occurs twice."""
    if end - start > _LONGEST_ROW:
        return None
    counts = {one: len(one.findall(text, start, end)) for one in _DELIMITERS}
    return next((one for one, count in counts.items() if 2 <= count <= _MOST_CELLS), None)


def _is_header(text: str, cells: list[tuple[int, int]], *, ruled: bool) -> bool:
    """Whether a line names columns; two cells alone (| 名前 | 朴 |) do so only over a rule."""
    filled = [text[start:end].strip() for start, end in cells]
    short = all(len(cell) <= _LONGEST_HEADER and not re.search(r"[0-9@。]", cell) for cell in filled)
    return len(cells) >= 3 and short and sum(map(bool, filled)) >= (2 if ruled else 3)


def _rule(text: str, start: int, end: int) -> bool:
    """Whether a line only draws a rule under a header (`|---|---|`)."""
    return re.fullmatch(r"[-=|:+ \t─━┼╋├┤┝┥]+", text[start:end]) is not None


def cells(text: str) -> Iterator[Cell]:
    """Yield the cells that stand under a header, in order; spans are offsets in `text`."""
    header: list[tuple[int, int]] = []
    delimiter: re.Pattern[str] | None = None
    lines = list(re.finditer(r"[^\n]+|\n(?=\n)", text))
    for number, line in enumerate(lines):
        start, end = line.span()
        found = _delimiter(text, start, end)
        if found is None or line[0] == "\n":
            header = []
            continue
        if header and _rule(text, start, end):
            continue
        spans = _cells(text, start, end, found)
        ruled = number + 1 < len(lines) and _rule(text, *lines[number + 1].span())
        if _is_header(text, spans, ruled=ruled):
            header, delimiter = spans, found
        elif header and found == delimiter and len(spans) >= len(header) - 1:
            pairs = zip(spans, header, strict=False)
            yield from (Cell(*cell, head) for cell, head in pairs if not _GENERIC.fullmatch(text[slice(*head)].strip()))
        else:
            header = []


class Columns:
    """The cells of a text by offset."""

    def __init__(self, text: str) -> None:
        """Read the tables of `text`."""
        self._cells = list(cells(text)) if "\n" in text else []
        self._starts = [cell.start for cell in self._cells]

    def at(self, offset: int) -> Cell | None:
        """Return the cell under a header that holds `offset`, or None."""
        found = bisect_right(self._starts, offset) - 1
        if found < 0 or offset > self._cells[found].end:
            return None
        return self._cells[found]
