"""The text of a PDF's content streams for the leak check (内容ストリームの再読), in the order in which they show it.

Neither pdfium nor the code that wrote the copy: instructions are found by one pattern, and what a font's codes say is
what pypdf takes from the font. The whole of pypdf's own way takes ten times as long and reads the same characters.
Source: ISO 32000-2, 7.3.4 (strings), 8.9.7 (pictures within the stream), 9.4 (text).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pypdf.generic import DictionaryObject, IndirectObject, StreamObject
from pypdf.generic._font import Font

_DEEP = rb"\((?:[^()\\]++|\\.)*+\)"
for _ in range(4):  # brackets within strings, five deep
    _DEEP = rb"\((?:[^()\\]++|\\.|%s)*+\)" % _DEEP
_STRING = rb"%s|<[0-9A-Fa-f\s]*+>" % _DEEP
_NUMBERS = rb"(?:[-+.\d]++\s*+)*+"
_NAME = rb"/[^\s()<>\[\]{}/%]*+"
_INSTRUCTION = re.compile(
    rb"(?P<string>%s)(?:\s*+(?P<shown>Tj|['\"]))?"
    rb"|\[(?P<array>(?:[-+.\d\s]++|%s)*+)\]\s*+TJ"
    rb"|(?=[-+.\d/A-Za-z'\"])(?:(?P<name>%s)\s*+)?(?P<numbers>%s)(?P<operator>[A-Za-z'\"][A-Za-z0-9*'\"]*+)?"
    rb"|%%[^\r\n]*+|<<|>>|\\." % (_STRING, _STRING, _NAME, _NUMBERS),
    re.DOTALL,
)
_ITEM = re.compile(rb"(%s)|([-+.\d]++)" % _STRING, re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n?|\n)|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_PICTURE = re.compile(rb"\sID\s.*?\sEI(?=\s|$)", re.DOTALL)
_WIDE = 1500.0  # thousandths of a letter: what stands farther away is another word
_WANTED = frozenset({b"Tf", b"q", b"Q", b"Td", b"TD", b"Tm", b"T*", b"BT", b"cm"})
_DEPTH, _MOST_OF_FORMS = 5, 1_000_000
Decoder = Callable[[bytes], str]


class Streams:
    """Reads content streams; what a font says is taken from it once."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int], Decoder] = {}

    def text(self, data: bytes, resources: object, depth: int = 0) -> str:
        """Return what a stream shows, its forms in their places, and at its end the other strings in it.

        Args:
            data: the stream, unpacked.
            resources: its resources, which may be none.
            depth: how many streams it is shown by.

        Raises:
            PyPdfError, AttributeError, IndexError, KeyError, TypeError, ValueError: pypdf's, for what is damaged.
        """
        return _Reading(self, _resolved(resources), depth).of(data)

    def decoder(self, reference: object) -> Decoder:
        """Return what decodes the strings of a font."""
        key = (reference.idnum, reference.generation) if isinstance(reference, IndirectObject) else None
        if key is None:
            return _decoder(_resolved(reference))
        if key not in self._fonts:
            self._fonts[key] = _decoder(_resolved(reference))
        return self._fonts[key]


def _resolved(thing: object) -> DictionaryObject:
    found = thing.get_object() if isinstance(thing, IndirectObject) else thing
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _decoder(resource: DictionaryObject) -> Decoder:
    """Return what decodes a font's strings: by its encoding first, then by its map."""
    font: Any = Font.from_font_resource(resource)
    table = {ord(code): text for code, text in font.character_map.items() if isinstance(code, str) and len(code) == 1}
    encoding = font.encoding
    if isinstance(encoding, str):
        handling = "surrogatepass" if encoding.startswith("utf-16") else "replace"

        def decode(data: bytes) -> str:
            try:
                return data.decode(encoding, handling).translate(table)
            except UnicodeDecodeError:
                return data.decode(encoding, "replace").translate(table)

        return decode
    simple = {code: table.get(ord(said), said) if len(said) == 1 else said for code, said in encoding.items()}
    simple |= {code: said for code, said in table.items() if code not in simple}
    return lambda data: data.decode("latin-1").translate(simple)


