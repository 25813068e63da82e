"""Pick the reader of a file by its content, and where that is text by its name; rows in `formats.toml`."""

from __future__ import annotations

import re
import tomllib
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from hairyo.documents.base import Document, Limits, Opener
from hairyo.documents.columns import ColumnMap
from hairyo.documents.compound import SIGNATURE, streams_of
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat, Words

_TYPES = "[Content_Types].xml"
_MIMETYPE = "mimetype"
_TYPES_BYTES = 1_000_000
_SHARE = 4_000_000  # bytes of text: some 1.3 million characters


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of `formats.toml`: a kind of file, what its name ends with and its content begins with.

    Attributes:
        signatures: patterns of what its content may begin with; none where it is text.
        package: what an Office or ODF package tells of its type (`_package_type`); "" for other kinds.
        streams: names of streams, one of which a compound file of this kind holds.
        records: whether it is a table, of which every row is a record.
        share: bytes of it that have the time of one file.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    ja: str
    en: str
    signatures: tuple[re.Pattern[bytes], ...] = ()
    package: str = ""
    streams: tuple[str, ...] = ()
    records: bool = False
    share: int = _SHARE

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
            signatures=tuple(_pattern(signature) for signature in row.get("signatures", ())),
            package=row.get("package", ""),
            streams=tuple(row.get("streams", ())),
            records=row.get("records", False),
            share=row.get("share", _SHARE),
        )
        for row in _tables()["format"]
    )


@lru_cache(maxsize=1)
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files("hairyo.documents").joinpath("formats.toml").read_text("utf-8"))


def holds_records(path: Path) -> bool:
    """Whether a file of this name is a table, of which every row is a record."""
    return any(kind.records and path.suffix.lower() in kind.suffixes for kind in kinds())


def shares_of(path: Path, size: int) -> int:
    """Return how often a file has the time of one: large ones take longer.

    Args:
        path: its name; where that says nothing, it is taken for one that takes long.
        size: its bytes.
    """
    named = (kind.share for kind in kinds() if path.suffix.lower() in kind.suffixes)
    return 1 + size // next(named, min(kind.share for kind in kinds()))


def open_document(path: Path, *, limits: Limits | None = None, columns: ColumnMap | None = None) -> Document:
    """Open a submission for reading and for writing one copy.

    Where name and content speak of two kinds that are both read, the content decides, and a remark tells of both.

    Args:
        path: the file; it must not change until the copy is written.
        limits: what may be spent on it; `Limits()` where None.
        columns: which columns of a table hold what; other formats pay no heed to it.

    Raises:
        UnknownFormat: no reader for what the name ends with.
        BrokenInput: the content is not of a kind that is read, or it is damaged.
        TooLarge: it is over a limit.
        UsageError: the column map names a column that is not there.
    """
    limits = limits or Limits()
    named = _named(path)
    head = _head(path, limits)
    kind = _of_content(path, head, named)
    opener: Opener = import_module(f"hairyo.documents.{kind.module}").open_file
    document = opener(path, kind=kind.name, limits=limits, columns=columns)
    if named is not None and kind != named:
        said = Words("the name says {named}, but the content is {kind}", named=named.names, kind=kind.names)
        document.remarks = (said, *document.remarks)
    return document


def _named(path: Path) -> Kind | None:
    """Return the kind that a file's name speaks of; None where the name has no suffix.

    Raises:
        UnknownFormat: the suffix is of no kind that is read.
    """
    suffix = path.suffix.lower()
    for kind in kinds():
        if suffix in kind.suffixes:
            return kind
    if not suffix:
        return None
    known = ", ".join(suffix for kind in kinds() for suffix in kind.suffixes)
    if suffix.isascii() and len(suffix) in range(2, 10):
        raise UnknownFormat(
            "files ending in {suffix} are not read; convert the file to one of {known}", suffix=suffix, known=known
        )
    raise UnknownFormat("such files are not read; convert the file to one of {known}", known=known)


def _head(path: Path, limits: Limits) -> bytes:
    """Return the first bytes of a file, which must be there, not empty, and not too large."""
    try:
        if not path.is_file():
            raise BrokenInput("the path is not a plain file; give the file itself")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(32)
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
    return head


def _of_content(path: Path, head: bytes, named: Kind | None) -> Kind:
    """Return the kind that a file's content is of; what bears no signature is the text that the name speaks of.

    Raises:
        BrokenInput: it is of a kind that is not read, or text under the name of something else.
        UnknownFormat: it bears neither suffix nor signature.
    """
    fitting = [kind for kind in kinds() if any(signature.match(head) for signature in kind.signatures)]
    if packages := [kind for kind in fitting if kind.package]:
        main = _package_type(path)
        fitting = [kind for kind in fitting if (kind.package in main if kind.package else not main)]
        if named in packages and not fitting:  # its reader can say more about what is wrong with it
            return named
    if head.startswith(SIGNATURE):
        found = streams_of(path, [stream for kind in fitting for stream in kind.streams])
        fitting = [kind for kind in fitting if found.intersection(kind.streams)]
        if not fitting:
            raise BrokenInput(
                "the file is a compound file (OLE), but no document or mail that is read; check what it is"
            )
    if named in fitting:
        return named
    if fitting:
        return fitting[0]
    said = _foreign(head)
    if named is None:
        raise UnknownFormat("the file's name has no suffix, and its content tells no kind that is read; name it")
    if said is None and named.signatures:
        said = _disguised(head)
    if said is not None:
        raise BrokenInput(
            "the name says {kind}, but the content is {said}; check what it is", kind=named.names, said=said
        )
    return named


def _foreign(head: bytes) -> dict[str, str] | None:
    """Return the names of what a file that begins with `head` is, None where it bears no signature we know."""
    rows = ((_pattern(row["signature"]), {"ja": row["ja"], "en": row["en"]}) for row in _tables()["foreign"])
    return next((names for signature, names in rows if signature.match(head)), None)


def _pattern(signature: str) -> re.Pattern[bytes]:
    """Return a signature as a pattern; `..` stands for any byte."""
    pairs = (signature[at : at + 2] for at in range(0, len(signature), 2))
    return re.compile(b"".join(b"." if pair == ".." else re.escape(bytes.fromhex(pair)) for pair in pairs), re.DOTALL)


def _disguised(head: bytes) -> dict[str, str]:
    """Return the names of text that goes by the name of another kind."""
    text = head.lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    for row in _tables()["disguise"]:
        if text.startswith(tuple(begin.encode() for begin in row["begins"])):
            return {"ja": row["ja"], "en": row["en"]}
    return {"ja": "別のもの", "en": "something else"}


def _package_type(path: Path) -> str:
    """Return what an Office or ODF package tells of its type; "" for any other archive, or a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = _TYPES if _TYPES in archive.namelist() else _MIMETYPE
            with archive.open(name) as file:
                return file.read(_TYPES_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError):
        return ""
