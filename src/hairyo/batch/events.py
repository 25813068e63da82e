"""The consent events of a run, on their way from the worker to the ledger (同意記録の受け渡し).

A worker leaves those of one input in the work folder, one JSON object a line. Who books the input appends them to the
ledger, or, where there is none within reach, to a file of the same form. Events hold no text, so neither does this.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from hairyo.batch.disk import WORK, writing
from hairyo.consent import ConsentEvent, Head, Ledger
from hairyo.consent.events import canonical
from hairyo.errors import LedgerError, OutputError

_BATCH = 2_000
_LONGEST = 1 << 16  # bytes of a line, which hold digests and codes only
_COLLECTED = "collected:"  # what the mark of events in a file begins with


class EventsShard:
    """The events of one input, written as they come.

    Attributes:
        path: the file.
        disclosures: how many of the events so far are consent.

    Raises:
        OutputError: they cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.disclosures = 0
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        with writing(WORK):
            self._file = self.path.open("w", encoding="ascii")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with writing(WORK):
                self._file.close()

    def add(self, events: Sequence[ConsentEvent]) -> None:
        """Add events."""
        assert self._file is not None
        with writing(WORK):
            self._file.writelines(canonical(event.to_json()) + "\n" for event in events)
        self.disclosures += sum(event.kind == "disclosure" for event in events)


def read_events(path: Path) -> Iterator[list[ConsentEvent]]:
    """Yield the events of a shard in batches that fit in memory."""
    with path.open(encoding="ascii") as lines:
        while batch := [ConsentEvent.from_json(json.loads(line)) for line in islice(lines, _BATCH)]:
            yield batch


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of events that were handed to a book.

    Attributes:
        disclosures: how many of them are disclosures that had not been booked before.
        mark: by which the book can tell later that it holds them; None where there were none. It holds no text.
    """

    disclosures: int = 0
    mark: str | None = None


class Book(Protocol):
    """Where events are booked, each once, whoever hands them over again."""

    def add(self, batches: Iterable[Sequence[ConsentEvent]]) -> Booked:
        """Book events; they are safely on disk before this returns."""
        ...

    def check(self, marks: Iterable[str]) -> None:
        """Make sure that what earlier runs booked is here: what is skipped is not booked anew.

        Args:
            marks: what `add` gave them.

        Raises:
            LedgerError: it is not.
        """
        ...


class LedgerBook:
    """The consent ledger as the place to book events; a mark is the last of them as a head."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, batches: Iterable[Sequence[ConsentEvent]]) -> Booked:
        """Append events to the ledger; see `Book.add`."""
        disclosures, heads = 0, set[Head]()
        for events in batches:
            recorded = self._ledger.append(events)
            disclosures += sum(one.new and one.event.kind == "disclosure" for one in recorded)
            heads = {max(heads.union(one.head for one in recorded))}
        return Booked(disclosures, str(heads.pop()) if heads else None)

    def check(self, marks: Iterable[str]) -> None:
        """See `Book.check`; a ledger that is another one, or an older backup, does not hold the newest mark."""
        given = set(marks)
        heads = {Head.parse(mark) for mark in given if not mark.startswith(_COLLECTED)}
        if len(heads) < len(given) or (heads and not self._ledger.holds(max(heads))):
            raise LedgerError(
                "the ledger lacks events that earlier runs into this output folder recorded; give their ledger, "
                "restore its last backup, or choose a new output folder"
            )


class FileBook:
    """A file of events, for a ledger that is out of reach; its digests of what it holds lie in memory.

    A mark is the digest of the last event.

    Args:
        path: the file; made where there is none.

    Raises:
        OutputError: it cannot be read or made, or holds anything but events.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with writing(path.name):
                path.touch(mode=0o600)
                _cut_off_half_a_line(path)
                self._stat = path.stat()
                self._held = {bytes.fromhex(one.dedup_key) for events in read_events(path) for one in events}
        except ValueError as error:
            raise OutputError(
                "{name} is no file of consent events; move it away and run again", name=path.name
            ) from error

    def add(self, batches: Iterable[Sequence[ConsentEvent]]) -> Booked:
        """Append events to the file; see `Book.add`.

        Raises:
            OutputError: they cannot be written, or the file was removed or replaced meanwhile.
        """
        disclosures, mark = 0, None
        for events in batches:
            new = {bytes.fromhex(one.dedup_key): one for one in events}
            new = {digest: one for digest, one in new.items() if digest not in self._held}
            self._append(new.values())
            self._held |= new.keys()
            disclosures += sum(one.kind == "disclosure" for one in new.values())
            mark = _COLLECTED + events[-1].dedup_key
        return Booked(disclosures, mark)

    def check(self, marks: Iterable[str]) -> None:
        """See `Book.check`."""
        here = {_COLLECTED + digest.hex() for digest in self._held}
        if not here.issuperset(marks):
            raise LedgerError(
                "{name} lacks events that earlier runs into this output folder recorded; put it back, or choose a new "
                "output folder",
                name=self._path.name,
            )

    def _append(self, events: Iterable[ConsentEvent]) -> None:
        with writing(self._path.name), self._path.open("r+b") as file:
            if not os.path.samestat(os.fstat(file.fileno()), self._stat):
                raise OutputError(
                    "{name} was replaced during the run; put it back, and run again", name=self._path.name
                )
            file.seek(0, os.SEEK_END)
            file.writelines(canonical(one.to_json()).encode("ascii") + b"\n" for one in events)
            file.flush()
            os.fsync(file.fileno())


def _cut_off_half_a_line(path: Path) -> None:
    """Drop what a kill left unfinished at the end: its input is not booked, and is done again."""
    with path.open("r+b") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _LONGEST)
        file.seek(start)
        file.truncate(start + file.read().rfind(b"\n") + 1)
