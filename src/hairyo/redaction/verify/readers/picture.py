"""Pictures for the leak check: their text by another way through OCR, on pixels that OpenCV decodes.

The writer decodes and draws with pillow, and decides much about lines; here RapidOCR does as it sees fit. What lies
in a file beside the pixels is searched as bytes, and as text once it is unpacked. QR codes and bar codes are decoded by
ZXing at another setting than the writer's, and by OpenCV.
"""

from __future__ import annotations

import hashlib
import logging
import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.text import raw_bytes

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # it tells the terminal of damaged pictures
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_UNPACKED = 10_000_000
_PACKED = (b"zTXt", b"iTXt", b"iCCP")
_PIXELS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
# RapidOCR makes a page smaller whose long side is over so many pixels. Such a page that is more than so many times
# longer than wide is read in pieces, or its text would become too small; neighbours share a part.
_LONG_SIDE, _SHAPE, _SHARED = 2000, 1.6, 0.15
_LATELY: dict[bytes, list[str]] = {}
_MOST_LATELY = 64
# The long side at which lines are looked for; at twice as much fewer are found where there is noise, in twice the time
# (docs/figures.md).
_FOUND_AT = 1280
# A stretch so many times higher than wide is read as a vertical line, too: cut into squares, laid side by side.
_TALL, _INK, _PITCHES = 2.0, 60, (1.0, 1.1)
_ENCODINGS = ("utf-8", "cp932")  # of the bytes in a QR code, which do not tell it (JIS X 0510)


def read(path: Path) -> Iterator[Piece]:
    """Yield the bytes of a picture file, what else it holds, and the text of its pages, line by line and whole."""
    yield from raw_bytes(path)
    data = path.read_bytes()
    if data.startswith(_PNG):
        yield from _chunks(data)
    for number, picture in enumerate(_pages(data), 1):
        for lines in read_picture(picture):
            for at, line in enumerate(lines, 1):
                yield Piece(f"page {number} line {at}", line)
            yield Piece(f"page {number}", "\n".join(lines))


def read_picture(picture: npt.NDArray[np.uint8]) -> Iterator[list[str]]:
    """Yield the lines of text of a picture or, where it is long, of each of its pieces.

    What was read lately is not read again: the same logo may stand in every mail of a box.

    Args:
        picture: rows of BGR.
    """
    for part in _parts(picture):
        digest = hashlib.sha256(repr(part.shape).encode() + part.tobytes()).digest()
        lines = _LATELY.pop(digest, None)
        _LATELY[digest] = read_pixels(part) if lines is None else lines
        if len(_LATELY) > _MOST_LATELY:
            del _LATELY[next(iter(_LATELY))]
        yield _LATELY[digest]


def read_pixels(picture: npt.NDArray[np.uint8]) -> list[str]:
    """Return the lines of text that are seen in a picture, as RapidOCR orders them, and what its codes say.

    Args:
        picture: rows of BGR.
    """
    read = _engine()(picture, use_det=True, use_cls=True, use_rec=True)  # it keeps what the last call asked for
    boxes = () if read.boxes is None else read.boxes
    return [*(read.txts or ()), *_vertical(picture, boxes), *_codes(picture)]


def _vertical(picture: npt.NDArray[np.uint8], boxes: Iterable[npt.NDArray[Any]]) -> Iterator[str]:
    """Yield what stands in the tall boxes when it is read from top to bottom."""
    for box in boxes:
        (left, top), (right, bottom) = np.floor(box.min(axis=0)).astype(int), np.ceil(box.max(axis=0)).astype(int)
        column = picture[max(0, top) : bottom, max(0, left) : right]
        ink = np.abs(column.astype(np.int16) - np.median(column, axis=(0, 1)).astype(np.int16)).max(axis=2) > _INK
        across = np.flatnonzero(ink.any(axis=0))
        if column.shape[0] < _TALL * column.shape[1] or not len(across):
            continue
        em = int(across[-1] - across[0] + 1)
        for count in {max(1, round(column.shape[0] / (em * pitch))) for pitch in _PITCHES}:
            squares = np.array_split(column, count)
            high = max(len(square) for square in squares)
            strip = [cv2.copyMakeBorder(one, 0, high - len(one), 0, em // 10, cv2.BORDER_REPLICATE) for one in squares]
            read = _engine()(np.hstack(strip), use_det=False, use_cls=False, use_rec=True)
            yield from read.txts or ()


def _codes(picture: npt.NDArray[np.uint8]) -> Iterator[str]:
    """Yield what the codes in a picture say, in every encoding that their bytes may be in."""
    import zxingcpp

    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    for code in zxingcpp.read_barcodes(grey, binarizer=zxingcpp.Binarizer.GlobalHistogram):
        yield code.text
    try:
        _, contents, *_ = cv2.QRCodeDetectorAruco().detectAndDecodeBytesMulti(grey)
    except cv2.error as error:
        raise OutputError("the picture's copy cannot be read again; the input must be held") from error
    for data in contents:
        for encoding in _ENCODINGS:
            if text := data.decode(encoding, "ignore"):
                yield text


def _pages(data: bytes) -> Iterator[npt.NDArray[np.uint8]]:
    try:
        done, pages = cv2.imdecodemulti(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise OutputError("the picture's copy cannot be read again; the input must be held") from error
    if not done or not len(pages):
        raise OutputError("the picture's copy cannot be read again; the input must be held")
    for page in pages:
        yield from _grounds(np.asarray(page))


def _grounds(page: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield a page as BGR of 8 bits; where it is transparent, on white and on black, and its colours as they are."""
    if page.dtype != np.uint8:
        depth = page.astype(np.float32) - page.min()
        page = (depth * (255 / max(1.0, float(depth.max())))).astype(np.uint8)
    if page.ndim == 2 or page.shape[2] == 1:
        yield np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
        return
    yield np.ascontiguousarray(page[:, :, :3], dtype=np.uint8)
    if page.shape[2] == 4 and (page[:, :, 3] < 255).any():
        share = page[:, :, 3:].astype(np.float32) / 255
        for ground in (0, 255):
            yield (page[:, :, :3] * share + ground * (1 - share)).astype(np.uint8)


def _parts(picture: npt.NDArray[np.uint8]) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield a picture, or the pieces of one that is long."""
    high, wide = picture.shape[:2]
    size = max(_LONG_SIDE, round(min(high, wide) * _SHAPE))
    step = round(size * (1 - _SHARED))
    for start in range(0, max(1, max(high, wide) - (size - step)), step):
        yield np.ascontiguousarray(picture[start : start + size] if high >= wide else picture[:, start : start + size])


def _chunks(data: bytes) -> Iterator[Piece]:
    """Yield what a PNG holds beside its pixels: the text of its chunks, and what stands behind the end."""
    at = len(_PNG)
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        at += 12 + size
        if name in _PACKED:
            for start in (place for place in range(len(body)) if body[place : place + 1] == b"\x78"):
                try:
                    yield Piece("chunk", zlib.decompressobj().decompress(body[start:], _MAX_UNPACKED))
                    break
                except zlib.error:
                    continue  # another byte of that value, before what is packed
        if name not in _PIXELS:
            yield Piece("chunk", body)
        if name == b"IEND":
            break
    yield Piece("bytes behind the end", data[at:])


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").disabled = True
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,
            "Global.max_side_len": _LONG_SIDE,
            "Det.limit_type": "max",
            "Det.limit_side_len": _FOUND_AT,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
