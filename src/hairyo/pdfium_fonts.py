"""Fonts of the machine, or none, for PDFs that bring none of their own (フォントの代用).

A PDF that names a Japanese font without bringing it is shown in one of the machine's, which pdfium loads glyph by glyph
just to learn where the text stands: ten times the time of reading the rest, and another result on another machine.
Where only text and places matter, every character can be the same box; everything else is drawn as ever.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import pypdfium2.raw as pdfium

# Source: Windows' numbers of character sets: Shift_JIS, Hangul, GB 2312, Big5.
_IDEOGRAPHIC = frozenset({128, 129, 134, 136})
# Every character has its box, for pdfium passes over those that take no room on the page.
_BOX, _BLANK = 1, 2
_GLYPHS = (  # first character, last character, glyph
    (0x20, 0x20, _BLANK),
    (0x21, 0x9F, _BOX),
    (0xA0, 0xA0, _BLANK),
    (0xA1, 0x2FFF, _BOX),
    (0x3000, 0x3000, _BLANK),
    (0x3001, 0xD7FF, _BOX),
    (0xE000, 0x10FFFF, _BOX),
)
_boxed = False


@contextmanager
def boxes_for_fonts() -> Iterator[None]:
    """Within it, pages that are loaded show boxes for ideographs and kana whose font the file does not bring.

    A document keeps the fonts that it was first shown with: open it within, and open it anew to show it as it looks.
    """
    global _boxed
    _install()
    before, _boxed = _boxed, True
    try:
        yield
    finally:
        _boxed = before


@lru_cache(maxsize=1)
def _install() -> object:
    """Stand between pdfium and the machine's fonts, for the life of the process; return what has to live as long."""
    data = _font_of_boxes()
    box = ctypes.create_string_buffer(data, len(data))
    machine = pdfium.FPDF_GetDefaultSystemFontInfo()
    own, kinds = pdfium.FPDF_SYSFONTINFO(), dict(pdfium.FPDF_SYSFONTINFO._fields_)
    own.version = machine.contents.version
    called = {name: kinds[name](way) for name, way in _ways(machine, box).items()}
    for name, way in called.items():
        setattr(own, name, way)
    pdfium.FPDF_SetSystemFontInfo(own)
    return machine, box, own, called


def _ways(machine: Any, box: ctypes.Array[ctypes.c_char]) -> dict[str, Any]:
    """Return what pdfium asks for fonts: the machine's answers, but for boxes; a font is known by its address."""
    its, boxes, length = machine.contents, ctypes.addressof(box), len(box)

    def find(_: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> int | None:
        if _boxed:
            return boxes if charset in _IDEOGRAPHIC else None
        found: int | None = its.MapFont(machine, weight, italic, charset, pitch, face, exact)
        return found

    def data(_: Any, font: int, table: int, target: int, size: int) -> int:
        if font != boxes:
            return int(its.GetFontData(machine, font, table, target, size))
        if table:
            return 0
        if target and size >= length:
            ctypes.memmove(target, box, length)
        return length

    return {
        "Release": lambda _: None,
        "EnumFonts": lambda _, mapper: its.EnumFonts(machine, mapper),
        "MapFont": find,
        "GetFont": lambda _, face: None if _boxed else its.GetFont(machine, face),
        "GetFontData": data,
        "GetFaceName": lambda _, font, target, size: (
            0 if font == boxes else its.GetFaceName(machine, font, target, size)
        ),
        "GetFontCharset": lambda _, font: 128 if font == boxes else its.GetFontCharset(machine, font),
        "DeleteFont": lambda _, font: None if font == boxes else its.DeleteFont(machine, font),
    }


def _font_of_boxes() -> bytes:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib.tables.DefaultTable import DefaultTable

    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box", "space"])
    pen = TTGlyphPen(None)
    pen.moveTo((80, -60))
    for corner in ((80, 800), (920, 800), (920, -60)):
        pen.lineTo(corner)
    pen.closePath()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "box": pen.glyph(), "space": TTGlyphPen(None).glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "box": (1000, 80), "space": (1000, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupPost(keepGlyphNames=False)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    rows = b"".join(struct.pack(">LLL", *row) for row in _GLYPHS)
    table = builder.font["cmap"] = DefaultTable("cmap")  # of format 13: many characters to one glyph
    table.data = struct.pack(">HHHHLHHLLL", 0, 1, 3, 10, 12, 13, 0, 16 + len(rows), 0, len(_GLYPHS)) + rows
    out = BytesIO()
    builder.save(out)
    return out.getvalue()
