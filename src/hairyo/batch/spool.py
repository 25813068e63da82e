"""What a worker puts aside while it goes through a table, so that its memory does not grow with the table.

The values to search a copy for are secrets. So a spool lies in a file without a name, which is gone with the
process however that ends, and holds nothing readable: every entry is sealed with a key that exists in memory
only (DESIGN.md, invariants 5 and 10).
"""

from __future__ import annotations

import pickle
import struct
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hairyo.batch.disk import WORK, writing
from hairyo.redaction import Secret

_HEAD = struct.Struct(">I")


class Spool:
    """Values put aside in order, to be read again by their places or one after the other.

    Args:
        folder: where the nameless file is made; must lie on a disk with room for it.

    Raises:
        OutputError: the disk has no room.
    """

    def __init__(self, folder: Path) -> None:
        with writing(WORK):
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (open as long as the spool is)
        self._seal = ChaCha20Poly1305(ChaCha20Poly1305.generate_key())
        self._end = 0

    def add(self, value: Any) -> int:
        """Put a picklable value aside and return its place."""
        place = self._end
        sealed = self._seal.encrypt(_nonce(place), pickle.dumps(value, pickle.HIGHEST_PROTOCOL), None)
        with writing(WORK):
            self._file.seek(place)
            self._end += self._file.write(_HEAD.pack(len(sealed)) + sealed)
        return place

    def get(self, place: int) -> Any:
        """Return the value that was put aside at `place`."""
        return self._open(place)[0]

    def __iter__(self) -> Iterator[Any]:
        """Yield all values in the order in which they were added."""
        place = 0
        while place < self._end:
            value, place = self._open(place)
            yield value

    def close(self) -> None:
        """Give the file's room back."""
        with writing(WORK):
            self._file.close()

    def _open(self, place: int) -> tuple[Any, int]:
        with writing(WORK):  # to go to another place is to write what waits
            self._file.seek(place)
        (length,) = _HEAD.unpack(self._file.read(_HEAD.size))
        plain = self._seal.decrypt(_nonce(place), self._file.read(length), None)
        return pickle.loads(plain), place + _HEAD.size + length


def _nonce(place: int) -> bytes:
    """Return the nonce of an entry: a place is written once, so it is used once."""
    return place.to_bytes(12, "big")


class Secrets(Mapping[int | None, Collection[Secret]]):
    """What the leak check has to search for, by record: those of the whole file in memory, the others aside.

    Keys are the records that have values, and None if the file as a whole has. Two integers a record stay in
    memory.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._whole: set[Secret] = set()
        self._records = array("q")
        self._places = array("q")

    def add(self, record: int | None, values: Collection[Secret]) -> None:
        """Add the values of a record, or of the whole file (None).

        Raises:
            ValueError: the record is not after the one before; records come whole and in order.
        """
        if record is None:
            self._whole.update(values)
        elif values:
            if self._records and record <= self._records[-1]:
                raise ValueError(f"record {record} comes after record {self._records[-1]}")
            self._records.append(record)
            self._places.append(self._spool.add([(one.value, one.type) for one in values]))

    def __getitem__(self, record: int | None) -> Collection[Secret]:
        if record is None:
            if self._whole:
                return frozenset(self._whole)
            raise KeyError(record)
        at = bisect_left(self._records, record)
        if at == len(self._records) or self._records[at] != record:
            raise KeyError(record)
        return [Secret(*one) for one in self._spool.get(self._places[at])]

    def __iter__(self) -> Iterator[int | None]:
        if self._whole:
            yield None
        yield from self._records

    def __len__(self) -> int:
        return len(self._records) + bool(self._whole)

    def __contains__(self, record: object) -> bool:
        if record is None:
            return bool(self._whole)
        at = bisect_left(self._records, record) if isinstance(record, int) else len(self._records)
        return at < len(self._records) and self._records[at] == record
