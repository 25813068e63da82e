"""The same text as another hand might have written it, about others: kana, other names, misread letters, other breaks.

Every change keeps the marks on their words. Texts of few writers become texts of more; what is told stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from japanese_personal_name_dataset import load_dataset
from sudachipy import Dictionary, Morpheme, Tokenizer

from hairyo.evaluation import MarkedText

Change = tuple[int, int, str]
Draw = np.random.Generator
_KANJI = re.compile(r"[\u3400-\u9fff々]")
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_FULL_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_SHARE_OF_WORDS = 0.25
# Letters that recognition of scans (OCR) takes for one another, both ways.
_LIKE = "カ力 ロ口 ー一 ニ二 エ工 ハ八 ト卜 へヘ タ夕 0O 1l ソン シツ 未末 日曰 大太 土士 体休 問間 人入 千干 侍待"
_MISREAD = {one: other for pair in _LIKE.split() for one, other in (pair, pair[::-1])}
_SHARE_MISREAD = 0.2
# First Western year of each era (元号) and the last one written with it here.
_ERAS = {"明治": (1868, 1911), "大正": (1912, 1925), "昭和": (1926, 1988), "平成": (1989, 2018), "令和": (2019, 2030)}
_WESTERN_YEAR = re.compile("(?<![0-9])(?:18|19|20)[0-9]{2}(?=年)")
_ERA_YEAR = re.compile(f"({'|'.join(_ERAS)})(元|[0-9]{{1,2}})(?=年)")
_NAME_PART = re.compile("[^ 　・.,]+")


def varied(text: MarkedText, draw: Draw) -> MarkedText:
    """Return a variant of a text under the same id; sometimes the text itself."""
    ways: list[Callable[[MarkedText, Draw], Iterator[Change]]] = [
        _kana,
        _spaced,
        _unpunctuated,
        _digits,
        _broken,
        _joined,
        _hidden,
        _misread,
        _dated,
        _renamed,
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


@cache
def _tokenizer() -> Tokenizer:
    return Dictionary().create()


def _chosen(text: MarkedText, draw: Draw, fits: Callable[[Morpheme], bool]) -> Iterator[Morpheme]:
    for word in _tokenizer().tokenize(text.text):
        if fits(word) and draw.random() < _SHARE_OF_WORDS:
            yield word


def _kana(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Words in hiragana (or katakana) instead of kanji; names of persons stay, for their readings are guesses."""
    persons = [(mark.start, mark.end) for mark in text.marks if mark.type == "PERSON"]
    for word in _chosen(text, draw, lambda one: bool(_KANJI.search(one.surface())) and not one.is_oov()):
        inside = any(start < word.end() and word.begin() < end for start, end in persons)
        if not inside and word.part_of_speech()[1] not in ("固有名詞", "数詞"):
            reading = word.reading_form()
            made = reading if draw.random() < 0.2 else reading.translate(_TO_HIRAGANA)
            yield word.begin(), word.end(), made


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


def _hidden(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """A character of a telling word as a circle (伏せ字)."""
    sign = str(draw.choice(["◯", "○", "〇", "●", "＊", "×"]))
    for mark in text.marks:
        if mark.special_care and 2 <= mark.end - mark.start <= 6 and draw.random() < 0.4:
            at = int(draw.integers(mark.start, mark.end))
            if _KANJI.match(text.text[at]):
                yield at, at + 1, sign


def _misread(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Letters as a scan gives them (OCR)."""
    for at, char in enumerate(text.text):
        if char in _MISREAD and draw.random() < _SHARE_MISREAD:
            yield at, at + 1, _MISREAD[char]


def _dated(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Western years by era (和暦), and years by era as Western ones."""
    if draw.random() < 0.5:
        for found in _WESTERN_YEAR.finditer(text.text):
            for era, (first, last) in _ERAS.items():
                if first <= int(found.group()) <= last:
                    count = int(found.group()) - first + 1
                    yield found.start(), found.end(), f"{era}{'元' if count == 1 else count}"
    else:
        for found in _ERA_YEAR.finditer(text.text):
            count = 1 if found.group(2) == "元" else int(found.group(2))
            yield found.start(), found.end(), str(_ERAS[found.group(1)][0] + count - 1)


Forms = tuple[str, str, str]


@cache
def _names() -> tuple[tuple[list[Forms], dict[str, Forms]], ...]:
    """Return surnames (姓), given names of men and of women: each as kanji, kana and Latin, and by any of them."""
    men, women, last = load_dataset(kind="org", include_last_names=True)
    surnames = [(kanji, one["reading"], one["en"].lower()) for kanji, one in last.items()]
    given = (
        [(kanji, reading, one["en"].lower()) for reading, one in part.items() for kanji in one["kanji"]]
        for part in (men, women)
    )
    return tuple((names, {form: one for one in reversed(names) for form in one}) for names in (surnames, *given))


def _renamed(text: MarkedText, draw: Draw) -> Iterator[Change]:
    """Other names for the persons of the text, the same for all mentions of one."""
    chosen: dict[str, str] = {}
    for mark in text.marks:
        if mark.type == "PERSON":
            for found in _NAME_PART.finditer(text.text[mark.start : mark.end]):
                for start, end in _parts(found.group()):
                    if new := _other(found.group()[start:end], chosen, draw):
                        at = mark.start + found.start()
                        yield at + start, at + end, new


def _parts(name: str) -> list[tuple[int, int]]:
    """Return the parts of a name written in one: surname and given name where the lists know both, else the whole."""
    (_, surnames), *given = _names()
    for cut in range(len(name) - 1, 0, -1):
        if name[:cut] in surnames and any(name[cut:] in part for _, part in given):
            return [(0, cut), (cut, len(name))]
    return [(0, len(name))]


def _other(part: str, chosen: dict[str, str], draw: Draw) -> str | None:
    """Return what stands for a part of a name in this text; None where the lists do not know it."""
    plain = part.translate(_TO_HIRAGANA) if "ァ" <= part[0] <= "ヶ" else part.lower()
    if plain not in chosen:
        for names, by_form in _names():
            if plain in by_form:
                others = names[int(draw.integers(len(names)))]
                for old, new in zip(by_form[plain], others, strict=True):
                    chosen.setdefault(old, new)
                break
        else:
            return None
    form = chosen[plain]
    if plain != part and "ァ" <= part[0] <= "ヶ":
        return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in form)
    return form.upper() if part.isupper() else form.capitalize() if part[0].isupper() else form
