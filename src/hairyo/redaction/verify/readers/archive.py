"""Archives (ZIP) for the leak check: names, comments, bytes, and every member as what it is."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.inner import nested
from hairyo.redaction.verify.readers.text import raw_bytes

_MAX_MEMBER = 500_000_000


def read(path: Path) -> Iterator[Piece]:
    """Yield the archive's bytes, the names of its members, and what they hold."""
    yield from raw_bytes(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield Piece("comment", archive.comment)
            for number, info in enumerate(archive.infolist(), 1):
                place = f"member {number}"
                yield Piece(f"{place} name", info.filename)
                yield Piece(f"{place} comment", info.comment)
                yield Piece(f"{place} extra field", info.extra)
                if info.file_size > _MAX_MEMBER:
                    raise OutputError(
                        "{place} of the copy is too large to be checked; the input must be held", place=place
                    )
                data = archive.read(info)
                yield Piece(place, data)
                yield from nested(data, info.filename, place, path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise OutputError("the copy cannot be read again; the input must be held") from error
