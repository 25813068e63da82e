"""Character encodings of Japanese text files (文字コード), with a map from code points to bytes.

CP932 and EUC-JP as Windows writes them do not survive decoding and encoding again, so writers splice:
untouched bytes are copied, and only replacements are encoded. For that an `Encoding` tells which bytes
every code point came from (`units`). Windows' EUC-JP (CP51932) and ISO-2022-JP (CP50220) hold NEC row 13
and the NEC selection of IBM's characters (①, 髙), which Python's codecs refuse: those rows are read
by way of CP932.
Sources: WHATWG Encoding Standard, index jis0208 (rows 13, 89 to 92); RFC 1468 for the escapes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

_UNITS = {
    "cp932": re.compile(rb"(?s:[\x81-\x9f\xe0-\xfc].|.)"),
    "euc-jp": re.compile(rb"(?s:\x8f..|[\x8e\xa1-\xfe].|.)"),
}
_BYTE = re.compile(rb"(?s:.)")
_LABELS = {  # WHATWG Encoding Standard, "Names and labels": those of Japanese text
    "cp932": ("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "ms932", "windows-31j", "cp932", "csshiftjis"),
    "euc-jp": ("euc-jp", "x-euc-jp", "cseucpkdfmtjapanese", "eucjp", "cp51932"),
    "iso-2022-jp": ("iso-2022-jp", "csiso2022jp", "cp50220", "cp50221", "iso-2022-jp-ms", "iso-2022-jp-1"),
    "utf-8": ("utf-8", "utf8", "unicode-1-1-utf-8", "us-ascii", "ascii"),
}
_LOSSLESS = ("utf-8", "utf-16-le", "utf-16-be")
_ESCAPE = re.compile(rb"\x1b(?:\$\(D|\$[@B]|\([BJI])")
_ASCII, _KANJI, _KANA, _SUPPLEMENT = b"\x1b(B", b"\x1b$B", b"\x1b(I", b"\x1b$(D"
_TWO_BYTES = (_KANJI, b"\x1b$@", _SUPPLEMENT)
# The bytes start:end that one code point came from, and the ISO-2022-JP escape in force there.
Unit = tuple[int, int, bytes]
# Unicode's and Microsoft's choices for the same JIS characters (WHATWG, "jis0208" notes).
_TWINS = str.maketrans("〜‖−—¢£¬～∥－―￠￡￢", "～∥－―￠￡￢〜‖−—¢£¬")


@dataclass(frozen=True, slots=True)
class Encoding:
    """One way of writing text as bytes.

    Attributes:
        name: `utf-8`, `utf-16-le`, `utf-16-be`, `cp932`, `euc-jp`, `iso-2022-jp`, or Python's name of an encoding
            of one byte a character.
        bom: the byte order mark the file begins with, or b"".
    """

    name: str
    bom: bytes = b""

    def decode(self, raw: bytes, state: bytes, final: bool) -> tuple[str, int, bytes]:
        """Decode the complete characters at the head of `raw`.

        Args:
            raw: bytes; the last character may be cut off unless `final`.
            state: the ISO-2022-JP escape in force before them (`START` at the head of a file).
            final: whether nothing follows.

        Returns:
            The text, how many bytes it took, and the escape in force after it.

        Raises:
            UnicodeDecodeError: bytes that this encoding does not have; `start` is the offset in `raw`.
        """
        if self.name == "iso-2022-jp":
            return _decode_iso(raw, state, final)
        if self.name == "euc-jp":
            try:
                return *_decode_plain("euc-jp", raw, final), state
            except UnicodeDecodeError:
                return *_decode_euc(raw, final), state
        return *_decode_plain(self.name, raw, final), state

    @property
    def lossless(self) -> bool:
        """Whether decoding and encoding again gives the same bytes."""
        return self.name in _LOSSLESS

    def units(self, raw: bytes, state: bytes) -> Iterator[Unit]:
        """Yield the unit of every code point of the decoded `raw`; not for lossless encodings."""
        if self.name == "iso-2022-jp":
            return _iso_units(raw, state)
        return ((*found.span(), state) for found in _UNITS.get(self.name, _BYTE).finditer(raw))

    def cut(self, raw: bytes, text: str, at: int, state: bytes) -> tuple[int, bytes]:
        """Return the byte offset in `raw` after `text[:at]` (`at` > 0), and the escape in force there."""
        if self.lossless:
            return len(text[:at].encode(self.name)), state
        _, end, state = self.places(raw, text, {at - 1}, state)[at - 1]
        return end, state

    def places(self, raw: bytes, text: str, wanted: Collection[int], state: bytes) -> dict[int, Unit]:
        """Return the units of the code points of `text` (decoded from `raw`) at the positions `wanted`."""
        if self.name == "iso-2022-jp" or (self.name == "euc-jp" and b"\x8f" in raw):
            return {n: unit for n, unit in enumerate(self.units(raw, state)) if n in wanted}
        try:
            return dict(self._measured(text, sorted(wanted), state))
        except UnicodeEncodeError:  # Microsoft's rows
            return {n: unit for n, unit in enumerate(self.units(raw, state)) if n in wanted}

    def _measured(self, text: str, wanted: list[int], state: bytes) -> Iterator[tuple[int, Unit]]:
        """Yield units by the length of what is before them, which encoding again does not change."""
        before, offset = 0, 0
        for place in wanted:
            offset += len(text[before:place].encode(self.name))
            before = place
            yield place, (offset, offset + len(text[place].encode(self.name)), state)

    def encode(self, text: str) -> bytes:
        """Return `text` as bytes that begin and end in ASCII state.

        Raises:
            UnicodeEncodeError: a character that this encoding does not have.
        """
        if self.name == "iso-2022-jp":
            return _encode_iso(text)
        if self.lossless:
            return text.encode(self.name)
        return b"".join(_encode_char(char, self.name) for char in text)


START = _ASCII


def labelled(label: str) -> Encoding | None:
    """Return the encoding that a mail or a page calls `label`; None where it is none that is spliced."""
    plain = label.strip().strip("\"'").lower()
    for name, labels in _LABELS.items():
        if plain in labels:
            return Encoding(name)
    try:
        wide = len(bytes(range(256)).decode(plain, "replace")) != 256 or "a".encode(plain) != b"a"
    except (LookupError, UnicodeError, ValueError, TypeError):
        return None
    return None if wide else Encoding(codecs.lookup(plain).name)


def _decode_plain(name: str, raw: bytes, final: bool) -> tuple[str, int]:
    decoder = codecs.getincrementaldecoder(name)("strict")
    text = decoder.decode(raw, final)
    return text, len(raw) - len(decoder.getstate()[0])


def _decode_euc(raw: bytes, final: bool) -> tuple[str, int]:
    chars, at = [], 0
    while at < len(raw):
        width = 3 if raw[at] == 0x8F else 2 if raw[at] == 0x8E or raw[at] >= 0xA1 else 1
        if at + width > len(raw) and not final:
            break
        chars.append(_euc_char(raw[at : at + width], at))
        at += width
    return "".join(chars), at


@lru_cache(maxsize=16384)
def _euc_unit(unit: bytes) -> str:
    """Return the character of one EUC-JP unit, Microsoft's rows included; "" where there is none."""
    try:
        return unit.decode("euc-jp")
    except UnicodeDecodeError:
        row, cell = unit[0] - 0xA0, unit[-1] - 0xA0
        if len(unit) != 2 or not (1 <= row <= 94 and 1 <= cell <= 94):
            return ""
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    trail = cell + 0x9E if row % 2 == 0 else cell + 0x3F + (cell >= 64)
    return bytes((lead, trail)).decode("cp932", errors="ignore")


