"""Take outlines out of a Type1 font program (Adobe Type 1 Font Format, chapters 2, 6 and 7).

Its second part is encrypted, and so is each outline in it. An outline that goes becomes an empty one, and its name
another, in both parts.
"""

from __future__ import annotations

import re

from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.misc.eexec import decrypt, encrypt

_FILE_KEY, _OUTLINE_KEY = 55665, 4330
_ENCODED = re.compile(rb"dup\s+(\d+)\s*/(\S+)\s+put")
_OUTLINE = re.compile(rb"/(\S+)\s+(\d+)\s+(?:RD|-\|)\s")
_LEAD = re.compile(rb"/lenIV\s+(\d+)")
_EMPTY = bytes((139, 139, 13, 14))  # 0 0 hsbw endchar


def blanked(data: bytes, clear: int, listed: dict[int, str], codes: set[int]) -> tuple[bytes, int]:
    """Return a font program without the outlines of some codes, and the length of its clear part.

    Args:
        data: the program.
        clear: the length of its clear part.
        listed: names of glyphs by code, as the font's own encoding lists them.
        codes: the codes.

    Raises:
        ValueError: the program is not built as the format says.
    """
    head, body = data[:clear], data[clear:]
    if not head.rstrip().endswith(b"eexec") or len(body) < 8:
        raise ValueError("a Type1 program without an encrypted part")
    inside = decrypt(body, _FILE_KEY)[0]
    names = {int(code): name for code, name in _ENCODED.findall(head)}
    if not names:
        names = {code: name.encode() for code, name in enumerate(StandardEncoding)}
    names |= {code: name.encode() for code, name in listed.items()}
    gone = {names[code] for code in codes if code in names} - {b".notdef"}
    gone -= {name for code, name in names.items() if code not in codes}
    if not gone:
        raise ValueError("no glyphs of these codes")
    lead = _LEAD.search(inside)
    skipped = int(lead[1]) if lead else 4
    out, at = [], 0
    renamed = {name: b"z%d" % number for number, name in enumerate(sorted(gone))}
    while match := _OUTLINE.search(inside, at):
        end = match.end() + int(match[2])
        if match[1] in gone:
            empty = encrypt(bytes(skipped) + _EMPTY, _OUTLINE_KEY)[0]
            kind = match[0].split()[-1]
            out += [inside[at : match.start()], b"/%s %d %s " % (renamed[match[1]], len(empty), kind), empty]
        else:
            out.append(inside[at:end])
        at = end
    out.append(inside[at:])
    head = _ENCODED.sub(lambda row: b"" if row[2] in gone else row[0], head)
    return head + encrypt(b"".join(out), _FILE_KEY)[0], len(head)
