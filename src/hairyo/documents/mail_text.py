"""The text of a part of a mail (本文): its charset, its transfer encoding, and the way back.

An edited text keeps both where they have all its characters; else it is written in UTF-8. Source: RFC 2045, RFC 3676.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from hairyo.documents.base import Block, Limits
from hairyo.documents.encodings import START, Encoding, labelled
from hairyo.documents.html import HtmlText
from hairyo.documents.html_places import Place
from hairyo.documents.output import EditFeed
from hairyo.documents.runs import Run, cut, merged, plain
from hairyo.documents.source import Change, Piece, can_write, guessed, splice
from hairyo.documents.text import take
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat, Words

_SOFT = re.compile(r" (\r\n|\n|\r)(?:>+ ?)?")
_HIDING = (
    ("PGP block", re.compile(r"^-----BEGIN PGP (?:MESSAGE|SIGNED MESSAGE|PUBLIC KEY)", re.M)),
    ("uuencoded data", re.compile(r"^(?:begin [0-7]{3,4} \S|=ybegin )", re.M)),
    ("base64 data", re.compile(r"(?:^[>\s]*[A-Za-z0-9+/]{60,76}[ \t\r]*\n){4}", re.M)),
)
_FROM = re.compile(rb"^From ", re.M)


def unpacked(body: bytes, how: str) -> bytes:
    """Return what a body says without its transfer encoding.

    Raises:
        BrokenInput: it is damaged.
        UnknownFormat: the transfer encoding is none that mails use.
    """
    if how in ("", "7bit", "8bit", "binary"):
        return body
    if how == "quoted-printable":
        return binascii.a2b_qp(body)
    if how == "base64":
        try:
            return base64.b64decode(re.sub(rb"\s", b"", body), validate=True)
        except (binascii.Error, ValueError):
            raise BrokenInput("a part of the mail is damaged (base64); ask for the mail again") from None
    raise UnknownFormat("a part of the mail is in a transfer encoding that is not read; send it again")


def packed(data: bytes, how: str, line_end: bytes) -> bytes:
    """Return a body in a transfer encoding."""
    if how == "base64":
        return base64.encodebytes(data).replace(b"\n", line_end)
    if how == "quoted-printable":
        lines = [binascii.b2a_qp(line, istext=True) for line in re.split(rb"\r\n|\n", data)]
        coded = line_end.join(line.replace(b"=\n", b"=" + line_end) for line in lines)
        return _FROM.sub(b"=46rom ", coded)  # a mailbox would take it for the beginning of another mail
    return data


class Written(NamedTuple):
    """A body of a copy.

    Attributes:
        body: its bytes.
        charset: the label that its charset needs; "" where it stays.
        how: its transfer encoding.
    """

    body: bytes
    charset: str
    how: str


class _Text(Protocol):
    """Places of text: of a plain text, or of a page."""

    unread: tuple[str, ...]

    @property
    def remarks(self) -> tuple[Words, ...]: ...

    def blocks(self, first: int) -> Iterator[Block]: ...

    def changes(self, feed: EditFeed, first: int) -> tuple[list[Change], int]: ...


class PlainText:
    """Text without mark-up; lines that a mailer broke to length (format=flowed) are one."""

    remarks: tuple[Words, ...] = ()

    def __init__(self, text: str, place: str, *, flowed: bool = False, joined: bool = False) -> None:
        begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
        runs = _flowed(text, begin, end, joined) if flowed else plain(text, begin, end)
        self._places = [
            Place([portion], _as_it_is, f"{place} stretch {number}")
            for number, portion in enumerate(cut(runs, take), 1)
            if any(run.text.strip() for run in portion)
        ]
        self.unread = tuple(kind for kind, pattern in _HIDING if pattern.search(text))

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield its blocks, numbered from `first` on."""
        for number, place in enumerate(self._places, first):
            yield from place.blocks(number)

    def changes(self, feed: EditFeed, first: int) -> tuple[list[Change], int]:
        """Return what to change in the text, and the number of the next block."""
        found: list[Change] = []
        for place in self._places:
            changed, first = place.changes(feed, first)
            found += changed
        return merged(found), first


