"""The order in which the lines of a picture are read (読み順), and the labels that they answer to.

A form is read row by row, columns of prose one after the other, vertical lines from right to left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, cos, pi, sin
from statistics import median

from hairyo.documents.form_labels import is_label
from hairyo.documents.pictures.geometry import centre, height, length
from hairyo.documents.pictures.ocr import Line

# Columns are of prose where half of their lines have so many characters, with so many lines on each side.
_PROSE_CHARS, _PROSE_LINES = 10, 3
# Of all lines, so many may cross the gap between two columns: titles, and what stands below.
_CROSSING = 0.2
# Lines share a row where their middles are nearer than so many of their heights.
_SAME_ROW = 0.5
# Lines so many times longer than high say how far the page is turned.
_LONG = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """A line in its place in the reading.

    Attributes:
        line: the line.
        joins: how it follows the line before it: `line` or `cell`, as in `Block`.
        label: the form's label it answers to, or "".
    """

    line: Line
    joins: str = "line"
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A line where it would stand if the page lay straight and were read from left to right."""

    line: Line
    x: float
    y: float
    length: float
    height: float

    @property
    def left(self) -> float:
        return self.x - self.length / 2

    @property
    def right(self) -> float:
        return self.x + self.length / 2

    @property
    def is_label(self) -> bool:
        return is_label(self.line.text)


_Row = list[_Spot]


def in_order(lines: Sequence[Line]) -> list[Placed]:
    """Return the lines in the order of reading; vertical ones follow the horizontal ones."""
    return [
        placed
        for vertical in (False, True)
        for rows in _columns(_straight([line for line in lines if line.vertical == vertical]))
        for placed in _labelled(rows)
    ]


def _straight(lines: Sequence[Line]) -> list[_Spot]:
    """Return the lines as they stand when the page is turned so that they run from left to right."""
    if not lines:
        return []
    longest = max(lines, key=lambda line: length(line.corners))
    some = [line for line in lines if length(line.corners) > _LONG * line.em] or [longest]
    first = _angle(longest)
    turn = first + median((_angle(line) - first + pi) % (2 * pi) - pi for line in some)
    return [_spot(line, turn) for line in lines]


def _angle(line: Line) -> float:
    (left, top), (right, bottom), *_ = line.corners
    return atan2(bottom - top, right - left)


def _spot(line: Line, turn: float) -> _Spot:
    x, y = centre(line.corners)
    turned = x * cos(turn) + y * sin(turn), y * cos(turn) - x * sin(turn)
    return _Spot(line, *turned, length(line.corners), height(line.corners))


def _columns(spots: Sequence[_Spot]) -> Iterator[list[_Row]]:
    """Yield the rows of each column of prose, or of all where there are none; what crosses the gap parts them."""
    gap = _gap(spots)
    if gap is None:
        yield _rows(spots)
        return
    crossing = sorted((spot for spot in spots if spot.left < gap < spot.right), key=lambda spot: spot.y)
    above = float("-inf")
    for spot in (*crossing, None):
        below = float("inf") if spot is None else spot.y
        band = [one for one in spots if above < one.y < below and one not in crossing]
        for side in ([one for one in band if one.right <= gap], [one for one in band if one.left >= gap]):
            if side:
                yield from _columns(side)
        if spot is not None:
            yield [[spot]]
        above = below


def _gap(spots: Sequence[_Spot]) -> float | None:
    """Return where the gap between two columns of prose is, None where there is none."""
    if len(spots) < 2 * _PROSE_LINES:
        return None
    step = median(spot.height for spot in spots) / 2
    left, right = min(spot.left for spot in spots), max(spot.right for spot in spots)
    places = [left + number * step for number in range(1, int((right - left) / step))]
    crossed = {at: sum(spot.left - step < at < spot.right + step for spot in spots) for at in places}
    for at in sorted(places, key=lambda place: (crossed[place], abs(place - (left + right) / 2))):
        if crossed[at] > _CROSSING * len(spots):
            return None
        sides = ([one for one in spots if one.right <= at], [one for one in spots if one.left >= at])
        if all(_is_prose(side) for side in sides):
            return at
    return None


def _is_prose(spots: Sequence[_Spot]) -> bool:
    return len(spots) >= _PROSE_LINES and median(len(spot.line.text) for spot in spots) >= _PROSE_CHARS


def _rows(spots: Sequence[_Spot]) -> list[_Row]:
    """Return the lines row by row, each from left to right."""
    rows: list[_Row] = []
    for spot in sorted(spots, key=lambda one: (one.y, one.x)):
        last = rows[-1][-1] if rows else None
        if last is not None and spot.y - last.y < _SAME_ROW * min(spot.height, last.height):
            rows[-1].append(spot)
        else:
            rows.append([spot])
    return [sorted(row, key=lambda spot: spot.x) for row in rows]


def _labelled(rows: list[_Row]) -> Iterator[Placed]:
    """Yield the lines of rows with their labels: what stands left of a line or, in a table, at its column's head."""
    heads: _Row = []
    for row in rows:
        labels = [spot for spot in row if spot.is_label]
        if labels and len(labels) == len(row):
            heads = row
        elif len(row) == 1 and not labels and heads and len(heads) > 1:
            heads = []
        for number, spot in enumerate(row):
            before = row[number - 1] if number else None
            label = "" if spot.is_label else _label(spot, before, heads)
            yield Placed(spot.line, "cell" if number else "line", label)


def _label(spot: _Spot, before: _Spot | None, heads: _Row) -> str:
    if before is not None and before.is_label:
        return _bare(before)
    head = next((one for one in heads if one.left < spot.right and spot.left < one.right), None)
    return "" if head is None else _bare(head)


def _bare(spot: _Spot) -> str:
    return spot.line.text.strip(" \u3000:：")
