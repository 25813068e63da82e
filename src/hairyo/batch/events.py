"""The consent events of one input, on their way from the worker to the ledger (同意記録の受け渡し).

Lies in the work folder, one JSON object a line. Events hold no text, so neither does this.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from hairyo.batch.disk import WORK, writing
from hairyo.consent import ConsentEvent
from hairyo.consent.events import canonical

_BATCH = 2_000


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
