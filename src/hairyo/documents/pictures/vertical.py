"""Vertical lines of text (縦書き): their characters cut apart and laid side by side, to be read like any others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Seams = Sequence[tuple[float, float]]
"""How places in a strip lie in the line it was made of: pairs of shares of the two lengths, ascending."""

# Where there are blank rows: strokes with a gap of less than so many characters' sizes between them are one character,
# if together they are no higher than so many; what is higher than so many is more than one.
_GAP, _ONE_GLYPH, _TWO_GLYPHS = 0.25, 1.05, 1.4
# Where characters are evenly spaced: the distances that are tried, in characters' sizes, and how far an edge may give.
_PITCHES, _GIVE = np.arange(0.98, 1.6, 0.01), 0.12
# Commas and full stops: smaller than this, in the cell's width, and in its upper right half.
_MARK = 0.45
_Pieces = list[tuple[int, int]]


def strips_of(column: Pixels) -> Iterator[tuple[Pixels, Seams]]:
    """Yield the ways to lay the characters of a vertical line side by side, the likelier first.

    Which is right shows when they are read.

    Args:
        column: the line, from top to bottom.
    """
    ink = _ink(column)
    across = np.flatnonzero(ink.any(axis=0))
    em = float(across[-1] - across[0] + 1) if len(across) else float(column.shape[1])
    ways = [_by_pitch(ink, em), _by_gaps(ink, em)]
    if any(ink[start].any() for start, _ in ways[0][1:]):  # an edge runs through a character
        ways.reverse()
    yield from (_side_by_side(column, ink, pieces) for number, pieces in enumerate(ways) if pieces not in ways[:number])


def _ink(column: Pixels) -> Pixels:
    """Return 1 where there is ink, 0 where there is paper."""
    grey = cv2.cvtColor(column, cv2.COLOR_BGR2GRAY)
    ink = np.asarray(cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1], dtype=np.uint8)
    return np.subtract(1, ink, dtype=np.uint8) if np.count_nonzero(ink) * 2 > ink.size else ink  # light on dark


def _by_gaps(ink: Pixels, em: float) -> _Pieces:
    """Return from where to where the characters reach, by the blank rows between them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], ink.any(axis=1), [0])).astype(np.int8)))
    glyphs: _Pieces = []
    for start, end in edges.reshape(-1, 2).tolist():
        if glyphs and end - glyphs[-1][0] <= _ONE_GLYPH * em and start - glyphs[-1][1] < _GAP * em:
            glyphs[-1] = (glyphs[-1][0], end)
        else:
            glyphs.append((start, end))
    return [piece for glyph in glyphs for piece in _split(*glyph, em)] or [(0, len(ink))]


def _split(start: int, end: int, em: float) -> Iterator[tuple[int, int]]:
    """Yield the equal parts of what is too high for one character."""
    count = max(1, round((end - start) / em)) if end - start > _TWO_GLYPHS * em else 1
    edges = [start + (end - start) * number // count for number in range(count + 1)]
    yield from pairwise(edges)


def _by_pitch(ink: Pixels, em: float) -> _Pieces:
    """Return the evenly spaced pieces whose edges meet the least ink; each edge gives a little to meet less."""
    rows = ink.sum(axis=1).astype(np.float64)
    high, give = len(rows), max(1, round(_GIVE * em))
    size = 2 * give + 1
    around = np.lib.stride_tricks.sliding_window_view(np.pad(rows, give), size)
    cost = around.min(axis=1) + 0.1 * around.mean(axis=1)
    best, edges = float("inf"), np.zeros(0, dtype=int)
    for pitch in _PITCHES * em:
        for phase in np.arange(0, pitch, max(1.0, give / 2)):
            tried = np.arange(phase, high - 0.5, pitch).astype(int)
            met = float(cost[tried].mean())
            if met < best:
                best, edges = met, tried
    found = [0, *(int(np.clip(edge - give + around[edge].argmin(), 0, high)) for edge in edges), high]
    return [(start, end) for start, end in pairwise(found) if ink[start:end].any()]


def _side_by_side(column: Pixels, ink: Pixels, pieces: _Pieces) -> tuple[Pixels, Seams]:
    """Return the pieces of a line side by side, each in the middle of a square of the line's width."""
    high, wide = column.shape[:2]
    gap = max(1, wide // 10)
    paper = np.median(column.reshape(-1, 3), axis=0).astype(np.uint8)
    strip = np.empty((wide, (wide + gap) * len(pieces), 3), dtype=np.uint8)
    strip[:] = paper
    seams: list[tuple[float, float]] = []
    for number, (start, end) in enumerate(pieces):
        piece, left = _as_horizontal(column[start:end], ink[start:end], paper), number * (wide + gap)
        if len(piece) > wide:
            piece = np.asarray(cv2.resize(piece, (wide, wide), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        top = (wide - len(piece)) // 2
        strip[top : top + len(piece), left : left + wide] = piece
        seams += [(left / strip.shape[1], start / high), ((left + wide) / strip.shape[1], end / high)]
    return strip, seams


def _as_horizontal(cell: Pixels, ink: Pixels, paper: Pixels) -> Pixels:
    """Return a character's cell; a comma or full stop (、。) goes to where horizontal text has it, the lower left."""
    high, wide = ink.shape
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return cell
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    small = max(bottom - top, right - left) < _MARK * wide
    if not small or left + right < wide or top + bottom > high:
        return cell
    moved = np.empty((wide, wide, 3), dtype=np.uint8)
    moved[:] = paper
    edge = wide // 8
    moved[wide - edge - (bottom - top) : wide - edge, edge : edge + right - left] = cell[top:bottom, left:right]
    return moved
