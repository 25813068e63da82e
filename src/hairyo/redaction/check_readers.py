"""Open a finished copy for the leak check (写しの再読), by other code than wrote it: one reader a format.

A new format is one function here and its row in `READERS`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.parsers import expat

from hairyo.errors import OutputError, UsageError
from hairyo.redaction.check_codecs import HANDLER, decoded, encodings, windows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DELIMITERS = ",;\t|"
_BATCH = 2048
_MAX_MEMBER = 500_000_000
_MAX_NESTING = 3
_OFFLINE: Mapping[str, str | bool | int | float | list[str]] = MappingProxyType(
    {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 1}
)
_RUN_TEXT = frozenset({"t", "delText", "instrText", "delInstrText"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Something of a copy to be searched on its own.

    Attributes:
        place: where it stands, in words without any text of the copy.
        content: its text or its raw bytes.
        record: the record it belongs to, counted as `Block.record` counts; None where it belongs to none.
        markup: it is no prose: attributes, names, numbers of a layout.
        raw: it is markup with its tags.
        goes_on: it continues the piece before it, which may hold the beginning of a value.
    """

    place: str
    content: str | bytes = field(repr=False)
    record: int | None = None
    markup: bool = False
    raw: bool = False
    goes_on: bool = False


Reader = Callable[[Path], Iterator[Piece]]


def _text(path: Path) -> Iterator[Piece]:
    yield from _bytes(path)
    for name in encodings(path):
        for number, text in enumerate(_whole_lines(decoded(path, name))):
            yield Piece(f"text in {name}", text, goes_on=number > 0)


def _whole_lines(blocks: Iterator[str]) -> Iterator[str]:
    """Yield the blocks cut at line ends, so that no number is cut in two where there are lines."""
    rest = ""
    for block in blocks:
        text = rest + block
        cut = text.rfind("\n") + 1 or len(text)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _bytes(path: Path) -> Iterator[Piece]:
    for number, block in enumerate(windows(path)):
        yield Piece("bytes of the file", block, goes_on=number > 0)


def _table(path: Path, *, tabs: bool = False) -> Iterator[Piece]:
    """Yield the cells of a table as text, and each row as a whole; rows count from 1, blank ones too."""
    yield from _bytes(path)
    for name in encodings(path):
        delimiter = "\t" if tabs else _delimiter(path, name)
        with path.open(encoding=name, errors=HANDLER, newline="") as file, _long_fields():
            for number, row in enumerate(csv.reader(file, delimiter=delimiter), 1):
                yield from _record(f"row {number}", number, row)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let `csv` read cells of any length while it reads copies."""
    before = csv.field_size_limit(_MAX_MEMBER)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _record(place: str, number: int, texts: list[str]) -> Iterator[Piece]:
    for text in texts:
        if text:
            yield Piece(place, text, record=number)
    if len(texts) > 1:
        yield Piece(place, "\t".join(texts), record=number, markup=True)


def records(rows: Iterable[Iterable[object]]) -> Iterator[Piece]:
    """Yield the cells of rows that lie in memory, and each row as a whole; rows count from 1."""
    for number, row in enumerate(rows, 1):
        yield from _record(f"row {number}", number, list(_strings(list(row))))


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors=HANDLER, newline="") as file:
        head = re.sub(r'"[^"]*"', "", file.read(10_000))
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _jsonl(path: Path) -> Iterator[Piece]:
    """Yield the strings and numbers of every line, and the line itself; lines are counted from 1."""
    yield from _bytes(path)
    for name in encodings(path):
        with path.open(encoding=name, errors=HANDLER, newline="\n") as file:
            for number, line in enumerate(file, 1):
                yield Piece(f"line {number}", line, record=number, markup=True)
                try:
                    value = json.loads(line) if line.strip() else ""
                except (ValueError, RecursionError) as error:
                    raise OutputError(
                        "line {number} of the copy is not JSON; the input must be held", number=number
                    ) from error
                yield from _record(f"line {number}", number, list(_strings(value)))


def _strings(value: object) -> Iterator[str]:
    """Yield every string in a nested value, keys and numbers included; bytes as text in two encodings."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _strings(key)
            yield from _strings(one)
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, bytes | bytearray | memoryview):
        yield from (bytes(value).decode(name, "replace") for name in ("utf-8", "cp932"))
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _parquet(path: Path) -> Iterator[Piece]:
    """Yield the cells of every row by DuckDB, counted from 1, then names, metadata and statistics."""
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise UsageError("checking Parquet copies needs DuckDB; run `pip install hairyo[verify]`") from error
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        duckdb.connect(":memory:", config={**_OFFLINE, "temp_directory": folder}) as db,
    ):
        plain = Path(folder) / "copy.parquet"  # DuckDB would take * ? [ in a file's own name for a pattern
        plain.symlink_to(path.resolve())
        try:
            yield from _parquet_pieces(db, str(plain))
        except duckdb.Error as error:
            raise OutputError("the Parquet copy cannot be read again; the input must be held") from error


