"""The parts of a mail (MIME の部分): header, body, the parts within, each with its own bytes.

Every byte of a mail belongs to a field, a text, a document within, or a line between parts. What two programs might
read in two ways is refused. Source: RFC 2045 to 2049, RFC 5322.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from copy import copy
from pathlib import PurePosixPath

from hairyo.documents.base import Block, Limits
from hairyo.documents.mail_fields import Field, ParameterField, fields, left_out
from hairyo.documents.mail_text import TextBody, packed, unpacked
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed
from hairyo.documents.registry import kinds
from hairyo.errors import BrokenInput, TooLarge, Words

_TEXTS = ("text/plain", "text/html", "text/x-amp-html")
_REPORTS = (
    "message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers",
)  # fmt: skip
_CLOSED = {
    "multipart/signed": "signed part",
    "multipart/encrypted": "encrypted part",
    "application/pkcs7-mime": "encrypted or signed part",
    "application/x-pkcs7-mime": "encrypted or signed part",
    "application/pkcs7-signature": "signature",
    "application/x-pkcs7-signature": "signature",
    "application/pgp-encrypted": "encrypted part",
    "application/pgp-signature": "signature",
    "application/pgp-keys": "key",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "message/partial": "piece of a mail",
    "message/external-body": "reference to a body elsewhere",
}
_LAST_NEWLINE = re.compile(rb"(?:\r\n|\n|\r)\Z")
_BLANK = re.compile(rb"(?:\A|(?<=\n)|(?<=\r)(?!\n))(?:\r\n|\n|\r)")


class Part:
    """A mail, or a part of one.

    Attributes:
        unread: what was kept but not read.
    """

    def __init__(self, raw: bytes, place: str, limits: Limits, depth: int = 0, default: str = "text/plain") -> None:
        """Read a part and all within.

        Args:
            raw: its bytes.
            place: where it stands in the mail.
            limits: the mail's.
            depth: how many parts it lies within.
            default: its type where its header does not say.

        Raises:
            InputRefused: it is damaged, or something in it is not read.
        """
        if depth > limits.depth // 10:
            raise TooLarge("the parts of the mail lie within parts too deep; send what matters on its own")
        self._place, self._limits, self._depth = place, limits, depth
        blank = _BLANK.search(raw)
        header, self._gap = (raw, b"") if blank is None else (raw[: blank.start()], blank.group())
        self._body = b"" if blank is None else raw[blank.end() :]
        self._fields = fields(header, place)
        self._line_end = b"\r\n" if b"\r\n" in header or (not header and b"\r\n" in raw) else b"\n"
        for name in ("content-type", "content-transfer-encoding", "content-disposition"):
            if sum(field.name == name for field in self._fields) > 1:
                raise BrokenInput("a header of the mail says twice what its body is; ask for the mail again")
        self.unread: tuple[str, ...] = ()
        self._content: TextBody | Inner | Part | Parts | None = None
        self._kind = self._type.kind if self._type and "/" in self._type.kind else default
        self._how = self._transfer_encoding()
        self._open()

    @property
    def remarks(self) -> tuple[Words, ...]:
        """What to know about the copy; see `Document`."""
        return () if self._content is None else self._content.remarks

    @property
    def names(self) -> frozenset[str]:
        """The names of its header's fields."""
        return frozenset(field.name for field in self._fields)

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield the blocks of header and body, numbered from `first` on."""
        for one in [*self._fields, *([] if self._content is None else [self._content])]:
            for block in one.blocks(first):
                yield block
                first = block.index + 1

    def copied(self, feed: EditFeed, first: int, edited: bool) -> tuple[bytes, int]:
        """Return its bytes with its edits done, and the number of the next block.

        Args:
            feed: the mail's edits.
            first: the number of its first block.
            edited: whether anything in the mail is redacted.
        """
        before = self._fields
        self._fields = [copy(field) for field in before]
        try:
            return self._copied(feed, first, edited)
        finally:
            self._fields = before

    def _copied(self, feed: EditFeed, first: int, edited: bool) -> tuple[bytes, int]:
        for field in self._fields:
            _, first = field.copied(feed, first)
        body = self._body
        if isinstance(self._content, TextBody):
            (body, charset, how), first = self._content.copied(feed, first, self._line_end)
            if charset:
                self._set_type("text/plain").put("charset", charset)
            self._set_how(how)
        elif isinstance(self._content, Inner):
            body, first = self._attachment(self._content, feed, first)
        elif isinstance(self._content, Part):
            body, first = self._content.copied(feed, first, edited)
            if self._how in ("base64", "quoted-printable"):
                unchanged = body == unpacked(self._body, self._how)
                body = self._body if unchanged else packed(body, self._how, self._line_end)
        elif isinstance(self._content, Parts):
            body, first = self._content.copied(feed, first, edited, self._new_boundary())
        kept = [field.raw for field in self._fields if not left_out(field.name, edited=edited)]
        return b"".join([*kept, self._gap, body]), first

    def _open(self) -> None:
        """Open the body as what it is."""
        if self._kind in _CLOSED:
            self.unread = (_CLOSED[self._kind],)
        elif self._kind.startswith("multipart/"):
            if self._how not in ("", "7bit", "8bit", "binary"):
                raise BrokenInput("a part of the mail that holds parts is encoded, which no mail program does")
            default = "message/rfc822" if self._kind == "multipart/digest" else "text/plain"
            self._content = Parts(
                self._body,
                self._parameters.get("boundary", "").rstrip(),
                self._place,
                self._limits,
                self._depth,
                default,
            )
            self.unread = self._content.unread
        elif self._kind in ("message/rfc822", "message/global"):
            self._content = Part(
                unpacked(self._body, self._how), f"{self._place} message", self._limits, self._depth + 1
            )
            self.unread = self._content.unread
        elif self._is_text:
            kind = "html" if "html" in self._kind else "plain"
            self._content = TextBody(self._body, kind, self._parameters, self._how, self._place, self._limits)
            self.unread = self._content.unread
        elif data := unpacked(self._body, self._how):
            name = self._file_name or f"part{mimetypes.guess_extension(self._kind) or ''}"
            self._content = Inner(data, name, self._place, self._limits)
            self.unread = self._content.unread

    @property
    def _is_text(self) -> bool:
        if self._kind in _REPORTS:
            return True
        suffix = PurePosixPath(self._file_name).suffix.lower()
        own = next((kind for kind in kinds() if suffix in kind.suffixes), None)
        page = "html" in self._kind
        return self._kind in _TEXTS and (own is None or own.module == "text" or (page and own.name == "html"))

    @property
    def _file_name(self) -> str:
        for name, field in (("filename", "content-disposition"), ("name", "content-type")):
            for one in self._fields:
                if isinstance(one, ParameterField) and one.name == field:
                    found = one.parameters.get(f"{name}*") or one.parameters.get(name, "")
                    if found:
                        return found
        return ""

    @property
    def _type(self) -> ParameterField | None:
        return next(
            (one for one in self._fields if isinstance(one, ParameterField) and one.name == "content-type"), None
        )

    @property
    def _parameters(self) -> dict[str, str]:
        return {} if self._type is None else self._type.parameters

    def _transfer_encoding(self) -> str:
        said = next((field.value for field in self._fields if field.name == "content-transfer-encoding"), "")
        return said.strip().strip('"').rstrip(";").lower()

    def _set_type(self, kind: str) -> ParameterField:
        """Return the Content-Type, made where there is none."""
        if self._type is None:
            self._fields.append(ParameterField(f"Content-Type: {kind}".encode() + self._line_end, self._place))
            if "mime-version" not in self.names and not self._depth:
                self._fields.append(Field(b"MIME-Version: 1.0" + self._line_end, self._place))
        found = self._type
        if found is None:
            raise BrokenInput("a line of the mail's header is no header field; ask for the mail again")
        return found

    def _set_how(self, how: str) -> None:
        """Say another transfer encoding."""
        if how == self._how:
            return
        self._fields = [field for field in self._fields if field.name != "content-transfer-encoding"]
        self._fields.append(Field(b"Content-Transfer-Encoding: " + how.encode("ascii") + self._line_end, self._place))

    def _attachment(self, inner: Inner, feed: EditFeed, first: int) -> tuple[bytes, int]:
        data, first = inner.copied(feed, first)
        if data == unpacked(self._body, self._how):
            return self._body, first
        if inner.converted:
            self._set_type(self._kind).turn(
                mimetypes.guess_type("a" + inner.converted)[0] or "application/octet-stream"
            )
            for field in self._fields:
                for name in ("name", "filename", "name*", "filename*"):
                    if isinstance(field, ParameterField) and name in field.parameters:
                        field.put(name, field.parameters[name] + inner.converted)
        self._set_how("base64")
        return packed(data, "base64", self._line_end), first

    def _new_boundary(self) -> bytes | None:
        """Give the copy another boundary where that was redacted, one that no line is like; return it."""
        old = self._content.boundary if isinstance(self._content, Parts) else ""
        if self._type is None or self._parameters.get("boundary", "").rstrip() == old:
            return None
        new = f"=hairyo-{self._place.replace(' ', '-')}="
        while f"--{new}".encode() in self._body:
            new += "="
        self._type.put("boundary", new)
        return new.encode()


class Parts:
    """The body of a part that holds parts: what is before, between and after them.

    Attributes:
        boundary: what their lines are known by.
        unread: see `Part`.
    """

    def __init__(self, body: bytes, boundary: str, place: str, limits: Limits, depth: int, default: str) -> None:
        self.boundary = boundary
        self._pieces: list[bytes | TextBody | Part] = []
        if not boundary:
            raise BrokenInput("the mail does not say where its parts begin; ask for it again")
        stretches = _split(body, boundary.encode("utf-8"))
        if len(stretches) > limits.members:
            raise TooLarge("the mail has more than {members} parts; split it", members=limits.members)
        for number, (stretch, after) in enumerate(stretches):
            if number in (0, len(stretches) - 1):
                where = "preamble" if number == 0 else "epilogue"
                text = TextBody(stretch, "plain", {}, "", f"{place} {where}", limits)
                self._pieces += [text, after]
            else:
                inner = Part(stretch, f"{place}.{number}" if depth else f"part {number}", limits, depth + 1, default)
                self._pieces += [inner, after]
        opened = [one for one in self._pieces if not isinstance(one, bytes)]
        self.unread = tuple(sorted({kind for one in opened for kind in one.unread}))

    @property
    def remarks(self) -> tuple[Words, ...]:
        """See `Part`."""
        return tuple(words for one in self._pieces if not isinstance(one, bytes) for words in one.remarks)

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield the blocks of all of it, numbered from `first` on."""
        for one in self._pieces:
            for block in () if isinstance(one, bytes) else one.blocks(first):
                yield block
                first = block.index + 1

    def copied(self, feed: EditFeed, first: int, edited: bool, boundary: bytes | None) -> tuple[bytes, int]:
        """Return its bytes with its edits done and, where one is given, another boundary; see `Part.copied`."""
        made: list[bytes] = []
        for one in self._pieces:
            if isinstance(one, Part):
                data, first = one.copied(feed, first, edited)
            elif isinstance(one, TextBody):
                (data, _, _), first = one.copied(feed, first, b"\r\n")
            else:
                data = one if boundary is None else one.replace(self.boundary.encode("utf-8"), boundary)
            made.append(data)
        return b"".join(made), first


def _split(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes]]:
    """Return what stands before, between and after the lines of a boundary, each with the line behind it.

    Raises:
        BrokenInput: there are no such lines, or none that ends the parts: the mail is cut off.
    """
    line = re.compile(rb"(?:(?<=[\r\n])|\A)--" + re.escape(boundary) + rb"(?P<end>--)?[ \t]*(?P<newline>\r\n|\n|\r|\Z)")
    stretches: list[tuple[bytes, bytes]] = []
    at = 0
    for found in line.finditer(body):
        before = _LAST_NEWLINE.search(body, max(at, found.start() - 2), found.start())
        end = found.start() if before is None else before.start()
        last = found["end"] is not None
        after = found.start("newline") if last else found.end()
        stretches.append((body[at:end], body[end:after]))
        at = after
        if last:
            return [*stretches, (body[at:], b"")]
    raise BrokenInput("the mail is cut off: its last part does not end; ask for it again")
