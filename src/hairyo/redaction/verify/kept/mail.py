"""Mails and mailboxes (EML, MBOX) for the comparison, by the standard library's `email` and `mailbox`.

Not compared is what a copy may leave out or has to say anew: the fields that tell a mail's way and its marks, those of
transfer, charsets, the lines between parts.
"""

from __future__ import annotations

import base64
import email
import mailbox
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, decode_rfc2231
from pathlib import Path
from typing import TypeAlias, cast
from urllib.parse import unquote_to_bytes

from hairyo.errors import OutputError
from hairyo.redaction.verify.align import untwinned
from hairyo.redaction.verify.codecs import HANDLER
from hairyo.redaction.verify.kept import html
from hairyo.redaction.verify.kept.inner import document
from hairyo.redaction.verify.piece import Kept, KeptReader, Within

# Fields that a copy leaves out where anything was redacted, or has to write anew.
_LEFT_OUT = re.compile(
    r"(?:x-)?face|message-id|in-reply-to|references|resent-message-id|original-message-id|x-message-id|thread-index"
    r"|(?:x-)?received|received-spf|return-path|delivered-to|envelope-to|x-original-to|x-(?:envelope|forwarded"
    r"|originating|remote|source|google|gm|ms|microsoft|forefront|spam|virus|mozilla|yahoo|ymail)-.*|x-(?:sender|client)-ip"
    r"|authentication-results(?:-original)?|(?:dkim|domainkey)-signature|(?:arc|autocrypt|bimi)-.*|x-uidl|x-account-key"
    r"|autocrypt|openpgp|list-unsubscribe(?:-post)?|(?:x-)?feedback-id|content-md5|content-length|lines"
    r"|mime-version|content-transfer-encoding"
)
_WITH_PARAMETERS = ("content-type", "content-disposition")
_NOT_COMPARED = frozenset({"charset", "boundary", "size"})
_NAMES = frozenset({"name", "filename"})
_CHARSETS = ("utf-8", "iso2022_jp", "euc_jp", "cp932")
# Types of documents that may be converted; one that is bears another type in the copy.
_DOCUMENT = re.compile(r"(?:application|text)/(?:msword|(?:x-)?rtf|octet-stream|vnd\.(?:ms-|oasis|openxml|apple).*)")
_REPORTS = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")
_Mail: TypeAlias = "Message[str, str]"
_Text = tuple[bytes, str, bool]


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a mail."""
    yield _of_file


def mailbox_ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a mailbox."""
    yield _of_mailbox


def _of_file(path: Path) -> Iterator[Kept]:
    return _mail(email.message_from_bytes(path.read_bytes()), "mail")


def _of_mailbox(path: Path) -> Iterator[Kept]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), 1):
            yield Kept(f"mail {number} first line", box.get_message(key).get_from(), kind="address")
            yield document(f"mail {number}", box.get_bytes(key), "mail.eml")
    finally:
        box.close()


def _mail(mail: _Mail, place: str) -> Iterator[Kept]:
    """Yield fields and content of a mail or of a part of one, then the parts within."""
    yield from _header(mail, place)
    for what, text in (("preamble", mail.preamble), ("epilogue", mail.epilogue)):
        yield _text(f"{place} {what}", (text or "").encode("utf-8", "surrogateescape"), "", page=False)
    parts = cast("list[_Mail]", mail.get_payload()) if mail.is_multipart() else []
    how = str(mail.get("content-transfer-encoding", "")).strip().lower()
    if mail.get_content_type() in _REPORTS:
        data = b"\n".join(part.as_bytes() for part in parts)
        yield _text(place, _unpacked(data, how), str(mail.get_content_charset() or ""), page=False)
    elif parts and mail.get_content_maintype() == "message" and how in ("base64", "quoted-printable"):
        yield document(f"{place} message", _unpacked(parts[0].as_bytes(), how), "mail.eml")
    elif mail.is_multipart():
        for number, part in enumerate(parts, 1):
            yield from _mail(part, f"{place} part {number}")
    else:
        yield _body(mail, place)


