"""Outlook mails (MSG): read from the compound file, written back as a mail (EML).

Taken over: subject, sender, recipients, time, the text (plain and HTML), attachments and mails within. All other
properties, and the text's RTF, are left out. Refused: other Outlook items (contacts, appointments), OLE objects,
attachments by reference. Held: signed and encrypted mails. Source: [MS-OXMSG], [MS-OXPROPS].
"""

from __future__ import annotations

import mimetypes
import re
import shutil
import struct
import weakref
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

import olefile

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.mail_parts import Part
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.source import guessed
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat, Words

_CLASS, _SUBJECT, _BODY, _HTML = 0x001A, 0x0037, 0x1000, 0x1013
_SENDER = ((0x0C1A, 0x5D01, 0x0C1F), (0x0042, 0x5D02, 0x0065))  # name, SMTP address, other address
_SENT = 0x0039
_NAME, _ADDRESS, _SMTP, _KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
_DATA, _METHOD, _FILE, _LONG_FILE, _MIME, _CONTENT_ID = 0x3701, 0x3705, 0x3704, 0x3707, 0x370E, 0x3712
_BY_VALUE, _EMBEDDED = (0, 1), 5
_TEXT_TYPES = {0x001F: "utf-16-le", 0x001E: ""}
_STREAM = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})", re.I)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MAX_DEPTH = 5
_MARK = "__properties_version1.0".encode("utf-16-le")
_DROPPED = Words(
    "left out of the copy: {what}",
    what={"ja": "MSG のほかの項目と RTF の書式", "en": "other properties of the MSG, and the text's RTF formatting"},
)


class _Item:
    """A message, recipient or attachment in a compound file: its properties by number."""

    def __init__(self, ole: olefile.OleFileIO, folder: tuple[str, ...], header: int) -> None:
        self.texts: dict[int, str] = {}
        self.data: dict[int, bytes] = {}
        self.numbers: dict[int, int] = {}
        self.folder = folder
        for path in ole.listdir(streams=True, storages=False):
            if tuple(path[:-1]) != folder:
                continue
            if found := _STREAM.fullmatch(path[-1]):
                number, kind = int(found[1], 16), int(found[2], 16)
                data = _stream(ole, path)
                if kind in _TEXT_TYPES:
                    self.texts[number] = _text(data, _TEXT_TYPES[kind])
                elif kind == 0x0102:
                    self.data[number] = data
            elif path[-1].lower() == "__properties_version1.0":
                self._properties(_stream(ole, path)[header:])

    def _properties(self, data: bytes) -> None:
        for at in range(0, len(data) - 15, 16):
            kind, number, _, value = struct.unpack_from("<HHIQ", data, at)
            if kind in (0x0003, 0x0040, 0x000B):
                self.numbers[number] = value & 0xFFFFFFFF if kind == 0x0003 else value

    def first(self, *numbers: int) -> str:
        """Return the first of these texts that is there, or ""."""
        return next((self.texts[number] for number in numbers if self.texts.get(number)), "")


def _stream(ole: olefile.OleFileIO, path: list[str]) -> bytes:
    """Return a stream's bytes.

    Raises:
        BrokenInput: it says that it is larger than the file, as one whose sectors go in a circle.
    """
    if ole.get_size(path) > ole._filesize:
        raise BrokenInput("the Outlook mail is damaged; save it again as MSG or EML")
    return bytes(ole.openstream(path).read())


def _text(data: bytes, encoding: str) -> str:
    if encoding:
        return data.decode(encoding, "replace").rstrip("\0")
    bare = data.rstrip(b"\0")
    return guessed(bare)[1] if bare.strip() else ""


