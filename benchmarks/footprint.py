"""What memory a process and those it started take of the machine, at most (Linux)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import psutil

EVERY = 0.25  # seconds from one look to the next; what comes and goes between two is not seen


class Footprint:
    """Looks at a family of processes while the block runs.

    Counted is the proportional set size (PSS): pages that several processes share, such as the dictionary's, count
    once. Resident sizes added up would count them for every process.

    Attributes:
        peak: the most that all of them took at one time, in bytes.
        largest: the most that any one of them took, but for the first.
    """

    def __init__(self, pid: int | None = None) -> None:
        self._first = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak = self.largest = 0

    def __enter__(self) -> Footprint:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            sizes = list(self._sizes())
            self.peak = max(self.peak, sum(sizes))
            self.largest = max(self.largest, *sizes[1:], 0)

    def _sizes(self) -> Iterator[int]:
        with suppress(psutil.Error):  # it ended meanwhile
            family = [self._first, *self._first.children(recursive=True)]
            for one in family:
                with suppress(psutil.Error):
                    yield one.memory_full_info().pss
