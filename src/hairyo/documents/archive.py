"""Archives (ZIP): every member is a document within, every name a text (アーカイブ).

Left out of every copy: comments, extra fields, times, permissions, and what systems leave behind (`.DS_Store`,
`Thumbs.db`). Refused: encrypted members, links, wandering or doubled names, members that overlap or unpack too far, and
any member that is not read.
Source: APPNOTE.TXT 4.3, 4.4.4, appendix D.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.detect_encoding import detect_bytes
from hairyo.documents.encodings import START
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat, Words

_SMALL = 1_000_000  # a member that unpacks to less may be packed as tightly as it likes
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DATE = (1980, 1, 1, 0, 0, 0)
_UTF8_FLAG, _ENCRYPTED = 0x800, 0x2041
_LOCAL_HEADER = 30
_LEFT_BEHIND = re.compile(r"(?:^|/)(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.I)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_MAX_NAME = 240  # bytes of a part of a name; systems allow 255, and a number may follow
_DROPPED = Words(
    "left out of the copy: {what}",
    what={
        "ja": "システムが残すファイル(.DS_Store、Thumbs.db など)",
        "en": "files that systems leave behind (.DS_Store, Thumbs.db)",
    },
)


class _Member:
    """A member of an archive: its name, and what is in it.

    Attributes:
        info: its row of the archive's directory.
        name: its name, decoded.
        inner: the document it is, None for a folder or an empty file.
    """

    def __init__(self, info: zipfile.ZipInfo, name: str, number: int) -> None:
        self.info, self.name, self.place = info, name, f"member {number}"
        self.inner: Inner | None = None

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    def name_block(self, index: int) -> Block:
        return Block(index, self.name, f"{self.place} name", joins="document")


class ArchiveDocument(Document):
    """A zip archive; see `Document`."""

    format = "zip"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the archive and all that is in it.

        Raises:
            InputRefused: it is damaged, unpacks too far, or a member is not read.
        """
        self._path = path
        self._stamp = Stamp.of(path)
        unread: set[str] = set()
        try:
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
                _check(infos, limits)
                names = _names(infos)
                kept = [pair for pair in zip(infos, names, strict=True) if not _LEFT_BEHIND.search(pair[1])]
                self._dropped = len(kept) < len(infos)
                self._members = [_Member(*pair, number) for number, pair in enumerate(kept, 1)]
                for member in self._members:
                    data = archive.read(member.info)
                    if member.is_folder and data:
                        raise BrokenInput("a folder of the archive has a content; pack it again")
                    if data:
                        member.inner = Inner(data, PurePosixPath(member.name).name, member.place, limits)
                        unread.update(member.inner.unread)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise _broken() from None
        if not self._members:
            raise BrokenInput("there is nothing in the archive; ask for it again")
        self.unread = tuple(sorted(unread))

    def blocks(self) -> Iterator[Block]:
        """Yield for every member its name and what is in it; see `Document.blocks`."""
        index = 0
        for member in self._members:
            yield member.name_block(index)
            index += 1
            for block in member.inner.blocks(index) if member.inner else ():
                yield block
                index = block.index + 1

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed, index = EditFeed(edits), 0
        taken: set[str] = set()
        with new_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in self._members:
                due = feed.of(member.name_block(index))
                index += 1
                data = b""
                if member.inner is not None:
                    data, index = member.inner.copied(feed, index)
                name = _safe(member.name, due) + (member.inner.converted if member.inner else "")
                if member.is_folder and name in taken:
                    continue
                name = _free(name, taken)
                taken.add(name.casefold())
                info = zipfile.ZipInfo(name, _DATE)
                info.compress_type = zipfile.ZIP_STORED if member.is_folder else zipfile.ZIP_DEFLATED
                info.external_attr = (0o40700 << 16 | 0x10) if member.is_folder else 0o600 << 16
                info.create_system = 3
                archive.writestr(info, data)
            feed.finish()
            self._stamp.check(self._path)
        said = [words for member in self._members if member.inner for words in member.inner.remarks]
        self.remarks = (*([_DROPPED] if self._dropped else []), *said)


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names: in Unicode where they say so, else in whatever encoding fits all of them.

    Raises:
        BrokenInput: they fit none, or one of them is doubtful.
    """
    raw = [b"" if info.flag_bits & _UTF8_FLAG else info.orig_filename.encode("cp437") for info in infos]
    try:
        encoding = detect_bytes(b"\n".join([b"-", *raw]))
        names = [
            encoding.decode(data, START, True)[0] if data else info.orig_filename
            for data, info in zip(raw, infos, strict=True)
        ]
    except (UnicodeDecodeError, BrokenInput):
        raise BrokenInput(
            "the names in the archive are in no Japanese encoding; pack it again with UTF-8 names"
        ) from None
    seen: set[str] = set()
    for number, name in enumerate(names):
        names[number] = name = name.replace("\\", "/")
        folded = unicodedata.normalize("NFKC", name).casefold().rstrip("/")
        doubtful = name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name or not folded
        if doubtful or folded in seen or {"..", "."} & set(name.split("/")):
            raise BrokenInput("a member of the archive has a doubtful or doubled name; pack it again")
        seen.add(folded)
    return names


def _check(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse what no honest program packs, and what unpacks too far, before anything is unpacked."""
    if len(infos) > limits.members or sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise TooLarge(
            "the documents within come to more than {unpacked_bytes} bytes or {members} files; split the input",
            unpacked_bytes=limits.unpacked_bytes,
            members=limits.members,
        )
    after = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.flag_bits & _ENCRYPTED:
            raise BrokenInput("the archive is locked with a password; unlock it, and hand it in again")
        if info.compress_type not in _METHODS:
            raise UnknownFormat("the archive is packed in a way that is not read; pack it again as a plain ZIP")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BrokenInput("the archive holds a link or a device; hand in the files themselves")
        if info.file_size > _SMALL and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise TooLarge("a member of the archive unpacks to more than {ratio} times its size", ratio=limits.ratio)
        if info.header_offset < after:
            raise BrokenInput("members of the archive overlap; pack it again")
        after = info.header_offset + _LOCAL_HEADER + info.compress_size


def _safe(name: str, edits: list[Edit]) -> str:
    """Return a name with its edits done, which still is one: its folders' number, its suffix, no odd characters."""
    if not edits:
        return name
    clean = [Edit(one.block, one.start, one.end, _NOT_IN_NAMES.sub("_", one.replacement)) for one in edits]
    stem, dot, suffix = name.rstrip("/").rpartition(".")
    kept = dot + suffix if stem and not stem.endswith("/") and suffix.isascii() and len(suffix) < 8 else ""
    made = apply_edits(name, clean)
    made = made.removesuffix("/").removesuffix(kept) if kept else made.rstrip("/")
    parts = [part.strip(" .").encode()[:_MAX_NAME].decode("utf-8", "ignore") or "_" for part in made.split("/")]
    return "/".join(parts) + kept + "/" * name.endswith("/")


def _free(name: str, taken: set[str]) -> str:
    """Return `name`, or where it is taken the first free one with a number."""
    path, number, free = PurePosixPath(name), 1, name
    while free.casefold() in taken:
        number += 1
        free = path.with_stem(f"{path.stem}-{number}").as_posix() + "/" * name.endswith("/")
    return free


def _broken() -> BrokenInput:
    return BrokenInput("the file is a damaged or cut off zip archive; ask for it again")


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> ArchiveDocument:
    """Open a zip archive; `columns` does not concern it. See `Opener`."""
    return ArchiveDocument(path, limits)
