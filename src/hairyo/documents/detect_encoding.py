"""Tell the encoding of a text file from its bytes (文字コードの判定).

A mark at the head decides; escapes make it ISO-2022-JP; bytes valid as UTF-8 are UTF-8; between the
rest, the reading with the most everyday Japanese in it wins (LIBRARIES.md, "encodings": the known
libraries fail on short EUC-JP).
"""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from hairyo.documents.encodings import START, Encoding
from hairyo.errors import BrokenInput

_SAMPLE = 1 << 18
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_ESCAPES = re.compile(rb"\x1b(?:\$[@B(]|\([JI])")
_CONTROLS = re.compile(r"[\x00-\x07\x0e-\x19\x1c-\x1f\x7f\x80-\x84\x86-\x9f]")
_SCORED = 20_000
_MIN_SCORE = 0.2
_MAX_CONTROLS = 0.01


def detect(path: Path) -> Encoding:
    """Return the encoding of the text file at `path`.

    Raises:
        BrokenInput: it is empty, blank, binary, or in no encoding we read.
    """
    with path.open("rb") as file:
        return _detect(file)


def detect_bytes(raw: bytes) -> Encoding:
    """Return the encoding of a text in memory; see `detect`."""
    return _detect(BytesIO(raw))


def _detect(file: BinaryIO) -> Encoding:
    head, sample, offset, whole = _sample(file)
    if head.startswith(_UTF32):
        raise BrokenInput("the file is in UTF-32, which is not read; save it as UTF-8")
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Encoding(name, bom)
    if not sample:
        return Encoding("utf-8")
    if b"\0" in sample:
        return Encoding(_wide(sample, whole))
    if _ESCAPES.search(sample) and max(sample) < 0x80:
        return Encoding("iso-2022-jp")
    encoding = Encoding(_narrow(sample, offset, whole))
    if _is_binary(encoding.decode(sample, START, False)[0]):
        raise BrokenInput("the file is full of control characters: it is binary, not text; check what it is")
    return encoding


def _sample(file: BinaryIO) -> tuple[bytes, bytes, int, bool]:
    """Return the file's first bytes, a stretch from its first telling byte on, where that is, if to the end.

    The stretch is b"" where the file is plain ASCII throughout; it begins at an even offset.
    """
    telling = re.compile(rb"[\x00-\x07\x0e-\x19\x1b-\x1f\x7f-\xff]")
    head, offset = b"", 0
    while chunk := file.read(_SAMPLE):
        head = head or chunk[:4]
        if telling.search(chunk):
            if max(chunk) >= 0x80 or b"\0" in chunk or b"\x1b" in chunk:
                sample = chunk + file.read(_SAMPLE)
                return head, sample, offset, not file.read(1)
            if len(telling.findall(chunk)) > _MAX_CONTROLS * len(chunk):
                raise BrokenInput("the file is binary, not text; check what it is")
        offset += len(chunk)
    if not head:
        raise BrokenInput("the file is empty; ask for it again")
    return head, b"", 0, True


def _reading(name: str, sample: bytes, whole: bool) -> str | None:
    try:
        return Encoding(name).decode(sample, START, whole)[0]
    except UnicodeDecodeError:
        return None


def _wide(sample: bytes, whole: bool) -> str:
    scores = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = _reading(name, sample, whole)
        if text and "\0" not in text and not _CONTROLS.search(text):
            scores[name] = _score(text, neutral=1.0)
    if not scores or max(scores.values()) < _MIN_SCORE:
        raise BrokenInput("the file holds NUL bytes: it is binary, not text; check what it is")
    return max(scores, key=scores.__getitem__)


def _narrow(sample: bytes, offset: int, whole: bool) -> str:
    if _reading("utf-8", sample, whole) is not None:
        return "utf-8"
    scores = {}
    for name in ("cp932", "euc-jp", "utf-16-le", "utf-16-be"):
        text = _reading(name, sample, whole)
        if text is not None and not _is_binary(text):
            scores[name] = _score(text)
    best = max(scores, key=scores.__getitem__, default="")
    if not best or scores[best] < _MIN_SCORE:
        at = offset + _first_bad(sample, whole)
        raise BrokenInput("the bytes at offset {at} fit no Japanese encoding; save the file as UTF-8", at=at)
    return best


def _first_bad(sample: bytes, whole: bool) -> int:
    """Return how far the most patient narrow encoding gets."""
    reach = [0]
    for name in ("utf-8", "cp932", "euc-jp"):
        try:
            Encoding(name).decode(sample, START, whole)
        except UnicodeDecodeError as error:
            reach.append(error.start)
    return max(reach)


def _score(text: str, neutral: float = 0.0) -> float:
    """Return how much like everyday Japanese `text` is, from -2 to 1, over its characters beyond ASCII."""
    weights = [_weight(char) for char in islice((char for char in text if char > "\x7f"), _SCORED)]
    return sum(weights) / len(weights) if weights else neutral


@lru_cache(maxsize=16384)
def _weight(char: str) -> float:
    if "\u3041" <= char <= "\u30ff" or char in "、。「」（）・：　":
        return 1.0
    if "\uff61" <= char <= "\uff9f":
        return 0.45
    if "\ue000" <= char <= "\uf8ff" or "\x80" <= char <= "\x9f":
        return -2.0
    try:
        unit = char.encode("euc-jp")
    except UnicodeEncodeError:
        return -0.5
    if len(unit) == 3:
        return -0.3
    return 0.7 if 0xB0 <= unit[0] <= 0xCF else 0.6 if unit[0] <= 0xA8 else 0.1


def _is_binary(text: str) -> bool:
    return len(_CONTROLS.findall(text)) > 1 + _MAX_CONTROLS * len(text)
