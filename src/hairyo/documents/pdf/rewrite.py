"""Take glyphs out of content streams and put bars where they stood (墨消し).

What follows a removed glyph stays where it was: its width becomes a number in the array of the instruction TJ.
The bar bears no text and is as long as what it covers; bars that touch are one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import hypot
from typing import Any

import pikepdf

from hairyo.documents.pdf.content import SPOKEN, Glyph, Instruction, Mark
from hairyo.documents.pdf.objects import Key, Matrix, called, tells
from hairyo.documents.pdf.rules import structure

_NEAR = 0.3
_SHOWS = ("Tj", "TJ", "'", '"')
# A string that is followed by something else than what shows it; properties with strings; names with long numbers.
_ODD = re.compile(
    rb"[)>](?:\s*+[-+.0-9]++)*+\s*+(?![\])(<>/'\"]|Tj|TJ|BDC|DP|\Z)|<<[^>]*[(<]|/[^\s/<>\[\]()]*(?:@|[0-9][-0-9.]{8})|[)>]\s*\Z"
)
_END = re.compile(rb"(?:^|[\s\])>}])(?:[A-Za-z]{1,3}[*01]?|['\"])\s*\Z|\A\s*\Z")
_COLOUR = b"0.15 g"
_PLACES = Decimal("0.0001")


@dataclass(slots=True)
class Bar:
    """A bar along a line: from `start` to `end` in direction (`dx`, `dy`), from `low` to `high` across it."""

    dx: float
    dy: float
    start: float
    end: float
    low: float
    high: float
    layer: str

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Its four corners."""
        return [
            (u * self.dx - v * self.dy, u * self.dy + v * self.dx)
            for u, v in ((self.start, self.low), (self.end, self.low), (self.end, self.high), (self.start, self.high))
        ]


def bars(glyphs: Iterable[Glyph], *, on_page: bool) -> list[Bar]:
    """Return the bars that cover glyphs, in the space of the page or of each glyph's own stream."""
    found = [_bar(glyph, glyph.show.on_page if on_page else glyph.show.local) for glyph in glyphs]
    found.sort(key=lambda bar: (bar.layer, round(bar.dx, 3), round(bar.dy, 3), round(bar.low, 1), bar.start))
    merged: list[Bar] = []
    for bar in found:
        last = merged[-1] if merged else None
        if last is not None and _touch(last, bar):
            last.end = max(last.end, bar.end)
            last.low, last.high = min(last.low, bar.low), max(last.high, bar.high)
        else:
            merged.append(bar)
    return merged


def _touch(one: Bar, other: Bar) -> bool:
    height = one.high - one.low
    return (
        one.layer == other.layer
        and abs(one.dx - other.dx) + abs(one.dy - other.dy) < 0.01
        and abs(one.low - other.low) + abs(one.high - other.high) < 0.1 * height
        and other.start - one.end < _NEAR * height
    )


def _bar(glyph: Glyph, m: Matrix) -> Bar:
    show, code = glyph.show, glyph.code
    font, size = show.font, show.size
    if font.vertical:
        half = code.width / 2 * abs(size)
        x0, x1 = -half, half
        y0, y1 = glyph.offset + show.rise, glyph.offset + show.rise + code.advance * size
    else:
        x0, x1 = glyph.offset, glyph.offset + code.advance * size * show.stretch
        y0, y1 = show.rise + font.low * size, show.rise + font.high * size
    corners = [(x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]) for x in (x0, x1) for y in (y0, y1)]
    dx, dy = (m[2], m[3]) if font.vertical else (m[0], m[1])
    length = hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    if (dx, dy) < (0, 0):
        dx, dy = -dx, -dy
    along = [x * dx + y * dy for x, y in corners]
    across = [y * dx - x * dy for x, y in corners]
    return Bar(dx, dy, min(along), max(along), min(across), max(across), show.layer)


def rewritten(
    instructions: list[Instruction],
    glyphs: Iterable[Glyph],
    silent: set[int],
    names: dict[str, str],
    unmarked: Collection[int] = (),
) -> bytes:
    """Return a stream without the given glyphs, with bars in their place, and without what no page shows.

    Args:
        instructions: those of the stream.
        glyphs: glyphs of this stream.
        silent: instructions of marked content whose ActualText, Alt and E go.
        names: names to be replaced.
        unmarked: identities of glyphs that get no bar.
    """
    gone: dict[int, dict[int, list[Glyph]]] = defaultdict(lambda: defaultdict(list))
    every = list(glyphs)
    for glyph in every:
        gone[glyph.show.op][glyph.show.item].append(glyph)
    out: list[Any] = []
    open_states, known = 0, structure().operators
    for number, instruction in enumerate(instructions):
        operator = called(instruction.operator)
        if number in gone:
            out += _without(instruction, operator, gone[number])
        elif number in silent:
            out.append(_bare(_silenced(instruction), names))
        elif operator == "Q":
            if open_states:  # else it restores a state that nobody saved
                open_states -= 1
                out.append(instruction)
        elif operator in known:
            open_states += operator == "q"
            out.append(_bare(instruction, names))
    if names:
        out = [_renamed(one, names) for one in out]
    body: bytes = pikepdf.unparse_content_stream(out)
    drawn = bars({id(glyph): glyph for glyph in every if id(glyph) not in unmarked}.values(), on_page=False)
    if every and not drawn:
        return b"q\n" + body + b"\n" + b"Q\n" * (open_states + 1)
    return b"q\n" + body + b"\n" + b"Q\n" * (open_states + 1) + b"".join(map(_drawn, drawn)) if drawn else body


