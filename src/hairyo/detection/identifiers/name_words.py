"""Whether a person's name (人名) ends at an offset: known to the dictionary, or of the shape of one."""

from __future__ import annotations

from bisect import bisect_left

from hairyo.detection.identifiers.data import compiled, load
from hairyo.detection.passage import Passage

_WORDS = compiled(load("name_words.toml"))
_LONGEST = 24


def ends_in_name(passage: Passage, at: int) -> bool:
    """Return whether a person's name ends at `at` in `passage.normal`, one space left out."""
    text = passage.normal
    at -= text[at - 1 : at] == " "
    if at == 0 or not _WORDS["letter"].match(text[at - 1]):
        return False
    before = text[max(0, at - _LONGEST) : at]
    if _WORDS["no_name"].search(before):
        return False
    if _WORDS["full_name"].search(before):
        return True
    tokens = passage.tokens
    place = bisect_left(tokens, at, key=lambda token: token.end)
    return place < len(tokens) and tokens[place].end == at and "人名" in tokens[place].pos
