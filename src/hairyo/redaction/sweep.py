"""Find a value again wherever it stands in a text (同じ値の再出現), however it is written.

The rule, for the plan's side (`verify/search.py` holds it again, on purpose in other code):

- compared on the normalised copy (width, zero-width characters), without case; spaces, dashes, dots, slashes
  and brackets between the characters do not count;
- three characters or more are found anywhere, kana of both kinds alike; digits at an edge must not go on in
  the text, nor Latin letters of a value shorter than six;
- one or two characters are found only where neither neighbour is of the same script (林 in 林さん, not 森林);
- bare numbers of fewer than four digits are not looked for: they name nobody, and stand everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from hairyo.detection.normalise import normalise

SHORT = 2
LOOSE_LATIN = 6
LOOSE_DIGITS = 6
MIN_DIGITS = 4
_SEPARATOR = re.compile(r"[\s\-‐‑‒–—―−⁃·•‧・./_(),']|(?<=[0-9])ー")
_BLANKS = re.compile(r"[ \t]*")
_DIGIT = re.compile("[0-9]")
_LATIN = re.compile("[a-zà-öø-ɏ]")
_SCRIPTS = (
    _DIGIT,
    _LATIN,
    *map(re.compile, ("[ぁ-ゖゝゞー]", "[ァ-ヺヽヾー]", "[々〆㐀-䶿一-鿿豈-﫿\U00020000-\U000323af]")),
)
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def squeeze(value: str) -> str:
    """Return the form in which values are compared: normalised, without case, separators and kana kind."""
    return _SEPARATOR.sub("", normalise(value).text.casefold()).translate(_HIRAGANA)


def searchable(value: str) -> bool:
    """Whether `value` says enough to be looked for elsewhere in the scope."""
    return _tells(squeeze(value))


def _tells(letters: str) -> bool:
    return bool(letters) and not (letters.isdecimal() and len(letters) < MIN_DIGITS)


class Haystack:
    """A text made ready for many look-ups.

    No pattern is made of a value: making one takes longer than searching a record with it.

    Args:
        text: the text as given; the spans found are offsets in it.
    """

    def __init__(self, text: str) -> None:
        self._normal = normalise(text)
        self._folded, self._index = _casefold(self._normal.text)

    @cached_property
    def _kana(self) -> str:
        return self._folded.translate(_HIRAGANA)

    @cached_property
    def _kept(self) -> list[int]:
        """Where the characters of the squeezed text stand in `_kana`: all that are no separators."""
        gone = {hit.start() for hit in _SEPARATOR.finditer(self._kana)}
        return [at for at in range(len(self._kana)) if at not in gone]

    @cached_property
    def _squeezed(self) -> str:
        return _SEPARATOR.sub("", self._kana)

    def find(self, value: str) -> Iterator[tuple[int, int]]:
        """Yield the spans where `value` stands, in ascending order and disjoint."""
        letters = squeeze(value)
        if not _tells(letters) or letters not in self._squeezed:
            return
        if len(letters) <= SHORT:
            spans = self._short(_SEPARATOR.sub("", normalise(value).text.casefold()))
        else:
            spans = self._long(letters)
        for start, end in spans:
            yield self._normal.original(self._at(start), self._at(end - 1) + 1)

    def _at(self, folded: int) -> int:
        return folded if self._index is None else self._index[folded]

    def _short(self, letters: str) -> Iterator[tuple[int, int]]:
        """Yield where one or two characters stand alone in the folded text, blanks between them or not."""
        text, at = self._folded, 0
        while (start := text.find(letters[0], at)) >= 0:
            end = at = start + 1
            if letters[1:]:
                blanks = _BLANKS.match(text, end)
                end = blanks.end() + 1 if blanks and text.startswith(letters[1:], blanks.end()) else 0
            if end and _stands(text, start, end, _script(letters[0]), _script(letters[-1])):
                yield start, end
                at = end

    def _long(self, letters: str) -> Iterator[tuple[int, int]]:
        """Yield where three characters or more stand in the folded text in hiragana, separators between them or not."""
        loose = len(letters) >= LOOSE_DIGITS or not letters.isdecimal()
        first, last = (_edge(edge, len(letters)) for edge in (letters[0], letters[-1]))
        at = 0
        while (at := self._squeezed.find(letters, at)) >= 0:
            start, end = self._kept[at], self._kept[at + len(letters) - 1] + 1
            close = end - start == len(letters)
            if (loose or close) and _stands(self._kana, start, end, first, last):
                yield start, end
                at += len(letters)
            else:
                at += 1


def _casefold(text: str) -> tuple[str, list[int] | None]:
    """Return `text` without case, and where each character came from, if not from its own place."""
    folded = text.casefold()
    if len(folded) == len(text):  # case folding never shortens, so no character grew
        return folded, None
    return folded, [at for at, char in enumerate(text) for _ in char.casefold()]


def _stands(text: str, start: int, end: int, first: re.Pattern[str] | None, last: re.Pattern[str] | None) -> bool:
    """Whether neither neighbour of `start:end` is of the script that must not go on there."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return not (first and first.match(before)) and not (last and last.match(after))


def _edge(char: str, length: int) -> re.Pattern[str] | None:
    """Return the characters that must not stand beside the edge `char` of a longer value."""
    script = _script(char)
    return script if script is _DIGIT or (script is _LATIN and length < LOOSE_LATIN) else None


def _script(char: str) -> re.Pattern[str] | None:
    """Return the script `char` belongs to; None for signs."""
    return next((script for script in _SCRIPTS if script.match(char)), None)
