"""PDF for the leak check, by pdfium and pypdf, neither of which wrote the copy.

pdfium reads the text of every page as it stands in the file and in lines from the top down. pypdf unpacks the streams,
which are read once more by its maps of the fonts (`pdf_streams`). It lists every object: strings, names and streams,
among them what fonts list and attached files, which are read as what they are.
"""

from __future__ import annotations

import ctypes
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import repeat
from operator import itemgetter
from pathlib import Path

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from hairyo.errors import OutputError
from hairyo.pdfium_fonts import boxes_for_fonts
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers import office, pdf_pictures, text
from hairyo.redaction.verify.readers.inner import nested
from hairyo.redaction.verify.readers.pdf_streams import Streams

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings may quote the file
_MAP_ROW = re.compile(rb"<[0-9A-Fa-f\s]+>\s*(?:<[0-9A-Fa-f\s]+>\s*)?<([0-9A-Fa-f\s]+)>")
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_ROW = 0.5
_LEVELS = 60
_NO_STRINGS = (NumberObject, FloatObject, IndirectObject, BooleanObject)


def read(path: Path) -> Iterator[Piece]:
    """Yield the bytes of a PDF, its pages as two readers see them, and everything in its objects."""
    yield from text.raw_bytes(path)
    try:
        with closing(pypdfium2.PdfDocument(path)) as document, closing(pypdfium2.PdfDocument(path)) as shown:
            known: set[bytes] = set()
            for number in range(len(document)):
                pieces, pictured = _page(document, number)
                yield from pieces
                if pictured:
                    yield from _pictures(shown, number, known)
    except pypdfium2.PdfiumError as error:
        raise _unreadable() from error
    try:
        with path.open("rb") as file:
            reader = pypdf.PdfReader(file, strict=False)
            streams = Streams()
            for number, page in enumerate(reader.pages, 1):
                contents = page.get_contents()
                if contents is not None:
                    said = streams.text(contents.get_data(), page.get("/Resources"))
                    yield Piece(f"page {number} by its streams", plain(said))
            yield from _objects(reader, streams, path)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise _unreadable() from error


def _unreadable() -> OutputError:
    return OutputError("the PDF copy cannot be read again; the input must be held")


def _page(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Piece], bool]:
    """Return the text of a page by pdfium, in the file's order and sorted by lines; and whether it shows pictures."""
    with boxes_for_fonts(), closing(document[number]) as page, closing(page.get_textpage()) as text_page:
        said, lines = text_page.get_text_range(), _lines(text_page)
        pictured = pdf_pictures.are_there(page, text_page)
    place = f"page {number + 1}"
    return [Piece(place, plain(said)), Piece(f"{place} in lines", plain(lines), markup=True)], pictured


def _pictures(document: pypdfium2.PdfDocument, number: int, known: set[bytes]) -> Iterator[Piece]:
    """Yield what the pictures of a page show; in a document that was opened to look as it does."""
    with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
        yield from pdf_pictures.read(page, text_page, f"page {number + 1}", known)


# pypdfium2's own binding of the same function takes six times as long a call.
_ORIGIN = ctypes.cast(
    pdfium.FPDFText_GetCharOrigin,
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p),
)


def _lines(text_page: pypdfium2.PdfTextPage) -> str:
    """Return the characters of a page sorted by their places: from the top down, then from the left."""
    count = text_page.count_chars()
    if count <= 0:
        return ""
    places = (ctypes.c_double * (2 * count))()
    at = ctypes.addressof(places)
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    has_place = list(
        map(
            _ORIGIN,
            repeat(handle),
            range(count),
            range(at, at + 16 * count, 16),
            range(at + 8, at + 16 * count + 8, 16),
        )
    )
    codes = _codes(text_page, count)
    placed = [
        (-y, x, code)
        for there, code, x, y in zip(has_place, codes, places[::2], places[1::2], strict=True)
        if there and code and code != "\0"
    ]
    placed.sort(key=itemgetter(0))
    rows: list[list[tuple[float, float, str]]] = []
    top = 0.0
    for one in placed:
        if not rows or one[0] - top > _ROW:
            rows.append([])
            top = one[0]
        rows[-1].append(one)
    return "\n".join("".join(char for _, _, char in sorted(row, key=itemgetter(1))) for row in rows)


