"""What all writers share: a file that appears whole or not at all, and edits handed out by block."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hairyo.documents.base import Block, Edit
from hairyo.errors import BrokenInput, OutputError


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size and time of a file: enough to notice that it changed between reading and writing."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Return the stamp of `path`."""
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns)

    def check(self, path: Path) -> None:
        """Raise `BrokenInput` where `path` is not what it was: edits would hit the wrong text."""
        if Stamp.of(path) != self:
            raise BrokenInput("the file changed while it was read; run again when nobody writes to it")


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write, which becomes `target` when the block ends well and vanishes otherwise.

    Raises:
        OutputError: `target` exists, or the disk refuses. The message holds no path: paths may hold names.
    """
    part = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _place(part, target)
    except OSError as error:
        reason = error.strerror
        raise OutputError("the copy cannot be written ({reason}); check the output folder", reason=reason) from None
    finally:
        part.unlink(missing_ok=True)


def _place(part: Path, target: Path) -> None:
    """Give `part` the name `target`, never over another file."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise OutputError("the copy's file exists already; choose an empty output folder") from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise OutputError("the copy's file exists already; choose an empty output folder") from None
        part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY) if hasattr(os, "O_DIRECTORY") else None
    if folder is not None:
        os.fsync(folder)
        os.close(folder)


class EditFeed:
    """Hands a stream of edits, ascending by block, to a writer that walks the blocks in order."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = iter(edits)
        self._next = next(self._edits, None)

    def of(self, block: Block) -> list[Edit]:
        """Return the edits of `block`.

        Raises:
            ValueError: they are unordered, overlap, or lie outside the block or before it.
        """
        found: list[Edit] = []
        at = 0
        while self._next is not None and self._next.block <= block.index:
            edit = self._next
            if edit.block < block.index or not at <= edit.start < edit.end <= len(block.text):
                raise ValueError(f"edit {edit.start}:{edit.end} of block {edit.block} overlaps or lies outside")
            found.append(edit)
            at = edit.end
            self._next = next(self._edits, None)
        return found

    def none_before(self, block: int) -> bool:
        """Whether no edit is due before the block of this number."""
        return self._next is None or self._next.block >= block

    def finish(self) -> None:
        """Raise `ValueError` where edits are left over: they speak of a block that is not there."""
        if self._next is not None:
            raise ValueError(f"there is no block {self._next.block}")
