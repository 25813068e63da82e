"""Take removed characters out of the fonts (フォントの整理): what a font lists tells what a document said.

An embedded subset names its characters in the order of their first use. Where a code is used nowhere any more, its
entry goes from ToUnicode, Encoding and widths, and its outline from the font program, by fontTools.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables._g_l_y_f import Glyph as Outline

from hairyo.documents.pdf import cmap, type1
from hairyo.documents.pdf.fonts import Code, Font
from hairyo.documents.pdf.objects import Key, called, content, dictionary, entry, key_of
from hairyo.errors import InputRefused

_TELLING = ("cmap", "post", "name", "GSUB", "GPOS", "GDEF", "DSIG", "BASE", "meta", "kern")
_NO_CID = 65_000


def prune(
    pdf: pikepdf.Pdf, fonts: Mapping[Key, Font], used: Mapping[Key, Counter[Code]], removed: Mapping[Key, Counter[Code]]
) -> list[Key]:
    """Take out of the fonts of `pdf` what only removed characters needed.

    Args:
        pdf: the copy.
        fonts: the fonts of the input, by object number.
        used: how often each code was shown.
        removed: how often it was taken out.

    Returns:
        The fonts whose program could not be changed.
    """
    programs: dict[Key, set[int]] = defaultdict(set)
    alive: dict[Key, set[int]] = defaultdict(set)
    owners: dict[Key, Font] = {}
    for key, counts in used.items():
        font = fonts[key]
        left = {code for code, count in counts.items() if count > removed.get(key, Counter())[code]}
        dead = set(counts) - left
        program = _program(font.obj)
        home = key_of(program) if program is not None else (0, 0)
        alive[home] |= {code.cid for code in left}
        if key not in removed:
            continue
        own = pdf.get_object(key)
        _prune_font(pdf, own, font, left, dead)
        if dead:
            programs[home] |= {code.cid for code in dead}
            owners[home] = font
    failed: list[Key] = []
    for home, cids in programs.items():
        gone = cids - alive[home]
        if home == (0, 0) or not gone:
            continue
        try:
            _blank(pdf.get_object(home), owners[home], gone, alive[home])
        except (
            TTLibError,
            InputRefused,
            ArithmeticError,
            LookupError,
            ValueError,
            TypeError,
            AttributeError,
            AssertionError,
        ):
            failed.append(home)
    return failed


def _program(font: Any) -> Any:
    """Return the stream that holds a font's outlines, None where there is none."""
    descendants = entry(font, "/DescendantFonts")
    holder = descendants[0] if isinstance(descendants, pikepdf.Array) and len(descendants) else font
    descriptor = dictionary(holder, "/FontDescriptor")
    for key in ("/FontFile2", "/FontFile3", "/FontFile"):
        found = entry(descriptor, key)
        if isinstance(found, pikepdf.Stream):
            return found
    return None


def _prune_font(pdf: pikepdf.Pdf, own: Any, font: Font, left: set[Code], dead: set[Code]) -> None:
    if font.to_unicode is not None:
        kept = {code.code: cmap.text_of(font.to_unicode.find(code.code)) for code in left}
        own["/ToUnicode"] = pdf.make_stream(cmap.to_unicode({code: text for code, text in kept.items() if text}))
    if font.kind == "Type0":
        descendants = entry(own, "/DescendantFonts")
        if isinstance(descendants, pikepdf.Array) and len(descendants):
            for key, per in (("/W", 1), ("/W2", 3)):
                _prune_widths(descendants[0], key, per, {code.cid for code in dead} - {code.cid for code in left})
            _prune_gids(pdf, descendants[0], {code.cid for code in dead} - {code.cid for code in left})
        return
    if not dead:
        return
    codes = {code.cid for code in dead}
    first = int(entry(own, "/FirstChar") or 0)
    widths = entry(own, "/Widths")
    if isinstance(widths, pikepdf.Array):
        own["/Widths"] = pikepdf.Array([0 if first + at in codes else one for at, one in enumerate(widths)])
    names = _prune_differences(own, codes)
    procs = entry(own, "/CharProcs")
    if font.kind == "Type3" and isinstance(procs, pikepdf.Dictionary):
        kept_procs = {name: proc for name, proc in procs.items() if name not in names}
        own["/CharProcs"] = pikepdf.Dictionary(kept_procs)


