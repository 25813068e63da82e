"""Text under red stamps (印影の下の文字): the same stretch of a page as if red ink were paper.

A seal is pressed over a name on purpose. What lies under it is found no more, or misread.
"""

from __future__ import annotations

import cv2
import numpy as np

from hairyo.documents.pictures.vertical import Pixels

# How much redder than anything else ink is (skin is by half of it), and the share of a page that may be so: below it
# are specks, above it red is no stamp but a ground.
_RED, _LEAST, _MOST = 90, 0.0002, 0.2
# How much of the page above and below the ink is looked at, in shares of its width, and from which brightness on paper
# is white there.
_AROUND, _WHITE = 0.06, 190


def under_stamps(pixels: Pixels) -> tuple[Pixels, int] | None:
    """Return the stretch of a page that has red ink on it, without that ink, and the row at which it begins.

    Args:
        pixels: the picture, rows of BGR.

    Returns:
        None where there is no red ink, or so much that it is no stamp.
    """
    blue, green, red = cv2.split(pixels)
    ink = cv2.subtract(red, cv2.max(blue, green)) > _RED
    if not _LEAST <= float(ink.mean()) <= _MOST:
        return None
    rows = np.flatnonzero(ink.any(axis=1))
    around = round(_AROUND * pixels.shape[1])
    top, bottom = max(0, int(rows[0]) - around), int(rows[-1]) + around
    bright = cv2.max(red, cv2.max(blue, green))[top:bottom].astype(np.float32)
    grey = np.clip(bright * (255 / _WHITE), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8), top
