"""What is seen in a picture of a PDF, or on a page as it looks, and where that stands (画像の中の文字の位置).

Three spaces: the picture's own dots, from the top left; the same turned upright, in which OCR reads; and the page, in
points. Text that nobody sees and that says what a scan shows (an OCR layer) is tied to the dots it speaks for: where
one goes, the other does.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import dist, hypot

from PIL import Image

from hairyo.documents.base import Block, Edit
from hairyo.documents.pdf.content import INVISIBLE, Glyph, is_unknown
from hairyo.documents.pdf.fonts import UNKNOWN
from hairyo.documents.pdf.images import MOST_DOTS
from hairyo.documents.pdf.layer import Letter
from hairyo.documents.pdf.objects import IDENTITY, Key, Matrix
from hairyo.documents.pictures import Seen
from hairyo.documents.pictures.geometry import Corners, Point, bounds, box, corners_of, height, length, part
from hairyo.documents.pictures.ocr import Line
from hairyo.documents.pictures.seen import POOR

# A layer that has less than this in common with what is read in the picture is not about it; few letters tell nothing.
_AGREES, _FEW = 0.5, 8
_MOST_READ = 0.8  # of the letters that fonts do not tell; a blank may be among them
_SQUARE, _LONGEST = 1.2, 20_000  # how far dots may be from square; dots of a side
_BASELINE = 0.15  # of a line's height, above its lower edge
Origin = tuple[Key, int, int, int]
Area = list[Point]


def origin(glyph: Glyph) -> Origin:
    """Return where a glyph stands in its stream."""
    show = glyph.show
    return show.stream, show.op, show.item, glyph.start


@dataclass(frozen=True, slots=True)
class Turn:
    """How a picture has to be turned to be upright on its page: mirrored first, then by quarters to the left."""

    quarters: int = 0
    mirrored: bool = False

    @classmethod
    def of(cls, on_page: Matrix, rotation: int) -> Turn:
        """Return the turn of a picture.

        Args:
            on_page: from the unit square to the page.
            rotation: by how many degrees the page is shown turned to the right.
        """
        a, b, c, d = on_page[:4]
        right, down = (a, -b), (-c, d)
        for _ in range(rotation // 90 % 4):
            right, down = (-right[1], right[0]), (-down[1], down[0])
        mirrored = right[0] * down[1] - right[1] * down[0] < 0
        x, y = (-right[0], -right[1]) if mirrored else right
        quarters = (0 if x > 0 else 2) if abs(x) >= abs(y) else (3 if y > 0 else 1)
        return cls(quarters, mirrored)

    def upright(self, image: Image.Image) -> Image.Image:
        """Return the picture upright."""
        if self.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        ways = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
        way = ways[self.quarters]
        return image if way is None else image.transpose(way)

    def back(self, corners: Corners, size: tuple[int, int]) -> Corners:
        """Return where corners of the upright picture stand in the picture of that size as it is."""
        wide, high = (size[1], size[0]) if self.quarters % 2 else size
        points = list(corners)
        for _ in range(self.quarters):
            points = [(high - y, x) for x, y in points]
            wide, high = high, wide
        return corners_of([(wide - x, y) for x, y in points] if self.mirrored else points)


@dataclass(slots=True)
class Sight:
    """A picture that was read, or a page.

    Attributes:
        key: the picture's object; None for a page.
        place: where it stands, in words.
        size: in its own dots.
        read: its size as it was read, before it was turned: a fax has dots that are higher than wide.
        turn: how it was turned to be read.
        seen: what is seen in it; lines in its upright dots.
        on_page: from the unit square to the page, where it is shown first; None where it is shown on no page.
        shows: how many times it is shown.
        tied: letters of the page that say what a line shows: its number, and which of its characters.
    """

    key: Key | None
    place: str
    size: tuple[int, int]
    read: tuple[int, int]
    turn: Turn
    seen: Seen
    on_page: Matrix | None
    shows: int = 1
    tied: dict[Origin, tuple[int, int]] = field(default_factory=dict, repr=False)
    _offered: Seen | None = None

    @property
    def offered(self) -> Seen:
        """What is seen but for what letters say anyway."""
        return self.seen if self._offered is None else self._offered

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield what is offered as blocks, numbered from `first` on."""
        return self.offered.blocks(first, self.place)

    def bars(self, edits: Iterable[Edit], first: int) -> list[Corners]:
        """Return what has to be blackened, in its own dots, for edits of its blocks and for what is read poorly."""
        return [self.own(one) for one in self.offered.bars(edits, first)]

    def own(self, corners: Corners) -> Corners:
        """Return where upright corners stand in its own dots."""
        found = self.turn.back(corners, self.read)
        if self.read == self.size:
            return found
        across, down = self.size[0] / self.read[0], self.size[1] / self.read[1]
        return corners_of([(x * across, y * down) for x, y in found])

    def area(self, own: Corners, on_page: Matrix) -> Area:
        """Return where a stretch of its own dots is shown on a page."""
        wide, high = self.size
        a, b, c, d, e, f = on_page
        units = ((x / wide, 1 - y / high) for x, y in own)
        return [(u * a + v * c + e, u * b + v * d + f) for u, v in units]

    def dots(self, area: Area, on_page: Matrix) -> Corners | None:
        """Return where an area of the page stands in its own dots; None where it is not in it."""
        a, b, c, d, e, f = on_page
        whole = a * d - b * c
        if abs(whole) < 1e-9:
            return None
        wide, high = self.size
        shifted = ((x - e, y - f) for x, y in area)
        units = [((d * x - c * y) / whole, (a * y - b * x) / whole) for x, y in shifted]
        found = corners_of([(u * wide, (1 - v) * high) for u, v in units])
        left, top, right, bottom = bounds(found)
        return found if right > 0 and bottom > 0 and left < wide and top < high else None

    def tie(self, glyphs: Sequence[Glyph], on_page: Matrix) -> None:
        """Tie letters of its page to the lines that say the same in the same place; those are not offered again.

        What is read twice alike is read well.
        """
        every, kept = list(self.seen.placed), []
        for number, placed in enumerate(every):
            over = self._letters_of(placed.line, glyphs, on_page)
            places = [at for at, char in enumerate(placed.line.text) if _folded(char)]
            said = [_folded(placed.line.text[at]) for at in places]
            if self.key is None and _says_all(placed.line, over):
                every[number] = replace(placed, line=replace(placed.line, score=1.0))
                continue
            if over and said == [_folded(glyph.code.text) for glyph in over]:
                self.tied.update({origin(one): (number, at) for one, at in zip(over, places, strict=True)})
                every[number] = replace(placed, line=replace(placed.line, score=1.0))
            else:
                kept.append(placed)
        self.seen = replace(self.seen, placed=tuple(every))
        self._offered = replace(self.seen, placed=tuple(kept))

    def bars_of(self, letters: Iterable[Origin]) -> list[Corners]:
        """Return what has to be blackened, in its own dots, for letters that are tied to it."""
        found = sorted(self.tied[one] for one in set(letters) if one in self.tied)
        edits = [Edit(number, at, at + 1, "") for number, at in found]
        return [self.own(one) for one in replace(self.seen, blank=()).bars(edits)] if edits else []

    def disagrees(self, glyphs: Iterable[Glyph], on_page: Matrix) -> bool:
        """Whether what letters that nobody sees say is not what the picture shows."""
        whole = self.area(box(0, 0, *self.size), on_page)
        letters = [
            glyph
            for glyph in glyphs
            if glyph.show.mode in INVISIBLE and _folded(glyph.code.text) and inside(centre_of(glyph), whole)
        ]
        lines = [one.line for one in self.seen.placed if one.line.score >= POOR]
        said = sum(len(_folded(one.text)) for one in lines)
        most = min(said, len(letters))
        if most < _FEW:
            return False
        common = 0
        for line in lines:
            over = Counter("".join(_folded(glyph.code.text) for glyph in self._letters_of(line, letters, on_page)))
            common += sum((over & Counter(_folded(line.text))).values())
        return common < _AGREES * most

    def shows_unknown(self, glyphs: Sequence[Glyph]) -> bool:
        """Whether what the fonts of a page do not tell was read in its looks."""
        unknown = [glyph for glyph in glyphs if is_unknown(glyph)]
        lines = [*(one.line for one in self.seen.placed), *self.seen.blank]
        areas = [self.area(self.own(line.whole()), self.on_page or IDENTITY) for line in lines]
        read = sum(any(inside(centre_of(glyph), area) for area in areas) for glyph in unknown)
        return read >= _MOST_READ * len(unknown)

    def letters(self, on_page: Matrix, covered: Sequence[Area]) -> Iterator[Letter]:
        """Yield the letters that it offers, but for those in covered areas of the page and those read poorly."""
        for line in (placed.line for placed in self.offered.placed if placed.line.score >= POOR):
            for at, char in enumerate(line.text):
                area = self.area(self.own(_box(line, at)), on_page)
                if not any(inside(middle(area), one) for one in covered):
                    yield _letter(char, area)

    def _letters_of(self, line: Line, letters: Iterable[Glyph], on_page: Matrix) -> list[Glyph]:
        """Return the letters whose middle lies in a line, in its direction."""
        area = self.area(self.own(line.whole()), on_page)
        start, end = area[0], area[1]
        long = dist(start, end) or 1.0
        dx, dy = (end[0] - start[0]) / long, (end[1] - start[1]) / long
        left, low, right, high = bounds(corners_of(area))
        found = []
        for glyph in letters:
            x, y = centre_of(glyph)
            if left <= x <= right and low <= y <= high and _folded(glyph.code.text) and inside((x, y), area):
                found.append(((x - start[0]) * dx + (y - start[1]) * dy, glyph))
        return [glyph for _, glyph in sorted(found, key=lambda one: one[0])]