def _header(mail: _Mail, place: str) -> Iterator[Kept]:
    for name, value in mail.raw_items():
        low = name.lower()
        if _LEFT_OUT.fullmatch(low):
            continue
        field = f"{place} field ({low})" if name.isascii() and len(name) < 40 else f"{place} field"
        if low in _WITH_PARAMETERS:
            continue
        yield Kept(field, f"{low}:{_decoded(str(value))}", kind="address")
    yield Kept(f"{place} type", _DOCUMENT.sub("document", mail.get_content_type()), kind="name")
    yield Kept(f"{place} disposition", mail.get_content_disposition() or "")
    for header in _WITH_PARAMETERS:
        for key, said in _parameters(mail, header):
            yield Kept(f"{place} parameter ({key})" if key in _NAMES else f"{place} parameter", said, kind="name")


def _parameters(mail: _Mail, header: str) -> list[tuple[str, str]]:
    """Return the parameters of a field, sorted: a copy's may stand in another order."""
    field: _Mail = Message()
    raw = next((str(value) for name, value in mail.raw_items() if name.lower() == header), "")
    field[header] = re.sub(r"\r?\n(?=[ \t])", "", _in(raw.encode("utf-8", "surrogateescape"), ""))
    found = [_parameter(*one) for one in field.get_params([], header)[1:]]
    return sorted((key, f"{key}={said}") for key, said in found if key not in _NOT_COMPARED)


def _parameter(key: str, value: str | tuple[str | None, str | None, str]) -> tuple[str, str]:
    """Return name and value of a parameter, decoded (RFC 2231)."""
    if key.endswith("*") and isinstance(value, str):  # the library leaves it where the name has a hyphen
        charset, _, said = decode_rfc2231(value)
        return key.rstrip("*").lower(), _in(unquote_to_bytes(said), charset or "")
    return key.lower(), _decoded(collapse_rfc2231_value(value))


def _decoded(text: str) -> str:
    """Return a header's value with its encoded words decoded, in whatever encoding it is."""
    text = re.sub(r"\r?\n(?=[ \t])", "", _in(text.encode("utf-8", "surrogateescape"), ""))
    said: list[str] = []
    try:
        found = decode_header(text)
    except (HeaderParseError, ValueError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error
    for chunk, charset in found:
        if isinstance(chunk, str):
            said.append(chunk)
        else:
            said.append(_in(chunk, charset or ""))
    return untwinned("".join(said))


def _unpacked(data: bytes, how: str) -> bytes:
    """Return what a part holds, whose transfer encoding the parser did not undo."""
    if how == "base64":
        return base64.b64decode(data)
    return quopri.decodestring(data) if how == "quoted-printable" else data


def _in(data: bytes, charset: str) -> str:
    """Return a text as it is labelled, if that holds, else as it looks."""
    names = (charset, *(("iso2022_jp",) if b"\x1b$" in data else ()), *_CHARSETS)
    for name in names:
        try:
            if name:
                return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    return data.decode(charset if charset in _CHARSETS else "utf-8", HANDLER)


def _body(mail: _Mail, place: str) -> Kept:
    data = mail.get_payload(decode=True)
    if not isinstance(data, bytes):
        raise OutputError("the copy cannot be compared with the input; the input must be held")
    kind, name = mail.get_content_type(), _decoded(mail.get_filename() or "")
    page = kind in ("text/html", "text/x-amp-html")
    if page or (kind in ("text/plain", "text/rfc822-headers") and not re.search(r"(?i)\.[ct]sv$|\.jsonl?$", name)):
        return _text(place, data, str(mail.get_content_charset() or ""), page=page)
    return document(place, data, name)


def _text(place: str, data: bytes, charset: str, *, page: bool) -> Kept:
    return Kept(place, "", within=Within(data, (data, charset, page), _text_ways))


def _text_ways(source: _Text, scratch: Path) -> Iterator[Callable[[_Text], Iterable[Kept]]]:
    """Yield the ways to read a text: as it says, and in the encodings of Japanese text."""
    for charset in ("", *_CHARSETS):

        def read(one: _Text, charset: str = charset) -> Iterable[Kept]:
            data, label, page = one
            text = _in(data, label) if not charset or label == "utf-8" else data.decode(charset, HANDLER)
            if page:
                return html.pieces(text)
            return (Kept("text", untwinned(text), kind="words"),)

        yield read