def _prune_differences(own: Any, codes: set[int]) -> set[str]:
    """Take the names of codes out of an encoding; return those that no other code has."""
    encoding = entry(own, "/Encoding")
    differences = entry(encoding, "/Differences")
    if not isinstance(differences, pikepdf.Array):
        return set()
    code, kept = 0, []
    gone: set[str] = set()
    stay: set[str] = set()
    for one in differences:
        if not isinstance(one, pikepdf.Name):
            code = int(one)
        else:
            dead = code in codes
            (gone if dead else stay).add(called(one))
            one = pikepdf.Name("/.notdef") if dead else one
            code += 1
        kept.append(one)
    changed = pikepdf.Dictionary(encoding)
    changed["/Differences"] = pikepdf.Array(kept)
    own["/Encoding"] = changed
    return gone - stay


def _prune_widths(descendant: Any, key: str, per: int, cids: set[int]) -> None:
    """Take character ids out of a W or W2 array; those given as a range of one stay nameless in wider ranges."""
    array = entry(descendant, key)
    if not isinstance(array, pikepdf.Array):
        return
    kept: list[Any] = []
    waiting: list[Any] = []
    for one in array:
        if isinstance(one, pikepdf.Array):
            start = int(waiting[-1]) if waiting else 0
            rows = list(one)
            run: list[Any] = []
            for at in range(0, len(rows), per):
                cid = start + at // per
                if cid in cids:
                    kept += [cid - len(run) // per, pikepdf.Array(run)] if run else []
                    run = []
                else:
                    run += rows[at : at + per]
            end = start + (len(rows) + per - 1) // per
            kept += [end - len(run) // per, pikepdf.Array(run)] if run else []
            waiting = []
            continue
        waiting.append(one)
        if len(waiting) == 2 + per:
            if not (int(waiting[0]) == int(waiting[1]) and int(waiting[0]) in cids):
                kept += waiting
            waiting = []
    descendant[key] = pikepdf.Array(kept)


def _prune_gids(pdf: pikepdf.Pdf, descendant: Any, cids: set[int]) -> None:
    """Point character ids at no glyph."""
    table = entry(descendant, "/CIDToGIDMap")
    if not isinstance(table, pikepdf.Stream):
        return
    data = bytearray(content(table))
    for cid in cids:
        if 2 * cid + 2 <= len(data):
            data[2 * cid : 2 * cid + 2] = b"\0\0"
    descendant["/CIDToGIDMap"] = pdf.make_stream(bytes(data))


def _blank(stream: Any, font: Font, cids: set[int], alive: set[int]) -> None:
    """Take the outlines of character ids (in a simple font codes) out of a font program.

    An outline that those `alive` need, too, stays: the fonts of OCR layers have one for all.
    """
    data = content(stream)
    if data[:4] in (b"\0\1\0\0", b"true", b"OTTO", b"ttcf"):
        new = _blank_sfnt(data, font, cids, alive)
    elif data[:1] == b"\1":
        new = _blank_cff(data, font, cids)
    else:
        new, clear = type1.blanked(data, int(entry(stream, "/Length1") or 0), _listed(font), cids)
        stream.write(new)
        stream["/Length1"], stream["/Length2"], stream["/Length3"] = clear, len(new) - clear, 0
        return
    kind = entry(stream, "/Subtype")
    stream.write(new)
    if "/Length1" in stream:
        stream["/Length1"] = len(new)
    if kind is not None:
        stream["/Subtype"] = kind


def _blank_sfnt(data: bytes, font: Font, cids: set[int], alive: set[int]) -> bytes:
    program = TTFont(BytesIO(data), recalcBBoxes=False, recalcTimestamp=False, fontNumber=0)
    if "CFF " in program:
        fonts = program["CFF "].cff
        _blank_charstrings(fonts, _names_in(fonts, font, cids))
    else:
        order = program.getGlyphOrder()
        gids = _gids(program, font, cids) - (_mapped(font, alive) if font.kind == "Type0" else set())
        outlines = program["glyf"]
        for gid in gids:
            if 0 < gid < len(order):
                outlines[order[gid]] = Outline()
                if "hmtx" in program:
                    program["hmtx"][order[gid]] = (0, 0)
    if font.kind == "Type0":
        for tag in _TELLING:
            if tag in program:
                del program[tag]
    out = BytesIO()
    program.save(out, reorderTables=False)
    return out.getvalue()


def _mapped(font: Font, cids: set[int]) -> set[int]:
    """Return the glyphs of character ids."""
    table = entry(font.descendant, "/CIDToGIDMap")
    if not isinstance(table, pikepdf.Stream):
        return cids
    data = content(table)
    return {int.from_bytes(data[2 * cid : 2 * cid + 2], "big") for cid in cids}


def _gids(program: Any, font: Font, cids: set[int]) -> set[int]:
    """Return the glyphs of character ids; in a simple font those of its codes, which leave its cmap, too."""
    if font.kind == "Type0":
        return _mapped(font, cids)
    order = program.getGlyphOrder()
    texts = {ord(code.text) for code in font._codes.values() if code.cid in cids and len(code.text) == 1}
    names: set[str] = set()
    for table in program["cmap"].tables if "cmap" in program else ():
        for code in list(table.cmap):
            if code in texts or code in cids or (code & 0xFF00 == 0xF000 and code & 0xFF in cids):
                names.add(table.cmap.pop(code))
    if "post" in program:
        program["post"].formatType = 3.0
    if "name" in program:
        del program["name"]
    still = {name for table in (program["cmap"].tables if "cmap" in program else ()) for name in table.cmap.values()}
    return {order.index(name) for name in names - still if name in order}


def _blank_cff(data: bytes, font: Font, cids: set[int]) -> bytes:
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(data), None)
    _blank_charstrings(fonts, _names_in(fonts, font, cids))
    out = BytesIO()
    fonts.compile(out, None, isCFF2=False)
    return out.getvalue()


def _names_in(fonts: Any, font: Font, cids: set[int]) -> set[str]:
    """Return the names of glyphs in a CFF program."""
    top = fonts[fonts.fontNames[0]]
    if hasattr(top, "ROS"):
        return {f"cid{cid:05d}" for cid in cids}
    if font.kind == "Type0":
        order = list(top.charset)
        return {order[cid] for cid in cids if cid < len(order)}
    names = _listed(font)
    built_in = getattr(top, "Encoding", None)
    by_text = {code.cid: code.text for code in font._codes.values()}
    found = set()
    for cid in cids:
        listed = built_in[cid] if isinstance(built_in, list) and cid < len(built_in) else ""
        found |= {names.get(cid, ""), listed, by_text.get(cid, "")} & set(top.charset)
    return found


def _listed(font: Font) -> dict[int, str]:
    """Return the glyph names that a simple font's encoding lists, by code."""
    names, code = {}, 0
    for one in entry(entry(font.obj, "/Encoding"), "/Differences") or ():
        if isinstance(one, pikepdf.Name):
            names[code] = called(one)[1:]
            code += 1
        else:
            code = int(one)
    return names


def _blank_charstrings(fonts: Any, names: set[str]) -> None:
    top = fonts[fonts.fontNames[0]]
    strings = top.CharStrings
    for number, name in enumerate(sorted(names)):
        if name not in strings or name in (".notdef", "cid00000"):
            continue
        outline = strings[name]
        outline.setProgram(["endchar"])
        if hasattr(top, "ROS"):  # the list of ids tells the characters, too
            other = f"cid{_NO_CID - number:05d}"
            top.charset[top.charset.index(name)] = other
            strings.charStrings[other] = strings.charStrings.pop(name)
