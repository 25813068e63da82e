"""Header fields of a mail or of a part of one (メールのヘッダー), read and written back one by one.

A field without edits stays byte for byte.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from hairyo.documents.base import Block, Edit, apply_edits
from hairyo.documents.long_numbers import holds_long_number
from hairyo.documents.mail_words import decode, decode_words, edited, words
from hairyo.documents.output import EditFeed
from hairyo.errors import BrokenInput

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_PARAMETER = re.compile(r""";\s*([^\s=;*"]+)(?:\*(\d+))?(\*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)""", re.S)
_TYPE = re.compile(r"\s*([\w.+-]+(?:/[\w.+-]+)?)\s*(?:;\s*)?")
_WITH_PARAMETERS = ("content-type", "content-disposition")
_QUIET = re.compile(
    r"(?i)(?:charset|format|delsp|type|report-type|protocol|micalg|reply-type|method|component|conversions|size|differences"
    r"|version|x-unix-mode)=[A-Za-z0-9./+_-]{1,60}|(?:creation|modification|read)-date=[\w ,:+-]+"
)
_DATE = re.compile(
    r"\s*(?:[A-Z][a-z]{2},)?\s*\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})?\s+(?:[+-]\d{4}|[A-Z]{1,4})"
    r"(?: \((?:[A-Z]{1,5}|[A-Z][a-z]+ Standard Time)\))?\s*"
)
_QUIET_FIELDS = {
    "mime-version": re.compile(r"\s*1\.0\s*"),
    "content-transfer-encoding": re.compile(r"(?i)\s*(?:7bit|8bit|binary|base64|quoted-printable)\s*"),
    "date": _DATE,
    "x-priority": re.compile(r"[\s\w().]{0,20}"),
    "importance": re.compile(r"\s*[A-Za-z]+\s*"),
    "content-language": re.compile(r"[\sA-Za-z,-]{0,20}"),
}


@cache
def table() -> dict[str, Any]:
    """Return `mail.toml`."""
    return tomllib.loads(files("hairyo.documents").joinpath("mail.toml").read_text("utf-8"))


class Field:
    """A header field.

    Attributes:
        name: in lower case.
        raw: its bytes, line end included.
        value: what stands behind the colon, decoded but not yet read as words.
    """

    def __init__(self, raw: bytes, place: str) -> None:
        """Read a field.

        Raises:
            BrokenInput: it is none, or in no known encoding.
        """
        found = _FIELD.match(raw)
        if found is None:
            raise BrokenInput("a line of the mail's header is no header field; ask for the mail again")
        self.raw = raw
        self.name = found[1].decode("ascii").lower()
        bare = raw.rstrip(b"\r\n")
        begin = found.end() + len(bare[found.end() :]) - len(bare[found.end() :].lstrip())
        self._head = raw[:begin]
        self._end = raw[len(bare) :]
        self._plain = bare.isascii() and b"\x1b" not in bare
        self.value = decode(bare[begin:], "us-ascii" if self._plain else "")
        self._structured = self.name in table()["structured"]
        self._text = "".join(word.text for word in words(self.value, structured=self._structured))
        self._locator = f"{place} field ({self.name})" if _KNOWN.fullmatch(self.name) else f"{place} field"
        self._label = str(table()["labels"].get(self.name, ""))

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield its text, numbered from `first` on; none where it cannot hold any."""
        quiet = _QUIET_FIELDS.get(self.name)
        if self._text.strip() and (quiet is None or not quiet.fullmatch(self.value)):
            yield Block(first, self._text, self._locator, self._label)

    def copied(self, feed: EditFeed, first: int) -> tuple[bytes, int]:
        """Return its bytes with its edits done, and the number of the next block."""
        for block in self.blocks(first):
            first = block.index + 1
            if due := feed.of(block):
                self._set(edited(
                    self.value, structured=self._structured, edits=due, line_end=self._line_end, ascii_only=self._plain
                ))  # fmt: skip
        return self.raw, first

    @property
    def _line_end(self) -> str:
        return "\n" if self._end == b"\n" else "\r\n"

    def _set(self, value: str) -> None:
        """Give the field another value; the copy is written only once."""
        made = value.encode("ascii", "replace")
        self.raw = self._head + made + self._end


_KNOWN = re.compile(
    r"from|to|cc|bcc|sender|reply-to|subject|date|received|message-id|references|in-reply-to|content-type"
    r"|content-disposition|content-id|content-description|organization|comments|keywords"
)


def _is_quiet(name: str, value: str) -> bool:
    """Whether a parameter says nothing of a person."""
    return bool(_QUIET.fullmatch(f"{name}={value}")) and not holds_long_number(value)


class ParameterField(Field):
    """A field with parameters: Content-Type, Content-Disposition.

    Attributes:
        kind: what stands before the parameters, in lower case.
        parameters: their values by name, in lower case, decoded.
    """

    def __init__(self, raw: bytes, place: str) -> None:
        super().__init__(raw, place)
        self._read()

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield the values of the parameters that may hold text, or all of a field that is put together oddly."""
        if self._odd:
            yield from super().blocks(first)
            return
        for number, (name, value) in enumerate(self.parameters.items(), 1):
            if value.strip() and not _is_quiet(name, value):
                label = "ファイル名" if name.rstrip("*") in ("name", "filename") else ""
                yield Block(first, value, f"{self._locator} parameter {number}", label)
                first += 1

    def copied(self, feed: EditFeed, first: int) -> tuple[bytes, int]:
        """Return its bytes with its edits done, and the number of the next block; see `Field`."""
        if self._odd:
            return super().copied(feed, first)
        names = iter([name for name, value in self.parameters.items() if not _is_quiet(name, value)])
        changed: dict[str, str] = {}
        for block in list(self.blocks(first)):
            name = next(name for name in names if self.parameters[name].strip())
            first = block.index + 1
            if due := feed.of(block):
                changed[name] = _clean(name, block.text, due)
        for name, value in changed.items():
            self.put(name, value)
        return self.raw, first

    def put(self, name: str, value: str) -> None:
        """Give a parameter another value, or add it."""
        twin = f"{name}*" in self._spans and not value.isascii()
        written = "" if twin else f"; {_parameter(name.rstrip('*'), value)}"
        spans = self._spans.get(name, [])
        text, made, at = self.value, "", 0
        for number, (start, end) in enumerate(spans):
            made += text[at:start] + (written if number == 0 else "")
            at = end
        made += text[at:]
        self.value = made if spans else f"{made.rstrip()}{written}"
        self._set("".join(char if char.isascii() else "?" for char in self.value))
        self._read()

    def turn(self, kind: str) -> None:
        """Give the field another kind."""
        self.value = _TYPE.sub(lambda found: found[0].replace(found[1], kind), self.value, count=1)
        self._set("".join(char if char.isascii() else "?" for char in self.value))
        self._read()

    def _read(self) -> None:
        found = _TYPE.match(self.value)
        self.kind = found[1].lower() if found else ""
        pieces: dict[str, list[tuple[int, bool, str]]] = {}
        self._spans: dict[str, list[tuple[int, int]]] = {}
        rest, at = "", found.end(1) if found else 0
        for one in _PARAMETER.finditer(self.value, at):
            rest += self.value[at : one.start()]
            at = one.end()
            name = one[1].lower() + ("*" if one[3] and not one[2] else "")  # beside a plain one for older programs
            said = one[4].strip()
            said = re.sub(r"\\(.)", r"\1", said[1:-1]) if said.startswith('"') else said
            pieces.setdefault(name, []).append((int(one[2] or 0), bool(one[3]), said))
            self._spans.setdefault(name, []).append(one.span())
        rest += self.value[at:]
        self._odd = found is None or bool(rest.strip(" \t\r\n;"))
        self.parameters = {name: _joined(parts) for name, parts in pieces.items()}


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    """Return the value of a parameter that may be continued and percent-encoded (RFC 2231), or in encoded words."""
    if not any(coded for _, coded, _ in parts) and len(parts) == 1:
        return decode_words(re.sub(r"\r?\n(?=[ \t])", "", parts[0][2]))
    data, charset = b"", ""
    for number, (_, coded, said) in enumerate(sorted(parts, key=lambda part: part[0])):
        if coded and number == 0 and said.count("'") >= 2:
            charset, _, said = said.split("'", 2)
        data += unquote_to_bytes(said) if coded else said.encode("utf-8")
    return decode(data, charset)


def _parameter(name: str, value: str) -> str:
    if value.isascii() and value.isprintable():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}="{escaped}"'
    return f"{name}*=utf-8''{quote(value, safe='')}"


