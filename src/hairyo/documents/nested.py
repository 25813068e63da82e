"""A document within another (入れ子の文書): an archive's member, an attachment, an embedded workbook or picture.

The outer document's module opens it as an `Inner`, offers its blocks among its own, and puts its copy in its place.
"""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import get_args

from hairyo.documents.base import Block, Edit, Limits
from hairyo.documents.output import EditFeed
from hairyo.documents.registry import open_document
from hairyo.errors import InputRefused, Words
from hairyo.messages import Lang, say


class Inner:
    """A document within another, unpacked into a folder of its own for as long as it is open.

    Attributes:
        format, unread, converted: see `Document`.
    """

    def __init__(self, data: bytes, name: str, place: str, limits: Limits) -> None:
        """Unpack and open it.

        Args:
            data: its bytes.
            name: its name in the outer document; only the suffix counts, and the content is what decides.
            place: where it stands in the outer document, in words without any text of the input (`member 3`).
            limits: those of the outer document.

        Raises:
            InputRefused: it is not read; the reason says where it stands.
        """
        self._place = place
        self._folder = Path(mkdtemp(dir=limits.scratch, prefix="inner-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        suffix = Path(name).suffix
        path = self._folder / ("document" + (suffix if suffix.isascii() and suffix.isprintable() else ""))
        try:
            within = limits.within(len(data))
            path.write_bytes(data)
            self._document = open_document(path, limits=within)
        except InputRefused as error:
            raise type(error)("in {place}: {why}", place=place, why=_in_all_languages(error.words)) from None
        self.format, self.unread = self._document.format, self._document.unread
        self.converted = self._document.converted

    @property
    def remarks(self) -> tuple[Words, ...]:
        """What to know about its copy, and where it stands."""
        said = (_in_all_languages(words) for words in self._document.remarks)
        return tuple(Words("in {place}: {why}", place=self._place, why=why) for why in said)

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield its blocks as the outer document's, numbered from `first` on.

        A table's records are none of the outer document: they become lines of a list.
        """
        for number, block in enumerate(self._document.blocks()):
            yield replace(
                block,
                index=first + number,
                locator=f"{self._place}: {block.locator}",
                joins=block.joins if number else "document",
                record=None,
                listed=block.listed or block.record is not None,
            )

    def copied(self, feed: EditFeed, first: int) -> tuple[bytes, int]:
        """Return the bytes of its copy, and the number of the block after its last.

        Args:
            feed: the outer document's edits; those of this document's blocks are taken from it.
            first: the number of its first block.

        Raises:
            InputRefused, OutputError: see `Document`.
        """
        edits: list[Edit] = []
        after = first
        for block in self.blocks(first):
            edits += (replace(edit, block=edit.block - first) for edit in feed.of(block))
            after = block.index + 1
        target = self._folder / "copy"
        try:
            self._document.write(target, edits)
            return target.read_bytes(), after
        finally:
            target.unlink(missing_ok=True)


def _in_all_languages(words: Words) -> dict[str, str]:
    return {lang: say(words, lang) for lang in get_args(Lang)}
