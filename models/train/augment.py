"""The same text as another hand might have written it: kana for kanji, spaced words, no punctuation, other breaks.

Every change keeps the marks on their words. Texts of few writers become texts of more; what is told stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from hairyo.detection.morphology import Token, tokens
from hairyo.evaluation import MarkedText

Change = tuple[int, int, str]
Draw = np.random.Generator
_KANJI = re.compile(r"[\u3400-\u9fff々]")
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_FULL_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_SHARE_OF_WORDS = 0.25


def varied(text: MarkedText, draw: Draw) -> MarkedText:
    """Return a variant of a text under the same id; sometimes the text itself."""
    ways: list[Callable[[MarkedText, Draw], Iterator[Change]]] = [
        _kana,
        _spaced,
        _unpunctuated,
        _digits,
        _broken,
        _joined,
    ]
    changed = text
    for way in draw.permutation(len(ways))[: int(draw.integers(1, 3))]:
        changed = apply(changed, list(ways[way](changed, draw)))
    return changed


def apply(text: MarkedText, changes: list[Change]) -> MarkedText:
    """Return a text with stretches replaced; changes that cross the edge of a mark, or each other, are left out.

    Args:
        text: the text.
        changes: (start, end, replacement); an empty stretch is an insertion.
    """
    edges = {edge for mark in text.marks for edge in (mark.start, mark.end)}
    pieces: list[str] = []
    moves: list[tuple[int, int]] = []  # from this offset on, so much further
    at = shift = 0
    for start, end, new in sorted(changes):
        if start < at or any(edge in edges for edge in range(start + 1, end)):
            continue
        pieces += [text.text[at:start], new]
        shift += len(new) - (end - start)
        moves.append((end, shift))
        at = end
    pieces.append(text.text[at:])

    def moved(offset: int, *, at_end: bool) -> int:
        # What is put in right at a mark's end stays outside of it.
        passed = [by for end, by in moves if end < offset or (end == offset and not at_end)]
        whole = [by for end, by in moves if end == offset and at_end and _replaced(changes, end)]
        return offset + (whole or passed or [0])[-1]

    marks = tuple(
        replace(mark, start=moved(mark.start, at_end=False), end=moved(mark.end, at_end=True)) for mark in text.marks
    )
    made = "".join(pieces)
    kept = tuple(mark for mark in marks if mark.start < mark.end and "\n" not in made[mark.start : mark.end])
    return replace(text, text=made, marks=kept)


def _replaced(changes: list[Change], end: int) -> bool:
    return any(one[1] == end and one[0] < end for one in changes)


def _chosen(text: MarkedText, draw: Draw, fits: Callable[[Token], bool]) -> Iterator[Token]:
    for token in tokens(text.text):
        if fits(token) and draw.random() < _SHARE_OF_WORDS:
            yield token


def _kana(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Words in hiragana (or katakana) instead of kanji; names of persons stay, for their readings are guesses."""
    persons = [(mark.start, mark.end) for mark in text.marks if mark.type == "PERSON"]
    for token in _chosen(text, draw, lambda one: bool(_KANJI.search(one.surface)) and not one.oov):
        inside = any(start < token.end and token.start < end for start, end in persons)
        if not inside and token.pos[1] not in ("固有名詞", "数詞"):
            reading = token.reading
            yield token.start, token.end, reading if draw.random() < 0.2 else reading.translate(_TO_HIRAGANA)


def _spaced(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Words with spaces (or dots) between their characters, as those write who do not want to be found."""
    special = [mark for mark in text.marks if mark.special_care]
    joint = str(draw.choice([" ", "　", "・", "\u200b"]))
    for mark in special:
        if mark.end - mark.start <= 6 and draw.random() < 0.5:
            yield mark.start, mark.end, joint.join(text.text[mark.start : mark.end])


def _unpunctuated(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """No punctuation, or spaces for it, as in speech written down."""
    other = str(draw.choice(["", " ", "　"]))
    for mark in re.finditer("[、。]", text.text):
        if mark.end() < len(text.text) and text.text[mark.end()] != "\n":
            yield mark.start(), mark.end(), other


def _digits(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Digits in full width, or short numbers in kanji."""
    numbers = [mark for mark in text.marks if mark.type in ("PHONE", "POSTAL_CODE", "EMAIL", "URL", "IP_ADDRESS")]
    full = draw.random() < 0.6
    for found in re.finditer("[0-9]+", text.text):
        inside = any(mark.start <= found.start() < mark.end for mark in numbers)
        if full or (len(found.group()) == 1 and not inside):
            yield found.start(), found.end(), found.group().translate(_FULL_DIGITS if full else _KANJI_DIGITS)


def _broken(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """A line for every sentence, or a break after some commas."""
    every = draw.random() < 0.5
    for found in re.finditer("。" if every else "、", text.text):
        if text.text[found.end() : found.end() + 1] not in ("", "\n") and (every or draw.random() < 0.2):
            yield found.end(), found.end(), "\n"


def _joined(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Lines joined to one, as a form's field leaves them."""
    other = str(draw.choice(["", " ", "　"]))
    for found in re.finditer(r"(?<=[。！？!?])\n(?!\n)", text.text):
        yield found.start(), found.end(), other
