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
    turns = b"Exif" in data.tobytes() or bytes(data[:2]) in (b"II", b"MM")
    try:
        done, pages = cv2.imdecodemulti(data, cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise _unreadable() from error
    if not done or not len(pages):
        raise _unreadable()
    for number, page in enumerate(pages, 1):
        looks = Picture(np.asarray(page, dtype=np.uint8), lossy=lossy, turns=turns)
        yield Kept(f"page {number}", "", looks=looks)


def _unreadable() -> OutputError:
    return OutputError("the copy cannot be compared with the input; the input must be held")


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a picture.

    Attributes:
        dots: rows of BGR.
        lossy: whether its format loses something.
        turns: whether its file may say that it is to be turned, which not all decoders heed.
    """

    dots: Pixels = field(repr=False)
    lossy: bool
    turns: bool

    def against(self, copy: Picture, added: Collection[str]) -> Looked:
        """Compare it with the copy's page; see `Looks`."""
        for turned in _upright(self.dots) if self.turns else (self.dots,):
            if turned.shape != copy.dots.shape:
                continue
            same, bars = differs(turned, copy.dots, lossy=copy.lossy)
            if same:
                return Looked(same, bars)
        return Looked(same=False)

    def said(self) -> str:
        """Return nothing: its text is not read here."""
        return ""


def _upright(one: Pixels) -> Iterator[Pixels]:
    """Yield a picture in all ways of being turned; the copy was turned by EXIF."""
    for mirrored in (one, cv2.flip(one, 1)):
        for turn in _TURNS:
            turned: Any = mirrored if turn is None else cv2.rotate(mirrored, turn)
            yield np.asarray(turned, dtype=np.uint8)


def differs(one: Pixels, other: Pixels, *, lossy: bool) -> tuple[bool, int]:
    """Return whether two pictures of a size are the same but for bars in the second, and whether it has any."""
    distance, brightest = cv2.absdiff(one, other).max(axis=2), other.max(axis=2)
    if not lossy:
        bars = (distance > _SAME) & (brightest <= _BLACK)
        return not ((distance > _SAME) & ~bars).any(), int(bars.any())
    block = np.ones((_BLOCK, _BLOCK), np.uint8)
    solid = cv2.morphologyEx((brightest <= _LOSSY_BLACK).astype(np.uint8), cv2.MORPH_OPEN, block)
    _, labels = cv2.connectedComponents(solid)
    new = np.unique(labels[(solid > 0) & (distance > _LOSSY_BLACK)])  # what was black before is no bar
    bars = np.isin(labels, new[new > 0])
    covered = cv2.dilate(bars.astype(np.uint8), np.ones((2 * _ABOUT + 1, 2 * _ABOUT + 1), np.uint8))
    distance[covered > 0] = 0
    return bool((cv2.blur(distance, (_BLOCK, _BLOCK)) <= _LOSSY_SAME).all()), int(bars.any())
