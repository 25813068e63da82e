"""Text in pictures (文字認識): lines, each with where its characters stand.

RapidOCR runs the PP-OCRv6 networks of its own wheel by ONNX Runtime: nothing is downloaded. It finds lines and reads
strips of text from left to right. Here is decided at which size it looks, which way a line may lie, and that the
characters of a vertical line (縦書き) are laid side by side: as they stand they are misread (benchmarks/pictures.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np

from hairyo.documents.pictures.geometry import Corners, centre, corners_of, height, length, moved, part
from hairyo.documents.pictures.vertical import Pixels, Seams, strips_of

# The short side that pictures are brought down to before lines are looked for (A4 at 120 dpi; they are read at full
# size), and of the pieces that longer ones are cut into; neighbours share a rim, so that no line is cut in two.
_SHORT_SIDE, _PIECE, _RIM = 1000, 2240, 192
# Lines lower than this, in pixels, are looked for again in the picture at twice the size.
_LOW_LINE, _LARGEST_SCALE = 15.0, 2.0
# A stretch this many times higher than wide is a vertical line, or a line of a page that lies on its side.
_TALL = 1.5
# What is surely read needs no second look upside down, or as upright characters.
_SURE = 0.9
# So many tall lines, the longest, are read all ways to tell how a page lies.
_TRIED = 8
# What is read upside down must have so many of the characters that are read upright.
_AS_LONG = 0.75
# One way to read a page is about as sure as another from this share of the other's score on.
_NEARLY = 0.9
_MIN_SIDE = 8
# A character's size in heights of a line: RapidOCR takes lines higher than they are.
_EM = 0.75


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a picture.

    Attributes:
        text: what it says.
        corners: where it stands, in the direction of reading.
        cells: where each character begins and ends, in shares of the line's length.
        score: how sure the reading is, 0 to 1: the mean over its characters.
        vertical: whether its upright characters stand one below the other.
    """

    text: str = field(repr=False)
    corners: Corners
    cells: tuple[tuple[float, float], ...]
    score: float
    vertical: bool = False

    @property
    def em(self) -> float:
        """The size of a character in pixels, near enough."""
        return _EM * height(self.corners)

    def stretch(self, start: int, end: int, *, margin: float = 0.0, across: float = 0.0) -> Corners:
        """Return where the characters `start:end` stand.

        Args:
            start: the first character.
            end: one past the last.
            margin: how far to go beyond them both ways along the line, in characters' sizes.
            across: how far to go beyond the line on both its sides, in shares of its height.
        """
        beyond = margin / self._ems
        return part(self.corners, self.cells[start][0] - beyond, self.cells[end - 1][1] + beyond, across=across)

    def whole(self, *, margin: float = 0.0, across: float = 0.0) -> Corners:
        """Return where the whole line stands; `margin` and `across` as in `stretch`."""
        return part(self.corners, -margin / self._ems, 1 + margin / self._ems, across=across)

    def gap(self, end: int, start: int) -> float:
        """Return how far it is from the character before `end` to the one at `start`, in characters' sizes."""
        return (self.cells[start][0] - self.cells[end - 1][1]) * self._ems

    @property
    def _ems(self) -> float:
        return max(length(self.corners), 1.0) / max(self.em, 1.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a strip says; `cells` as in `Line`."""

    text: str
    cells: tuple[tuple[float, float], ...]
    score: float


def read_lines(pixels: Pixels) -> list[Line]:
    """Return the lines of text in a picture, in no order.

    A line in which nothing could be read is given with no text and score 0.

    Args:
        pixels: the picture, rows of BGR.
    """
    if min(pixels.shape[:2]) < _MIN_SIDE:
        return []
    scale = min(1.0, _SHORT_SIDE / min(pixels.shape[:2]))
    found = list(_find(pixels, scale))
    while found and scale < _LARGEST_SCALE and _low(found, scale):
        scale = min(_LARGEST_SCALE, scale * 2)
        found = list(_find(pixels, scale))
    solid = [corners for corners in found if height(corners) >= 1 and length(corners) >= 1]
    tall = [corners for corners in solid if height(corners) > _TALL * length(corners)]
    flat = [corners for corners in solid if corners not in tall]
    return [*(_flat(pixels, corners) for corners in flat), *_tall(pixels, tall)]


def _low(found: Sequence[Corners], scale: float) -> bool:
    """Whether the lowest tenth of the lines, at that scale, is too low to be found surely."""
    return float(np.quantile([min(height(one), length(one)) * scale for one in found], 0.1)) < _LOW_LINE


def _find(pixels: Pixels, scale: float) -> Iterator[Corners]:
    """Yield where lines stand, in pixels of the picture as given."""
    high, wide = (max(1, round(side * scale)) for side in pixels.shape[:2])
    shown = pixels if scale == 1 else cv2.resize(pixels, (wide, high), interpolation=_resampling(scale))
    for top, bottom, from_y, to_y in _pieces(high):
        for left, right, from_x, to_x in _pieces(wide):
            for corners in _detect(np.ascontiguousarray(shown[top:bottom, left:right])):
                x, y = centre(corners)
                if from_x <= x + left < to_x and from_y <= y + top < to_y:
                    yield moved(corners, left, top, 1 / scale)


def _resampling(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC


def _pieces(side: int) -> Iterator[tuple[int, int, float, float]]:
    """Yield start and end of each piece of a side, and from where to where what lies in it is its own."""
    if side <= _PIECE:
        yield 0, side, 0.0, float("inf")
        return
    starts = range(0, side - _RIM, _PIECE - _RIM)
    for number, start in enumerate(starts):
        first, last = number == 0, number == len(starts) - 1
        end = side if last else start + _PIECE
        yield start, end, 0.0 if first else start + _RIM / 2, float("inf") if last else end - _RIM / 2


def _detect(pixels: Pixels) -> list[Corners]:
    found = _engine()(pixels, use_det=True, use_cls=False, use_rec=False)
    return [] if found.boxes is None else [corners_of(points) for points in found.boxes]


def _flat(pixels: Pixels, corners: Corners) -> Line:
    """Return a line that runs from left to right or, where that cannot be read well, upside down."""
    line = _along(pixels, corners)
    if line.score >= _SURE:
        return line
    one, two, three, four = corners
    turned = _along(pixels, (three, four, one, two))
    # Of an upright line, a character or two may be read upside down, and surely (二郎 as 二二).
    return turned if turned.score > line.score and len(turned.text) >= _AS_LONG * len(line.text) else line


def _tall(pixels: Pixels, found: Sequence[Corners]) -> list[Line]:
    """Return the tall lines of a page: vertical ones, or those of a page on its left or its right side.

    The longest lines are read all ways, and most of them decides, for single ones are read surely in wrong ways, too:
    vertical ones as if they lay on their side (but without commas and full stops), and those of a page that lies on its
    left side character by character, in the wrong order. What is read well as lying on its right side *and* character
    by character is vertical.
    """
    longest = sorted(found, key=lambda corners: -height(corners))
    tried = [[read(pixels, corners) for read in _WAYS] for corners in longest[:_TRIED]]
    stacked, right, left = (
        sum(ways[number].score * ways[number].em * length(ways[number].corners) for ways in tried)
        for number in range(len(_WAYS))
    )
    best = 2 if left > right else 0 if stacked > _NEARLY * right else 1
    lines = [_surest([ways[best], *ways]) for ways in tried]
    for corners in longest[_TRIED:]:
        line = _WAYS[best](pixels, corners)
        others = (read(pixels, corners) for read in _WAYS if read is not _WAYS[best])
        lines.append(line if line.score >= _SURE else _surest([line, *others]))
    return lines


def _surest(lines: Sequence[Line]) -> Line:
    """Return the first line if it is read surely, else the one that is read most surely."""
    return lines[0] if lines[0].score >= _SURE else max(lines, key=_score)


def _down_right(pixels: Pixels, corners: Corners) -> Line:
    """Return a tall line as it reads when the page lies on its right side."""
    one, two, three, four = corners
    return _along(pixels, (two, three, four, one))


def _down_left(pixels: Pixels, corners: Corners) -> Line:
    """Return a tall line as it reads when the page lies on its left side."""
    one, two, three, four = corners
    return _along(pixels, (four, one, two, three))


def _score(line: Line) -> float:
    return line.score


def _along(pixels: Pixels, corners: Corners) -> Line:
    """Return a line as it reads with the top left where `corners` has it."""
    reading = read_strip(_cut(pixels, corners))
    return Line(reading.text, corners, reading.cells, reading.score)


def _down(pixels: Pixels, corners: Corners) -> Line:
    """Return a line as it reads when its upright characters stand one below the other."""
    one, two, three, four = corners
    best = Reading("", (), 0.0)
    for strip in strips_of(_cut(pixels, corners)):
        if best.score < _SURE:
            best = max(best, read_strip(*strip), key=lambda reading: reading.score)
    return Line(best.text, (one, four, three, two), best.cells, best.score, vertical=True)


_WAYS = (_down, _down_right, _down_left)


def _cut(pixels: Pixels, corners: Corners) -> Pixels:
    """Return a stretch of the picture as an upright picture of its own."""
    size = (max(1, round(length(corners))), max(1, round(height(corners))))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(corners, dtype=np.float32), target)
    cut = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8)


def read_strip(pixels: Pixels, seams: Seams = ((0.0, 0.0), (1.0, 1.0))) -> Reading:
    """Read a strip from left to right.

    Args:
        pixels: the strip.
        seams: how its places lie in the line.
    """
    read = _engine()(pixels, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
    text: str = read.txts[0] if read.txts else ""
    if not text.strip():
        return Reading("", (), 0.0)
    columns = iter([column for word in read.word_results[0].word_cols for column in word])
    steps = max(1.0, read.word_results[0].line_txt_len)
    # Blanks have no place of their own.
    places = [None if char.isspace() else (next(columns) + 0.5) / steps for char in text]
    em = pixels.shape[0] / pixels.shape[1]
    of_strip, of_line = zip(*seams, strict=True)
    cells = [tuple(np.interp((start, end), of_strip, of_line)) for start, end in _cells(places, em)]
    return Reading(text, tuple((float(start), float(end)) for start, end in cells), float(read.scores[0]))


def _cells(places: Sequence[float | None], em: float) -> Iterator[tuple[float, float]]:
    """Yield from where to where each character reaches: half-way to its neighbours, but no farther than half an em.

    Args:
        places: the middle of each, in shares of the strip; None for blanks.
        em: the size of a character, as such a share.
    """
    middles = [place for place in places if place is not None]
    at = 0
    end = 0.0
    for place in places:
        if place is None:
            yield end, end
            continue
        before = (middles[at - 1] + place) / 2 if at else 0.0
        after = (place + middles[at + 1]) / 2 if at + 1 < len(middles) else 1.0
        start, end = max(before, place - em / 2), min(after, place + em / 2)
        at += 1
        yield start, max(start, end)


@cache
def _engine() -> Any:
    """Return this process's engine, loaded once; it works on one core, as every process of a run has its own."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").disabled = True  # it would tell of lines it found nothing in
    cv2.setNumThreads(1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Global.text_score": 0.0,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": 2 * _PIECE,
        }
    )
