"""Pictures for the comparison, decoded by OpenCV: size, pages, and every dot that no bar covers.

The writer decodes, turns and draws with pillow. What differs has to be black in the copy; where the format loses
something, what remains has to be alike on average.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Kept, KeptReader, Looked

Pixels = npt.NDArray[np.uint8]
_SAME, _BLACK = 3, 12  # of 256; decoders differ by a step or two
_LOSSY_SAME, _LOSSY_BLACK, _ABOUT, _BLOCK = 10, 70, 16, 8  # around a bar, blocks of up to 16 dots hold parts of it
_TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a picture."""
    yield _kept


def _kept(path: Path) -> Iterator[Kept]:
    data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    lossy = bytes(data[:2]) == b"\xff\xd8" or (bytes(data[8:12]) == b"WEBP")
    try:
        done, pages = cv2.imdecodemulti(data, cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise _unreadable() from error
    if not done or not len(pages):
        raise _unreadable()
    for number, page in enumerate(pages, 1):
        yield Kept(f"page {number}", "", looks=Picture(np.asarray(page, dtype=np.uint8), lossy=lossy))


def _unreadable() -> OutputError:
    return OutputError("the copy cannot be compared with the input; the input must be held")


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a picture, as rows of BGR."""

    dots: Pixels = field(repr=False)
    lossy: bool

    def against(self, copy: Picture, added: Collection[str]) -> Looked:
        """Compare it with the copy's page; see `Looks`."""
        for turned in _upright(self.dots, copy.dots):
            same, bars = differs(turned, copy.dots, lossy=copy.lossy)
            if same:
                return Looked(same, bars)
        return Looked(same=False)

    def said(self) -> str:
        """Return nothing: its text is not read here."""
        return ""


def _upright(one: Pixels, other: Pixels) -> Iterator[Pixels]:
    """Yield a picture in all ways of being turned in which it has the other's size; the copy was turned by EXIF."""
    for mirrored in (one, cv2.flip(one, 1)):
        for turn in _TURNS:
            turned: Any = mirrored if turn is None else cv2.rotate(mirrored, turn)
            if turned.shape == other.shape:
                yield np.asarray(turned, dtype=np.uint8)


def differs(one: Pixels, other: Pixels, *, lossy: bool) -> tuple[bool, int]:
    """Return whether two pictures of a size are the same but for bars in the second, and how many bars there are."""
    distance = cv2.absdiff(one, other)
    if distance.ndim == 3:
        distance = distance.max(axis=2)
    brightest = other if other.ndim == 2 else other.max(axis=2)
    bars = ((distance > _SAME) & (brightest <= (_LOSSY_BLACK if lossy else _BLACK))).astype(np.uint8)
    count = cv2.connectedComponents(bars)[0] - 1 if bars.any() else 0
    if not lossy:
        return not ((distance > _SAME) & (bars == 0)).any(), count
    bars = cv2.morphologyEx(bars, cv2.MORPH_OPEN, np.ones((_BLOCK, _BLOCK), np.uint8))
    covered = cv2.dilate(bars, np.ones((2 * _ABOUT + 1, 2 * _ABOUT + 1), np.uint8))
    distance[covered > 0] = 0
    return bool((cv2.blur(distance, (_BLOCK, _BLOCK)) <= _LOSSY_SAME).all()), count
