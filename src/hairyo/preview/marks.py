"""Marks on pages (ページの上の印): what goes, and what stands in its place, each framed in its colour."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in dots."""

_GONE, _NEW = (226, 140, 20), (30, 140, 80)
# Dots that differ by so much (JPEG makes small differences everywhere), how far apart they may be for one frame, and
# the largest share of a page that may differ: beyond it, its lines stand elsewhere.
_DIFFERENT, _APART, _MOST = 48, 13, 0.5
_THIN = 4  # dots that what differs is wide at least
_RIM, _FILL = 3, 70
# Blank paper below the last line is cut off from this share of a page on, but for so many dots.
_BLANK, _LEFT_OVER = 0.15, 40


def marked(
    before: Image.Image, after: Image.Image, gone: Sequence[Box] | None, new: Sequence[Box] | None
) -> tuple[str, str]:
    """Return two pages side by side as `data:` addresses, marks drawn, blank paper at the foot of both cut off.

    Args:
        before: the original's page.
        after: the copy's page.
        gone: where on the first stands what goes; None where the two pages' differences tell.
        new: where on the second stands what came; None as before.
    """
    if gone is None or new is None:
        gone = new = _differences(before, after)
    foot = max(_foot(before), _foot(after)) if before.size == after.size else max(before.height, after.height)
    one, other = (
        _address(_framed(page, boxes, colour).crop((0, 0, page.width, min(foot, page.height))))
        for page, boxes, colour in ((before, gone, _GONE), (after, new, _NEW))
    )
    return one, other


def _differences(one: Image.Image, other: Image.Image) -> list[Box]:
    """Return boxes around what differs between two pictures of one size."""
    if one.size != other.size:
        return []
    apart = np.asarray(ImageChops.difference(one, other)).max(axis=2) > _DIFFERENT
    if apart.mean() > _MOST:
        return []
    # The edges of letters differ a little where a page became a picture.
    solid = cv2.morphologyEx(apart.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_THIN, _THIN), np.uint8))
    joined = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((_APART, _APART), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(joined)
    return [(left, top, left + wide, top + high) for left, top, wide, high, _ in boxes[1:].tolist()]


def _framed(page: Image.Image, boxes: Sequence[Box], colour: tuple[int, int, int]) -> Image.Image:
    over = Image.new("RGBA", page.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(over)
    for left, top, right, bottom in boxes:
        edges = (left - _RIM, top - _RIM, right + _RIM, bottom + _RIM)
        draw.rectangle(edges, fill=(*colour, _FILL), outline=(*colour, 255), width=2)
    whole = page.convert("RGBA")
    whole.alpha_composite(over)
    return whole.convert("RGB")


def _foot(page: Image.Image) -> int:
    """Return where a page may be cut off: below all that is not as its lowest corner is."""
    ground = Image.new("RGB", page.size, page.getpixel((page.width - 1, page.height - 1)))
    found = ImageChops.difference(page, ground).getbbox()
    end = min(page.height, (found[3] if found else 0) + _LEFT_OVER)
    return end if page.height - end > _BLANK * page.height else page.height


def _address(page: Image.Image) -> str:
    data = io.BytesIO()
    page.save(data, "PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
