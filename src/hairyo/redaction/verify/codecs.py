"""The leak check's own view of encodings of Japanese text (文字コード), apart from that of the readers.

Windows writes EUC-JP and ISO-2022-JP with the characters of NEC row 13 and the NEC selection (①, 髙), which
Python's codecs refuse; they are reached by way of CP932. Source: WHATWG Encoding Standard, index jis0208.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

BLOCK = 1 << 20
HANDLER = "hairyo.redaction.verify"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_REPLACED = "\ufffd"


def _to_sjis(row: int, cell: int) -> bytes:
    """Return the Shift_JIS bytes of a JIS X 0208 position, given as its two 7-bit bytes (its annex 1)."""
    lead = (row - 0x21) // 2 + (0x81 if row < 0x5F else 0xC1)
    if row % 2:
        return bytes((lead, cell + (0x1F if cell < 0x60 else 0x20)))
    return bytes((lead, cell + 0x7E))


@cache
def _positions() -> dict[str, bytes]:
    """Return the JIS positions (7-bit bytes) of all two-byte characters of CP932 that lie within 94 rows."""
    found: dict[str, bytes] = {}
    for row in range(0x21, 0x7F):
        for cell in range(0x21, 0x7F):
            char = _to_sjis(row, cell).decode("cp932", "ignore")
            if len(char) == 1:
                found.setdefault(char, bytes((row, cell)))
    return found


def _windows(value: str, high: int) -> bytes:
    """Return `value` in two-byte JIS as Windows writes it; `high` is 0x80 for EUC-JP, 0 for ISO-2022-JP."""
    table = _positions()
    return b"".join(
        bytes(byte | high for byte in table[char]) if char in table else char.encode("ascii", "ignore")
        for char in value
    )


def _codec(encoding: str, value: str) -> bytes:
    try:
        return value.encode(encoding)
    except UnicodeEncodeError:
        return b""


def _characters(encoding: str, data: bytes) -> str:
    return data.decode(encoding, "ignore")


def _shifted(data: bytes) -> str:
    return _characters("iso2022_jp", b"\x1b$B" + data[: len(data) // 2 * 2])


class Coding(NamedTuple):
    """A way to write Japanese text as bytes, and to read some bytes of such a text; what is none of it is left out."""

    encode: Callable[[str], bytes]
    decode: Callable[[bytes], str]


CODINGS: tuple[Coding, ...] = (
    *(
        Coding(partial(_codec, name), partial(_characters, name))
        for name in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")
    ),
    Coding(partial(_windows, high=0x80), partial(_characters, "euc_jp")),
    Coding(partial(_windows, high=0), _shifted),
)


def _mend(error: UnicodeError) -> tuple[str, int]:
    """Decode two bytes that Python's EUC-JP or ISO-2022-JP refuses, as Windows wrote them; for `codecs`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    row, cell = (byte & 0x7F for byte in (*error.object[error.start : error.start + 2], 0, 0)[:2])
    pair = row in range(0x21, 0x7F) and cell in range(0x21, 0x7F) and error.encoding != "utf-8"
    char = _to_sjis(row, cell).decode("cp932", "ignore") if pair else ""
    return (char, error.start + 2) if len(char) == 1 else (_REPLACED, error.start + 1)


codecs.register_error(HANDLER, _mend)


def encodings(path: Path) -> tuple[str, ...]:
    """Return the encodings a text file may be in: those that decode all of it, else all that are known.

    Decode with `errors=HANDLER`.
    """
    with path.open("rb") as file:
        head = file.read(BLOCK)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return (name,)
    names = ["utf-8"] if _decodes(path, "utf-8") else ["utf-8", "euc_jp", "cp932"]  # chance makes no UTF-8
    names += ["utf-16-le", "utf-16-be"] * (b"\0" in head)
    fitting = [name for name in names if _decodes(path, name)]
    return (*(fitting or names), *(["iso2022_jp"] * _holds(path, b"\x1b$")))


def windows(path: Path) -> Iterator[bytes]:
    """Yield the blocks of a file."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """Yield the text of a file, block by block; what is not of the encoding becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)(HANDLER)
    for block in windows(path):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)


def _decodes(path: Path, encoding: str) -> bool:
    return not any(_REPLACED in text for text in decoded(path, encoding))


def _holds(path: Path, mark: bytes) -> bool:
    tail = b""
    for block in windows(path):
        if mark in tail + block:
            return True
        tail = block[-len(mark) :]
    return False