def _box(line: Line, at: int) -> Corners:
    """Return where a character stands, from its own top left on."""
    one, two, three, four = line.stretch(at, at + 1)
    return (one, four, three, two) if line.vertical else (one, two, three, four)


def _letter(char: str, area: Area) -> Letter:
    top_left, _, bottom_right, bottom_left = area
    wide, high = dist(bottom_left, bottom_right), dist(bottom_left, top_left)
    dx, dy = (
        ((bottom_right[0] - bottom_left[0]) / wide, (bottom_right[1] - bottom_left[1]) / wide)
        if wide > 0
        else ((top_left[1] - bottom_left[1]) / (high or 1.0), (bottom_left[0] - top_left[0]) / (high or 1.0))
    )
    x = bottom_left[0] + _BASELINE * (top_left[0] - bottom_left[0])
    y = bottom_left[1] + _BASELINE * (top_left[1] - bottom_left[1])
    return Letter(char, x, y, dx, dy, wide, 0.75 * high)


def letter_of(glyph: Glyph) -> Letter | None:
    """Return a glyph as a letter of a layer; None where its font does not tell what it says."""
    show = glyph.show
    if not glyph.code.text.strip() or UNKNOWN in glyph.code.text:
        return None
    wide = abs(show.spaced(glyph.code)) * show.per
    if not show.font.vertical:
        return Letter(glyph.code.text, glyph.x, glyph.y, show.dx, show.dy, wide, show.em)
    dx, dy = -show.dy, show.dx
    x = glyph.x - dx * show.em / 2 + show.dx * 0.88 * show.em
    y = glyph.y - dy * show.em / 2 + show.dy * 0.88 * show.em
    return Letter(glyph.code.text, x, y, dx, dy, show.em, show.em)