def _euc_char(unit: bytes, at: int) -> str:
    char = _euc_unit(unit)
    if not char:
        raise UnicodeDecodeError("euc-jp", b"", at, at + len(unit), "no such character")
    return char


@lru_cache(maxsize=1)
def _microsoft_rows() -> dict[str, bytes]:
    """Return the EUC bytes of the characters of rows 13 and 89 to 92."""
    units = (bytes((row + 0xA0, cell)) for row in (13, 89, 90, 91, 92) for cell in range(0xA1, 0xFF))
    return {_euc_unit(unit): unit for unit in units if _euc_unit(unit)}


def _encode_char(char: str, name: str) -> bytes:
    for form in (char, char.translate(_TWINS)):
        try:
            return form.encode(name)
        except UnicodeEncodeError:
            if name == "euc-jp" and form in _microsoft_rows():
                return _microsoft_rows()[form]
    raise UnicodeEncodeError(name, "", 0, 1, "no such character")


def _iso_units(raw: bytes, state: bytes) -> Iterator[Unit]:
    """Yield the units of ISO-2022-JP; one that is cut off reaches past the end."""
    at = 0
    while at < len(raw):
        escape = _ESCAPE.match(raw, at)
        if escape:
            state, at = escape.group(), escape.end()
            continue
        width = 2 if state in _TWO_BYTES and raw[at] > 0x20 else 1
        yield at, at + width, state
        at += width


def _decode_iso(raw: bytes, state: bytes, final: bool) -> tuple[str, int, bytes]:
    if not final:
        cut_off = raw.rfind(b"\x1b", max(0, len(raw) - 3))
        if cut_off >= 0 and not _ESCAPE.match(raw, cut_off):
            raw = raw[:cut_off]
    chars: list[str] = []
    used = 0
    for start, end, there in _iso_units(raw, state):
        if end > len(raw) and not final:
            return "".join(chars), used, state
        char = _iso_char(raw[start:end], there)
        if not char:
            raise UnicodeDecodeError("iso-2022-jp", b"", start, end, "no such character")
        chars.append(char)
        used, state = end, there
    for escape in _ESCAPE.finditer(raw, used):
        state = escape.group()
    return "".join(chars), len(raw), state


@lru_cache(maxsize=16384)
def _iso_char(unit: bytes, state: bytes) -> str:
    if unit[0] > 0x7F or unit == b"\x1b":
        return ""
    if state in _TWO_BYTES and unit[0] > 0x20:
        high = bytes(byte | 0x80 for byte in unit)
        return _euc_unit(b"\x8f" + high if state == _SUPPLEMENT else high)
    if state == _KANA and unit[0] > 0x20:
        return bytes((unit[0] | 0x80,)).decode("cp932", errors="ignore")
    return unit.decode("ascii")


def _encode_iso(text: str) -> bytes:
    out, state = bytearray(), _ASCII
    for char in text:
        unit = _encode_char(char, "euc-jp")
        wanted = _ASCII
        if unit[0] > 0x7F:
            wanted = {0x8E: _KANA, 0x8F: _SUPPLEMENT}.get(unit[0], _KANJI)
            unit = bytes(byte & 0x7F for byte in (unit[1:] if wanted != _KANJI else unit))
        out += (wanted if wanted != state else b"") + unit
        state = wanted
    return bytes(out + (_ASCII if state != _ASCII else b""))
