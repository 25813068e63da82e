"""Mailboxes (MBOX): one mail after the other, each a document within (メールボックス).

A mail begins at a line `From ADDRESS DATE`. One mail at a time is in memory. Source: RFC 4155.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from hairyo.documents.base import Block, Document, Edit, Limits, Unpacked
from hairyo.documents.columns import ColumnMap
from hairyo.documents.mail_words import decode, edited, words
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.errors import BrokenInput, TooLarge, Words

_FROM = re.compile(rb"From .*\d\d:\d\d.*\d{4}")
_LAST_NEWLINE = re.compile(rb"(?:\r\n|\n|\r)\Z")


class MailboxDocument(Document):
    """A mailbox; see `Document`."""

    format = "mbox"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the mailbox and all mails in it, one after the other.

        Raises:
            InputRefused: it is none, or a mail in it is not read.
        """
        self._path, self._limits = path, limits
        self._stamp = Stamp.of(path)
        unread: set[str] = set()
        for number, _, mail, _ in self._mails():
            unread.update(_open(mail, number, limits).unread)
        self.unread = tuple(sorted(unread))

    def blocks(self) -> Iterator[Block]:
        """Yield for every mail the line it begins with and the mail; see `Document.blocks`."""
        index = 0
        for number, line, mail, _ in self._mails():
            yield _line_block(line, number, index)
            index += 1
            for block in self._again(mail, number).blocks(index):
                yield replace(block, listed=True)
                index = block.index + 1

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed, index = EditFeed(edits), 0
        said: list[Words] = []
        with new_file(target) as file:
            for number, line, mail, gap in self._mails():
                due = feed.of(_line_block(line, number, index))
                inner = self._again(mail, number)
                data, index = inner.copied(feed, index + 1)
                file.write((_line(line, due) if due else line) + data + gap)
                said += inner.remarks
            feed.finish()
            self._stamp.check(self._path)
        self.remarks = tuple(said)

    def _again(self, mail: bytes, number: int) -> Inner:
        """Open a mail once more; it was counted when the mailbox was opened."""
        return _open(mail, number, replace(self._limits, unpacked=Unpacked()))

    def _mails(self) -> Iterator[tuple[int, bytes, bytes, bytes]]:
        """Yield each mail: its number, the line before it, its bytes, and the blank line behind it."""
        number, line = 0, b""
        held: list[bytes] = []
        size, limit = 0, 4 * self._limits.record_chars
        with self._path.open("rb") as file:
            while part := file.readline(limit):
                if _FROM.match(part):
                    if number:
                        yield _mail(number, line, held)
                    number, line, held, size = number + 1, part, [], 0
                    continue
                if not number:
                    raise BrokenInput("the file is no mailbox: it does not begin with a line `From `; check what it is")
                held.append(part)
                size += len(part)
                if size > limit:
                    raise TooLarge("the mail has more than {size} bytes; save its attachments apart", size=limit)
        if number:
            yield _mail(number, line, held)


def _mail(number: int, line: bytes, held: list[bytes]) -> tuple[int, bytes, bytes, bytes]:
    mail = b"".join(held)
    newline = _LAST_NEWLINE.search(mail)
    end = len(mail) if newline is None else newline.start()
    blank = end > 0 and mail[end - 1 : end] in (b"\n", b"\r")
    cut = end if blank else len(mail)
    return number, line, mail[:cut], mail[cut:]


def _open(mail: bytes, number: int, limits: Limits) -> Inner:
    return Inner(mail, "mail.eml", f"mail {number}", limits)


def _line_block(line: bytes, number: int, index: int) -> Block:
    text = "".join(word.text for word in words(_value(line), structured=True))
    return Block(index, text, f"mail {number} first line", joins="document", listed=True)


def _value(line: bytes) -> str:
    return decode(line[len(b"From ") :].rstrip(b"\r\n"), "")


def _line(line: bytes, due: list[Edit]) -> bytes:
    made = edited(_value(line), structured=True, edits=due, line_end="", ascii_only=False)
    return b"From " + made.encode("ascii", "replace") + line[len(line.rstrip(b"\r\n")) :]


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> MailboxDocument:
    """Open a mailbox; `columns` does not concern it. See `Opener`."""
    return MailboxDocument(path, limits)
