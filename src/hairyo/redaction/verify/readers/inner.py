"""Documents within documents for the leak check (入れ子の再読): bytes of any kind go to the reader of what they are.

What a thing is, its first bytes tell, and its name only where they are text.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece

_MAX_DEPTH = 12
_FOLDER = "check-"
_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"PAR1", "parquet"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\xd0\xcf\x11\xe0", "compound file"),  # copies never hold one: no reader knows it
)
_PACKAGES = (("wordprocessingml", "docx"), ("spreadsheetml", "xlsx"), ("presentationml", "pptx"))
_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".eml": "eml", ".mbox": "mbox", ".mbx": "mbox",
}  # fmt: skip


def nested(data: bytes, name: str, place: str, copy: Path) -> Iterator[Piece]:
    """Yield what is to be searched of a document within a copy.

    Args:
        data: its bytes.
        name: its name in the copy.
        place: where it stands there.
        copy: the file it was taken from; what has to be unpacked comes to lie beside it, for a while.

    Raises:
        OutputError: it cannot be read, lies too deep, or no reader knows it.
    """
    from hairyo.redaction.verify.readers import READERS  # which knows the readers of containers, which need this

    if not data:
        return
    kind = sniff(data, name)
    reader = READERS.get(kind)
    if reader is None:
        raise OutputError("no reader can check {place} of the copy; it must not be released", place=place)
    if sum(part.startswith(_FOLDER) for part in copy.parts) >= _MAX_DEPTH:
        raise OutputError("{place} of the copy lies too deep to be checked; the input must be held", place=place)
    with TemporaryDirectory(dir=copy.parent, prefix=_FOLDER) as folder:
        path = Path(folder) / f"copy.{kind}"
        path.write_bytes(data)
        for piece in reader(path):
            yield replace(piece, place=f"{place}: {piece.place}", record=None)


def sniff(data: bytes, name: str) -> str:
    """Return the format of some bytes, as `READERS` names it."""
    if data.startswith(b"PK"):
        return _package(data)
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"BM" and data[6:10] == bytes(4):
        return "bmp"
    return _SUFFIXES.get(PurePosixPath(name).suffix.lower(), "txt")


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            types = archive.read("[Content_Types].xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, NotImplementedError, RuntimeError, ValueError):
        return "zip"
    return next((kind for mark, kind in _PACKAGES if f"{mark}.main" in types or f"{mark}.sheet.main" in types), "docx")
