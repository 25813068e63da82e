"""Read content streams into shown strings with their places (文字の位置).

Every string that is shown is known by its origin: the stream, the instruction in it, and for an array the item.
Forms are read where they are used, so that what is said in one stands beside its label on the page.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import hypot
from typing import Any

import pikepdf

from hairyo.documents.pdf.fonts import UNKNOWN, Code, Font
from hairyo.documents.pdf.objects import (
    IDENTITY,
    Key,
    Matrix,
    called,
    dictionary,
    entry,
    key_of,
    matrix,
    name,
    number,
    text_of,
    times,
)
from hairyo.documents.pdf.radicals import without_radicals
from hairyo.errors import BrokenInput, TooLarge

DEPTH = 30
MOST_STEPS = 1_000_000
_KEPT_STREAMS = 64
SPOKEN = ("/ActualText", "/Alt", "/E")
STROKES = frozenset({"l", "c", "v", "y", "re"})
INVISIBLE = (3, 7)  # ways to paint text that leave no trace
Instruction = Any  # pikepdf's ContentStreamInstruction or ContentStreamInlineImage
Mark = tuple[Key, int]


@dataclass(slots=True)
class Show:
    """A string that is shown.

    Attributes:
        stream, op, item: its origin; `item` is -1 where the instruction shows one string.
        font, size: with what; `size` as the instruction Tf says.
        on_page: from the text's space to the page's.
        in_stream: the text's matrix, and that from its space to the stream's.
        stretch: horizontal scaling.
        rise: text rise.
        mode: how it is painted (3: not at all).
        char_space, word_space: what is added after each code, and after a space.
        layer: the optional content that it belongs to, as its stream names it, or "".
        marks: marked content around it that may speak for it: (stream, instruction).
        ids: marked content ids around it: (stream, id).
        dx, dy: which way it runs on the page, a unit vector.
        em: the size of its letters on the page.
        per: how far on the page one unit of the text's space goes, along the line.
    """

    stream: Key
    op: int
    item: int
    font: Font
    size: float
    on_page: Matrix
    in_stream: tuple[Matrix, Matrix]
    stretch: float
    rise: float
    mode: int
    char_space: float
    word_space: float
    layer: str
    marks: tuple[Mark, ...]
    ids: tuple[Mark, ...]
    dx: float = 1.0
    dy: float = 0.0
    em: float = 0.0
    per: float = 0.0

    def __post_init__(self) -> None:
        a, b, c, d = self.on_page[:4]
        sign = -1.0 if self.size * (1.0 if self.font.vertical else self.stretch) < 0 else 1.0
        x, y = (-c * sign, -d * sign) if self.font.vertical else (a * sign, b * sign)
        self.per = hypot(x, y)
        if self.per:
            self.dx, self.dy = x / self.per, y / self.per
        self.em = abs(self.size) * hypot(c, d)
        if self.font.kind == "Type3":
            self.em *= self.font.high - self.font.low

    @property
    def local(self) -> Matrix:
        """From the text's space to the stream's."""
        return times(*self.in_stream)

    def spaced(self, code: Code) -> float:
        """Return how far a code moves the pen, in the text's space."""
        extra = self.char_space + (self.word_space if code.code == b" " else 0.0)
        moved = code.advance * self.size + extra
        return moved if self.font.vertical else moved * self.stretch


@dataclass(slots=True)
class Glyph:
    """A code that is shown.

    Attributes:
        show: the string it is in, and from byte `start` to byte `end` of it.
        code: what it is.
        offset: where the pen stands before it, along the baseline, in the text's space.
        x, y: the same on the page.
    """

    show: Show
    start: int
    end: int
    code: Code
    offset: float
    x: float
    y: float