def _clean(name: str, text: str, due: list[Edit]) -> str:
    """Return a parameter's new value: a file's name stays one and keeps its suffix, a boundary stays plain."""
    value = apply_edits(text, due)
    if name == "boundary":
        return re.sub(r"[^A-Za-z0-9_.=-]", "", value) or "x"
    if name.rstrip("*") in ("name", "filename"):
        value = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", value)
        _, dot, suffix = text.rpartition(".")
        if dot and suffix.isascii() and suffix.isalnum() and len(suffix) < 8 and not value.endswith(dot + suffix):
            value += dot + suffix
    return value


def fields(header: bytes, place: str) -> list[Field]:
    """Return the fields of a header.

    Raises:
        BrokenInput: a line belongs to none, or is in no known encoding.
    """
    lines: list[bytes] = []
    for line in header.splitlines(keepends=True):
        if line.startswith((b" ", b"\t")) and lines:
            lines[-1] += line
        else:
            lines.append(line)
    return [_field(line, place) for line in lines]


def _field(line: bytes, place: str) -> Field:
    found = _FIELD.match(line)
    name = found[1].decode("ascii").lower() if found else ""
    return (ParameterField if name in _WITH_PARAMETERS else Field)(line, place)


def left_out(name: str, *, edited: bool) -> bool:
    """Whether a field of this name is left out of a copy.

    Args:
        name: in lower case.
        edited: whether anything in the mail is redacted.
    """
    patterns = table()["always"] + (table()["edited"] if edited else [])
    return holds_long_number(name) or any(fnmatchcase(name, pattern) for pattern in patterns)
