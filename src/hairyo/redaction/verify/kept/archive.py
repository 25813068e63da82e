"""Archives (ZIP) for the comparison: the names of their members, and what these hold."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.kept.inner import document
from hairyo.redaction.verify.piece import Kept, KeptReader

# What systems leave behind, which no copy holds.
_LEFT_BEHIND = re.compile(r"(?:^|/)(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_ENCODINGS = ("utf-8", "cp932", "euc_jp")


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the ways to read an archive: one an encoding that its names may be in."""
    for encoding in _ENCODINGS:
        yield lambda one, encoding=encoding: _kept(one, encoding)  # type: ignore[misc]


def _kept(path: Path, encoding: str) -> Iterator[Kept]:
    """Yield name and content of every member."""
    try:
        with zipfile.ZipFile(path) as archive:
            number = 0
            for info in archive.infolist():
                name = _name(info, encoding)
                if _LEFT_BEHIND.search(name):
                    continue
                number += 1
                yield Kept(f"member {number} name", name, kind="name")
                data = archive.read(info)
                yield document(f"member {number}", data, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error


def _name(info: zipfile.ZipInfo, encoding: str) -> str:
    """Return a member's name; the copy's are in Unicode, the original's may be in an encoding that it does not tell."""
    if info.flag_bits & 0x800:
        return info.filename
    return info.orig_filename.encode("cp437", "replace").decode(encoding, "replace").replace("\\", "/")
