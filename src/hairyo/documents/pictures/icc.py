"""Colour profiles (ICC プロファイル) without their words: what tells colours stays, who made it for which screen goes.

Source: ICC.1:2022, 7 (header, tag table) and 9 (tags).
"""

from __future__ import annotations

import struct

_HEADER, _ENTRY = 128, 12
# The tags that say how colours are meant; all others (names of the profile, of the screen and its owner, dates) go.
_COLOUR = frozenset(
    b"rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad chrm lumi gamt cicp "
    b"A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3".split()
)
# Every profile has to have these two; ours say nothing.
_EMPTY = {
    b"desc": b"desc" + bytes(4) + struct.pack(">I", 1) + bytes(1 + 8 + 3 + 67),
    b"cprt": b"text" + bytes(4) + b"\0",
}
_MAX_TAGS = 100


def without_words(profile: bytes) -> bytes | None:
    """Return a profile of the same colours that carries no text; None where it is damaged."""
    try:
        (count,) = struct.unpack_from(">I", profile, _HEADER)
        entries = [struct.unpack_from(">4sII", profile, _HEADER + 4 + _ENTRY * n) for n in range(min(count, _MAX_TAGS))]
    except struct.error:
        return None
    tags = {name: profile[at : at + size] for name, at, size in entries if name in _COLOUR}
    if profile[36:40] != b"acsp" or not tags or any(at + size > len(profile) for _, at, size in entries):
        return None
    tags |= _EMPTY
    table, body = struct.pack(">I", len(tags)), b""
    start = _HEADER + 4 + _ENTRY * len(tags)
    places: dict[bytes, int] = {}
    for name, data in sorted(tags.items()):
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, places[data], len(data))
    # Of the header stay version, class, spaces, signature, intent and white point: no maker, date, model or digest.
    header = bytearray(_HEADER)
    for first, last in ((8, 24), (36, 40), (64, 80)):
        header[first:last] = profile[first:last]
    struct.pack_into(">I", header, 0, start + len(body))
    return bytes(header) + table + body
