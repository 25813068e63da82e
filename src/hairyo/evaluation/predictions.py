"""Findings made elsewhere, in the form of contract 1, to be scored beside ours."""

from __future__ import annotations

import json
from pathlib import Path

from hairyo.detection import Finding
from hairyo.errors import BrokenInput, UsageError
from hairyo.taxonomy import types


def read_predictions(path: Path) -> dict[str, list[Finding]]:
    """Return the findings by text id; types that the taxonomy does not know are left out.

    Raises:
        UsageError: the file cannot be read.
        BrokenInput: a line is not `{"id", "findings"}`, or a finding lacks a field.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("{name} cannot be read as UTF-8; check the path", name=path.name) from error
    found: dict[str, list[Finding]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found[str(row["id"])] = [
                Finding(
                    int(one["start"]), int(one["end"]), one["type"], item=types()[one["type"]].item,
                    subject=one.get("subject"), polarity=one.get("polarity"),
                )
                for one in row["findings"]
                if one["type"] in types()
            ]  # fmt: skip
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BrokenInput(
                '{name}, line {number}: not an object with "id" and "findings"', name=path.name, number=number
            ) from error
    return found
