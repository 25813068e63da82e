"""Which files a Delta-like folder's log says are its rows now (`_delta_log`).

The folder also holds files that the log has taken out again: read without the log, deleted rows would come back.
The log is replayed from its first commit, in the protocol's first reader version. Whatever needs more (deletion
vectors, mapped column names, a log whose first commits are gone) is refused: read it with Delta's own reader.
Source: Delta Transaction Log Protocol, https://github.com/delta-io/delta/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hairyo.errors import UsageError

LOG = "_delta_log"
_COMMIT = re.compile(r"[0-9]{20}\.json")
_READER = 1
_NO_ROWS = frozenset(
    {"commitInfo", "metaData", "txn", "cdc", "domainMetadata"}
)  # actions that change no row of the newest version


def live_files(folder: Path) -> set[Path]:
    """Return the files that make up the newest version of a Delta-like table.

    Args:
        folder: the table's folder, with `_delta_log` in it.

    Raises:
        UsageError: the log cannot be replayed, or names a file that is not there. The message holds no path.
    """
    live: set[Path] = set()
    asked = 0
    for action, body in _actions(folder / LOG):
        if action == "protocol":
            asked = _number(body.get("minReaderVersion"))
        elif action in ("add", "remove"):
            path = _path(folder, body)
            live.add(path) if action == "add" else live.discard(path)
        elif action not in _NO_ROWS:
            raise _beyond()
    if asked != _READER:
        raise _beyond()
    missing = sum(not path.is_file() for path in live)
    if missing:
        raise UsageError("the table's _delta_log names {count} files that are not there; restore it", count=missing)
    return live


def _actions(log: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return all actions of the log in their order."""
    commits = sorted(path for path in log.iterdir() if _COMMIT.fullmatch(path.name))
    if [int(path.stem) for path in commits] != list(range(len(commits))) or not commits:
        raise UsageError(
            "the table's _delta_log lacks commits, so what is in the table cannot be told; read it with Delta's own "
            "reader and use hairyo.spark.redact, or write the table anew"
        )
    try:
        lines = [line for path in commits for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        actions = [action for line in lines for action in json.loads(line).items()]
    except (OSError, ValueError, AttributeError) as error:
        raise _damaged() from error
    if not all(isinstance(body, dict) for _, body in actions):
        raise _damaged()
    return actions


def _path(folder: Path, body: dict[str, Any]) -> Path:
    """Return the file of an action; the log writes it relative to the table, with escapes of URLs."""
    if body.get("deletionVector") is not None:
        raise _beyond()
    named = str(body.get("path") or "")
    if not named:
        raise _damaged()
    path = Path(unquote(named))
    if urlsplit(named).scheme or path.is_absolute() or ".." in path.parts:
        raise _beyond()  # a file of another table's folder
    return folder / path


def _number(value: object) -> int:
    return value if type(value) is int else 0


def _beyond() -> UsageError:
    return UsageError(
        "the table's _delta_log uses features that are not known here (deletion vectors, mapped columns, files "
        "elsewhere); read it with Delta's own reader and use hairyo.spark.redact, or write the table anew"
    )


def _damaged() -> UsageError:
    return UsageError("the table's _delta_log is damaged; restore it")
