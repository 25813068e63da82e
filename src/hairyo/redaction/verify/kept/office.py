"""Office documents (DOCX, XLSX, PPTX) for the comparison, by `zipfile` and expat: every member of the package.

Parts in XML are compared element by element with their attributes; paragraphs by their text, whatever their runs; rows
of a sheet cell by cell, strings that cells share where they are shown. Other members are compared as what they are.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from hairyo.errors import OutputError
from hairyo.redaction.verify.kept.inner import document
from hairyo.redaction.verify.kept.office_part import DROPPED, PartReader, root_of
from hairyo.redaction.verify.kept.sheet import SharedString, SheetReader, shared_strings
from hairyo.redaction.verify.piece import Kept, KeptReader, Within

_STRINGS = re.compile(r"(?i)(?:^|/)sharedStrings\.xml$")
_NAMING = re.compile(r"(?i)(?:^|/)(?:workbook\.xml|tables/[^/]*)$")  # what gives names stands before what uses them
_MAX_MEMBER = 500_000_000


@dataclass(frozen=True, slots=True)
class _Source:
    """An XML part, and the strings that the cells of its workbook share."""

    data: bytes
    strings: list[SharedString]


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a package; `scratch` is not needed."""
    yield kept


def kept(path: Path) -> Iterator[Kept]:
    """Yield the members of a package by their names, but for what every copy drops."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = sorted(archive.infolist(), key=lambda info: (not _NAMING.search(info.filename), info.filename))
            infos = [info for info in infos if not DROPPED.search(info.filename) and not info.is_dir()]
            yield Kept("members", "\x1f".join(info.filename for info in infos))
            strings = next((archive.read(info) for info in infos if _STRINGS.search(info.filename)), b"")
            shared = shared_strings(strings) if strings else []
            digest = hashlib.sha256(strings).digest()
            for number, info in enumerate(infos, 1):
                if _STRINGS.search(info.filename):
                    continue
                if info.file_size > _MAX_MEMBER:
                    raise zipfile.BadZipFile
                data = archive.read(info)
                place = f"member {number}"
                if not data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
                    yield document(place, data, info.filename)
                    continue
                within = Within((data, digest if b"<sheetData" in data else b""), _Source(data, shared), _ways)
                yield Kept(place, "", within=within)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, EOFError, RuntimeError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error


def _ways(source: _Source, scratch: Path) -> Iterator[Callable[[_Source], Iterable[Kept]]]:
    yield _part


def _part(source: _Source) -> Iterable[Kept]:
    root = root_of(source.data)
    reader = SheetReader(root, source.strings) if root == "worksheet" else PartReader(root)
    try:
        return reader.of(source.data)
    except (expat.ExpatError, ValueError) as error:
        raise OutputError("the copy cannot be compared with the input; the input must be held") from error
