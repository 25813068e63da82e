"""QR codes and bar codes in pictures (二次元コード・バーコード): where they are, and what they say.

ZXing finds and decodes them. What OpenCV sees beside that is a code that cannot be decoded. Both are quick beside the
reading of text, and together miss next to none (docs/figures.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import atan2, cos, sin

import cv2
import numpy as np

from hairyo.documents.pictures.cards import readable
from hairyo.documents.pictures.geometry import Corners, Point, bounds, centre, corners_of, part
from hairyo.documents.pictures.vertical import Pixels

_MIN_SIDE = 16
# How much is hidden beyond a code, in shares of its sides.
_MARGIN = 0.06
# Bars are looked for as far from the rows that were read as so many of their lengths; they go on where brightness
# changes at least so often as in those, in shares, with no more than so many rows between where it does not.
_REACH, _SAME, _BREAK = 1.2, 0.5, 3


@dataclass(frozen=True, slots=True)
class Code:
    """A code in a picture.

    Attributes:
        corners: where it is, a rim included.
        text: what it says, fields of an address card with their labels; "" where it cannot be decoded.
    """

    corners: Corners
    text: str = field(repr=False)

    def covers(self, corners: Corners) -> bool:
        """Whether the middle of a stretch lies within the code."""
        left, top, right, bottom = bounds(self.corners)
        x, y = centre(corners)
        return left <= x <= right and top <= y <= bottom


def find_codes(pixels: Pixels) -> list[Code]:
    """Return the codes in a picture, from top to bottom.

    Args:
        pixels: the picture, rows of BGR.
    """
    if min(pixels.shape[:2]) < _MIN_SIDE:
        return []
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    codes: list[Code] = []
    for code in (*_decoded(grey), *_seen(grey)):
        if not any(one.covers(code.corners) for one in codes):
            codes.append(code)
    return sorted(codes, key=lambda one: bounds(one.corners)[1::-1])


def _decoded(grey: Pixels) -> Iterator[Code]:
    """Yield what ZXing decodes, then the QR codes that it finds and cannot decode (of others it finds too many)."""
    import zxingcpp

    linear = frozenset(zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllLinear)))
    found = zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain, return_errors=True)
    for one in sorted(found, key=lambda each: not each.valid):
        symbol = one.format.symbology
        if one.valid or symbol == zxingcpp.BarcodeFormat.QRCode:
            at = one.position
            points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            corners = corners_of((point.x, point.y) for point in points)
            text = readable(one.text) if one.valid else ""
            yield Code(_wide(_whole_bars(grey, corners) if symbol in linear else corners), text)


def _seen(grey: Pixels) -> Iterator[Code]:
    """Yield where OpenCV sees codes; it decodes fewer."""
    for points in _quadrangles(cv2.QRCodeDetectorAruco().detectMulti(grey)):
        yield Code(_wide(points), "")
    for one, two, three, four in _quadrangles(cv2.barcode.BarcodeDetector().detectMulti(grey)):
        yield Code(_wide(_whole_bars(grey, (two, three, four, one))), "")


def _quadrangles(found: tuple[bool, object]) -> Iterator[Corners]:
    there, points = found
    if there and points is not None:
        yield from (corners_of(quadrangle) for quadrangle in np.asarray(points, dtype=float).reshape(-1, 4, 2))


def _wide(corners: Corners) -> Corners:
    return part(corners, -_MARGIN, 1 + _MARGIN, across=_MARGIN)


def _whole_bars(grey: Pixels, corners: Corners) -> Corners:
    """Return a bar code in its whole height: found are but the rows that were read.

    Args:
        grey: the picture.
        corners: the rows, in the direction of reading.
    """
    x, y = centre(corners)
    right, down = _directions(grey, corners)
    half = max(abs((px - x) * right[0] + (py - y) * right[1]) for px, py in corners)
    reach = max(2, round(2 * _REACH * half))

    def row(distance: float) -> tuple[Point, Point]:
        along = (x + down[0] * distance, y + down[1] * distance)
        return tuple((along[0] + right[0] * way, along[1] + right[1] * way) for way in (-half, half))  # type: ignore[return-value]

    source = np.array([*row(-reach), *row(reach)[::-1]], dtype=np.float32)
    wide, high = max(2, round(2 * half)), 2 * reach + 1
    target = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], dtype=np.float32)
    turned = cv2.getPerspectiveTransform(source, target)
    patch = cv2.warpPerspective(grey, turned, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    limit, _ = cv2.threshold(patch[reach], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    changes = np.count_nonzero(np.diff(patch > limit, axis=1), axis=1)
    alike = changes >= _SAME * changes[reach]
    (one, two), (four, three) = row(-_run(alike[reach::-1])), row(_run(alike[reach:]))
    return one, two, three, four


def _directions(grey: Pixels, corners: Corners) -> tuple[Point, Point]:
    """Return the direction across the bars and that along them, of length 1: where the brightness changes, and not."""
    left, top, right, bottom = bounds(corners)
    rim = (right - left + bottom - top) / 8
    edges = (max(0, round(top - rim)), round(bottom + rim) + 1, max(0, round(left - rim)), round(right + rim) + 1)
    near = grey[edges[0] : edges[1], edges[2] : edges[3]].astype(np.float64)
    dx, dy = cv2.Sobel(near, cv2.CV_64F, 1, 0), cv2.Sobel(near, cv2.CV_64F, 0, 1)
    angle = 0.5 * atan2(2 * float((dx * dy).sum()), float((dx * dx - dy * dy).sum()))
    return (cos(angle), sin(angle)), (-sin(angle), cos(angle))


def _run(alike: np.ndarray) -> int:
    """Return how many rows the bars go on, short breaks included."""
    last = missed = 0
    for at, same in enumerate(alike.tolist()):
        last, missed = (at, 0) if same else (last, missed + 1)
        if missed > _BREAK:
            break
    return last + 1
