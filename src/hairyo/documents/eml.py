"""Mails (EML): header, text, attachments and mails within, each spliced in its place.

A mail in which nothing is redacted stays byte for byte, and so does every part of another. What is left out of a
copy stands in `mail.toml`. Held: signed and encrypted mails, `winmail.dat`. Refused: attachments that are not read,
mails that are damaged or cut off. Addresses become `redacted@redacted.invalid`, for a mask is no address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.mail_parts import Part
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.errors import BrokenInput, TooLarge

_MAIL = frozenset({"from", "to", "subject", "date", "message-id", "mime-version", "content-type", "received", "sender"})


class MailDocument(Document):
    """A mail; see `Document`."""

    format = "eml"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open a mail and all that is in it.

        Raises:
            InputRefused: it is no mail, damaged, too large, or something in it is not read.
        """
        self._path = path
        self._stamp = Stamp.of(path)
        if self._stamp.size > 4 * limits.record_chars:
            raise TooLarge(
                "the mail has more than {size} bytes; save its attachments apart", size=4 * limits.record_chars
            )
        self._part = Part(path.read_bytes(), "mail", limits)
        if not self._part.names & _MAIL:
            raise BrokenInput("the file is no mail: it does not begin with a mail's header; check what it is")
        self.unread, self.remarks = self._part.unread, self._part.remarks

    def blocks(self) -> Iterator[Block]:
        """Yield header, text and attachments; see `Document.blocks`."""
        return self._part.blocks(0)

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        due = list(edits)
        feed = EditFeed(due)
        with new_file(target) as file:
            data, _ = self._part.copied(feed, 0, edited=bool(due))
            feed.finish()
            file.write(data)
            self._stamp.check(self._path)
        self.remarks = self._part.remarks


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> MailDocument:
    """Open a mail; `columns` does not concern it. See `Opener`."""
    return MailDocument(path, limits)
