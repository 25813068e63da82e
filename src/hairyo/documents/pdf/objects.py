"""Small helpers to read PDF objects with distrust: whatever a file says, they give what was asked for or a default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pikepdf

from hairyo.documents.long_numbers import holds_long_number
from hairyo.errors import BrokenInput, TooLarge

Key = tuple[int, int]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_FARTHEST = 1e9
_NUMBERS = (int, float, Decimal)
_KEYED = (pikepdf.Dictionary, pikepdf.Stream)
_EUC = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xa8\xb0-\xf4][\xa1-\xfe])*")


def key_of(thing: Any) -> Key:
    """Return the object and generation number; (0, 0) where it is no object of its own."""
    found: Key = thing.objgen
    return found


def number(thing: Any, default: float = 0.0) -> float:
    """Return a number within sane bounds."""
    if isinstance(thing, _NUMBERS):
        value = float(thing)
        return value if -_FARTHEST < value < _FARTHEST else default
    return default


def numbers(thing: Any) -> list[float]:
    """Return the numbers of an array; [] where it is none."""
    return [number(one) for one in thing] if isinstance(thing, pikepdf.Array | Sequence) else []


def matrix(thing: Any, default: Matrix = IDENTITY) -> Matrix:
    """Return a transformation matrix."""
    found = numbers(thing)
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if len(found) == 6 else default


def times(one: Matrix, other: Matrix) -> Matrix:
    """Return the matrix that does first `one`, then `other`."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def called(thing: Any) -> str:
    """Return a name with its slash, as dictionaries give their keys: bytes that are no UTF-8 are surrogates."""
    try:
        return str(thing)
    except UnicodeDecodeError:
        raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code[1].decode()), bytes(thing.unparse()))
        return raw.decode("utf-8", "surrogateescape")


def tells(name: str) -> bool:
    """Whether a name, with its slash, may say something of a person."""
    return not name.isascii() or "@" in name or holds_long_number(name)


def name(thing: Any, default: str = "") -> str:
    """Return a name without its slash."""
    return called(thing)[1:] if isinstance(thing, pikepdf.Name) else default


def entry(thing: Any, key: str) -> Any:
    """Return what a dictionary or stream has under `key`, None where there is none."""
    if not isinstance(thing, _KEYED):
        return None
    try:
        return thing.get(key)
    except TypeError:  # a name of bytes that are no UTF-8 (`called`), which nothing has
        return None


def dictionary(thing: Any, key: str) -> pikepdf.Dictionary | None:
    """Return the dictionary that stands under `key`."""
    found = entry(thing, key)
    return found if isinstance(found, pikepdf.Dictionary) else None


def content(stream: Any) -> bytes:
    """Return a stream's decoded bytes.

    Raises:
        TooLarge: it unfolds too far.
        BrokenInput: it is damaged, or coded in a way that is not known.
    """
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError as error:
        if "memory" in str(error) or "limit" in str(error):
            raise TooLarge("a part of the PDF unfolds too far; print it to a new PDF") from None
        raise BrokenInput("a part of the PDF cannot be decoded; open it and save it anew") from None


def text_of(value: Any) -> str:
    """Return a string's text; some programs write CP932 where the format has no place for it."""
    raw = bytes(value)
    if b"\x1b$" in raw and raw.isascii():
        return raw.decode("iso2022_jp", "replace")
    if not raw.startswith((b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe")) and any(byte >= 0x80 for byte in raw):
        for encoding in ("utf-8", "euc_jp" if _EUC.fullmatch(raw) else "cp932"):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if any("\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" for char in text):
                return text
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    try:
        return str(value)
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