def _mail(ole: olefile.OleFileIO, folder: tuple[str, ...], depth: int) -> tuple[EmailMessage, bool]:
    """Return a message as a mail, and whether it is signed or encrypted."""
    if depth > _MAX_DEPTH:
        raise TooLarge("the parts of the mail lie within parts too deep; send what matters on its own")
    item = _Item(ole, folder, 24 if folder else 32)
    kind = item.first(_CLASS).upper()
    if kind and not kind.startswith(("IPM.NOTE", "REPORT.IPM.NOTE")):
        raise UnknownFormat("the MSG is no mail but another item of Outlook's; export it in another format")
    mail = EmailMessage(policy=SMTP.clone(utf8=False))
    senders = [
        formataddr((_line(item.first(name)), _line(item.first(*address))), "utf-8") for name, *address in _SENDER
    ]
    _set(mail, "From", senders[0] if senders[0].strip(" <>") else senders[1])
    for header, who in _recipients(ole, folder).items():
        _set(mail, header, ", ".join(who))
    _set(mail, "Subject", _line(item.first(_SUBJECT)))
    if item.numbers.get(_SENT):
        try:
            mail["Date"] = format_datetime(_EPOCH + timedelta(microseconds=item.numbers[_SENT] // 10))
        except OverflowError:
            raise BrokenInput("the Outlook mail is damaged; save it again as MSG or EML") from None
    mail.set_content(item.first(_BODY) or "\n", cte="base64")
    html = _html(item)
    if html:
        mail.add_alternative(html, subtype="html", cte="base64")
    if not (item.texts or html):
        raise BrokenInput("the Outlook mail is damaged; save it again as MSG or EML")
    closed = ".SMIME" in kind
    for storage in _storages(ole, folder, "__attach_version1.0_"):
        closed |= _attach(mail, ole, storage, depth)
    return mail, closed


def _html(item: _Item) -> str:
    raw = item.data.get(_HTML, b"")
    return guessed(raw)[1] if raw.strip() else item.first(_HTML)


def _recipients(ole: olefile.OleFileIO, folder: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for storage in _storages(ole, folder, "__recip_version1.0_"):
        one = _Item(ole, storage, 8)
        header = {2: "Cc", 3: "Bcc"}.get(one.numbers.get(_KIND, 1), "To")
        address = formataddr((_line(one.first(_NAME)), _line(one.first(_SMTP, _ADDRESS))), "utf-8")
        found.setdefault(header, []).append(address)
    return found


def _attach(mail: EmailMessage, ole: olefile.OleFileIO, storage: tuple[str, ...], depth: int) -> bool:
    """Add an attachment; return whether it is a mail that is signed or encrypted."""
    one = _Item(ole, storage, 8)
    method = one.numbers.get(_METHOD, 1)
    if method == _EMBEDDED:
        inner, closed = _mail(ole, (*storage, "__substg1.0_3701000D"), depth + 1)
        mail.add_attachment(inner)
        return closed
    if method not in _BY_VALUE:
        raise UnknownFormat(
            "the mail holds an OLE object or a file by reference, which is not read; attach it as a file"
        )
    name = _line(one.first(_LONG_FILE, _FILE)) or "attachment"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith(("text/", "message/", "multipart/")):
        kind = "application/octet-stream"
    main, _, sub = kind.partition("/")
    mail.add_attachment(one.data.get(_DATA, b""), maintype=main, subtype=sub, filename=PurePosixPath(name).name)
    if one.first(_CONTENT_ID):
        parts = mail.get_payload()
        if isinstance(parts, list) and isinstance(parts[-1], MIMEPart):
            _set(parts[-1], "Content-ID", f"<{_line(one.first(_CONTENT_ID))}>")
    return False


def _storages(ole: olefile.OleFileIO, folder: tuple[str, ...], beginning: str) -> list[tuple[str, ...]]:
    return sorted(
        tuple(path)
        for path in ole.listdir(streams=False, storages=True)
        if tuple(path[:-1]) == folder and path[-1].lower().startswith(beginning)
    )


def _line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _set(mail: MIMEPart, name: str, value: str) -> None:
    if value:
        mail[name] = value


def _as_bytes(mail: EmailMessage) -> bytes:
    """Return a mail as bytes, the same for the same mail."""
    for number, part in enumerate(mail.walk(), 1):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_part-{number}")
    return mail.as_bytes()


class OutlookDocument(Document):
    """An Outlook mail; see `Document`."""

    format = "msg"
    converted = ".eml"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the mail and all that is in it.

        Raises:
            InputRefused: it is no mail, damaged, or something in it is not read.
        """
        self._path = path
        self._stamp = Stamp.of(path)
        if self._stamp.size > 4 * limits.record_chars:
            raise TooLarge(
                "the mail has more than {size} bytes; save its attachments apart", size=4 * limits.record_chars
            )
        mail, closed = _read(path)
        data = _as_bytes(mail)
        folder = Path(mkdtemp(dir=limits.scratch, prefix="convert-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.basis = folder / "mail.eml"
        self.basis.write_bytes(data)
        self._part = Part(data, "mail", limits)
        self.unread = (*self._part.unread, *(["encrypted or signed part"] if closed else []))
        self.remarks = (_DROPPED, *self._part.remarks)

    def blocks(self) -> Iterator[Block]:
        """Yield header, text and attachments; see `Document.blocks`."""
        return self._part.blocks(0)

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy, as EML; see `Document.write`."""
        due = list(edits)
        feed = EditFeed(due)
        with new_file(target) as file:
            data, _ = self._part.copied(feed, 0, edited=bool(due))
            feed.finish()
            file.write(data)
            self._stamp.check(self._path)
        self.remarks = (_DROPPED, *self._part.remarks)


def _read(path: Path) -> tuple[EmailMessage, bool]:
    if _MARK not in path.read_bytes():
        raise BrokenInput(
            "the file is an older Office document, or one locked with a password; save it in a newer format"
        )
    try:
        with olefile.OleFileIO(str(path)) as ole:
            return _mail(ole, (), 0)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, RecursionError):
        raise BrokenInput("the Outlook mail is damaged; save it again as MSG or EML") from None


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> OutlookDocument:
    """Open an Outlook mail; `columns` does not concern it. See `Opener`."""
    return OutlookDocument(path, limits)
