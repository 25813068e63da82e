"""Persons that GiNZA's entity recognition sees (固有表現抽出): another pair of eyes where time does not matter.

By itself it takes much for a person that is none, so what it alone sees stands only where the tagger does not rule it
out (`tagger.toml`, `entities`). Its parse is not used: it helped neither with names nor with whose a fact is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from hairyo.detection.finding import Finding
from hairyo.detection.morphology import pieces
from hairyo.detection.passage import Passage

if TYPE_CHECKING:
    from spacy.language import Language

RULE = "names.ginza"
_UNUSED = ("parser", "morphologizer", "attribute_ruler", "compound_splitter", "bunsetu_recognizer")
_SCORE = 0.5


class GinzaNames:
    """Finds what GiNZA takes for a natural person's name (氏名)."""

    name: str = "names.ginza"
    types: tuple[str, ...] = ("PERSON",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield PERSON findings with offsets in `passage.normal`, in order.

        Raises:
            OSError: the package ja-ginza is not installed.
        """
        text = passage.normal
        for start, end in pieces(text):
            for entity in _pipeline()(text[start:end]).ents:
                if entity.label_ == "Person":
                    yield Finding(start + entity.start_char, start + entity.end_char, "PERSON", _SCORE, RULE)


@cache
def _pipeline() -> Language:
    """Return this process's pipeline, loaded once, on plain NumPy: half as fast again as BLIS, with equal results."""
    import spacy
    from thinc.api import NumpyOps, get_current_ops, set_current_ops

    before = get_current_ops()
    set_current_ops(NumpyOps(use_blis=False))
    try:
        return spacy.load("ja_ginza", exclude=_UNUSED)
    finally:
        set_current_ops(before)
