"""The submissions of a run (提出物): what lies in a folder, and what the index says of each file.

An index, `_submissions.csv` in the folder, may say for each file whose it is and how it came:
columns `path`, and any of `user`, `role`, `channel`, `submitted_at` (ISO 8601 with zone). Without one a file's
user is unknown, and consent is booked under `path:RELATIVE PATH`.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from hairyo.detection import Role
from hairyo.errors import UsageError

INDEX = "_submissions.csv"
_COLUMNS = ("path", "user", "role", "channel", "submitted_at")


@dataclass(frozen=True, slots=True)
class Submission:
    """One file that a user handed in.

    Attributes:
        number: its running number in the run.
        path: the file.
        relative: its path under the submissions folder, with `/`.
        user: the user's id; `path:...` where nobody said.
        role: declared role, or None.
        channel: how it came, a code of the consent room's channels; None for the run's default.
        submitted_at: when, or None.
        rows: the rows of a Parquet table to do, from 0, where it is done in parts; None for all there is.
    """

    number: int
    path: Path
    relative: str
    user: str
    role: Role | None = None
    channel: str | None = None
    submitted_at: datetime | None = None
    rows: range | None = None


def submissions(source: Path) -> Iterator[Submission]:
    """Yield every file of the folder `source` in path order, or `source` itself if it is a file.

    Symbolic links are yielded like files; the reader refuses them, so that nothing is left out in silence.

    Raises:
        UsageError: `source` is neither, a folder in it cannot be read, or the index is malformed or names a
            missing file.
    """
    if source.is_file():
        yield Submission(0, source, source.name, f"path:{source.name}")
        return
    if not source.is_dir():
        raise UsageError("the submissions are neither a folder nor a file; check the path")
    index = _index(source / INDEX)
    paths = sorted(
        (path for path in _files(source) if path != source / INDEX),
        key=lambda path: path.relative_to(source).as_posix(),
    )
    unknown = index.keys() - {path.relative_to(source).as_posix() for path in paths}
    if unknown:
        raise UsageError(
            "{index} names {count} files that are not in the folder; mend the index", index=INDEX, count=len(unknown)
        )
    for number, path in enumerate(paths):
        relative = path.relative_to(source).as_posix()
        row = index.get(relative, {})
        yield Submission(number, path, relative, row.get("user") or f"path:{relative}", **_details(row))


def _files(source: Path) -> Iterator[Path]:
    """Yield all below a folder that is no folder itself; links count as what they are."""

    def unreadable(error: OSError) -> None:
        raise UsageError(
            "a folder of the submissions cannot be read ({strerror}); check its permissions", strerror=error.strerror
        ) from error

    for folder, folders, names in os.walk(source, onerror=unreadable):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        yield from (Path(folder, name) for name in [*names, *links])


def _index(path: Path) -> dict[str, dict[str, str]]:
    """Return the index's rows by path."""
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if not reader.fieldnames or not {"path"} <= set(reader.fieldnames) <= set(_COLUMNS):
                raise UsageError(
                    "{index} needs the columns path and any of {names}", index=INDEX, names=", ".join(_COLUMNS[1:])
                )
            return {row["path"]: {k: v for k, v in row.items() if k and v} for row in reader}
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError("{index} is not a CSV file in UTF-8; mend the index", index=INDEX) from error


def _details(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row.get("role"):
        if row["role"] not in get_args(Role):
            raise UsageError("{index} has an unknown role; use {names}", index=INDEX, names=", ".join(get_args(Role)))
        found["role"] = row["role"]
    if row.get("channel"):
        found["channel"] = row["channel"]
    if row.get("submitted_at"):
        try:
            when = datetime.fromisoformat(row["submitted_at"])
        except ValueError as error:
            raise UsageError("{index} has a submitted_at that is no ISO 8601 time", index=INDEX) from error
        if when.utcoffset() is None:
            raise UsageError("{index} has a submitted_at without a zone; write 2026-04-01T09:00:00+09:00", index=INDEX)
        found["submitted_at"] = when
    return found
