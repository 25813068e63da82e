"""Compound files (OLE): which streams one holds, by their names; that tells what kind of document it is.

Source: [MS-CFB] 2.6.1, where a directory entry begins with its name in UTF-16.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hairyo.errors import BrokenInput

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCKED = frozenset({"EncryptedPackage", "EncryptionInfo"})  # [MS-OFFCRYPTO] 1.3.2
_WINDOW = 1 << 20


def streams_of(path: Path, names: Iterable[str]) -> set[str]:
    """Return those of `names` that streams of a compound file have.

    Raises:
        BrokenInput: it holds a document that is locked with a password.
    """
    wanted = {name: name.encode("utf-16-le") + b"\0\0" for name in (*names, *_LOCKED)}
    found: set[str] = set()
    tail = b""
    with path.open("rb") as file:
        while window := file.read(_WINDOW):
            found.update(name for name, coded in wanted.items() if coded in tail + window)
            tail = window[-64:]
    if found & _LOCKED:
        raise BrokenInput("the document is locked with a password; save it without one")
    return found