def _as_it_is(text: str) -> str:
    return text


def _flowed(text: str, at: int, end: int, joined: bool) -> list[Run]:
    """Return a flowed text (RFC 3676): a line that ends in a blank goes on in the next; `joined` drops the blank."""
    runs: list[Run] = []
    for found in _SOFT.finditer(text, at, end):
        if text[max(0, found.start() - 2) : found.start()] == "--":  # a signature begins
            continue
        runs += plain(text, at, found.start())
        runs.append(Run("" if joined else " ", *found.span()))
        at = found.end()
    return runs + plain(text, at, end)


class TextBody:
    """The body of a part that is text.

    Attributes:
        unread, remarks: see `Document`.
    """

    def __init__(
        self, body: bytes, kind: str, parameters: dict[str, str], how: str, place: str, limits: Limits
    ) -> None:
        """Decode a body.

        Args:
            body: its bytes.
            kind: `html`, or anything else for plain text.
            parameters: of its Content-Type.
            how: its transfer encoding, in lower case.
            place: where it stands in the mail.
            limits: the mail's.

        Raises:
            InputRefused: it is damaged, too long, or in no known encoding.
        """
        self._body, self._how = body, how
        self._data = unpacked(body, how)
        label = parameters.get("charset", "")
        self._encoding, text = _decoded(self._data, label)
        if len(text) > limits.record_chars:
            raise TooLarge(
                "the document has more than {record_chars} characters; split it", record_chars=limits.record_chars
            )
        if "\0" in text:
            raise BrokenInput("there is a NUL in a part of the mail: it is binary, not text")
        self._bom = b"" if self._encoding is None else self._encoding.bom
        self._piece = Piece(text, self._data[len(self._bom) :], START)
        self._ascii = (not label or (encoding := labelled(label)) is None or encoding.name == "utf-8") and (
            self._data.isascii() and label.lower() not in ("utf-8", "utf8")
        )
        self._text: _Text
        if kind == "html":
            page = Encoding("iso8859-1") if self._ascii else self._encoding or Encoding("utf-8")
            self._text = HtmlText(text, page, limits)
        else:
            flowed = parameters.get("format", "").lower() == "flowed"
            joined = parameters.get("delsp", "").lower() == "yes"
            self._text = PlainText(text, place, flowed=flowed, joined=joined)
        self.unread = self._text.unread

    @property
    def remarks(self) -> tuple[Words, ...]:
        """See `Document`."""
        return self._text.remarks

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield its blocks, numbered from `first` on."""
        return self._text.blocks(first)

    def copied(self, feed: EditFeed, first: int, line_end: bytes) -> tuple[Written, int]:
        """Return the body with its edits done, and the number of the next block."""
        changes, first = self._text.changes(feed, first)
        if not changes:
            return Written(self._body, "", self._how), first
        data, charset = self._changed(changes)
        how = self._how
        if how in ("", "7bit") and not data.isascii() and self._data.isascii():
            how = "quoted-printable"
        return Written(packed(data, how, line_end), charset, how), first

    def _changed(self, changes: list[Change]) -> tuple[bytes, str]:
        """Return the changed text as bytes, and the charset it is in where that is another."""
        if self._encoding is not None and all(can_write(self._encoding, said) for _, _, said in changes):
            data = self._bom + splice(self._encoding, self._piece, changes)
            return data, "utf-8" if self._ascii and not data.isascii() else ""
        return splice(Encoding("utf-8"), self._piece, changes), "utf-8"


def _decoded(data: bytes, label: str) -> tuple[Encoding | None, str]:
    """Return the encoding of a text, None where it cannot be spliced, and what it says."""
    if data.isascii() and b"\x1b$" in data:  # ISO-2022-JP, whatever the label says
        return guessed(data)
    encoding = labelled(label) if label else None
    try:
        if encoding is not None:
            return encoding, encoding.decode(data, START, True)[0]
        if label:
            return None, data.decode(label)
    except (ValueError, LookupError):
        pass
    return guessed(data)
