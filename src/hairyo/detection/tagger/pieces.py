"""From text to the numbered pieces that the tagger reads (サブワード分割), with offsets.

Words are Sudachi's shortest units (mode A), so that no piece crosses the edge of a word; inside a word the most
likely split by a unigram model decides. Layout tells in forms, so spaces, tabs and line ends are pieces, too.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LAYOUT = re.compile(r"\n[ \t\r\n]*\n|\n|\t+|[ \u3000]+|\r")
# Pieces for layout and for the kind of submission; no tokenizer has them, so they have names no text can hold.
LAYOUT = ("<line>", "<paragraph>", "<tab>", "<space>")
ROLES = ("<profile>", "<referral>", "<form>", "<transcript>", "<text>")
FRAME = ("<s>", "</s>", "<unk>", "<pad>")
SPECIAL = (*FRAME, *LAYOUT, *ROLES)
_CACHED = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Piece number `id` stands for `start:end` of the text, in the word that begins at `word`."""

    id: int
    start: int
    end: int
    word: int


class Pieces:
    """A unigram model (Kudo 2018) over a closed list of pieces.

    Args:
        pieces: the pieces; the first are `SPECIAL`. A piece that begins a spaced Latin word begins with `▁`.
        scores: their log probabilities.
    """

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        if tuple(pieces[: len(SPECIAL)]) != SPECIAL:
            raise ValueError("the list of pieces does not begin with the special ones")
        self.ids = {piece: number for number, piece in enumerate(pieces)}
        self._scores = list(scores)
        self._longest = max(map(len, pieces[len(SPECIAL) :]), default=1)
        self._unknown = min(scores) - 10.0
        self._known: dict[str, tuple[tuple[int, int], ...]] = {}

    def read(self, text: str, units: Sequence[int]) -> list[Piece]:
        """Return the pieces of a text in order; they cover all of it but for stray marks of layout.

        Args:
            text: the (normalised) text.
            units: where its words start, in order (`morphology.Analysis.units`).
        """
        found: list[Piece] = []
        at = 0
        for gap in _LAYOUT.finditer(text):
            self._words(text, at, gap.start(), units, found)
            found.append(Piece(self.ids[_layout(gap.group())], gap.start(), gap.end(), gap.start()))
            at = gap.end()
        self._words(text, at, len(text), units, found)
        return found

    def _words(self, text: str, start: int, end: int, units: Sequence[int], found: list[Piece]) -> None:
        if start == end:
            return
        first = start
        for last in (*units[bisect_right(units, start) : bisect_left(units, end)], end):
            word = text[first:last]
            lead = "▁" if word[0].isascii() and word[0].isalnum() else ""
            at = first
            for number, length in self._split(lead + word):
                if length:
                    found.append(Piece(number, at, at + length, first))
                at += length
            first = last

    def _split(self, word: str) -> tuple[tuple[int, int], ...]:
        """Return (piece, characters of the text it stands for) of a word; `▁` stands for none."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            known = self._known[word] = tuple(self._viterbi(word))
        return known

    def _viterbi(self, word: str) -> Iterator[tuple[int, int]]:
        best = [0.0] + [float("-inf")] * len(word)
        back = [(0, -1)] * (len(word) + 1)
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + self._longest) + 1):
                number = self.ids.get(word[start:end], -1)
                score = best[start] + (self._scores[number] if number >= 0 else self._unknown)
                if (number >= 0 or end == start + 1) and score > best[end]:
                    best[end], back[end] = score, (start, number)
        steps = []
        at = len(word)
        while at:
            start, number = back[at]
            steps.append((start, at, number))
            at = start
        for start, end, number in reversed(steps):
            length = end - start - (start == 0 and word[0] == "▁")
            yield (number if number >= 0 else self.ids["<unk>"]), length


def _layout(gap: str) -> str:
    if gap.count("\n") > 1:
        return "<paragraph>"
    return "<line>" if "\n" in gap or "\r" in gap else "<tab>" if "\t" in gap else "<space>"
