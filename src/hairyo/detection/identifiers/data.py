"""Read the data files of this package (TOML) and fill fragments into their patterns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Return the content of the data file `name` (with its ending) beside this module."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def fill(source: str, fragments: Mapping[str, str]) -> str:
    """Return `source` with each `<name>` that is a fragment replaced by it; other text is left as it is."""
    return re.sub(r"<(\w+)>", lambda match: fragments.get(match[1], match[0]), source)


def filled(fragments: Mapping[str, str]) -> dict[str, str]:
    """Return `fragments` with the earlier ones filled into the later ones."""
    done: dict[str, str] = {}
    for name, source in fragments.items():
        done[name] = fill(source, done)
    return done


def compiled(sources: Mapping[str, str], fragments: Mapping[str, str] | None = None) -> dict[str, re.Pattern[str]]:
    """Return each pattern of `sources`, with `fragments` filled in, compiled."""
    return {name: re.compile(fill(source, fragments or {})) for name, source in sources.items()}
