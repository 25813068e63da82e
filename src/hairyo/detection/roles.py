"""Guess what kind of submission a text is (文書の種類), where it was not declared."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from hairyo.detection.normalise import normalise
from hairyo.detection.passage import Role

_HEAD = 600


@cache
def _cues() -> dict[Role, tuple[re.Pattern[str], ...]]:
    """Return the patterns of each role, in the file's order, which is the order they are tried in."""
    table: Any = tomllib.loads((files(__package__) / "roles.toml").read_text(encoding="utf-8"))
    return {role: tuple(re.compile(cue) for cue in cues) for role, cues in table.items()}


def role_of_text(text: str) -> Role | None:
    """Return the role that the head of `text` tells, or None; None is read like a profile."""
    head = normalise(text[:_HEAD]).text
    for role, cues in _cues().items():
        if any(cue.search(head) for cue in cues):
            return role
    return None
