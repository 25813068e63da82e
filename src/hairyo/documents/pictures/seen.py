"""What is seen in a picture (画像の読み取り): blocks of text, faces, and where to blacken them.

The seam for pictures of all sorts: picture files, scanned pages, pictures within other documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image, ImageDraw

from hairyo.documents.base import Block, Edit
from hairyo.documents.pictures.codes import Code, find_codes
from hairyo.documents.pictures.faces import find_faces
from hairyo.documents.pictures.geometry import Corners, bounds, centre, height, moved
from hairyo.documents.pictures.layout import Placed, in_order
from hairyo.documents.pictures.ocr import Line, read_lines
from hairyo.documents.pictures.stamps import under_stamps
from hairyo.documents.pictures.vertical import Pixels
from hairyo.errors import Words

# What stands for a face in a text; its block says what it is (`Block.shows`).
FACE, FACE_TEXT = "FACE", "\ufffc"
# Lines that are read less surely than this are blackened whole. In 83 blurred lines that scored less, a quarter of the
# characters or more were wrong; the lowest score of a line that was read right was 0.85 (benchmarks/pictures.py).
POOR = 0.8
# Of more than so many lines, this share may be read poorly; beyond it the reading failed as a whole.
_FEW, _POOR_SHARE = 3, 0.25
# How far a bar goes beyond the characters it hides, in their size along the line, in the line's height across; bars
# that are nearer than the former are one.
_MARGIN, _ACROSS = 0.6, 0.15
# What looks like a code is a letter or two where it is at most so many times as wide and as long as the line is high,
# in a line of at least so many different characters.
_LETTER, _LETTERS, _WORDS = 1.5, 3.0, 4


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen in one picture.

    Attributes:
        placed: the lines that were read, in the order of reading.
        faces: the boxes around faces.
        blank: lines in which nothing could be read.
        codes: QR and bar codes that can be decoded.
        mute: QR and bar codes that cannot; every copy has them blackened.
    """

    placed: tuple[Placed, ...] = field(repr=False)
    faces: tuple[Corners, ...] = ()
    blank: tuple[Line, ...] = ()
    codes: tuple[Code, ...] = ()
    mute: tuple[Code, ...] = ()

    @property
    def poor(self) -> list[Line]:
        """The lines that cannot be read well; every copy has them blackened whole."""
        return [*(one.line for one in self.placed if one.line.score < POOR), *self.blank]

    @property
    def unreadable(self) -> bool:
        """Whether so much cannot be read well that a copy would be of no use, and what was read of none either."""
        poor = len(self.poor)
        return poor > _FEW and poor > _POOR_SHARE * (len(self.placed) + len(self.blank))

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self.placed) + len(self.faces) + len(self.codes)

    def blocks(self, first: int = 0, place: str = "page 1") -> Iterator[Block]:
        """Yield the lines in the order of reading, then the faces, then what codes say.

        Args:
            first: the number of the first block.
            place: where the picture stands, in words without any text of the input.
        """
        for number, one in enumerate(self.placed):
            yield Block(first + number, one.line.text, f"{place} line {number + 1}", one.label, joins=one.joins)
        for number in range(len(self.faces)):
            index = first + len(self.placed) + number
            yield Block(index, FACE_TEXT, f"{place} face {number + 1}", shows=FACE)
        for number, code in enumerate(self.codes):
            index = first + len(self.placed) + len(self.faces) + number
            yield Block(index, code.text, f"{place} code {number + 1}")

    def bars(self, edits: Iterable[Edit], first: int = 0) -> list[Corners]:
        """Return what has to be blackened for edits of the blocks, and because it cannot be read well.

        A code goes whole, whatever of it is edited.

        Args:
            edits: edits of the blocks, whose replacements are not drawn.
            first: the number of the first block, as in `blocks`.
        """
        spans: dict[int, list[tuple[int, int]]] = {}
        for edit in edits:
            spans.setdefault(edit.block - first, []).append((edit.start, edit.end))
        found = [line.whole(margin=_MARGIN, across=_ACROSS) for line in self.poor]
        found += (code.corners for code in self.mute)
        whole = [*self.faces, *(code.corners for code in self.codes)]
        for number, some in spans.items():
            if number < len(self.placed):
                line = self.placed[number].line
                found += (line.stretch(*span, margin=_MARGIN, across=_ACROSS) for span in _merged(line, some))
            else:
                found.append(whole[number - len(self.placed)])
        return found


def remarks(pages: Sequence[Seen]) -> Iterator[Words]:
    """Yield what whoever releases the copy of these pictures should know."""
    if poor := sum(len(seen.poor) for seen in pages):
        yield Words("{count} line(s) that could not be read well were blackened", count=poor)
    if mute := sum(len(seen.mute) for seen in pages):
        yield Words("{count} code(s) that could not be decoded were blackened", count=mute)