def centre_of(glyph: Glyph) -> Point:
    """Return the middle of a glyph on its page, near enough."""
    show = glyph.show
    along = abs(show.spaced(glyph.code)) * show.per / 2
    across = 0.0 if show.font.vertical else 0.35 * show.em
    return glyph.x + along * show.dx - across * show.dy, glyph.y + along * show.dy + across * show.dx


def inside(point: Point, area: Area) -> bool:
    """Whether a point lies in a convex area, whichever way its corners go round."""
    x, y = point
    sides = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(area, [*area[1:], area[0]], strict=True)
    ]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)


def _says_all(line: Line, over: Sequence[Glyph]) -> bool:
    """Whether letters that are seen and known stand for a line of a page: what they say is not read a second time."""
    plain = all(glyph.show.mode not in INVISIBLE and not is_unknown(glyph) for glyph in over)
    return plain and 2 * len(_folded(line.text)) <= 3 * len(over)


def wider(corners: Corners, rim: float) -> Corners:
    """Return a stretch with a rim around it."""
    long, high = max(length(corners), 1.0), max(height(corners), 1.0)
    return part(corners, -rim / long, 1 + rim / long, across=rim / high) if rim else corners


def middle(area: Area) -> Point:
    """Return the middle of an area."""
    return sum(x for x, _ in area) / len(area), sum(y for _, y in area) / len(area)


def square(on_page: Matrix, size: tuple[int, int]) -> tuple[int, int]:
    """Return the size at which a picture's dots are square where it is shown; its own where they nearly are."""
    a, b, c, d = on_page[:4]
    across, down = size[0] / max(hypot(a, b), 1e-6), size[1] / max(hypot(c, d), 1e-6)
    if max(across, down) < _SQUARE * min(across, down):
        return size
    wide, high = (
        (round(size[0] * down / across), size[1]) if across < down else (size[0], round(size[1] * across / down))
    )
    return (wide, high) if wide * high <= MOST_DOTS and max(wide, high) <= _LONGEST else size


def resolution(on_page: Matrix, size: tuple[int, int]) -> float:
    """Return how many dots an inch a picture has where it is shown."""
    a, b, c, d = on_page[:4]
    return 72 * max(size[0] / max(hypot(a, b), 1.0), size[1] / max(hypot(c, d), 1.0))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if char.isprintable() and not char.isspace())
