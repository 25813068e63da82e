"""What a run came to, for the tests of what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hairyo.consent import Keys, Ledger


def manifest(out: Path) -> dict[str, dict[str, Any]]:
    """Return the lines of the manifest by input."""
    return {row["input"]: row for row in map(json.loads, (out / "manifest.jsonl").read_text("utf-8").splitlines())}


def copies(out: Path) -> dict[str, bytes]:
    """Return the copies by name."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in (out / "copies").rglob("*.*")}


def files(out: Path) -> set[str]:
    """Return the names of all that lies in an output folder."""
    return {path.relative_to(out).as_posix() for path in out.rglob("*")}


def events(url: str | None = None) -> list[tuple[str, ...]]:
    """Return what is recorded, each event once or the test fails; the ledger verifies."""
    with Ledger.open(url, keys=Keys.load(), create=False) as ledger:
        assert ledger.verify().ok
        found = [(one.event.dedup_key, one.event.kind, one.event.category or "") for one in ledger.events()]
    assert len(set(found)) == len(found)
    return sorted(found)


def result(out: Path, url: str | None = None) -> dict[str, Any]:
    """Return all that two runs over the same input must agree in."""
    return {
        "manifest": manifest(out),
        "copies": copies(out),
        "findings": pq.read_table(out / "findings.parquet").to_pylist(),
        "files": files(out),
        "events": events(url),
    }
