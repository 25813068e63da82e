"""Mails and mailboxes (EML, MBOX) for the leak check, by the standard library's `email` and `mailbox`."""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path
from typing import TypeAlias

from hairyo.errors import OutputError
from hairyo.redaction.verify.codecs import HANDLER
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.inner import nested
from hairyo.redaction.verify.readers.text import raw_bytes

_PROSE = ("subject", "from", "to", "cc", "bcc", "reply-to", "sender", "comments", "organization")
_CHARSETS = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
_Mail: TypeAlias = "Message[str, str]"


def read(path: Path) -> Iterator[Piece]:
    """Yield a mail's bytes, headers, texts, and its attachments as what they are."""
    yield from raw_bytes(path)
    data = path.read_bytes()
    yield Piece("as written", data.decode("utf-8", "replace"), raw=True)
    mail = email.message_from_bytes(data)
    for number, part in enumerate(mail.walk()):
        place = f"part {number}" if number else "mail"
        yield from _header(part, place)
        for what, text in (("preamble", part.preamble), ("epilogue", part.epilogue)):
            yield from _texts(f"{place} {what}", (text or "").encode("utf-8", "surrogateescape"), "")
        if not part.is_multipart():
            yield from _body(part, place, path)


def read_mailbox(path: Path) -> Iterator[Piece]:
    """Yield a mailbox's bytes, and every mail in it."""
    yield from raw_bytes(path)
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), 1):
            yield Piece(f"mail {number} first line", box.get_message(key).get_from())
            yield from nested(box.get_bytes(key), "mail.eml", f"mail {number}", path)
    finally:
        box.close()


def _header(part: _Mail, place: str) -> Iterator[Piece]:
    for name, value in part.raw_items():
        raw = str(value).encode("utf-8", "surrogateescape")
        joined = re.sub(rb"\r?\n(?=[ \t])", b"", raw)
        for encoding in _CHARSETS:
            text = joined.decode(encoding, HANDLER)
            yield Piece(f"{place} {_plain(name)}", text, markup=True)
            yield Piece(f"{place} {_plain(name)}", _decoded(text), markup=name.lower() not in _PROSE)
    name = part.get_filename() or ""
    yield Piece(f"{place} file name", name)
    for header in ("content-type", "content-disposition"):
        for key, said in part.get_params([], header):
            said = collapse_rfc2231_value(said)
            yield Piece(f"{place} parameter", f"{key} {_decoded(said)}", markup=True)


def _decoded(text: str) -> str:
    """Return a header's value with its encoded words decoded, bytes split between two of them joined."""
    said: list[str] = []
    try:
        found = decode_header(text)
    except (HeaderParseError, ValueError) as error:
        raise OutputError("the copy cannot be read again; the input must be held") from error
    for chunk, charset in found:
        if isinstance(chunk, str):
            said.append(chunk)
        else:
            said.append(_in(chunk, charset or "utf-8"))
    return "".join(said)


def _in(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, HANDLER)
    except LookupError:
        return data.decode("utf-8", "replace")


def _body(part: _Mail, place: str, path: Path) -> Iterator[Piece]:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        raise OutputError("the copy cannot be read again; the input must be held")
    yield Piece(place, data)
    if part.get_content_maintype() == "text" or part.get_content_maintype() == "message":
        yield from _texts(place, data, str(part.get_content_charset() or ""))
    name = part.get_filename() or ""
    html = part.get_content_type() in ("text/html", "text/x-amp-html")
    if html:
        name = "page.html"
    elif part.get_content_type() == "text/csv" and not name:
        name = "table.csv"
    yield from nested(data, name, place, path)


def _texts(place: str, data: bytes, charset: str) -> Iterator[Piece]:
    """Yield a text as it is labelled, and in the encodings of Japanese text; lines of a flowed one joined, too."""
    if not data.strip():
        return
    for encoding in dict.fromkeys((charset.lower() or "utf-8", *_CHARSETS)):
        text = _in(data, encoding)
        yield Piece(f"{place} text", text)
        if re.search(r" \r?\n", text):
            yield Piece(f"{place} flowed text", re.sub(r" \r?\n(?:>+ ?)?", "", text))


def _plain(name: str) -> str:
    return "field" if not name.isascii() or len(name) > 40 else f"field ({name.lower()})"