def is_unknown(glyph: Glyph) -> bool:
    """Whether a glyph's font does not tell what it says."""
    return glyph.code.text == UNKNOWN and not glyph.show.font.symbols and glyph.code.width > 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is shown.

    Attributes:
        key: its object, or (0, 0) for one in the stream itself.
        on_page: from the unit square, which it fills, to the page.
        dots: how many dots wide and high it is.
        annotated: whether an annotation shows it.
    """

    key: Key
    on_page: Matrix
    dots: tuple[int, int]
    annotated: bool = False

    @property
    def sides(self) -> tuple[float, float]:
        """How wide and how high it is on the page."""
        a, b, c, d = self.on_page[:4]
        return hypot(a, b), hypot(c, d)

    @property
    def area(self) -> float:
        """What it takes of the page."""
        wide, high = self.sides
        return wide * high


@dataclass(slots=True)
class Reading:
    """What was read of a page, or of a stream that no page shows.

    Attributes:
        glyphs: in the order of the streams.
        pictures: what is shown as pixels.
        spoken: texts that stand for what is shown (ActualText, Alt, E): stream, instruction, key, text.
        strokes: of how many lines, curves and boxes paths are made.
        streams: the streams that were read.
    """

    glyphs: list[Glyph] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    spoken: list[tuple[Key, int, str, str]] = field(default_factory=list)
    strokes: int = 0
    streams: set[Key] = field(default_factory=set)

    @property
    def unknown(self) -> bool:
        """Whether there are characters whose font does not tell what they say."""
        return any(is_unknown(glyph) for glyph in self.glyphs)

    def leave_out_echoes(self) -> None:
        """Leave out of `spoken` what says the same as the glyphs it stands for: it goes when they go."""
        if not self.spoken:
            return
        shown: dict[Mark, str] = {}
        for glyph in self.glyphs:
            for mark in glyph.show.marks:
                shown[mark] = shown.get(mark, "") + glyph.code.text
        self.spoken = [one for one in self.spoken if without_radicals(one[3]) != shown.get(one[:2])]


@dataclass(slots=True)
class _State:
    """The graphics state, as far as it concerns text."""

    ctm: Matrix
    local: Matrix
    font: Font | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0

    def copy(self) -> _State:
        return _State(*(getattr(self, slot) for slot in self.__slots__))


class Streams:
    """The content streams of an open PDF, its fonts, and how often each font's codes are shown.

    Attributes:
        used: by font, how often each code is shown, every stream counted once.
        fonts: the fonts seen, by object number.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """Read streams whose resources have got other names (`Cleaned.names`)."""
        self.names = names
        self.fonts: dict[Key, Font] = {}
        self.used: dict[Key, Counter[Code]] = {}
        self._counted: set[Key] = set()
        self._kept: dict[Key, list[Instruction]] = {}

    def instructions(self, owner: Any) -> list[Instruction]:
        """Return the instructions of a page or stream.

        Raises:
            BrokenInput: it cannot be decoded or parsed.
            TooLarge: it unfolds too far.
        """
        key = key_of(owner)
        found = self._kept.get(key)
        if found is None:
            found = parsed(owner)
            if len(self._kept) >= _KEPT_STREAMS:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found

    def font(self, obj: Any) -> Font | None:
        """Return the font of a dictionary; None where it is none."""
        if not isinstance(obj, pikepdf.Dictionary):
            return None
        key = key_of(obj)
        if key not in self.fonts:
            self.fonts[key] = Font(obj)
        return self.fonts[key]

    def page(self, page: Any) -> Reading:
        """Read a page: its contents, then the normal looks of its annotations where they stand."""
        reading = Reading()
        reader = _Reader(self, reading)
        resources = inherited(page, "/Resources")
        if entry(page, "/Contents") is not None:
            reader.stream(page, resources, IDENTITY)
        reader.annotated = True
        for annotation in entry(page, "/Annots") or ():
            form = _look(annotation)
            if form is not None:
                reader.stream(form, entry(form, "/Resources"), _placed(form, annotation))
        reading.leave_out_echoes()
        return reading

    def alone(self, stream: Any, resources: Any) -> Reading:
        """Read a stream that no page shows by itself: a pattern, a glyph of a Type3 font, an unused form."""
        reading = Reading()
        _Reader(self, reading).stream(stream, resources, IDENTITY)
        reading.leave_out_echoes()
        return reading

    def count(self, stream: Key, shown: dict[Key, list[Code]]) -> None:
        """Count what a stream shows, once."""
        if stream in self._counted:
            return
        self._counted.add(stream)
        for font, codes in shown.items():
            self.used.setdefault(font, Counter()).update(codes)


