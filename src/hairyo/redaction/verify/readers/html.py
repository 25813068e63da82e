"""Pages (HTML) for the leak check: as a browser's parser reads them (selectolax), and tag by tag (standard library)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser

from hairyo.errors import OutputError
from hairyo.redaction.verify.codecs import HANDLER, encodings
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.inner import nested
from hairyo.redaction.verify.readers.text import raw_bytes

_INLINE = re.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|img|ins|kbd|label|mark|nobr|q|rb|ruby|s|samp"
    r"|small|span|strike|strong|sub|sup|time|tspan|tt|u|var|wbr"
)
_STYLE_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\n]?")
_DATA = re.compile(r"(?i)data:([\w.+/-]*)((?:;[\w=.+-]+)*),([^\"'\s)<>\\]+)")


def read(path: Path) -> Iterator[Piece]:
    """Yield a page's text, attributes, comments, scripts and source, in every encoding that fits."""
    yield from raw_bytes(path)
    raw = path.read_bytes()
    names = encodings(path)
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", raw[:4096], re.I)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        names = (*names, declared[1].decode("ascii"))
    for name in dict.fromkeys(names):
        try:
            text = raw.decode(name, HANDLER)
        except LookupError:
            continue
        yield from pieces(text, path)


def pieces(text: str, path: Path) -> Iterator[Piece]:
    """Yield what is to be searched of a decoded page; what has to be unpacked comes to lie beside `path`."""
    yield Piece("as written", text, raw=True)
    tags = _Tags()
    tags.feed(text)
    tags.close()
    for shown in "".join(tags.shown).split("\n\n"):
        if shown.strip():
            yield Piece("text", re.sub(r"\s+", " ", shown))
    for what, texts in (("attribute", tags.attributes), ("comment or script", tags.hidden)):
        for said in dict.fromkeys(texts):
            yield Piece(what, said, markup=True)
            if "\\" in said:
                yield Piece(what, _STYLE_ESCAPE.sub(_character, said), markup=True)
    tree = LexborHTMLParser(text)
    if tree.root is not None:
        yield Piece("text as a browser sees it", tree.root.text(deep=True, separator="\n"), markup=True)
        yield Piece("all text", tree.root.text(deep=True, separator=""), markup=True)
        for number, node in enumerate(tree.root.css("ruby"), 1):
            yield Piece(f"ruby {number}", "".join(one.text() for one in node.css("rt")), markup=True)
    for number, found in enumerate(_DATA.finditer(text), 1):
        data = unquote_to_bytes(found[3])
        try:
            data = base64.b64decode(data, validate=True) if found[2].lower().endswith(";base64") else data
        except (binascii.Error, ValueError) as error:
            raise OutputError("the copy cannot be read again; the input must be held") from error
        yield from nested(data, "", f"data URI {number}", path)


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else ""


class _Tags(HTMLParser):
    """Collects text (block by block, a blank line between), attributes, and what is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.attributes: list[str] = []
        self.hidden: list[str] = []
        self._reading = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden.append(tag)
        for name, value in attrs:
            self.attributes += [name, value or ""]
        if tag in ("rt", "rp"):
            self._reading += 1
        elif tag == "br":
            self.shown.append("\n")
        elif not _INLINE.fullmatch(tag):
            self.shown.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("rt", "rp"):
            self._reading = max(0, self._reading - 1)
        elif not _INLINE.fullmatch(tag) and tag != "br":
            self.shown.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._reading or self.cdata_elem:
            self.hidden.append(data)
        else:
            self.shown.append(re.sub(r"\s+", " ", data))

    def handle_comment(self, data: str) -> None:
        self.hidden.append(data)

    def handle_decl(self, decl: str) -> None:
        self.hidden.append(decl)

    def handle_pi(self, data: str) -> None:
        self.hidden.append(data)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Take `<![...` for a comment, as browsers do; the standard library stops at what it does not know."""
        return self.parse_bogus_comment(i, bool(report))

    def unknown_decl(self, data: str) -> None:
        self.hidden.append(data)
