"""What the codes of a PDF font say and how wide they are (文字コードと字幅).

The tables of predefined CMaps, encodings and standard widths are pdfminer's. Source: ISO 32000-2, 9.6 and 9.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pdfminer.cmapdb import CMapDB, UnicodeMap
from pdfminer.encodingdb import EncodingDB, name2unicode
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdffont import IDENTITY_ENCODER, FontMetricsDB, Type1FontHeaderParser
from pdfminer.psparser import LIT

from hairyo.documents.pdf import cmap
from hairyo.documents.pdf.objects import Matrix, content, dictionary, entry, key_of, matrix, name, number, numbers
from hairyo.documents.pdf.radicals import without_radicals

UNKNOWN = "\ufffd"
_SYMBOLS = re.compile("symbol|dingbat|wingding|webding|marlett|math|awesome|icon|cmsy|cmex|cmmi|msam|msbm", re.I)
_SYMBOLIC = 4
_EM = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """One code of a font; its font has one such object for it.

    Attributes:
        code: its bytes.
        cid: the character id; in a simple font the code.
        text: what it says; `UNKNOWN` where the font does not tell.
        advance: how far it moves the pen, in ems (downwards, less than 0, in vertical writing).
        width: how wide the character is, in ems.
    """

    code: bytes
    cid: int
    text: str
    advance: float
    width: float


class Font:
    """A font as content streams use it.

    Attributes:
        key: its object number.
        obj: its dictionary.
        kind: its Subtype; `Type0` for a composite one.
        vertical: whether it writes vertically.
        low, high: how far its characters reach below and above the baseline, in ems.
        symbols: whether it holds signs that are no text.
    """

    def __init__(self, obj: pikepdf.Dictionary) -> None:
        self.key = key_of(obj)
        self.obj = obj
        self.kind = name(entry(obj, "/Subtype"))
        self.vertical = False
        self.low, self.high = -0.2, 0.9
        self.em = _EM
        self._codes: dict[bytes, Code] = {}
        self._base = name(entry(obj, "/BaseFont"))
        self.symbols = bool(_SYMBOLS.search(self._base))
        to_unicode = entry(obj, "/ToUnicode")
        self.to_unicode = cmap.parse(content(to_unicode)) if isinstance(to_unicode, pikepdf.Stream) else None
        if self.kind == "Type0":
            self._open_composite()
        else:
            self._open_simple()

    def codes(self, data: bytes) -> Iterator[tuple[int, int, Code]]:
        """Yield start, end and meaning of every code in a string that is shown."""
        known = self._codes
        at = 0
        while at < len(data):
            end = at + (1 if self.kind != "Type0" else self._length(data, at))
            raw = data[at:end]
            found = known.get(raw)
            if found is None:
                found = known[raw] = self._simple(raw) if self.kind != "Type0" else self._composite(raw)
            yield at, end, found
            at = end

    def _said(self, raw: bytes, otherwise: str) -> str:
        text = cmap.text_of(self.to_unicode.find(raw)) if self.to_unicode else ""
        if not text and self.to_unicode and len(raw) == 1:  # some write one-byte codes with two
            text = cmap.text_of(self.to_unicode.find(b"\0" + raw))
        text = text.replace("\0", "") or otherwise
        return without_radicals(text) if text else UNKNOWN

    # Simple fonts: a byte a code.

    def _open_simple(self) -> None:
        descriptor = dictionary(self.obj, "/FontDescriptor")
        first = int(number(entry(self.obj, "/FirstChar")))
        widths = numbers(entry(self.obj, "/Widths"))[:256]
        self._widths: dict[int, float] = {first + at: width for at, width in enumerate(widths)}
        self._default = number(entry(descriptor, "/MissingWidth"))
        self._standard: dict[str, int] = {}
        if not widths and self.kind != "Type3":
            try:
                self._standard = FontMetricsDB.get_metrics(self._base)[1]
            except KeyError:
                self._default = self._default or 500.0
        if self.kind == "Type3":
            self._measure_type3()
        self._names = self._encoding(descriptor)

    def _measure_type3(self) -> None:
        shape = matrix(entry(self.obj, "/FontMatrix"), (_EM, 0, 0, _EM, 0, 0))
        self.shape: Matrix = shape
        self.em = shape[0] or _EM
        box = numbers(entry(self.obj, "/FontBBox"))
        if len(box) == 4 and box[3] > box[1]:
            low, high = sorted((box[1] * shape[3], box[3] * shape[3]))
            if 0.2 < high - low < 3:
                self.low, self.high = low, high

    def _encoding(self, descriptor: pikepdf.Dictionary | None) -> dict[int, str]:
        """Return the text of each code by its encoding; {} where the font keeps it to itself."""
        encoding = entry(self.obj, "/Encoding")
        differences: list[Any] = []
        base = name(encoding) or name(entry(encoding, "/BaseEncoding"))
        for one in entry(encoding, "/Differences") or ():
            differences.append(LIT(name(one)) if isinstance(one, pikepdf.Name) else int(number(one)))
        if base or self.kind == "Type3":
            start = EncodingDB.get_encoding(base, differences) if base else {}
            return start if base else dict(_by_name(differences))
        embedded = any(entry(descriptor, f"/FontFile{which}") is not None for which in ("", "2", "3"))
        program = entry(descriptor, "/FontFile")
        if isinstance(program, pikepdf.Stream):
            try:
                built_in = dict(Type1FontHeaderParser(BytesIO(content(program))).get_encoding())
            except (PDFException, ValueError, TypeError, KeyError):
                built_in = {}
            return built_in | dict(_by_name(differences))
        if embedded and int(number(entry(descriptor, "/Flags"))) & _SYMBOLIC:
            return dict(_by_name(differences))
        return dict(EncodingDB.get_encoding("StandardEncoding", differences))

    def _simple(self, raw: bytes) -> Code:
        code = raw[0]
        text = self._said(raw, self._names.get(code, ""))
        width = self._widths.get(code)
        if width is None:
            width = float(self._standard.get(text, self._default))
        return Code(raw, code, text, width * self.em, abs(width * self.em))

    # Composite fonts: codes of one to four bytes, by way of character ids.

    def _open_composite(self) -> None:
        descendants = entry(self.obj, "/DescendantFonts")
        self.descendant = descendants[0] if isinstance(descendants, pikepdf.Array) and len(descendants) else None
        info = dictionary(self.descendant, "/CIDSystemInfo")
        registry, ordering = (_plain(entry(info, key)) for key in ("/Registry", "/Ordering"))
        encoding = entry(self.obj, "/Encoding")
        self._own = cmap.parse(content(encoding)) if isinstance(encoding, pikepdf.Stream) else None
        called = name(encoding) or (self._own.base if self._own else "")
        if not called and self._own and not (self._own.ranges or self._own.singles):
            called = name(entry(encoding, "/CMapName"))
        called = IDENTITY_ENCODER.get(called, called)
        self._tree: dict[int, Any] | None = None
        self._lengths: dict[int, int] = {}
        self._width = 2
        if called.startswith("OneByteIdentity"):
            self._width = 1
        elif called and not called.startswith("Identity-"):
            try:
                self._tree = getattr(CMapDB.get_cmap(called), "code2cid", {})
            except (CMapDB.CMapNotFound, ValueError, OSError):
                self._tree = {}
        said = entry(encoding, "/WMode") if self._own else None
        self.vertical = called.endswith("V") or bool(self._own and self._own.vertical) or said == 1
        self._unicode = self._collection(f"{registry}-{ordering}", called)
        self._default = number(entry(self.descendant, "/DW"), 1000.0)
        self._by_cid, self._by_range = _widths(entry(self.descendant, "/W"), 1)
        down = numbers(entry(self.descendant, "/DW2"))
        self._down = down[1] if len(down) == 2 else -1000.0
        self._down_by_cid, self._down_by_range = _widths(entry(self.descendant, "/W2"), 3)
        if self.vertical:
            self.low, self.high = -0.5, 0.5

    def _collection(self, coding: str, called: str) -> UnicodeMap | None:
        if coding in ("Adobe-Identity", "Adobe-UCS", "-") or coding.endswith("-Identity"):
            return None
        try:
            return CMapDB.get_unicode_map(coding, self.vertical)
        except (CMapDB.CMapNotFound, ValueError, OSError):
            return None

    def _length(self, data: bytes, at: int) -> int:
        """Return how many bytes the code at `at` has; 1 or 2 where the map does not know it."""
        if self._own and (own := self._own.length_at(data, at)):
            return own
        if self._tree is None:
            return self._width
        if length := self._lengths.get(data[at]):
            return length
        node: Any = self._tree
        for length, byte in enumerate(data[at : at + 4], 1):
            node = node.get(byte)
            if isinstance(node, int):
                self._lengths[data[at]] = length  # in all predefined maps the first byte decides
                return length
            if node is None:
                return max(1, length)
        return max(1, len(data) - at)

    def _cid(self, raw: bytes) -> int:
        if self._own:
            found = self._own.find(raw)
            if isinstance(found, int):
                return found
        if self._tree is None:
            return int.from_bytes(raw, "big")
        node: Any = self._tree
        for byte in raw:
            node = node.get(byte) if isinstance(node, dict) else None
        return node if isinstance(node, int) else 0

    def _composite(self, raw: bytes) -> Code:
        cid = self._cid(raw)
        text = ""
        if self._unicode is not None:
            text = self._unicode.cid2unichr.get(cid, "")
        if isinstance(entry(self.obj, "/ToUnicode"), pikepdf.Name):  # Identity-H: the code is the character
            text = chr(cid) if 0 < cid < 0xD800 else text
        text = self._said(raw, text)
        width = _found(cid, self._by_cid, self._by_range, self._default)
        if not self.vertical:
            return Code(raw, cid, text, width * _EM, width * _EM)
        down = _found(cid, self._down_by_cid, self._down_by_range, self._down)
        return Code(raw, cid, text, down * _EM, width * _EM)


def _plain(said: Any) -> str:
    return bytes(said).decode("latin-1").strip() if isinstance(said, pikepdf.String) else ""


def _by_name(differences: list[Any]) -> Iterator[tuple[int, str]]:
    code = 0
    for one in differences:
        if isinstance(one, int):
            code = one
            continue
        with suppress(KeyError, ValueError, TypeError):
            yield code, name2unicode(str(one.name))
        code += 1


Ranges = list[tuple[int, int, float]]


def _widths(array: Any, per: int) -> tuple[dict[int, float], Ranges]:
    """Read a W array (`per` 1) or a W2 array (`per` 3: advance first): by character id, and by ranges of them."""
    single: dict[int, float] = {}
    ranges: Ranges = []
    waiting: list[float] = []
    for one in array if isinstance(array, pikepdf.Array) else ():
        if isinstance(one, pikepdf.Array):
            if waiting:
                for at, width in enumerate(numbers(one)[::per]):
                    single[int(waiting[-1]) + at] = width
            waiting = []
        else:
            waiting.append(number(one))
            if len(waiting) == 2 + per:
                ranges.append((int(waiting[0]), int(waiting[1]), waiting[2]))
                waiting = []
    return single, ranges


def _found(cid: int, single: dict[int, float], ranges: Ranges, default: float) -> float:
    if cid in single:
        return single[cid]
    return next((width for first, last, width in ranges if first <= cid <= last), default)
