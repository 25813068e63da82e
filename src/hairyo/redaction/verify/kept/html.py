"""Pages (HTML) for the comparison, by the standard library's parser: text, every tag with its attributes, the rest.

White space does not count: a value may stand over several lines and elements, which stay.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

from hairyo.redaction.verify.align import untwinned
from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.kept.inner import document
from hairyo.redaction.verify.piece import Kept, KeptReader

_INLINE = re.compile(
    r"a|abbr|acronym|applet|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|img|ins|kbd|label|map|mark|meter|nobr|output"
    r"|progress|q|rb|ruby|s|samp|slot|small|span|strike|strong|sub|sup|time|tspan|tt|u|var|wbr|br|[^\s]*[-:][^\s]*"
)
_READINGS = frozenset({"rt", "rp", "rtc"})
_HIDDEN = frozenset({"script", "style"})
_DATA = re.compile(r"(?i)data:([\w.+-]*/?[\w.+-]*)((?:;[\w=.+-]+)*),([^\"'\s)<>\\]*)")
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
# How many bytes of a link may be a character.
_SIZES = ((1, "utf-8"), (2, "utf-8"), (3, "utf-8"), (4, "utf-8"), (2, "cp932"), (1, "latin-1"))
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{1,6})[ \t\n]?)")


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read a page: one an encoding that it may be in."""
    head = path.read_bytes()[:4096]
    declared = _DECLARED.search(head)
    names = encodings(path)
    if declared is not None:
        names = ((declared[1] or declared[2]).decode("ascii"), *names)
    for name in dict.fromkeys(name.lower() for name in names):
        try:
            b"".decode(name)
        except LookupError:
            continue
        yield partial(_of_file, encoding=name)


def _of_file(path: Path, encoding: str) -> Iterator[Kept]:
    return pieces(path.read_bytes().decode(encoding, HANDLER))


def pieces(text: str) -> Iterator[Kept]:
    """Yield what has to survive of a decoded page."""
    page = _Page()
    page.feed(untwinned(text))
    page.close()
    page.flush()
    yield from page.found


class _Page(HTMLParser):
    """Collects what a page holds, in its order; text is joined over inline elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Kept] = []
        self._text: list[str] = []
        self._reading: list[str] = []
        self._tags: list[str] = []
        self._names: list[str] = []
        self._depth = self._number = 0

    def flush(self) -> None:
        """End the block of text at hand."""
        self._number += 1
        self._add(f"text {self._number}", "".join(self._text))
        if self._depth:
            self._end_reading()
        tags = "\x1f".join(self._tags)
        self.found.append(Kept(f"elements of text {self._number}", tags, kind="words", counted=False))
        self.found += [Kept(f"name {self._number}", name, kind="name", counted=False) for name in self._names]
        for one in (self._text, self._tags, self._names):
            one.clear()

    def _end_reading(self) -> None:
        """End a reading; it goes with its word."""
        self._add(f"ruby {self._number}", "".join(self._reading), may_go=True)
        self._reading.clear()

    def _add(self, place: str, text: str, *, may_go: bool = False) -> None:
        self.found.append(Kept(place, self._without_data(text, place), kind="words", may_go=may_go))

    def _without_data(self, text: str, place: str) -> str:
        """Return a text without data URIs: pictures are compared as what they are, others are in no copy."""

        def noted(found: re.Match[str]) -> str:
            kind = found[1].lower()
            if not kind.startswith("image/") or kind == "image/svg+xml":
                return "data:,"
            data = unquote_to_bytes(found[3])
            try:
                data = base64.b64decode(data, validate=True) if found[2].lower().endswith(";base64") else data
            except (binascii.Error, ValueError):
                return "data:,"
            if not data:
                return "data:,"
            self.found.append(document(f"picture in {place}", data, f"picture.{kind[6:]}"))
            return "data:image"

        return _DATA.sub(noted, text) if "ata:" in text or "DATA:" in text else text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        if not _INLINE.fullmatch(tag) and tag not in _READINGS:
            self.flush()
        if tag in _READINGS:
            self._end_reading()
            self._depth += 1
        said = [self._named(tag)]
        for name, value in attrs:
            plain = self._without_data(value or "", f"elements of text {self._number + 1}")
            plain = _escapes(plain) if name == "style" or name.startswith("on") else plain
            said += [self._named(name), _unquoted(plain) if "%" in plain else plain]
        self._tags.append("\x1f".join(said))

    def _named(self, name: str) -> str:
        """Return the name of an element or attribute; one that somebody made up is a piece of its own."""
        if name.isascii() and "-" not in name:
            return name
        self._names.append(name)
        return ""

    def parse_endtag(self, i: int) -> int:
        """Note what stands in an end tag beside its name, too, which no browser shows."""
        end = super().parse_endtag(i)
        written = self.rawdata[i:end]
        if len(written.split()) > 1:
            self._tags.append(unescape(written))
        return end

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        if tag in _READINGS:
            self._end_reading()
            self._depth = max(0, self._depth - 1)
        self._tags.append(f"/{self._named(tag)}")
        if not _INLINE.fullmatch(tag) and tag not in _READINGS:
            self.flush()

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self.cdata_elem in _HIDDEN:
            self._hidden(_escapes(data), "script")
        elif self._depth:
            self._reading.append(data)
        else:
            self._text.append(data)

    def _hidden(self, data: str, what: str) -> None:
        self._add(f"{what} {len(self.found) + 1}", data)

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self._hidden(_references(data), "comment")

    def handle_decl(self, decl: str) -> None:
        """Note a declaration."""
        self._hidden(_references(decl), "declaration")

    def handle_pi(self, data: str) -> None:
        """Note an instruction."""
        self._hidden(_references(data), "instruction")

    def unknown_decl(self, data: str) -> None:
        """Note a section of another kind."""
        self._hidden(_references(data), "section")

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Take `<![...` for a comment, as browsers do; the standard library stops at what it does not know."""
        return self.parse_bogus_comment(i, bool(report))


def _references(text: str) -> str:
    return unescape(text) if "&" in text else text


def _unquoted(link: str) -> str:
    """Return a link without percent escapes: of UTF-8, else of CP932, character by character."""
    data, said, at = unquote_to_bytes(link), "", 0
    while at < len(data):
        for size, encoding in _SIZES:
            try:
                said += data[at : at + size].decode(encoding)
            except UnicodeDecodeError:
                continue
            at += size
            break
    return said


def _escapes(text: str) -> str:
    """Return a script or style with its escapes decoded."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(next(one for one in found.groups() if one is not None), 16)
    return chr(code) if code < 0x110000 else found[0]
