"""The journal of a run (処理記録): what is done, so that a killed run goes on where it stopped.

Lives in the output folder under `.hairyo/`: a lock, one JSON line for each finished input, the shards of the
findings. `manifest.jsonl` is written from it at the end. It holds no value of any input.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from hairyo.errors import Busy, OutputError

FOLDER = ".hairyo"


class Journal:
    """The journal of one output folder, locked while it is open.

    Raises:
        Busy: another run holds the folder.
        OutputError: the folder cannot be written.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / FOLDER
        self.shards = self.folder / "findings"
        self._path = self.folder / "journal.jsonl"
        self._lock: IO[str] | None = None
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        try:
            self.shards.mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / "lock").open("w")
        except OSError as error:
            raise OutputError(
                "the output folder cannot be written ({strerror}); choose another", strerror=error.strerror
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise Busy("another run holds this output folder; wait for it, or choose another folder") from error
        self._clear()
        self._mend()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (self._file, self._lock):
            if file is not None:
                file.close()

    def _clear(self) -> None:
        """Remove what a killed run left half made: copies not checked yet, events not handed over."""
        for left in self.folder.iterdir():
            if left.is_file() and left.name not in (self._path.name, "lock"):
                left.unlink()

    def _mend(self) -> None:
        """Cut off a last line that a kill left unfinished, and open the journal for appending."""
        if self._path.exists():
            data = self._path.read_bytes()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                with self._path.open("r+b") as file:
                    file.truncate(whole)
        self._file = self._path.open("a", encoding="utf-8")

    def done(self) -> dict[str, dict[str, Any]]:
        """Return the last line of every input by its key."""
        with self._path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return {row["key"]: row for row in rows}

    def add(self, row: dict[str, Any]) -> None:
        """Add the line of a finished input, safely on disk before this returns."""
        assert self._file is not None
        try:
            self._file.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise OutputError(
                "the journal cannot be written ({strerror}); free space and run again", strerror=error.strerror
            ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(
            "{name} cannot be written ({strerror}); free space and run again", name=path.name, strerror=error.strerror
        ) from error
