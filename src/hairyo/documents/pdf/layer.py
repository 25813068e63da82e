"""A layer of text that nobody sees (透明テキスト層), so that pages of pixels can be searched and copied from.

Its font has one shape for all characters, a box, and a map that tells which they are, in their own order and not in
that of the page. Without a shape pdfium would not find them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from hairyo.documents.pdf.content import inherited
from hairyo.documents.pdf.objects import entry

_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a layer.

    Attributes:
        text: what it says; for some glyphs more than one character.
        x, y: where it begins on the page, on its line.
        dx, dy: which way it runs, a unit vector.
        width: how far it reaches.
        size: how large it is.
    """

    text: str = field(repr=False)
    x: float
    y: float
    dx: float
    dy: float
    width: float
    size: float


def put_layer(pdf: pikepdf.Pdf, page: pikepdf.Dictionary, letters: Iterable[Letter]) -> None:
    """Add a layer to a page; none where there are no letters.

    Args:
        pdf: the file.
        page: the page.
        letters: in the order of reading.
    """
    shown = [letter for letter in letters if letter.text.strip()]
    if not shown:
        return
    codes = {text: code for code, text in enumerate(sorted({letter.text for letter in shown}), 1)}
    resources = _copy(inherited(page, "/Resources"))
    fonts = _copy(entry(resources, "/Font"))
    name = next(name for name in (f"/Layer{number}" for number in count(1)) if name not in fonts)
    fonts[name] = _font(pdf, codes)
    resources["/Font"] = fonts
    page["/Resources"] = resources
    rows = [f"q BT 3 Tr {name} 1 Tf"]
    rows += [_shown(letter, codes[letter.text]) for letter in shown]
    before = page.get("/Contents")
    old = list(before) if isinstance(before, pikepdf.Array) else [] if before is None else [before]
    layer = pdf.make_stream("\n".join([*rows, "ET Q"]).encode())
    page["/Contents"] = pikepdf.Array([pdf.make_stream(b"q"), *old, pdf.make_stream(b"Q"), layer])


def _copy(thing: Any) -> pikepdf.Dictionary:
    """Return a dictionary of its own, which others do not share; an empty one where there is none."""
    return pikepdf.Dictionary(dict(thing.items()) if isinstance(thing, pikepdf.Dictionary) else {})


def _shown(letter: Letter, code: int) -> str:
    wide, high = max(letter.width, _LEAST), max(letter.size, _LEAST)
    rows = (wide * letter.dx, wide * letter.dy, -high * letter.dy, high * letter.dx, letter.x, letter.y)
    return " ".join(f"{value:.3f}" for value in rows) + f" Tm <{code:04x}> Tj"


def _font(pdf: pikepdf.Pdf, codes: dict[str, int]) -> pikepdf.Object:
    """Return a font that says for each code what it means, and shows nothing."""
    name = pikepdf.Name("/Invisible")
    descriptor = {
        "/Type": pikepdf.Name("/FontDescriptor"), "/FontName": name, "/Flags": 4, "/ItalicAngle": 0, "/Ascent": 880,
        "/Descent": -120, "/CapHeight": 880, "/StemV": 80, "/FontBBox": pikepdf.Array([0, -120, 1000, 880]),
        "/FontFile2": pdf.make_stream(_program()),
    }  # fmt: skip
    shapes = pdf.make_stream(b"\0\0" + b"\0\1" * len(codes))
    system = {"/Registry": pikepdf.String("Adobe"), "/Ordering": pikepdf.String("Identity"), "/Supplement": 0}
    descendant = {
        "/Type": pikepdf.Name("/Font"), "/Subtype": pikepdf.Name("/CIDFontType2"), "/BaseFont": name,
        "/CIDSystemInfo": pikepdf.Dictionary(system), "/DW": 1000, "/CIDToGIDMap": shapes,
        "/FontDescriptor": pdf.make_indirect(pikepdf.Dictionary(descriptor)),
    }  # fmt: skip
    font = {
        "/Type": pikepdf.Name("/Font"), "/Subtype": pikepdf.Name("/Type0"), "/BaseFont": name,
        "/Encoding": pikepdf.Name("/Identity-H"), "/ToUnicode": pdf.make_stream(_map(codes)),
        "/DescendantFonts": pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(descendant))]),
    }  # fmt: skip
    return pdf.make_indirect(pikepdf.Dictionary(font))


@cache
def _program() -> bytes:
    """Return a TrueType font of one box."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, -120))
    for corner in ((0, 880), (1000, 880), (1000, -120)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupHead(unitsPerEm=1000, created=0, modified=0)
    font.setupGlyphOrder([".notdef", "box"])
    font.setupCharacterMap({0x20: "box"})
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "box": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "box": (1000, 0)})
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": "Invisible", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.font.recalcTimestamp = False
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _map(codes: dict[str, int]) -> bytes:
    rows = [f"<{code:04x}> <{text.encode('utf-16-be').hex()}>" for text, code in codes.items()]
    parts = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Invisible def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
    )
    body = "".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n" for part in parts)
    return f"{head}{body}endcmap CMapName currentdict /CMap defineresource pop end end\n".encode()