def _codes(text_page: pypdfium2.PdfTextPage, count: int) -> list[str]:
    """Return the characters of a page by their numbers."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(text_page.raw, 0, count, buffer) == count + 1:
        text = bytes(buffer).decode("utf-16-le", "surrogatepass")[:-1]
        if len(text) == count:
            return list(text)
    return [chr(pdfium.FPDFText_GetUnicode(text_page.raw, at)) for at in range(count)]  # some are not printed


def _objects(reader: pypdf.PdfReader, streams: Streams, path: Path) -> Iterator[Piece]:
    """Yield the strings, names and streams of every object of the file, used or not."""
    size = int(reader.trailer.get("/Size", 0))
    for key in ("/Info", "/ID"):
        yield from _strings("trailer", reader.trailer.get(key))
    for number in range(1, size):
        thing: object = reader.get_object(number)
        place = f"object {number}"
        if thing is None:
            continue
        yield from _strings(place, thing)
        if isinstance(thing, StreamObject) and thing.get("/Subtype") != "/Image":
            data = thing.get_data()
            yield Piece(f"{place} unpacked", data)
            if b"beginbf" in data:
                yield Piece(f"{place} map", plain(_mapped(data)), markup=True)
            if thing.get("/Subtype") == "/Form" or thing.get("/PatternType") == 1:
                yield Piece(f"{place} text", plain(streams.text(data, thing.get("/Resources"))))
            if thing.get("/Type") == "/EmbeddedFile":
                yield from nested(data, "", place, path)
        elif isinstance(thing, StreamObject):
            yield Piece(f"{place} as it is", bytes(thing._data))


@dataclass(slots=True)
class _Strings:
    """The strings of one object: texts, names and other words of its structure, and bytes."""

    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def pieces(self, place: str) -> Iterator[Piece]:
        if self.texts:
            yield Piece(place, plain(office.apart(self.texts)))
        if self.names:
            yield Piece(f"{place} name", plain(office.apart(self.names)), markup=True)
        if self.raw:
            yield Piece(place, b"|".join(dict.fromkeys(self.raw)))

    def take(self, place: str, thing: object, level: int = 0) -> None:
        """Note all strings in a thing."""
        if level > _LEVELS:
            raise OutputError("{place} of the copy is too large to be checked; the input must be held", place=place)
        if isinstance(thing, NameObject):
            self.names.append(thing)
        elif isinstance(thing, ByteStringObject):
            self.raw.append(bytes(thing))
            self.names += (bytes(thing).decode(name, "replace") for name in ("utf-8", "cp932"))
        elif isinstance(thing, TextStringObject):
            self.texts.append(thing)
            if not thing.isascii():
                self.raw.append(thing.original_bytes)
        elif isinstance(thing, DictionaryObject):
            for key, value in thing.items():
                if len(key) > 20 or not key.isascii():
                    self.names.append(key)
                if not isinstance(value, _NO_STRINGS):
                    self.take(place, value, level + 1)
        elif isinstance(thing, ArrayObject):
            for one in thing:
                if not isinstance(one, _NO_STRINGS):
                    self.take(place, one, level + 1)


def _strings(place: str, thing: object) -> Iterator[Piece]:
    found = _Strings()
    found.take(place, thing)
    return found.pieces(place)


def _mapped(data: bytes) -> str:
    """Return the characters that a font's map lists, in its order."""
    rows = (bytes.fromhex(b"".join(row.split()).decode()) for row in _MAP_ROW.findall(data) if len(row) % 2 == 0)
    return "".join(row.decode("utf-16-be", "ignore") for row in rows)


@lru_cache(maxsize=1)
def _radicals() -> dict[int, int]:
    """Return the radicals that stand for ideographs; Unicode's table is data, of which there is one copy."""
    lines = files("hairyo").joinpath("documents/pdf/radicals.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line[:1] in "23")
    return {int(radical, 16): int(ideograph, 16) for radical, ideograph in rows}


def plain(said: str) -> str:
    """Return a text with ideographs where radicals stand for them."""
    return said.translate(_radicals()) if _RADICAL.search(said) else said
