"""Documents within documents (入れ子の文書): compared as what they are, where they are not the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Kept, KeptReader, Within
from hairyo.redaction.verify.readers.inner import sniff

# Formats in which a block stands in one place, and every place is compared: all that was asked for has to be done.
EXACT = frozenset(
    {"txt", "md", "csv", "tsv", "jsonl", "parquet", "json", "html", "docx", "xlsx", "pptx", "zip"}
    | {"png", "jpeg", "tiff", "gif", "bmp", "webp"}
)
_MAX_DEPTH = 12
_FOLDER = "compare-"
_Source = tuple[bytes, str]
# Documents that a copy holds in another format, for LibreOffice converted them: Office's older ones, RTF, OpenDocument.
_CONVERTED = (b"\xd0\xcf\x11\xe0", b"{\\rtf")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"


def document(place: str, data: bytes, name: str) -> Kept:
    """Return a document within another, by its name in the original."""
    return Kept(place, "", within=Within(data, (data, name), _ways, apart=sniff(data, name) not in EXACT))


def _ways(source: _Source, scratch: Path) -> Iterator[Callable[[_Source], Iterable[Kept]]]:
    from hairyo.redaction.verify.kept import WAYS  # which knows the readers of containers, which need this

    data, name = source
    if data.startswith(_CONVERTED) or _OPEN_DOCUMENT in data[:100]:
        return
    if sum(part.startswith(_FOLDER) for part in scratch.parts) >= _MAX_DEPTH:
        raise OutputError("the copy cannot be compared with the input; the input must be held")
    kind = sniff(data, name)
    with TemporaryDirectory(dir=scratch, prefix=_FOLDER) as folder:
        path = Path(folder) / f"document.{kind}"
        path.write_bytes(data)
        for way in WAYS[kind](path, Path(folder)):
            yield _read_by(way, kind, Path(folder))


def _read_by(way: KeptReader, kind: str, folder: Path) -> Callable[[_Source], Iterable[Kept]]:
    def pieces(source: _Source) -> Iterator[Kept]:
        with TemporaryDirectory(dir=folder, prefix=_FOLDER[:-1]) as own:
            path = Path(own) / f"document.{kind}"
            path.write_bytes(source[0])
            yield from way(path)

    return pieces
