"""Read this room's data files."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def rows(name: str) -> dict[str, dict[str, Any]]:
    """Return the tables of a TOML file of this package by name, their lists as tuples."""
    found = tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))
    return {
        one: {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        for one, row in found.items()
    }
