"""Words of a text by Sudachi (形態素解析), with offsets; long texts are read in pieces."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from sudachipy import Dictionary, MorphemeList, SplitMode, Tokenizer

# Sudachi refuses more than 49,149 bytes of UTF-8 at once (LIBRARIES.md); stay below with room to spare.
MAX_BYTES = 40_000
_SEAMS = ("\n", "。", "！", "!", "？", "?", "、", ",", " ")
_local = threading.local()


class Token(NamedTuple):
    """One morpheme.

    Attributes:
        start: offset of its first code point in the text given to `tokens`.
        end: one past its last.
        surface: the text itself.
        pos: Sudachi's part of speech, its first four parts (`名詞`, `固有名詞`, `人名`, `姓`).
        oov: whether the dictionary does not know it.
    """

    start: int
    end: int
    surface: str
    pos: tuple[str, str, str, str]
    oov: bool


@cache
def _dictionary() -> Dictionary:
    return Dictionary()


@cache
def _pos(number: int) -> tuple[str, str, str, str]:
    """Return the first four parts of the part of speech that Sudachi numbers so."""
    parts = _dictionary().pos_of(number)
    return parts[0], parts[1], parts[2], parts[3]


def _tokenizer() -> Tokenizer:
    """Return this thread's tokenizer (Sudachi's is not to be shared between threads)."""
    found: Tokenizer | None = getattr(_local, "tokenizer", None)
    if found is None:
        found = _local.tokenizer = _dictionary().create(mode=SplitMode.C, fields={"surface", "pos"})
    return found


def pieces(text: str, max_bytes: int = MAX_BYTES) -> Iterator[tuple[int, int]]:
    """Yield spans that cover `text` in order, each at most `max_bytes` of UTF-8 long.

    A cut falls after a line end or sentence end where there is one in the last half, else after a
    comma or space, else anywhere.
    """
    start, limit = 0, max_bytes // 3  # a code point of Japanese text takes three bytes, of astral planes four
    while start < len(text):
        end = min(len(text), start + limit)
        while len(text[start:end].encode("utf-8", "surrogatepass")) > max_bytes:
            end = start + (end - start) * 3 // 4
        if end < len(text):
            for seam in _SEAMS:
                cut = text.rfind(seam, start + (end - start) // 2, end)
                if cut >= 0:
                    end = cut + 1
                    break
        yield start, end
        start = end


class Analysis:
    """The words of a text, read once.

    Args:
        text: any string, of any length; lone surrogates are read as spaces.

    Attributes:
        tokens: its morphemes, longest units (mode C), with code point offsets.
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[Token] = []
        self._read: list[tuple[int, MorphemeList]] = []
        clean = text.translate(_NO_SURROGATES) if _SURROGATE.search(text) else text
        for start, end in pieces(clean):
            piece = clean[start:end]
            found = _tokenizer().tokenize(piece)
            self._read.append((start, found))
            for morpheme in found:
                first, last = morpheme.begin(), morpheme.end()
                pos = _pos(morpheme.part_of_speech_id())
                self.tokens.append(Token(start + first, start + last, piece[first:last], pos, morpheme.is_oov()))

    @cached_property
    def units(self) -> list[int]:
        """Where each shortest unit (mode A) starts; none crosses the edge of a morpheme."""
        units: list[int] = []
        for start, found in self._read:
            for morpheme in found:
                long = morpheme.end() - morpheme.begin() > 1
                parts = morpheme.split(SplitMode.A, add_single=False) if long else ()
                units.extend(start + part.begin() for part in parts or (morpheme,))
        return units


_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_SURROGATES = dict.fromkeys(range(55296, 57344), " ")
