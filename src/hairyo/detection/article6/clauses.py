"""Where a clause (節) ends: how far a denial or a doubt after a fact can reach back to it."""

from __future__ import annotations

from bisect import bisect_left

from hairyo.detection.morphology import Token
from hairyo.detection.passage import Passage

# Conjunctive particles that close a clause. て and ながら do so only before a comma.
_CLOSING = frozenset(("が", "けど", "けれど", "けれども", "ので", "から", "し", "のに", "ものの", "ばってん", "けんど"))
_LOOSE = frozenset(("て", "で", "つつ", "ながら"))
# No clause of real text is longer; a bound keeps hostile text without any mark from costing its square.
REACH = 160
_VERBAL = frozenset(("動詞", "助動詞", "形容詞"))


def sentence_of(passage: Passage, offset: int) -> int:
    """Return the number of the sentence that holds `offset` (the last one that starts at or before it)."""
    starts = passage.sentence_starts
    return max(0, bisect_left(starts, offset + 1) - 1)


def clause_end(passage: Passage, offset: int) -> int:
    """Return the end of the clause that runs on at `offset`, at most the end of its sentence."""
    end = min(passage.sentences[sentence_of(passage, offset)][1], offset + REACH)
    tokens = passage.tokens
    at = bisect_left(passage.token_starts, offset)
    while at < len(tokens) and tokens[at].start < end:
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if _closes(tokens[at], tokens[at - 1] if at else None, after):
            return tokens[at].end
        at += 1
    return end


def _closes(token: Token, before: Token | None, after: Token | None) -> bool:
    """Tell whether a clause ends with `token`."""
    comma_follows = after is not None and after.surface in ("、", ",")
    if token.pos[1] == "接続助詞":
        return token.surface in _CLOSING or (token.surface in _LOOSE and comma_follows)
    if token.surface in ("、", ",") and before is not None:
        # 「入院し、」 closes a clause; 「前科、」 and 「前科は、」 do not.
        return before.pos[0] in _VERBAL and before.surface not in ("で", "な")
    return token.pos[0] == "助動詞" and token.surface == "で" and comma_follows
