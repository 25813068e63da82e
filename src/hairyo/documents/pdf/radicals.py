"""Radicals (部首) that stand for the ideographs they look like; the table is `radicals.tsv`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    lines = files(__package__).joinpath("radicals.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {int(radical, 16): int(ideograph, 16) for radical, ideograph in rows}


def without_radicals(text: str) -> str:
    """Return `text` with every radical replaced by its ideograph; the length stays."""
    return text if text.isascii() else text.translate(_table())
