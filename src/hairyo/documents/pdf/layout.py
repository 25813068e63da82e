"""Order the characters of a page to lines and blocks, as a person reads them (行と段落の復元).

A line is known by the way it runs and by its distance from the origin, so that horizontal, vertical and turned
writing are one. Cells of a row that stand far apart are blocks of their own; lines that fill their column are joined.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from math import atan2, degrees, hypot
from operator import sub
from statistics import median

from hairyo.documents.form_labels import is_label
from hairyo.documents.pdf.content import Glyph

# All in ems, measured on documents of LibreOffice, Chromium, Word and ReportLab.
_SAME_LINE = 0.35
_TWIN = 0.2
_CELL_GAP = 1.5
_SPACE, _LATIN_SPACE = 0.35, 0.17
_SPREAD = 4.0  # two lone ideographs this near are one word, spread over a label's width (均等割り付け)
_LEADING = 2.1
_COLUMN = 12.0
_COLUMN_LINES = 5


_Placed = tuple[Glyph, float, float, float, float]  # along, across, width, size
_OPENS = re.compile(r"[・●○■□◆◇※＊*•▪-]|[(（]?[0-9０-９]{1,2}[)）.．、]|.{1,8}[：:]|第.{1,4}[条章節項]")


@dataclass(slots=True)
class TextBlock:
    """A block of a page.

    Attributes:
        text: its text.
        glyphs: for each character the glyphs that show it; none for a space or line break that is only seen.
        label: the form label it answers to, or "".
        joins: see `Block.joins`.
    """

    text: str
    glyphs: list[tuple[Glyph, ...]]
    label: str = ""
    joins: str = "line"


@dataclass(slots=True)
class _Chunk:
    """Glyphs that follow each other in the stream and on the line.

    Attributes:
        glyphs: they.
        starts, ends: where each begins and ends along the line.
        across: how far the line is from the origin.
        size: that of its letters.
        widest: the widest gap between two of them.
    """

    glyphs: list[Glyph]
    starts: list[float]
    ends: list[float]
    across: float
    size: float
    widest: float = 0.0

    @property
    def text(self) -> str:
        return "".join(glyph.code.text for glyph in self.glyphs)


@dataclass(slots=True)
class _Segment:
    """Chunks of a line without a wide gap between them."""

    chunks: list[_Chunk]
    twins: dict[int, list[Glyph]]

    @property
    def start(self) -> float:
        return self.chunks[0].starts[0]

    @property
    def end(self) -> float:
        return max(chunk.ends[-1] for chunk in self.chunks)

    @property
    def size(self) -> float:
        return self.chunks[0].size

    @property
    def across(self) -> float:
        return self.chunks[0].across

    @property
    def lone(self) -> bool:
        """Whether it is one ideograph."""
        return len(self.chunks) == 1 and len(self.chunks[0].glyphs) == 1 and not self.chunks[0].text.isascii()

    def block(self) -> TextBlock:
        """Return its text, with spaces where there are gaps."""
        narrow = _LATIN_SPACE * self.size
        if not self.twins and all(chunk.widest <= narrow for chunk in self.chunks):
            between = (one.starts[0] - before.ends[-1] for before, one in pairwise(self.chunks))
            plain = [glyph for chunk in self.chunks for glyph in chunk.glyphs]
            said = "".join([glyph.code.text for glyph in plain])
            if len(said) == len(plain) and all(gap <= narrow for gap in between):
                return TextBlock(said, [(glyph,) for glyph in plain])
        flat = [
            (glyph, chunk.starts[at], chunk.ends[at]) for chunk in self.chunks for at, glyph in enumerate(chunk.glyphs)
        ]
        gaps = [flat[at + 1][1] - flat[at][2] for at in range(len(flat) - 1)]
        spread = len(gaps) > 1 and min(gaps) > 0.2 * self.size and max(gaps) < 1.3 * min(gaps) + 0.1 * self.size
        text: list[str] = []
        shown: list[tuple[Glyph, ...]] = []
        for at, (glyph, _, _) in enumerate(flat):
            if at and gaps[at - 1] > narrow and not spread and self._is_space(gaps[at - 1], flat[at - 1][0], glyph):
                text.append(" ")
                shown.append(())
            one = (glyph, *self.twins.get(id(glyph), ()))
            text.append(glyph.code.text)
            shown += [one] * len(glyph.code.text)
        return TextBlock("".join(text), shown)

    def _is_space(self, gap: float, before: Glyph, after: Glyph) -> bool:
        one, other = before.code.text[-1:], after.code.text[:1]
        if one.isspace() or other.isspace():
            return False
        return (one.isascii() and other.isascii()) or gap > _SPACE * self.size


def blocks_of(glyphs: Iterable[Glyph]) -> list[TextBlock]:
    """Return the blocks of a page in reading order; writing of each direction by itself."""
    shown = [glyph for glyph in glyphs if glyph.code.text]
    groups = _runs(shown) if not _is_stacked(shown) else None
    if groups is None or any(_may_hold_twins(chunks) for chunks in groups):
        columns = _with_twins(shown)
    else:
        columns = [(chunks, {}) for chunks in groups]
    found: list[TextBlock] = []
    for chunks, twins in columns:
        for column in _columns(list(_rows(chunks, twins))):
            found += _joined(column)
    return [block for block in found if block.text.strip()]


def _runs(glyphs: list[Glyph]) -> list[list[_Chunk]] | None:
    """Return the chunks of each direction, string by string; None where a string runs back and forth."""
    groups: dict[int, list[_Chunk]] = {}
    angles: dict[tuple[float, float], int] = {}
    for _, group in groupby(glyphs, key=lambda glyph: id(glyph.show)):
        run = list(group)
        show = run[0].show
        dx, dy = show.dx, show.dy
        if (angle := angles.get((dx, dy))) is None:
            angle = angles[dx, dy] = round(degrees(atan2(dy, dx))) % 360
        starts = [glyph.x * dx + glyph.y * dy for glyph in run]
        last = run[-1]
        ends = [*starts[1:], starts[-1] + abs(show.spaced(last.code)) * show.per]
        if starts != sorted(starts) or run[-1].end - run[0].start != sum(len(one.code.code) for one in run):
            return None
        chunks = groups.setdefault(angle, [])
        across, size = last.x * dy - last.y * dx, max(show.em, 0.1)
        before = chunks[-1] if chunks else None
        gap = starts[0] - before.ends[-1] if before else 0.0
        if before and abs(across - before.across) <= 0.3 * size and -0.4 * size < gap < _CELL_GAP * size:
            before.widest = max(before.widest, gap)
            before.glyphs += run
            before.starts += starts
            before.ends += ends
        else:
            chunks.append(_Chunk(run, starts, ends, across, size))
    return list(groups.values())


def _may_hold_twins(chunks: list[_Chunk]) -> bool:
    """Whether any two glyphs begin so near to each other that one may be the other once more."""
    if not chunks:
        return False
    row: list[_Chunk] = []
    size = 0.0
    for chunk in sorted(chunks, key=lambda chunk: chunk.across):
        if row and chunk.across - row[-1].across > _TWIN * max(chunk.size, size):
            if _crowded(row, size):
                return True
            row, size = [], 0.0
        row.append(chunk)
        size = max(size, chunk.size)
    return _crowded(row, size)


def _crowded(row: list[_Chunk], size: float) -> bool:
    starts = row[0].starts if len(row) == 1 else sorted(chain.from_iterable(chunk.starts for chunk in row))
    return len(starts) > 1 and min(map(sub, starts[1:], starts)) < _TWIN * size


def _with_twins(glyphs: list[Glyph]) -> list[tuple[list[_Chunk], dict[int, list[Glyph]]]]:
    """Return the chunks of each direction, glyph by glyph, and the glyphs that are set once more in their place."""
    groups: dict[int, list[_Placed]] = defaultdict(list)
    angles: dict[tuple[float, float], int] = {}
    for glyph, dx, dy in _stacked(glyphs):
        angle = angles.get((dx, dy))
        if angle is None:
            angle = angles[dx, dy] = round(degrees(atan2(dy, dx))) % 360
        show = glyph.show
        along, across = glyph.x * dx + glyph.y * dy, glyph.x * dy - glyph.y * dx
        groups[angle].append((glyph, along, across, abs(show.spaced(glyph.code)) * show.per, max(show.em, 0.1)))
    found = []
    for group in groups.values():
        single, twins = _without_twins(group)
        found.append((_chunks(single), twins))
    return found


def _is_stacked(glyphs: list[Glyph]) -> bool:
    return any(one.show is not other.show and _below(one, other) for one, other in pairwise(glyphs))


def _stacked(glyphs: list[Glyph]) -> Iterator[tuple[Glyph, float, float]]:
    """Yield each glyph with the way it runs: where ideographs are set one under the other, downwards."""
    down = [_below(one, other) for one, other in pairwise(glyphs)]
    if not any(down):
        yield from ((glyph, glyph.show.dx, glyph.show.dy) for glyph in glyphs)
        return
    for at, glyph in enumerate(glyphs):
        dx, dy = glyph.show.dx, glyph.show.dy
        runs = (down[at - 2 : at], down[max(at - 1, 0) : at + 1], down[at : at + 2])
        turned = any(len(run) == 2 and all(run) for run in runs)
        yield (glyph, dy, -dx) if turned else (glyph, dx, dy)


def _below(one: Glyph, other: Glyph) -> bool:
    if one.show is other.show or one.show.font.vertical or other.show.font.vertical:
        return False
    size, dx, dy = one.show.em, one.show.dx, one.show.dy
    if size <= 0 or one.code.text.isascii() or other.code.text.isascii():
        return False
    x, y = other.x - one.x, other.y - one.y
    return abs(x * dx + y * dy) < 0.3 * size and 0.8 * size < x * dy - y * dx < 1.7 * size


def _chunks(group: list[_Placed]) -> list[_Chunk]:
    found: list[_Chunk] = []
    for glyph, along, across, width, size in group:
        last = found[-1] if found else None
        if (
            last is None
            or abs(across - last.across) > 0.3 * size
            or not -0.4 * size < along - last.ends[-1] < _CELL_GAP * size
        ):
            last = _Chunk([], [], [], across, size)
            found.append(last)
        elif last.ends:
            last.widest = max(last.widest, along - last.ends[-1])
        last.glyphs.append(glyph)
        last.starts.append(along)
        last.ends.append(along + width)
    return found


def _rows(chunks: list[_Chunk], twins: dict[int, list[Glyph]]) -> Iterator[list[_Segment]]:
    """Yield the lines from the first to the last, each as segments."""
    chunks.sort(key=lambda chunk: (chunk.across, chunk.starts[0]))
    row: list[_Chunk] = []
    for chunk in chunks:
        if row and abs(chunk.across - row[0].across) > _SAME_LINE * min(max(chunk.size, row[0].size), 60):
            yield _segments(row, twins)
            row = []
        row.append(chunk)
    if row:
        yield _segments(row, twins)


def _segments(row: list[_Chunk], twins: dict[int, list[Glyph]]) -> list[_Segment]:
    row.sort(key=lambda chunk: chunk.starts[0])
    found: list[_Segment] = []
    for chunk in row:
        gap = (chunk.starts[0] - found[-1].end) / chunk.size if found else 0.0
        if found and -0.5 < gap < _CELL_GAP:
            found[-1].chunks.append(chunk)
        else:
            found.append(_Segment([chunk], twins))
    return _spread_words(found)


def _without_twins(group: list[_Placed]) -> tuple[list[_Placed], dict[int, list[Glyph]]]:
    """Part glyphs that are set a second time in the same place, to make them bold, from the first ones."""
    seen: dict[tuple[str, int], list[tuple[Glyph, float, float]]] = defaultdict(list)
    kept: list[_Placed] = []
    twins: dict[int, list[Glyph]] = defaultdict(list)
    for placed in group:
        glyph, along, across, _, size = placed
        text, row = glyph.code.text, round(across / size)
        near = [one for beside in (row, row - 1, row + 1) if (text, beside) in seen for one in seen[text, beside]]
        first = next((o for o in near if hypot(o[1] - along, o[2] - across) < _TWIN * size), None)
        if first:
            twins[id(first[0])].append(glyph)
        else:
            seen[text, row].append((glyph, along, across))
            kept.append(placed)
    return kept, twins


def _spread_words(segments: list[_Segment]) -> list[_Segment]:
    """Join lone ideographs that are spread over a width."""
    found: list[_Segment] = []
    spread = False
    for segment in segments:
        near = bool(found) and segment.start - found[-1].end < _SPREAD * segment.size
        if near and segment.lone and (spread or found[-1].lone):
            last, first = found[-1].chunks[-1], segment.chunks[0]
            last.glyphs += first.glyphs
            last.starts += first.starts
            last.ends[-1] = first.starts[0]  # no space is to be read between them
            last.ends += first.ends
            spread = True
        else:
            found.append(segment)
            spread = False
    return found


def _columns(rows: list[list[_Segment]]) -> list[list[list[_Segment]]]:
    """Return the rows, parted into columns where the page is set in two."""
    gutter = _gutter(rows)
    if gutter is None:
        return [rows]
    found: list[list[list[_Segment]]] = []
    left: list[list[_Segment]] = []
    right: list[list[_Segment]] = []
    for row in rows:
        if any(segment.start < gutter < segment.end for segment in row):
            found += [left, right, [row]]
            left, right = [], []
            continue
        for side, part in ((left, [s for s in row if s.end <= gutter]), (right, [s for s in row if s.start >= gutter])):
            if part:
                side.append(part)
    return [column for column in (*found, left, right) if column]


def _gutter(rows: list[list[_Segment]]) -> float | None:
    """Return where two columns of running text are parted; None where there is one, or a form."""
    pairs = [(row[0], row[1]) for row in rows if len(row) == 2]
    if len(pairs) < _COLUMN_LINES:
        return None
    lefts, rights = max(one.end for one, _ in pairs), min(other.start for _, other in pairs)
    size = median(one.size for one, _ in pairs)
    wide = all(median((s.end - s.start) / size for s in side) >= _COLUMN for side in zip(*pairs, strict=True))
    crossing = sum(s.start < rights and s.end > lefts for row in rows for s in row if s.end - s.start > 0)
    if rights <= lefts or not wide or crossing > len(rows) / 3:
        return None
    return (lefts + rights) / 2


def _joined(rows: list[list[_Segment]]) -> Iterator[TextBlock]:
    """Yield the blocks of a column: cells of rows, and lines joined to paragraphs."""
    alone = [row[0].end for row in rows if len(row) == 1]
    right = max(alone, default=0.0)
    open_: TextBlock | None = None
    before: _Segment | None = None
    for row in rows:
        if len(row) > 1:
            if open_:
                yield open_
            open_, before = None, None
            yield from _cells(row)
            continue
        segment = row[0]
        block = segment.block()
        ended = open_ is None or open_.text.endswith(("。", "．")) or _OPENS.match(block.text)
        if open_ and before and not ended and _goes_on(before, segment, right):
            if open_.text[-1:].isascii() and block.text[:1].isascii() and not open_.text.endswith(("-", " ")):
                open_.text += " "
                open_.glyphs.append(())
            open_.text += block.text
            open_.glyphs += block.glyphs
        else:
            if open_:
                yield open_
            open_ = block
        before = segment
    if open_:
        yield open_


def _goes_on(before: _Segment, after: _Segment, right: float) -> bool:
    size = before.size
    return (
        abs(after.size - size) < 0.15 * size
        and 0 < after.across - before.across < _LEADING * size
        and before.end > right - 1.6 * size
        and before.end - before.start > 8 * size
        and after.start < before.start + 0.6 * size
    )


def _cells(row: list[_Segment]) -> Iterator[TextBlock]:
    label = ""
    for number, segment in enumerate(row):
        block = segment.block()
        block.joins = "cell" if number else "line"
        block.label = label
        label = block.text if is_label(block.text) else ""
        yield block
