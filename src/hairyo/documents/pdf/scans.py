"""Pages that are pictures (スキャン): which ones hold what no font tells.

The one place that decides it. A page of which this says so is not read by its text alone: the document is held. What
reads pictures has its seam here: given the page as it looks (`raster.rendered`), it gives lines with a box for each
character; its blocks go among those of the page (`document`), and boxes to be covered go to `raster.replaced`, which
puts the page back as pixels with those boxes filled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hairyo.documents.pdf.content import Picture, Reading
from hairyo.documents.pdf.objects import Key

_SMALL = 400.0  # square points: a seal (印影) of 7 mm; what is smaller holds no name that can be read
_DECORATION = 3  # pages that show the same picture


@dataclass(frozen=True, slots=True)
class Look:
    """What of a page cannot be read as text."""

    pictures: tuple[Picture, ...]
    bare: bool
    unknown: bool

    @classmethod
    def of(cls, reading: Reading) -> Look:
        """Return the look of a page or stream."""
        return cls(tuple(reading.pictures), reading.painted and not reading.glyphs, reading.unknown)


def unread(looks: Sequence[Look]) -> set[str]:
    """Return the kinds of what cannot be read on the pages of a document."""
    shown = Counter(key for look in looks for key in {picture.key for picture in look.pictures})
    found = set()
    if any(is_picture(look.pictures, shown) for look in looks):
        found.add("image")
    if any(look.bare for look in looks):
        found.add("page without text")
    if any(look.unknown for look in looks):
        found.add("text in a font that does not tell its characters")
    return found


def is_picture(pictures: Iterable[Picture], shown: Mapping[Key, int]) -> bool:
    """Whether a page shows pictures that may hold text or a face: neither tiny in all nor the same on every page."""
    own = (one for one in pictures if one.key == (0, 0) or shown[one.key] < _DECORATION)
    return sum(one.area for one in own) >= _SMALL
