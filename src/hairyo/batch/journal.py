"""The journal of a run (処理記録): what is done, so that a killed run goes on where it stopped.

Lives in the output folder under `.hairyo/`: a lock, one JSON line for each finished input, the shards of the
findings, and the work folder of the run under way. `manifest.jsonl` is written from it at the end. It holds no
value of any input.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from hairyo.batch.disk import OUTPUT, writing
from hairyo.errors import Busy, OutputError

FOLDER = ".hairyo"
_JOURNAL, _LOCK, _SHARDS = "journal.jsonl", "lock", "findings"
_PATIENCE = 5.0  # seconds in which the workers of a killed run have ended


class Journal:
    """The journal of one output folder, locked while it is open.

    Attributes:
        shards: folder of the findings of each input that has a copy.
        work: folder for what is not finished, of this run alone: a worker that outlives its run by a moment
            cannot reach into the next one.

    Raises:
        Busy: another run holds the folder.
        OutputError: the folder cannot be written.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / FOLDER
        self.shards = self.folder / _SHARDS
        self.work = self.folder / f"work-{secrets.token_hex(8)}"
        self._path = self.folder / _JOURNAL
        self._lock: IO[bytes] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            with writing(OUTPUT):
                self.shards.mkdir(parents=True, exist_ok=True)
                self._lock = (self.folder / _LOCK).open("ab")
                self._hold(self._lock)
                self._clear()
                self.work.mkdir()
                self._file = self._path.open("ab", buffering=0)
                self._mend(self._file)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)  # what cannot be removed now is removed by the next run
        for file in (self._file, self._lock):
            if file is not None:
                file.close()

    def _hold(self, lock: IO[bytes]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("another run holds this output folder; wait for it, or choose another folder") from error

    def _clear(self) -> None:
        """Remove what a killed run left half made: copies not checked yet, events not handed over."""
        for left in self.folder.iterdir():
            if left.name not in (_JOURNAL, _LOCK, _SHARDS):
                _remove(left)

    def _mend(self, file: IO[bytes]) -> None:
        """Cut off a last line that a kill or a full disk left unfinished."""
        data = self._path.read_bytes()
        file.truncate(data.rfind(b"\n") + 1)

    def done(self) -> dict[str, dict[str, Any]]:
        """Return the last line of every input by its key; a line that a broken disk spoilt counts for nothing."""
        with writing(_JOURNAL):
            rows = [row for line in self._path.read_bytes().splitlines() for row in _row(line)]
        return {row["key"]: row for row in rows}

    def add(self, row: dict[str, Any]) -> dict[str, Any]:
        """Add the line of a finished input, safely on disk before this returns; return it as it will be read again.

        Raises:
            OutputError: it cannot be written, or the output folder was removed or replaced meanwhile.
        """
        assert self._file is not None
        line = made = json.dumps(row, sort_keys=True).encode("ascii") + b"\n"
        with writing(_JOURNAL):
            while line:
                line = line[self._file.write(line) :]
            os.fsync(self._file.fileno())
            self._check_place()
        return dict(json.loads(made))

    def _check_place(self) -> None:
        """Make sure that the next run will find the journal: a removed file can be written to without an error."""
        assert self._file is not None
        if not self._path.exists() or not os.path.samestat(self._path.stat(), os.fstat(self._file.fileno())):
            raise OutputError("the output folder was removed or replaced during the run; run again")


def _row(line: bytes) -> Iterator[dict[str, Any]]:
    """Yield the row that a line holds, if it holds one."""
    try:
        row = json.loads(line)
    except ValueError:
        return
    if isinstance(row, dict) and isinstance(row.get("key"), str):
        yield row


def _remove(left: Path) -> None:
    """Remove a file or folder; a dying worker may still put something into it for a moment."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink(missing_ok=True)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