def _merged(line: Line, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans of a line, those as one whose bars would nearly touch: a slit between them tells of length."""
    held: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if held is not None and line.gap(held[1], start) < 3 * _MARGIN:
            held = held[0], max(held[1], end)
            continue
        if held is not None:
            yield held
        held = start, end
    if held is not None:
        yield held


def look(picture: Image.Image) -> Seen:
    """Read a picture.

    Args:
        picture: one upright page, of any of pillow's modes that `blacken` takes.

    Raises:
        ModelError: a network's file is missing or altered.
    """
    lines: list[Line] = []
    faces: list[Corners] = []
    codes: list[Code] = []
    for pixels in _views(picture):
        codes += [code for code in find_codes(pixels) if not any(one.covers(code.corners) for one in codes)]
        lines += [line for line in _lines(pixels) if not any(_covers(one, line) for one in lines)]
        faces = faces or find_faces(pixels)
    # The dots and bars of a code look like lines of something.
    lines = [line for line in lines if line.score >= POOR or not any(code.covers(line.corners) for code in codes)]
    read = [line for line in lines if line.text.strip()]
    blank = [line for line in lines if not line.text.strip()]
    told = [code for code in codes if code.text.strip()]
    mute = [code for code in codes if not code.text.strip() and not any(_is_letter(code, line) for line in read)]
    return Seen(tuple(in_order(read)), tuple(faces), tuple(blank), tuple(told), tuple(mute))


def _is_letter(code: Code, line: Line) -> bool:
    """Whether what looks like a code is a letter or two of a line that is read well: 書 has bars, too."""
    left, top, right, bottom = bounds(code.corners)
    short, long = sorted((right - left, bottom - top))
    high = height(line.corners)
    small = short <= _LETTER * high and long <= _LETTERS * high
    return small and line.score >= POOR and len(set(line.text)) >= _WORDS and _stands_in(code.corners, line)


def _lines(pixels: Pixels) -> list[Line]:
    """Return the lines of a picture, those under red stamps included."""
    lines = read_lines(pixels)
    bared = under_stamps(pixels)
    if bared is None:
        return lines
    stretch, top = bared
    return _joined(lines, [replace(one, corners=moved(one.corners, 0, top, 1)) for one in read_lines(stretch)])


def _joined(lines: Sequence[Line], bared: Sequence[Line]) -> list[Line]:
    """Return the lines of a picture and those of its stretch without stamps.

    Where the two differ both stay, for what is found in either has to go; but a piece of a line goes with the whole.
    """
    more = [
        line
        for line in bared
        if not any(_covers(one, line) and (line.score < POOR or one.text == line.text) for one in lines)
    ]
    return [one for one in lines if not any(_covers(line, one) and one.text in line.text for line in more)] + more


def blacken(picture: Image.Image, bars: Sequence[Corners]) -> Image.Image:
    """Return a copy of a picture in which the stretches are black, in its pixels; all else is as it was.

    Args:
        picture: a picture of mode 1, L, LA, P, RGB, RGBA, CMYK or I;16; a palette without black makes it RGB.
        bars: the stretches, as `Seen.bars` gives them.
    """
    copy = picture.copy()
    if not bars:
        return copy
    ink: int | tuple[int, ...]
    if copy.mode == "P":
        palette = copy.getpalette() or []
        colours = [tuple(palette[at : at + 3]) for at in range(0, len(palette), 3)]
        if (0, 0, 0) in colours and colours.index((0, 0, 0)) != copy.info.get("transparency"):
            ink = colours.index((0, 0, 0))
        else:
            copy = copy.convert("RGBA" if "transparency" in copy.info else "RGB")
    if copy.mode != "P":
        ink = _BLACK[copy.mode]
    draw = ImageDraw.Draw(copy)
    for corners in bars:
        draw.polygon([(round(x), round(y)) for x, y in corners], fill=ink)
    return copy


_BLACK: dict[str, int | tuple[int, ...]] = {
    "1": 0,
    "L": 0,
    "LA": (0, 255),
    "RGB": (0, 0, 0),
    "RGBA": (0, 0, 0, 255),
    "CMYK": (0, 0, 0, 255),
    "I;16": 0,
}
MODES = frozenset({*_BLACK, "P"})


def _views(picture: Image.Image) -> Iterator[Pixels]:
    """Yield a picture as it is seen: on white and, where it lets the ground shine through, on black."""
    if picture.mode == "I;16":
        depth = np.asarray(picture, dtype=np.float32)
        low, high = float(depth.min()), float(depth.max())
        picture = Image.fromarray(((depth - low) * (255 / max(high - low, 1))).astype(np.uint8))
    if picture.has_transparency_data:
        whole = picture.convert("RGBA")
        for ground in ("white", "black"):
            below = Image.new("RGBA", whole.size, ground)
            below.alpha_composite(whole)
            yield _pixels(below)
        return
    yield _pixels(picture)


def _pixels(picture: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"), dtype=np.uint8)[:, :, ::-1])


def _covers(one: Line, other: Line) -> bool:
    """Whether a line stands where another was seen before."""
    return _stands_in(other.corners, one)


def _stands_in(corners: Corners, line: Line) -> bool:
    """Whether the middle of a stretch lies within a line."""
    left, top, right, bottom = bounds(line.corners)
    x, y = centre(corners)
    return left <= x <= right and top <= y <= bottom
