"""Radicals (部首) and signs of vertical writing that stand for other characters; the table is `radicals.tsv`."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    lines = files(__package__).joinpath("radicals.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    table = {int(radical, 16): int(ideograph, 16) for radical, ideograph in rows}
    for code in (*range(0xFE10, 0xFE20), *range(0xFE30, 0xFE50)):  # ︒ and ﹁: the forms for vertical writing
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1:
            table[code] = ord(plain)
    return table


def without_radicals(text: str) -> str:
    """Return `text` with every such character replaced by the one that is meant; the length stays."""
    return text if text.isascii() else text.translate(_table())