class _Reading:
    """One stream under way."""

    def __init__(self, streams: Streams, resources: DictionaryObject, depth: int) -> None:
        self._streams, self._resources, self._depth = streams, resources, depth
        self._all_fonts = _resolved(resources.get("/Font"))
        self._forms = _resolved(resources.get("/XObject"))
        self._decode: Decoder = lambda data: data.decode("latin-1")
        self._size = 1.0
        self._saved: list[tuple[Decoder, float]] = []
        self._x = self._y = 0.0
        self._since = 0  # characters shown since the line's beginning
        self._of_forms = 0
        self._out: list[str] = []
        self._aside: list[str] = []

    def of(self, data: bytes) -> str:
        """Read it."""
        out, at, end, pictures = self._out, 0, len(data), True
        find = _INSTRUCTION.search
        while at < end and (found := find(data, at)):
            at = found.end()
            kind = found.lastgroup
            if kind == "operator":
                operator = found["operator"]
                if operator in _WANTED:
                    self._do(operator, found["name"], found["numbers"].split())
                elif operator == b"BI" and pictures:
                    picture = _PICTURE.search(data, at)
                    pictures = picture is not None
                    at = picture.end() if picture else at
                elif operator == b"Do":
                    self._show_form(found["name"])
            elif kind == "shown":
                if found["shown"] != b"Tj":
                    out.append("\n")
                text = self._decode(_bytes(found["string"]))
                self._since += len(text)
                out.append(text)
            elif kind == "array":
                self._array(found["array"])
            elif kind == "string":
                self._aside.append(_said(_bytes(found["string"])))
        return "".join((*out, "\n", "\n".join(self._aside)))

    def _array(self, array: bytes) -> None:
        for string, moved in _ITEM.findall(array):
            if string:
                text = self._decode(_bytes(string))
                self._since += len(text)
                self._out.append(text)
            elif len(moved) > 4 and abs(_number(moved)) > _WIDE:
                self._out.append("\n")

    def _do(self, operator: bytes, name: bytes | None, numbers: list[bytes]) -> None:
        if operator == b"Tf":
            font = _named(self._all_fonts, name)
            if font is not None:
                self._decode = self._streams.decoder(font)
            self._size = abs(_number(numbers[0])) if numbers else 1.0
        elif operator == b"q":
            self._saved.append((self._decode, self._size))
        elif operator == b"Q":
            if self._saved:
                self._decode, self._size = self._saved.pop()
        elif operator in (b"Td", b"TD") and len(numbers) == 2:
            self._move(_number(numbers[0]), _number(numbers[1]))
        elif operator == b"Tm" and len(numbers) == 6:
            across = abs(_number(numbers[0])) or 1.0
            x, y = _number(numbers[4]), _number(numbers[5])
            self._move((x - self._x) / across, y - self._y)
            self._x, self._y = x, y
        else:
            self._out.append("\n")

    def _show_form(self, name: bytes | None) -> None:
        self._out.append("\n")
        form = _resolved(_named(self._forms, name))
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            return
        if self._depth >= _DEPTH or self._of_forms > _MOST_OF_FORMS:
            return  # every form is read by itself, too
        text = self._streams.text(form.get_data(), form.get("/Resources", self._resources), self._depth + 1)
        self._of_forms += len(text) + 100
        self._out += (text, "\n")

    def _move(self, x: float, y: float) -> None:
        """Note that the pen goes elsewhere: within the word where it goes no farther than what was shown."""
        if y or not -0.1 * self._size <= x <= (self._since + 1.0) * max(self._size, 1.0):
            self._out.append("\n")
        self._since = 0


def _named(things: DictionaryObject, name: bytes | None) -> object:
    """Return what a name of a stream stands for, None where it is nothing."""
    raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code[1].decode()), name or b"")
    for called in (raw.decode("utf-8", "replace"), raw.decode("latin-1")):
        if called in things:
            found: object = things.raw_get(called)
            return found
    return None


def _said(string: bytes) -> str:
    """Return what a string says that is not shown: a property of marked content."""
    if string.startswith(b"\xfe\xff"):
        return string[2:].decode("utf-16-be", "replace")
    return string.decode("utf-8", "replace")


def _number(said: bytes) -> float:
    try:
        return float(said)
    except ValueError:
        return 0.0


def _bytes(string: bytes) -> bytes:
    if string[:1] == b"<":
        digits = b"".join(string[1:-1].split()).decode("ascii")
        return bytes.fromhex(digits + "0" * (len(digits) % 2))
    inner = string[1:-1]
    return _ESCAPE.sub(_escaped, inner) if b"\\" in inner else inner


def _escaped(found: re.Match[bytes]) -> bytes:
    octal, line_end, letter = found.groups()
    if octal:
        return bytes((int(octal, 8) & 0xFF,))
    return b"" if line_end else _LETTERS.get(letter, letter)
