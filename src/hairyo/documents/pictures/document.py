"""Picture files (画像): their text by OCR, their faces and codes, and copies with these blackened.

Everything but pixels is dropped from every copy: EXIF, XMP, comments, thumbnails, names of screens in colour profiles,
what stands behind the end. Lossless formats keep all other pixels as they are; JPEG is coded again with its own tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.pictures.files import Page, PictureFile, write
from hairyo.documents.pictures.seen import Seen, blacken, look, remarks
from hairyo.errors import Words

UNREADABLE, ANIMATION = "text that cannot be read well", "animation"


class PictureDocument(Document):
    """A picture, or several as the pages of a TIFF; see `Document`."""

    def __init__(self, path: Path, kind: str, limits: Limits | None = None) -> None:
        """Read all its pages; those of `limits` that were read before in the same input are not read again.

        Raises:
            BrokenInput: it is damaged, or no picture of that kind.
            TooLarge: it has too many pixels or pages.
            UnknownFormat: its colours are of a depth that is not read.
        """
        self._path, self.format = path, kind
        self._stamp = Stamp.of(path)
        self._file = PictureFile(path, kind)
        self._seen: list[Seen] = []
        if self._file.frames > 1 and kind != "tiff":
            self.unread = (ANIMATION,)
            return
        looks = (limits or Limits()).unpacked.looks
        self._seen = [look_once(page.picture, looks) for page in self._file.pages()]
        self.unread = (UNREADABLE,) if any(seen.unreadable for seen in self._seen) else ()
        self.remarks = tuple(self._remarks())

    def blocks(self) -> Iterator[Block]:
        """Yield the lines, faces and codes page by page; see `Document.blocks`."""
        index = 0
        for number, seen in enumerate(self._seen, 1):
            yield from seen.blocks(index, f"page {number}")
            index += len(seen)

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file:
            write(self._edited(feed), self.format, file)
            feed.finish()
            self._stamp.check(self._path)

    def _edited(self, feed: EditFeed) -> Iterator[Page]:
        index = 0
        for seen, page in zip(self._seen, self._file.pages(), strict=True):
            due = [edit for block in seen.blocks(index) for edit in feed.of(block)]
            yield Page(blacken(page.picture, seen.bars(due, index)), page.options)
            index += len(seen)

    def _remarks(self) -> Iterator[Words]:
        if self._file.hidden:
            yield Words(
                "{count} picture(s) that the camera keeps behind the first were left out", count=self._file.hidden
            )
        yield from remarks(self._seen)


def look_once(picture: Image.Image, looks: dict[bytes, Seen]) -> Seen:
    """Return what is seen in a picture, which is looked at once in all documents within one input.

    Args:
        picture: as for `look`.
        looks: what was seen before (`Unpacked.looks`); this adds to it.
    """
    digest = hashlib.sha256(repr((picture.mode, picture.size, picture.getpalette())).encode())
    digest.update(repr(picture.info.get("transparency")).encode())
    digest.update(picture.tobytes())
    if digest.digest() not in looks:
        looks[digest.digest()] = look(picture)
    return looks[digest.digest()]


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> PictureDocument:
    """Open a picture; `columns` does not concern it. See `Opener`."""
    return PictureDocument(path, kind, limits)
