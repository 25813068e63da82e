"""Places in a picture (画像上の位置): points in pixels from the top left, and the four corners of a stretch."""

from __future__ import annotations

from collections.abc import Iterable
from math import dist

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""The corners of a stretch as its reader sees it: top left, top right, bottom right, bottom left."""


def corners_of(points: Iterable[Iterable[float]]) -> Corners:
    """Return four points as corners."""
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth


def box(left: float, top: float, right: float, bottom: float) -> Corners:
    """Return the corners of an upright box."""
    return (left, top), (right, top), (right, bottom), (left, bottom)


def length(corners: Corners) -> float:
    """Return how long a stretch is in the direction of reading."""
    return max(dist(corners[0], corners[1]), dist(corners[3], corners[2]))


def height(corners: Corners) -> float:
    """Return how high a stretch is across the direction of reading."""
    return max(dist(corners[0], corners[3]), dist(corners[1], corners[2]))


def centre(corners: Corners) -> Point:
    """Return the middle of a stretch."""
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def bounds(corners: Corners) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the upright box around a stretch."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def part(corners: Corners, start: float, end: float, *, across: float = 0.0) -> Corners:
    """Return the part of a stretch from `start` to `end`, in shares of its length, which may lie outside of 0 to 1.

    Args:
        corners: the stretch.
        start: where the part begins.
        end: where it ends.
        across: how much it is to be widened on both sides, in shares of its height.
    """
    top_left, top_right, bottom_right, bottom_left = corners
    tops = [between(top_left, top_right, at) for at in (start, end)]
    bottoms = [between(bottom_left, bottom_right, at) for at in (start, end)]
    (one, two), (four, three) = (
        [between(high, low, at) for high, low in zip(tops, bottoms, strict=True)] for at in (-across, 1 + across)
    )
    return one, two, three, four


def between(one: Point, other: Point, at: float) -> Point:
    """Return the point at a share of the way from one point to another."""
    return one[0] + (other[0] - one[0]) * at, one[1] + (other[1] - one[1]) * at


def moved(corners: Corners, right: float, down: float, scale: float) -> Corners:
    """Return the corners after a shift and then a change of scale."""
    return corners_of(((x + right) * scale, (y + down) * scale) for x, y in corners)
