"""Words of a text by Sudachi (形態素解析), with offsets; long texts are read in pieces."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from sudachipy import Dictionary, SplitMode, Tokenizer

# Sudachi refuses more than 49,149 bytes of UTF-8 at once (LIBRARIES.md); stay below with room to spare.
MAX_BYTES = 40_000
_SEAMS = ("\n", "。", "！", "!", "？", "?", "、", ",", " ")
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """One morpheme.

    Attributes:
        start: offset of its first code point in the text given to `tokens`.
        end: one past its last.
        surface: the text itself.
        pos: Sudachi's part of speech, its first four parts (`名詞`, `固有名詞`, `人名`, `姓`).
        base: dictionary form.
        reading: reading in katakana.
        oov: whether the dictionary does not know it.
    """

    start: int
    end: int
    surface: str
    pos: tuple[str, str, str, str]
    base: str
    reading: str
    oov: bool


def _tokenizer() -> Tokenizer:
    """Return this thread's tokenizer (Sudachi's is not to be shared between threads)."""
    found: Tokenizer | None = getattr(_local, "tokenizer", None)
    if found is None:
        found = _local.tokenizer = Dictionary().create(mode=SplitMode.C)
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


def short_units(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the shortest units (mode A) of `text`, in code points; they cover it."""
    clean = text.translate(_NO_SURROGATES) if any("\ud800" <= char <= "\udfff" for char in text) else text
    for start, end in pieces(clean):
        for morpheme in _tokenizer().tokenize(clean[start:end], SplitMode.A):
            if morpheme.begin() < morpheme.end():
                yield start + morpheme.begin(), start + morpheme.end()


def tokens(text: str) -> list[Token]:
    """Return the morphemes of `text` (mode C, longest units) with code point offsets.

    Lone surrogates are read as spaces; any length is accepted.
    """
    found = []
    clean = text.translate(_NO_SURROGATES) if any("\ud800" <= char <= "\udfff" for char in text) else text
    for start, end in pieces(clean):
        for morpheme in _tokenizer().tokenize(clean[start:end]):
            pos = morpheme.part_of_speech()
            found.append(
                Token(
                    start + morpheme.begin(),
                    start + morpheme.end(),
                    morpheme.surface(),
                    (pos[0], pos[1], pos[2], pos[3]),
                    morpheme.dictionary_form(),
                    morpheme.reading_form(),
                    morpheme.is_oov(),
                )
            )
    return found


_NO_SURROGATES = dict.fromkeys(range(55296, 57344), " ")
