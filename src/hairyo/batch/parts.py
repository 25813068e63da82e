"""The parts of a submission (分割): what a worker does at a time and puts aside until the copy is written.

A part is a run of whole records, so a table can be shared among workers, and the memory of a run does not grow with the
table. What is put aside holds secrets, so every part is a file of its own, sealed with a key that exists in memory
only: what a killed run leaves behind nobody can read (DESIGN.md, invariants 5 and 10). They lie in the submission's own
folder in the work folder, and go with it.
"""

from __future__ import annotations

import pickle
from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hairyo.batch.assemble import Unit
from hairyo.batch.disk import WORK, writing
from hairyo.batch.findings import Row
from hairyo.consent import ConsentEvent
from hairyo.detection import Finding
from hairyo.documents import Edit
from hairyo.errors import OutputError
from hairyo.redaction import Change, Secret

PART_CHARS = 50_000
T = TypeVar("T")


@dataclass(slots=True)
class Part:
    """What was found and planned in one part.

    Attributes:
        whole: its units that belong to no record, with their findings; they are planned together, at the end.
        edits: of its records, in ascending order.
        values: what the leak check has to search for in each record that has any.
        changes: what its edits change in each record that has any.
        whole_changes: what its edits change in what belongs to no record.
        rows: for `findings.parquet`.
        events: for the ledger.
        counts: findings by type.
        special: Article 6 findings by type, subject and polarity.
        records: how many.
        replaced: places replaced.
    """

    whole: list[tuple[Unit, list[Finding]]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    values: dict[int, Collection[Secret]] = field(default_factory=dict)
    changes: dict[int, Collection[Change]] = field(default_factory=dict)
    whole_changes: list[Change] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    events: list[ConsentEvent] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    special: Counter[str] = field(default_factory=Counter)
    records: int = 0
    replaced: int = 0

    def add_values(self, record: int, values: Collection[Secret]) -> None:
        """Add what has to be searched for in a record.

        Raises:
            ValueError: the record is not after the one before; records come whole and in order.
        """
        _append(self.values, record, values)

    def add_changes(self, record: int, changes: Collection[Change]) -> None:
        """Add what changes in a record; see `add_values`."""
        _append(self.changes, record, changes)


def _append(records: dict[int, Collection[T]], record: int, things: Collection[T]) -> None:
    if things:
        last = next(reversed(records), 0)
        if record <= last:
            raise ValueError(f"record {record} comes after record {last}")
        records[record] = things


def split(units: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    """Group units into parts, the same for whoever reads the file: each ends with the record that makes it `size` long.

    What belongs to no record stays with the record after it; a document without records is one part.
    """
    group: list[Unit] = []
    length = 0
    for unit in units:
        group.append(unit)
        length += len(unit.text)
        if unit.record is not None and length >= size:
            yield group
            group, length = [], 0
    if group:
        yield group


class Parts:
    """The parts of one submission that have been put aside.

    Args:
        folder: where they lie; the submission's own.
        seal: key of 32 bytes that nothing else is sealed with.
        count: how many there are.

    Raises:
        OutputError: a part cannot be written or read.
    """

    def __init__(self, folder: Path, seal: bytes, count: int = 0) -> None:
        self._folder, self.count = folder, count
        self._seal = ChaCha20Poly1305(seal)

    def put(self, number: int, part: Part) -> None:
        """Put part `number` aside, once."""
        sealed = self._seal.encrypt(_nonce(number), pickle.dumps(part, pickle.HIGHEST_PROTOCOL), None)
        with writing(WORK):
            self._path(number).write_bytes(sealed)
        self.count = max(self.count, number + 1)

    def __getitem__(self, number: int) -> Part:
        try:
            sealed = self._path(number).read_bytes()
        except OSError as error:
            raise OutputError(
                "a part that was put aside cannot be read ({strerror}); check the disk, and run again",
                strerror=error.strerror,
            ) from error
        part: Part = pickle.loads(self._seal.decrypt(_nonce(number), sealed, None))
        return part

    def __iter__(self) -> Iterator[Part]:
        """Yield all parts in order; each call reads them anew."""
        return (self[number] for number in range(self.count))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.part"


def new_seal() -> bytes:
    """Return a key to seal the parts of one submission with."""
    return ChaCha20Poly1305.generate_key()


def _nonce(number: int) -> bytes:
    """Return the nonce of a part: each is written once under its key, so it is used once."""
    return number.to_bytes(12, "big")


class _ByRecord(Mapping[int | None, Collection[T]]):
    """What the leak check is told, by record: that of the whole file in memory, the rest from the parts.

    Keys are the records that have any, and None if the file as a whole has. One part is in memory at a time.

    Args:
        parts: the submission's; each has to be `note`d, in order.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._whole: Collection[T] = ()
        self._first = array("q")  # of each part: its first record with any, or the least that a later part may have
        self._last = self._count = 0
        self._open: tuple[int, Mapping[int, Collection[T]]] = (-1, {})

    @staticmethod
    @abstractmethod
    def _of(part: Part) -> Mapping[int, Collection[T]]:
        """Return what a part tells of its records."""

    def note(self, part: Part) -> None:
        """Take note of the next part.

        Raises:
            ValueError: its records do not come after those before.
        """
        records = self._of(part)
        first = min(records, default=self._last + 1)
        if first <= self._last:
            raise ValueError(f"record {first} comes after record {self._last}")
        self._first.append(first)
        self._last = max(records, default=self._last)
        self._count += len(records)

    def __getitem__(self, record: int | None) -> Collection[T]:
        if record is None:
            if self._whole:
                return self._whole
            raise KeyError(record)
        return self._in_part(bisect_right(self._first, record) - 1)[record]

    def _in_part(self, number: int) -> Mapping[int, Collection[T]]:
        if number != self._open[0]:
            self._open = (number, self._of(self._parts[number]) if number >= 0 else {})
        return self._open[1]

    def __iter__(self) -> Iterator[int | None]:
        if self._whole:
            yield None
        for part in self._parts:
            yield from self._of(part)

    def __len__(self) -> int:
        return self._count + bool(self._whole)


class Secrets(_ByRecord[Secret]):
    """What the leak check has to search for."""

    @staticmethod
    def _of(part: Part) -> Mapping[int, Collection[Secret]]:
        return part.values

    def add_whole(self, values: Collection[Secret]) -> None:
        """Add values of the whole file."""
        self._whole = frozenset(self._whole) | frozenset(values)


class Changes(_ByRecord[Change]):
    """What may differ between original and copy, and has to."""

    @staticmethod
    def _of(part: Part) -> Mapping[int, Collection[Change]]:
        return part.changes

    def add_whole(self, changes: Collection[Change]) -> None:
        """Add changes in what belongs to no record."""
        self._whole = (*self._whole, *changes)
