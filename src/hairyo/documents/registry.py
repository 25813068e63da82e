"""Pick the reader of a file by its name and its content, which must agree; rows in `formats.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from hairyo.documents.base import Document, Limits, Opener
from hairyo.documents.columns import ColumnMap
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of `formats.toml`: a kind of file, what its name ends with and its content begins with.

    Attributes:
        records: whether it is a table, of which every row is a record.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    ja: str
    en: str
    signature: bytes = b""
    records: bool = False

    @property
    def names(self) -> dict[str, str]:
        """Its name by language."""
        return {"ja": self.ja, "en": self.en}


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """Return the formats that are read, in the order of `formats.toml`."""
    return tuple(
        Kind(
            name=row["name"],
            suffixes=tuple(row["suffixes"]),
            module=row["module"],
            ja=row["ja"],
            en=row["en"],
            signature=bytes.fromhex(row.get("signature", "")),
            records=row.get("records", False),
        )
        for row in _tables()["format"]
    )


@lru_cache(maxsize=1)
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files("hairyo.documents").joinpath("formats.toml").read_text("utf-8"))


def holds_records(path: Path) -> bool:
    """Whether a file of this name is a table, of which every row is a record."""
    return any(kind.records and path.suffix.lower() in kind.suffixes for kind in kinds())


def open_document(path: Path, *, limits: Limits | None = None, columns: ColumnMap | None = None) -> Document:
    """Open a submission for reading and for writing one copy.

    Args:
        path: the file; it must not change until the copy is written.
        limits: what may be spent on it; `Limits()` where None.
        columns: which columns of a table hold what; other formats pay no heed to it.

    Raises:
        UnknownFormat: no reader for what the name ends with.
        BrokenInput: the content is not what the name says, or it is damaged.
        TooLarge: it is over a limit.
        UsageError: the column map names a column that is not there.
    """
    limits = limits or Limits()
    kind = _kind(path)
    _check(path, kind, limits)
    opener: Opener = import_module(f"hairyo.documents.{kind.module}").open_file
    return opener(path, kind=kind.name, limits=limits, columns=columns)


def _kind(path: Path) -> Kind:
    suffix = path.suffix.lower()
    for kind in kinds():
        if suffix in kind.suffixes:
            return kind
    known = ", ".join(suffix for kind in kinds() for suffix in kind.suffixes)
    if suffix.isascii() and len(suffix) in range(2, 10):
        raise UnknownFormat(
            "files ending in {suffix} are not read; convert the file to one of {known}", suffix=suffix, known=known
        )
    raise UnknownFormat("such files are not read; convert the file to one of {known}", known=known)


def _check(path: Path, kind: Kind, limits: Limits) -> None:
    try:
        if not path.is_file():
            raise BrokenInput("the path is not a plain file; give the file itself")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise BrokenInput(
            "the file cannot be read ({strerror}); check its permissions", strerror=error.strerror
        ) from None
    if size > limits.file_bytes:
        raise TooLarge(
            "the file has {size} bytes, over the limit of {file_bytes}; split it",
            size=size,
            file_bytes=limits.file_bytes,
        )
    if not size:
        raise BrokenInput("the file is empty; ask for it again")
    if kind.signature and not head.startswith(kind.signature):
        raise BrokenInput(
            "the name says {kind}, but the content is {said}; check what it is", kind=kind.names, said=_said(head)
        )
    if not kind.signature and (said := _foreign(head)):
        raise BrokenInput(
            "the name says {kind}, but the content is {said}; give it the right suffix", kind=kind.names, said=said
        )


def _foreign(head: bytes) -> dict[str, str] | None:
    """Return the names of what a file that begins with `head` is, None where it bears no signature we know."""
    rows = [(kind.signature, kind.names) for kind in kinds() if kind.signature and kind.module != "docx"]
    rows += [(bytes.fromhex(row["signature"]), {"ja": row["ja"], "en": row["en"]}) for row in _tables()["foreign"]]
    return next((names for signature, names in rows if head.startswith(signature)), None)


def _said(head: bytes) -> dict[str, str]:
    return _foreign(head) or {"ja": "別のもの", "en": "something else"}
