"""JPEG pictures without what no one sees (JPEG の付加情報): EXIF, thumbnails, comments; the picture itself stays.

Source: ITU-T T.81 annex B.
"""

from __future__ import annotations

_START, _SCAN, _END, _COMMENT = 0xD8, 0xDA, 0xD9, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_ADOBE = 0xEE  # says which colours they are
_ADOBE_SIZE = 14  # of the marker's own twelve bytes and its length


def without_words(data: bytes) -> bytes:
    """Return a JPEG stream without its application segments, comments and what follows its end.

    What is no JPEG, or damaged, is returned as it is.
    """
    if data[:2] != bytes((0xFF, _START)):
        return data
    made, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = data.rfind(bytes((0xFF, _END)))
            return bytes(made + data[at : end + 2 if end > at else len(data)])
        if size < 2:
            return data
        if marker == _ADOBE and data[at + 4 : at + 9] == b"Adobe":
            made += data[at : at + 2] + _ADOBE_SIZE.to_bytes(2, "big") + data[at + 4 : at + 2 + _ADOBE_SIZE]
        elif marker not in _APPLICATION and marker != _COMMENT:
            made += data[at : at + 2 + size]
        at += 2 + size
    return data