def parsed(owner: Any) -> list[Instruction]:
    """Return the instructions of a page or stream; see `Streams.instructions`."""
    try:
        with warnings.catch_warnings():  # of streams that end in the middle; they are read as far as they go
            warnings.simplefilter("ignore")
            return list(pikepdf.parse_content_stream(owner))
    except (pikepdf.PdfError, ValueError, TypeError) as error:
        if "memory" in str(error) or "limit" in str(error):
            raise TooLarge("a part of the PDF unfolds too far; print it to a new PDF") from None
        raise BrokenInput("a part of the PDF cannot be decoded; open it and save it anew") from None


def inherited(page: Any, key: str) -> Any:
    """Return an entry that a page may have from the nodes above it."""
    node = page
    for _ in range(DEPTH):
        if node is None:
            return None
        found = entry(node, key)
        if found is not None:
            return found
        node = entry(node, "/Parent")
    return None


def _look(annotation: Any) -> Any:
    """Return the form that shows an annotation, None where there is none."""
    normal = entry(entry(annotation, "/AP"), "/N")
    if isinstance(normal, pikepdf.Dictionary):
        normal = entry(normal, called(entry(annotation, "/AS") or "/Off"))
    return normal if isinstance(normal, pikepdf.Stream) else None


def _placed(form: Any, annotation: Any) -> Matrix:
    """Return the matrix that puts a look's box into the annotation's rectangle (ISO 32000-2, 12.5.5)."""
    box = [number(one) for one in entry(form, "/BBox") or ()]
    rect = [number(one) for one in entry(annotation, "/Rect") or ()]
    if len(box) != 4 or len(rect) != 4:
        return matrix(entry(form, "/Matrix"))
    own = matrix(entry(form, "/Matrix"))
    corners = [_at(own, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    low, high = min(y for _, y in corners), max(y for _, y in corners)
    x0, x1 = sorted((rect[0], rect[2]))
    y0, y1 = sorted((rect[1], rect[3]))
    across = (x1 - x0) / (right - left) if right > left else 1.0
    up = (y1 - y0) / (high - low) if high > low else 1.0
    return times(own, (across, 0.0, 0.0, up, x0 - left * across, y0 - low * up))


def _at(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]


def _dots(picture: Any) -> tuple[int, int]:
    """Return how many dots wide and high a picture says to be."""
    return int(number(entry(picture, "/Width"))), int(number(entry(picture, "/Height")))


class _Reader:
    """Reads one page's streams into `reading`."""

    def __init__(self, streams: Streams, reading: Reading) -> None:
        self._streams, self._reading = streams, reading
        self.annotated = False
        self._open: list[Key] = []
        self._marks: list[tuple[str, Mark | None, Mark | None]] = []
        self._known_around: tuple[str, tuple[Mark, ...], tuple[Mark, ...]] | None = None
        self._steps = 0

    def stream(self, owner: Any, resources: Any, ctm: Matrix, state: _State | None = None) -> None:
        """Read a page's contents, or a form, a pattern, a glyph."""
        key = key_of(owner)
        if key in self._open or len(self._open) >= DEPTH:
            return
        self._open.append(key)
        self._reading.streams.add(key)
        marks = len(self._marks)
        instructions = self._streams.instructions(owner)
        self._steps += len(instructions) + 10
        if self._steps > MOST_STEPS:
            raise TooLarge("a page of the PDF holds too much; print it to a new PDF")
        inner = state.copy() if state else _State(ctm, IDENTITY)
        inner.ctm, inner.local = ctm, IDENTITY
        shown: dict[Key, list[Code]] = {}
        _Run(self, key, resources, inner, shown).all(instructions)
        self._streams.count(key, shown)
        del self._marks[marks:]
        self._known_around = None
        self._open.pop()


class _Run:
    """One pass over the instructions of one stream."""

    def __init__(self, reader: _Reader, key: Key, resources: Any, state: _State, shown: dict[Key, list[Code]]) -> None:
        self._reader, self._key, self._resources = reader, key, resources
        self._state = state
        self._stack: list[_State] = []
        self._shown = shown
        self._fonts: dict[str, Font | None] = {}
        self._line: Matrix = IDENTITY
        self._text: Matrix = IDENTITY
        self._op = 0

    def all(self, instructions: list[Instruction]) -> None:
        """Do every instruction."""
        handlers: dict[str, Callable[[Any], None]] = {
            "Tj": self._show,
            "TJ": self._show_array,
            "'": self._next_and_show,
            '"': self._space_and_show,
            "q": lambda _: self._stack.append(self._state.copy()),
            "Q": self._restore,
            "cm": self._concat,
            "BT": self._begin,
            "Td": self._move,
            "TD": self._move_and_lead,
            "Tm": self._set,
            "T*": lambda _: self._next(),
            "Tf": self._choose,
            "gs": self._parameters,
            "Do": self._invoke,
            "BDC": self._mark,
            "BMC": self._mark,
            "DP": self._point,
            "EMC": self._end_mark,
            "Tc": lambda o: self._put("char_space", o),
            "Tw": lambda o: self._put("word_space", o),
            "Tz": lambda o: self._put("stretch", o, 0.01),
            "TL": lambda o: self._put("leading", o),
            "Ts": lambda o: self._put("rise", o),
            "Tr": lambda o: self._put("mode", o),
        }
        for self._op, instruction in enumerate(instructions):
            operator = called(instruction.operator)
            handler = handlers.get(operator)
            if handler is not None:
                handler(instruction.operands)
            elif operator in STROKES:
                self._reader._reading.strokes += 1
            elif operator == "INLINE IMAGE":
                self._picture((0, 0), _dots(instruction.iimage.obj))

    def _called(self, name: Any) -> str:
        said = called(name)
        return self._reader._streams.names.get(said, said)

    def _put(self, what: str, operands: Any, scale: float = 1.0) -> None:
        if operands:
            value = number(operands[-1]) * scale
            setattr(self._state, what, int(value) if what == "mode" else value)

    def _restore(self, _: Any) -> None:
        if self._stack:
            self._state = self._stack.pop()

    def _concat(self, operands: Any) -> None:
        by = matrix(list(operands))
        self._state.ctm = times(by, self._state.ctm)
        self._state.local = times(by, self._state.local)

    def _begin(self, _: Any) -> None:
        self._line = self._text = IDENTITY

    def _set(self, operands: Any) -> None:
        self._line = self._text = matrix(list(operands))

    def _move(self, operands: Any) -> None:
        if len(operands) == 2:
            self._shift(number(operands[0]), number(operands[1]))

    def _shift(self, x: float, y: float) -> None:
        a, b, c, d, e, f = self._line
        self._line = self._text = (a, b, c, d, x * a + y * c + e, x * b + y * d + f)

    def _move_and_lead(self, operands: Any) -> None:
        if len(operands) == 2:
            self._state.leading = -number(operands[1])
            self._move(operands)

    def _next(self) -> None:
        self._shift(0.0, -self._state.leading)

    def _choose(self, operands: Any) -> None:
        if len(operands) == 2:
            said = self._called(operands[0])
            if said not in self._fonts:
                self._fonts[said] = self._reader._streams.font(entry(entry(self._resources, "/Font"), said))
            self._state.font = self._fonts[said]
            self._state.size = number(operands[1])

    def _parameters(self, operands: Any) -> None:
        if not operands:
            return
        found = entry(entry(entry(self._resources, "/ExtGState"), self._called(operands[0])), "/Font")
        if isinstance(found, pikepdf.Array) and len(found) == 2:
            self._state.font = self._reader._streams.font(found[0])
            self._state.size = number(found[1])

    def _next_and_show(self, operands: Any) -> None:
        self._next()
        self._show(operands)

    def _space_and_show(self, operands: Any) -> None:
        if len(operands) == 3:
            self._put("word_space", operands[:1])
            self._put("char_space", operands[1:2])
            self._next_and_show(operands[2:])

    def _show(self, operands: Any) -> None:
        if operands and isinstance(operands[-1], pikepdf.String):
            self._string(bytes(operands[-1]), -1)

    def _show_array(self, operands: Any) -> None:
        state = self._state
        array = operands[0] if operands else None
        for item, one in enumerate(array if isinstance(array, pikepdf.Array) else ()):
            if isinstance(one, pikepdf.String):
                self._string(bytes(one), item)
            else:
                moved = -number(one) / 1000 * state.size
                self._advance(moved if state.font and state.font.vertical else moved * state.stretch)

    def _advance(self, moved: float) -> None:
        vertical = self._state.font is not None and self._state.font.vertical
        a, b, c, d, e, f = self._text
        if vertical:
            self._text = (a, b, c, d, e + moved * c, f + moved * d)
        else:
            self._text = (a, b, c, d, e + moved * a, f + moved * b)

    def _string(self, data: bytes, item: int) -> None:
        state, font = self._state, self._state.font
        if font is None:
            raise BrokenInput("the PDF shows text in a font that it does not have; print it to a new PDF")
        on_page = times(self._text, state.ctm)
        show = Show(
            self._key, self._op, item, font, state.size, on_page, (self._text, state.local), state.stretch,
            state.rise, state.mode, state.char_space, state.word_space, *self._around(),
        )  # fmt: skip
        offset = 0.0
        glyphs = self._reader._reading.glyphs
        counted = self._shown.setdefault(font.key, [])
        a, b, c, d, e, f = on_page
        across, up = (a, b) if font.vertical else (c, d)
        along = (c, d) if font.vertical else (a, b)
        x0, y0 = state.rise * across + e, state.rise * up + f
        right, top = along
        size, wide = state.size, 1.0 if font.vertical else state.stretch
        between, after_space = state.char_space, state.char_space + state.word_space
        for start, end, code in font.codes(data):
            glyphs.append(Glyph(show, start, end, code, offset, x0 + offset * right, y0 + offset * top))
            counted.append(code)
            offset += (code.advance * size + (after_space if code.code == b" " else between)) * wide  # `Show.spaced`
        self._reader._steps += len(data)
        if self._reader._steps > MOST_STEPS:
            raise TooLarge("a page of the PDF holds too much; print it to a new PDF")
        self._advance(offset)

    def _around(self) -> tuple[str, tuple[Mark, ...], tuple[Mark, ...]]:
        """Return the layer, the marks and the ids of the marked content that is open."""
        every = self._reader._marks
        if self._reader._known_around is None:
            marks = tuple(mark for _, mark, _ in every if mark)
            ids = tuple(mark for _, _, mark in every if mark)
            layer = next((one for one, _, _ in reversed(every) if one), "")
            self._reader._known_around = (layer, marks, ids)
        return self._reader._known_around

    def _invoke(self, operands: Any) -> None:
        found = entry(entry(self._resources, "/XObject"), self._called(operands[0])) if operands else None
        kind = name(entry(found, "/Subtype"))
        if kind == "Image":
            self._picture(key_of(found), _dots(found))
        elif kind == "Form":
            inner = entry(found, "/Resources")
            ctm = times(matrix(entry(found, "/Matrix")), self._state.ctm)
            self._reader.stream(found, inner if inner is not None else self._resources, ctm, self._state)

    def _picture(self, key: Key, dots: tuple[int, int]) -> None:
        self._reader._reading.pictures.append(Picture(key, self._state.ctm, dots, self._reader.annotated))

    def _mark(self, operands: Any) -> None:
        layer, mark, number_of = "", None, None
        tag = called(operands[0]) if operands else ""
        properties = operands[1] if len(operands) > 1 else None
        if isinstance(properties, pikepdf.Name):
            if tag == "/OC":
                layer = self._called(properties)
            properties = dictionary(dictionary(self._resources, "/Properties"), self._called(properties))
        if isinstance(properties, pikepdf.Dictionary):
            if any(entry(properties, key) is not None for key in SPOKEN):
                mark = (self._key, self._op)
                self._speak(properties, operands[1])
            if isinstance(entry(properties, "/MCID"), int):
                number_of = (self._key, int(entry(properties, "/MCID")))
        self._reader._marks.append((layer, mark, number_of))
        self._reader._known_around = None

    def _point(self, operands: Any) -> None:
        if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary):
            self._speak(operands[1], operands[1])

    def _speak(self, properties: Any, operand: Any) -> None:
        """Note what marked content says of itself; a dictionary among the resources is read with all other strings."""
        if isinstance(operand, pikepdf.Dictionary):
            for key in SPOKEN:
                text = entry(properties, key)
                if isinstance(text, pikepdf.String):
                    self._reader._reading.spoken.append((self._key, self._op, key, text_of(text)))

    def _end_mark(self, _: Any) -> None:
        if self._reader._marks:
            self._reader._marks.pop()
            self._reader._known_around = None
