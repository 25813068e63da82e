"""Pages that are pictures (スキャン): what is read by OCR, and whether picture by picture or page by page.

A picture of its own is read in its own dots, wherever and how often it is shown, with what a page cuts off. A page is
read as it looks where no picture tells all by itself: one put together of strips or many pieces, of pictures in the
content stream; and one drawn without text, or with text whose font does not tell its characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from hairyo.documents.pdf.content import INVISIBLE, Picture, Reading
from hairyo.documents.pdf.objects import Key, Matrix

IN_STREAM: Key = (0, 0)
UNKNOWN_FONT = "text in a font that does not tell its characters"
# What is smaller holds no text: in dots either way; in points on a page, either way and in all (a seal has 400).
_FEW_DOTS, _LOW, _SMALL = 8, 5.0, 100.0
# Small pictures that together come to this, in square points and in dots, may be pieces of one; shadows have fewer.
_PIECES, _PIECES_DOTS = 400.0, 500
# A page of fewer strokes is no text: a simple name has more.
_STROKES = 10
# How near pieces of one picture lie, in points; how many pictures of a page are looked at for that, and read by
# themselves.
_TOUCH, _MOST_COMPARED, _MOST = 1.0, 200, 30


@dataclass(frozen=True, slots=True)
class Look:
    """What of a page cannot be read as text.

    Attributes:
        pictures: those that it shows.
        bare: whether it is drawn, with no text that is seen and no picture that takes most of it.
        unknown: whether it shows text in a font that does not tell its characters.
    """

    pictures: tuple[Picture, ...]
    bare: bool
    unknown: bool

    @classmethod
    def of(cls, reading: Reading, area: float) -> Look:
        """Return the look of a page of that area."""
        seen = any(glyph.show.mode not in INVISIBLE for glyph in reading.glyphs)
        seen |= any(one.area > area / 2 for one in reading.pictures)
        return cls(tuple(reading.pictures), reading.strokes >= _STROKES and not seen, reading.unknown)


@dataclass(slots=True)
class Plan:
    """What is to be read by OCR.

    Attributes:
        pictures: pictures that are read by themselves, in the order of the pages.
        shown: all pictures that are shown.
        pieced: pages whose pictures are read as they look together; they become one picture in every copy.
        drawn: pages that are read as they look for other reasons.
        unread: kinds of what is not read.
    """

    pictures: dict[Key, None] = field(default_factory=dict)
    shown: set[Key] = field(default_factory=set)
    pieced: set[int] = field(default_factory=set)
    drawn: set[int] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)


def planned(pages: Sequence[Look], alone: Sequence[Look]) -> Plan:
    """Return what is to be read.

    Args:
        pages: the looks of the pages.
        alone: those of streams that no page shows by itself: patterns, glyphs.
    """
    plan = Plan()
    for number, look in enumerate(pages):
        own = [one for one in look.pictures if not one.annotated]
        if _is_pieced(own):
            plan.pieced.add(number)
        elif look.bare or look.unknown:
            plan.drawn.add(number)
        _note(plan, [one for one in look.pictures if one.annotated or number not in plan.pieced])
        plan.shown.update(one.key for one in look.pictures)
    for look in alone:
        # How large these are shown is not known.
        if look.unknown or any(one.key == IN_STREAM and _has_dots(one, 3 * _FEW_DOTS) for one in look.pictures):
            plan.unread.add(UNKNOWN_FONT if look.unknown else "image")
        plan.pictures.update({one.key: None for one in look.pictures if one.key != IN_STREAM and _has_dots(one)})
        plan.shown.update(one.key for one in look.pictures)
    return plan


def _note(plan: Plan, pictures: Sequence[Picture]) -> None:
    """Note what of a page's pictures is read by itself."""
    for one in pictures:
        if one.key != IN_STREAM and _holds_text(one):
            plan.pictures.setdefault(one.key)
        elif one.annotated and _holds_text(one):
            plan.unread.add("image")


def _has_dots(picture: Picture, least: int = _FEW_DOTS) -> bool:
    return min(picture.dots) >= least


def _holds_text(picture: Picture) -> bool:
    """Whether a picture is large enough to hold text or a face."""
    return _has_dots(picture) and min(picture.sides) >= _LOW and picture.area >= _SMALL


def _is_pieced(pictures: Sequence[Picture]) -> bool:
    """Whether the pictures of a page tell all they show only together, or are too many."""
    some = [one for one in pictures if _holds_text(one)]
    inner = [one for one in pictures if one.key == IN_STREAM and max(one.dots) >= _FEW_DOTS]
    if len(some) > _MOST or any(one.key == IN_STREAM for one in some) or _are_pieces(inner):
        return True
    solid = [one for one in pictures if max(one.dots) >= _FEW_DOTS and one.area > 0]
    if len(solid) > _MOST_COMPARED:
        return _are_pieces(solid)
    boxes = [_box(one.on_page) for one in solid]
    touching: set[int] = set()
    for (at, one), (other_at, other) in combinations(enumerate(boxes), 2):
        if _adjoin(one, other):
            touching |= {at, other_at}
    return _are_pieces([solid[at] for at in touching])


def _are_pieces(pictures: Sequence[Picture]) -> bool:
    dots = sum(one.dots[0] * one.dots[1] for one in pictures)
    return sum(one.area for one in pictures) >= _PIECES and dots >= _PIECES_DOTS


_Box = tuple[float, float, float, float]


def _box(m: Matrix) -> _Box:
    xs = [m[4] + x for x in (0.0, m[0], m[2], m[0] + m[2])]
    ys = [m[5] + y for y in (0.0, m[1], m[3], m[1] + m[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _adjoin(one: _Box, other: _Box) -> bool:
    """Whether two boxes meet at an edge, along more than half of the shorter one's."""
    for along, across in ((0, 1), (1, 0)):
        gap = max(one[along], other[along]) - min(one[along + 2], other[along + 2])
        shared = min(one[across + 2], other[across + 2]) - max(one[across], other[across])
        length = min(one[across + 2] - one[across], other[across + 2] - other[across])
        if -_TOUCH <= gap <= _TOUCH and length > 0 and shared > length / 2:
            return True
    return False
