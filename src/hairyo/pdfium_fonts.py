"""Fonts of the machine, or none, for PDFs that bring none of their own (フォントの代用).

A PDF that names a Japanese font without bringing it is shown in one of the machine's, which pdfium loads glyph by glyph
just to learn where the text stands: ten times the time of reading the rest, and another result on another machine.
Where only text and places matter, every character can be the same box; everything else is drawn as ever.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import pypdfium2.raw as pdfium

# Source: Windows' numbers of character sets: Shift_JIS, Hangul, GB 2312, Big5.
_IDEOGRAPHIC = frozenset({128, 129, 134, 136})
_DRAWN = (range(0x3000, 0xA000), range(0xF900, 0xFB00), range(0xFF00, 0xFFF0))
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
    machine = pdfium.FPDF_GetDefaultSystemFontInfo()
    own, kinds = pdfium.FPDF_SYSFONTINFO(), dict(pdfium.FPDF_SYSFONTINFO._fields_)
    own.version = machine.contents.version
    called = {name: kinds[name](way) for name, way in _ways(machine).items()}
    for name, way in called.items():
        setattr(own, name, way)
    pdfium.FPDF_SetSystemFontInfo(own)
    return machine, own, called


def _ways(machine: Any) -> dict[str, Any]:
    """Return what pdfium asks for fonts: the machine's answers, but for boxes."""
    its = machine.contents

    def find(_: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> int | None:
        if _boxed:
            return _box()[0] if charset in _IDEOGRAPHIC else None
        found: int | None = its.MapFont(machine, weight, italic, charset, pitch, face, exact)
        return found

    def data(_: Any, font: int, table: int, target: int, size: int) -> int:
        if font != _box_handle():
            return int(its.GetFontData(machine, font, table, target, size))
        if table:
            return 0
        handle, length = _box()
        if target and size >= length:
            ctypes.memmove(target, handle, length)
        return length

    return {
        "Release": lambda _: None,
        "EnumFonts": lambda _, mapper: its.EnumFonts(machine, mapper),
        "MapFont": find,
        "GetFont": lambda _, face: None if _boxed else its.GetFont(machine, face),
        "GetFontData": data,
        "GetFaceName": lambda _, font, target, size: (
            0 if font == _box_handle() else its.GetFaceName(machine, font, target, size)
        ),
        "GetFontCharset": lambda _, font: 128 if font == _box_handle() else its.GetFontCharset(machine, font),
        "DeleteFont": lambda _, font: None if font == _box_handle() else its.DeleteFont(machine, font),
    }


def _box_handle() -> int:
    return _box()[0] if _box.cache_info().currsize else 0


@lru_cache(maxsize=1)
def _box() -> tuple[int, int]:
    """Return where a font of boxes lies in memory, for ever, and how long it is."""
    data = _font_of_boxes()
    buffer = ctypes.create_string_buffer(data, len(data))
    _KEPT.append(buffer)
    return ctypes.addressof(buffer), len(data)


_KEPT: list[object] = []


def _font_of_boxes() -> bytes:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap({})
    table = CmapSubtable.newSubtable(4)
    table.platformID, table.platEncID, table.language = 3, 1, 0
    table.cmap = {code: "box" for codes in _DRAWN for code in codes}
    builder.font["cmap"].tables = [table]
    pen = TTGlyphPen(None)
    pen.moveTo((80, -60))
    for corner in ((80, 800), (920, 800), (920, -60)):
        pen.lineTo(corner)
    pen.closePath()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "box": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "box": (1000, 80)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupOS2(sTypoAscender=880)
    builder.setupPost(keepGlyphNames=False)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    out = BytesIO()
    builder.save(out)
    return out.getvalue()