def _parquet_pieces(db: DuckDBPyConnection, path: str) -> Iterator[Piece]:
    rows = db.execute("SELECT * FROM read_parquet(?)", [path])
    number = 0
    while batch := rows.fetchmany(_BATCH):
        for row in batch:
            number += 1
            yield from _record(f"row {number}", number, list(_strings(row)))
    for place, query in (
        ("schema", "SELECT name FROM parquet_schema(?)"),
        ("metadata", "SELECT key, value FROM parquet_kv_metadata(?)"),
        (
            "statistics",
            "SELECT stats_min_value, stats_max_value, stats_min, stats_max FROM parquet_metadata(?)",
        ),
    ):
        for text in _strings(db.execute(query, [path]).fetchall()):
            yield Piece(place, text, markup=True)


def _docx(path: Path) -> Iterator[Piece]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, "member", _MAX_NESTING)
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, EOFError) as error:
        raise OutputError("the DOCX copy cannot be read again; the input must be held") from error


def _members(archive: zipfile.ZipFile, prefix: str, nesting: int) -> Iterator[Piece]:
    yield Piece(f"{prefix} comment", archive.comment)
    for number, info in enumerate(archive.infolist(), 1):
        place = f"{prefix} {number}"
        yield Piece(f"{place} name", info.filename, markup=True)
        if info.file_size > _MAX_MEMBER:
            raise OutputError("{place} of the copy is too large to be checked; the input must be held", place=place)
        data = archive.read(info)
        yield Piece(place, data)
        if data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
            yield from _xml(place, data)
        elif nesting and zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                yield from _members(inner, f"{place}.", nesting - 1)


@dataclass(slots=True)
class _Part:
    """What is read of one XML part.

    Attributes:
        paragraphs: every paragraph's text, whatever its runs: with and without what was deleted and fields.
        leaves: text that stands outside of runs, element by element.
        attributes: their values.
        all: all text in order, with line ends between paragraphs.
    """

    paragraphs: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    all: list[str] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _open: list[list[tuple[str, str]]] = field(default_factory=list)
    _leaf: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._names.append(local)
        self.attributes += attributes.values()
        self._end_leaf()
        if local == "p":
            self._open.append([])
        elif self._open and local in _BREAKS:
            self._open[-1].append(("t", _BREAKS[local]))

    def end(self, name: str) -> None:
        self._end_leaf()
        if self._names.pop() == "p" and self._open:
            runs = self._open.pop()
            self.paragraphs.append("".join(text for _, text in runs))
            self.paragraphs.append("".join(text for kind, text in runs if kind == "t"))
            self.all.append("\n")

    def text(self, data: str) -> None:
        self.all.append(data)
        if self._open and self._names[-1] in _RUN_TEXT:
            self._open[-1].append((self._names[-1], data))
        else:
            self._leaf.append(data)

    def _end_leaf(self) -> None:
        self.leaves.append("".join(self._leaf))
        self._leaf.clear()


def _refuse_doctype(*_: object) -> None:
    raise OutputError("a part of the copy declares a document type; the input must be held")


def _xml(place: str, data: bytes) -> Iterator[Piece]:
    part = _Part()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = part.start, part.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = part.text, _refuse_doctype
    parser.Parse(data, True)
    for text in dict.fromkeys(part.paragraphs):
        yield Piece(f"{place} paragraph", text)
    for what, texts in (("text", part.leaves), ("attribute", part.attributes)):
        for text in dict.fromkeys(texts):
            yield Piece(f"{place} {what}", text, markup=True)
    yield Piece(f"{place} whole text", "".join(part.all), markup=True)
    yield Piece(f"{place} as written", data.decode("utf-8", "replace"), raw=True)


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "txt": _text,
        "md": _text,
        "csv": _table,
        "tsv": partial(_table, tabs=True),
        "jsonl": _jsonl,
        "parquet": _parquet,
        "docx": _docx,
    }
)
