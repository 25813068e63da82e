"""The consent events of a run, on their way from the worker to the ledger (同意記録の受け渡し).

A worker leaves those of one input in the work folder, one JSON object a line. Who books the input appends them to the
ledger, or, where there is none within reach, to a file of the same form. Events hold no text, so neither does this.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from hairyo.consent import ConsentEvent, Ledger
from hairyo.consent.events import canonical
from hairyo.errors import OutputError

_BATCH = 2_000
_LONGEST = 1 << 16  # bytes of a line, which hold digests and codes only


class EventsShard:
    """The events of one input, written as they come.

    Attributes:
        path: the file.
        disclosures: how many of the events so far are consent.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.disclosures = 0
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._file = self.path.open("w", encoding="ascii")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, events: Sequence[ConsentEvent]) -> None:
        """Add events."""
        assert self._file is not None
        for event in events:
            self._file.write(canonical(event.to_json()) + "\n")
        self.disclosures += sum(event.kind == "disclosure" for event in events)


def read_events(path: Path) -> Iterator[list[ConsentEvent]]:
    """Yield the events of a shard in batches that fit in memory."""
    with path.open(encoding="ascii") as lines:
        while batch := [ConsentEvent.from_json(json.loads(line)) for line in islice(lines, _BATCH)]:
            yield batch


class Book(Protocol):
    """Where events are booked, each once, whoever hands them over again."""

    def add(self, events: Sequence[ConsentEvent]) -> int:
        """Book events and return how many of them are disclosures that had not been booked before."""
        ...


class LedgerBook:
    """The consent ledger as the place to book events."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, events: Sequence[ConsentEvent]) -> int:
        """Append events to the ledger; see `Book.add`."""
        return sum(one.new and one.event.kind == "disclosure" for one in self._ledger.append(events))


class FileBook:
    """A file of events, for a ledger that is out of reach; its digests of what it holds lie in memory.

    Args:
        path: the file; made where there is none.

    Raises:
        OutputError: it cannot be read or made, or holds anything but events.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.touch(mode=0o600)
            _cut_off_half_a_line(path)
            self._held = {bytes.fromhex(one.dedup_key) for events in read_events(path) for one in events}
        except OSError as error:
            raise _not_written(path, error) from error
        except ValueError as error:
            raise OutputError(
                "{name} is no file of consent events; move it away and run again", name=path.name
            ) from error

    def add(self, events: Sequence[ConsentEvent]) -> int:
        """Append events to the file, safely on disk before this returns; see `Book.add`."""
        new = {bytes.fromhex(one.dedup_key): one for one in events}
        new = {digest: one for digest, one in new.items() if digest not in self._held}
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.writelines(canonical(one.to_json()) + "\n" for one in new.values())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _not_written(self._path, error) from error
        self._held |= new.keys()
        return sum(one.kind == "disclosure" for one in new.values())


def _cut_off_half_a_line(path: Path) -> None:
    """Drop what a kill left unfinished at the end: its input is not booked, and is done again."""
    with path.open("r+b") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _LONGEST)
        file.seek(start)
        file.truncate(start + file.read().rfind(b"\n") + 1)


def _not_written(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "{name} cannot be written ({strerror}); free space and run again", name=path.name, strerror=error.strerror
    )
