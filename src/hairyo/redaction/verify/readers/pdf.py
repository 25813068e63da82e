"""PDF for the leak check, by pdfium and pypdf, neither of which wrote the copy.

Both read the text of every page: as it stands in the file and in lines from the top down. pypdf lists every object:
strings, names, and streams unpacked, among them what fonts list and attached files, which are read as what they are.
"""

from __future__ import annotations

import ctypes
import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import cast

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece, Reader
from hairyo.redaction.verify.readers import office, parquet, text

_MAX_NESTING = 3
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings may quote the file
_MAP_ROW = re.compile(rb"<[0-9A-Fa-f\s]+>\s*(?:<[0-9A-Fa-f\s]+>\s*)?<([0-9A-Fa-f\s]+)>")
_ROW = 0.5
_LEVELS = 60


def read(path: Path, nesting: int = _MAX_NESTING) -> Iterator[Piece]:
    """Yield the bytes of a PDF, its pages as two readers see them, and everything in its objects."""
    yield from text.raw_bytes(path)
    try:
        with closing(pypdfium2.PdfDocument(path)) as document:
            for number in range(len(document)):
                yield from _page(document, number)
    except pypdfium2.PdfiumError as error:
        raise _unreadable() from error
    try:
        with path.open("rb") as file:
            reader = pypdf.PdfReader(file, strict=False)
            for number, page in enumerate(reader.pages, 1):
                yield Piece(f"page {number} by pypdf", plain(page.extract_text()))
            yield from _objects(reader, path, nesting)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise _unreadable() from error


def _unreadable() -> OutputError:
    return OutputError("the PDF copy cannot be read again; the input must be held")


def _page(document: pypdfium2.PdfDocument, number: int) -> Iterator[Piece]:
    """Yield the text of a page by pdfium: in the file's order, and sorted by lines."""
    page = document[number]
    text_page = page.get_textpage()
    try:
        yield Piece(f"page {number + 1}", plain(text_page.get_text_range()))
        yield Piece(f"page {number + 1} in lines", plain(_lines(text_page)), markup=True)
    finally:
        text_page.close()
        page.close()


def _lines(text_page: pypdfium2.PdfTextPage) -> str:
    """Return the characters of a page sorted by their places: from the top down, then from the left."""
    x, y = ctypes.c_double(), ctypes.c_double()
    placed: list[tuple[float, float, str]] = []
    for at in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, at)
        if code and pdfium.FPDFText_GetCharOrigin(text_page.raw, at, x, y):
            placed.append((y.value, x.value, chr(code)))
    placed.sort(key=lambda one: -one[0])
    rows: list[list[tuple[float, float, str]]] = []
    for one in placed:
        if not rows or rows[-1][0][0] - one[0] > _ROW:
            rows.append([])
        rows[-1].append(one)
    return "\n".join("".join(char for _, _, char in sorted(row, key=lambda one: one[1])) for row in rows)


def _objects(reader: pypdf.PdfReader, path: Path, nesting: int) -> Iterator[Piece]:
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
                form = cast(EncodedStreamObject, thing)  # pypdf reads any stream
                yield Piece(f"{place} text", plain(reader.pages[0].extract_xform_text(form)))
            if thing.get("/Type") == "/EmbeddedFile":
                yield from _attached(place, data, path, nesting)
        elif isinstance(thing, StreamObject):
            yield Piece(f"{place} as it is", bytes(thing._data))


def _strings(place: str, thing: object, level: int = 0) -> Iterator[Piece]:
    if level > _LEVELS:
        raise OutputError("{place} of the copy is too large to be checked; the input must be held", place=place)
    if isinstance(thing, ByteStringObject):
        yield Piece(place, bytes(thing))
        yield from (Piece(place, bytes(thing).decode(name, "replace"), markup=True) for name in ("utf-8", "cp932"))
    elif isinstance(thing, TextStringObject):
        yield Piece(place, plain(str(thing)))
        if not thing.isascii():
            yield Piece(place, thing.original_bytes)
    elif isinstance(thing, NameObject):
        yield Piece(f"{place} name", plain(str(thing)), markup=True)
    elif isinstance(thing, DictionaryObject):
        for key, value in thing.items():
            if not str(key).isascii() or len(key) > 20:
                yield Piece(f"{place} name", plain(str(key)), markup=True)
            yield from _strings(place, value, level + 1)
    elif isinstance(thing, ArrayObject):
        for one in thing:
            yield from _strings(place, one, level + 1)


def _mapped(data: bytes) -> str:
    """Return the characters that a font's map lists, in its order."""
    rows = (bytes.fromhex(b"".join(row.split()).decode()) for row in _MAP_ROW.findall(data) if len(row) % 2 == 0)
    return "".join(row.decode("utf-16-be", "ignore") for row in rows)


def _attached(place: str, data: bytes, path: Path, nesting: int) -> Iterator[Piece]:
    """Yield what is in an attached file, by the reader for what it is."""
    if not nesting:
        raise OutputError("{place} of the copy is too large to be checked; the input must be held", place=place)
    reader: Reader | Callable[[Path], Iterator[Piece]] = text.read
    if data.startswith(b"PK"):
        reader = office.read
    elif data.startswith(b"PAR1"):
        reader = parquet.read
    elif data.startswith(b"%PDF-"):
        reader = lambda inner: read(inner, nesting - 1)  # noqa: E731
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        inner = Path(folder) / "attached"
        inner.write_bytes(data)
        for piece in reader(inner):
            yield Piece(f"{place}: {piece.place}", piece.content, None, piece.markup, piece.raw, piece.goes_on)


@lru_cache(maxsize=1)
def _radicals() -> dict[int, int]:
    """Return the radicals that stand for ideographs; Unicode's table is data, of which there is one copy."""
    lines = files("hairyo").joinpath("documents/pdf/radicals.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line[:1] in "23")
    return {int(radical, 16): int(ideograph, 16) for radical, ideograph in rows}


def plain(said: str) -> str:
    """Return a text with ideographs where radicals stand for them."""
    return said.translate(_radicals())
