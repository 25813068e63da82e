"""Cut the base's 250,000 pieces down to those that Japanese text uses, and add ours.

Kept: kana, ideographs, Japanese punctuation, ASCII up to three characters and common longer ASCII words. Words
are split by Sudachi first, so a piece that spans words would never be used; which of the kept ones do occur is not
asked, for the texts at hand are few.
"""

from __future__ import annotations

import re

import numpy as np

from base import Base, Floats
from hairyo.detection.tagger.pieces import SPECIAL, Pieces

_JAPANESE = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{1,4}")
_MARK = re.compile(r"[\u2010-\u2046\u2190-\u27bf\u3000-\u303f\uff00-\uffef\u00a0-\u00ff\U0001f300-\U0001faff]{1,2}")
_LATIN = re.compile(r"▁?[\x21-\x7e]{1,3}")
_WORD = re.compile(r"▁?[A-Za-z]{4,10}")
_COMMON_WORD = -12.6  # log probability of the base's tokenizer; keeps some 3,000 longer Latin pieces
# Where our own pieces begin: the vector of something alike.
_LIKE = {
    "<s>": "<s>", "</s>": "</s>", "<unk>": "<unk>", "<pad>": "<pad>", "<line>": ".", "<paragraph>": "。", "<tab>": "|",
    "<space>": "▁", "<profile>": "▁profile", "<referral>": "▁letter", "<form>": "▁form",
    "<transcript>": "▁conversation", "<text>": "▁text",
}  # fmt: skip


def cut(base: Base) -> tuple[list[str], list[float], Floats]:
    """Return the pieces to keep, their scores, and their vectors."""
    numbers = {piece: number for number, piece in reversed(list(enumerate(base.pieces)))}
    kept = [
        number
        for number, piece in enumerate(base.pieces)
        if _JAPANESE.fullmatch(piece)
        or _MARK.fullmatch(piece)
        or _LATIN.fullmatch(piece)
        or (_WORD.fullmatch(piece) and base.scores[number] > _COMMON_WORD)
    ]
    words = base.tensors["emb.word"]
    ours = [numbers.get(_LIKE[name], base.unknown) for name in SPECIAL]
    rows = ours + kept
    scores = [0.0] * len(SPECIAL) + [float(base.scores[number]) for number in kept]
    return [*SPECIAL, *(base.pieces[number] for number in kept)], scores, np.ascontiguousarray(words[rows])


def tokenizer(base: Base) -> Pieces:
    """Return the tokenizer over the pieces kept."""
    pieces, scores, _ = cut(base)
    return Pieces(pieces, scores)