def _drawn(bar: Bar) -> bytes:
    corners = [f"{x:.3f} {y:.3f}".encode() for x, y in bar.corners]
    path = b"q %s %s m %s l %s l %s l h f Q\n" % (_COLOUR, *corners)
    return b"/OC %s BDC\n%sEMC\n" % (bar.layer.encode(), path) if bar.layer else path


def _without(instruction: Instruction, operator: str, gone: dict[int, list[Glyph]]) -> list[Any]:
    """Return what shows the strings of an instruction without some glyphs, everything else staying in place."""
    operands = list(instruction.operands)
    before: list[Any] = []
    if operator == '"':
        before = [_made([operands[0]], "Tw"), _made([operands[1]], "Tc")]
    if operator in ("'", '"'):
        before.append(_made([], "T*"))
    items = list(operands[0]) if operator == "TJ" else [operands[-1]]
    array: list[Any] = []
    for item, one in enumerate(items):
        glyphs = gone.get(item if operator == "TJ" else -1)
        array += _parts(bytes(one), glyphs) if glyphs else [one]
    return [*before, _made([pikepdf.Array(_merged(array))], "TJ")]


def _parts(data: bytes, glyphs: list[Glyph]) -> list[Any]:
    parts: list[Any] = []
    at = 0
    for start, end, glyph in sorted(((one.start, one.end, one) for one in glyphs), key=lambda one: one[:2]):
        if start < at:
            continue
        if start > at:
            parts.append(pikepdf.String(data[at:start]))
        show = glyph.show
        by = show.spaced(glyph.code) / (1.0 if show.font.vertical else show.stretch or 1.0)
        parts.append(Decimal(repr(-1000 * by / show.size)) if show.size else Decimal(0))
        at = end
    if at < len(data):
        parts.append(pikepdf.String(data[at:]))
    return parts


def _merged(array: list[Any]) -> list[Any]:
    """Return the array with numbers that follow each other added up: nothing tells how many glyphs there were."""
    found: list[Any] = []
    for one in array:
        if isinstance(one, int | float | Decimal):
            value = Decimal(str(one))
            if found and isinstance(found[-1], Decimal):
                found[-1] += value
            else:
                found.append(value)
        else:
            found.append(one)
    return [one.quantize(_PLACES) if isinstance(one, Decimal) else one for one in found]


def _made(operands: list[Any], operator: str) -> pikepdf.ContentStreamInstruction:
    return pikepdf.ContentStreamInstruction(operands, pikepdf.Operator(operator))


def _silenced(instruction: Instruction) -> Any:
    operands = list(instruction.operands)
    if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary):
        for key in SPOKEN:
            if key in operands[1]:
                del operands[1][key]
    return _made(operands, called(instruction.operator))


def has_more(data: bytes) -> bool:
    """Whether a stream may hold what no page shows: comments, strings and names where none belong."""
    return b"%" in data or _ODD.search(data) is not None or _END.search(data) is None


def _bare(instruction: Any, names: dict[str, str]) -> Any:
    """Return an instruction without strings that it does not show, and without names that tell something."""
    operator = called(instruction.operator)
    if operator in _SHOWS or not isinstance(instruction, pikepdf.ContentStreamInstruction):
        return instruction
    operands: list[Any] = []
    for one in instruction.operands:
        if isinstance(one, pikepdf.Dictionary):
            operands.append(_bare_properties(one))
        elif isinstance(one, pikepdf.Name) and called(one) not in names and tells(called(one)):
            operands.append(pikepdf.Name("/Hn0"))
        elif not isinstance(one, pikepdf.String):
            operands.append(one)
    return _made(operands, operator)


def _bare_properties(properties: Any) -> Any:
    """Return the properties of marked content without what is neither plain nor read (`SPOKEN`)."""
    kept = {key: properties[key] for key in properties.keys()}  # noqa: SIM118
    return pikepdf.Dictionary(
        {key: value for key, value in kept.items() if key in SPOKEN or (not tells(key) and _is_plain(value))}
    )


def _is_plain(value: Any) -> bool:
    if isinstance(value, pikepdf.Array):
        return all(map(_is_plain, value))
    if isinstance(value, pikepdf.Name):
        return not tells(called(value))
    return not isinstance(value, pikepdf.String | pikepdf.Dictionary)


def _renamed(instruction: Any, names: dict[str, str]) -> Any:
    if not isinstance(instruction, pikepdf.ContentStreamInstruction):
        return instruction
    operands = [
        pikepdf.Name(names[called(one)]) if isinstance(one, pikepdf.Name) and called(one) in names else one
        for one in instruction.operands
    ]
    return _made(operands, called(instruction.operator))


def silent_of(marks: Iterable[Mark]) -> dict[Key, set[int]]:
    """Return the instructions of marked content, by stream."""
    found: dict[Key, set[int]] = defaultdict(set)
    for stream, op in marks:
        found[stream].add(op)
    return found
