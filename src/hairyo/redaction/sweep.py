"""Find a value again wherever it stands in a text (同じ値の再出現), however it is written.

The rule, for the plan's side (`check_fold.py` holds it again, on purpose in other code):

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
_SEPARATOR = r"(?:[\s\-‐‑‒–—―−⁃·•‧・./_(),']|(?<=[0-9])ー)"
_SCRIPTS = ("0-9", "a-zà-öø-ɏ", "ぁ-ゖゝゞー", "ァ-ヺヽヾー", "々〆㐀-䶿一-鿿豈-﫿\U00020000-\U000323af")
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def squeeze(value: str) -> str:
    """Return the form in which values are compared: normalised, without case, separators and kana kind."""
    return re.sub(_SEPARATOR, "", normalise(value).text.casefold()).translate(_HIRAGANA)


def searchable(value: str) -> bool:
    """Whether `value` says enough to be looked for elsewhere in the scope."""
    letters = squeeze(value)
    return bool(letters) and not (letters.isdecimal() and len(letters) < MIN_DIGITS)


class Haystack:
    """A text made ready for many look-ups.

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
    def _squeezed(self) -> str:
        return re.sub(_SEPARATOR, "", self._kana)

    def find(self, value: str) -> Iterator[tuple[int, int]]:
        """Yield the spans where `value` stands, in ascending order and disjoint."""
        letters = squeeze(value)
        if not searchable(value) or letters not in self._squeezed:
            return
        if len(letters) <= SHORT:
            letters = re.sub(_SEPARATOR, "", normalise(value).text.casefold())
            text, pattern = self._folded, _short(letters)
        else:
            text, pattern = self._kana, _long(letters)
        for hit in re.finditer(pattern, text):
            yield self._normal.original(self._at(hit.start()), self._at(hit.end() - 1) + 1)

    def _at(self, folded: int) -> int:
        return folded if self._index is None else self._index[folded]


def _casefold(text: str) -> tuple[str, list[int] | None]:
    """Return `text` without case, and where each character came from, if not from its own place."""
    folded = text.casefold()
    if len(folded) == len(text):  # case folding never shortens, so no character grew
        return folded, None
    return folded, [at for at, char in enumerate(text) for _ in char.casefold()]


def _short(letters: str) -> str:
    """Return the pattern of a value of one or two characters."""
    first, last = _script(letters[0]), _script(letters[-1])
    before, after = first and f"(?<![{first}])", last and f"(?![{last}])"
    return before + r"[ \t]*".join(map(re.escape, letters)) + after


def _long(letters: str) -> str:
    """Return the pattern of a value of three characters or more."""
    between = "" if letters.isdecimal() and len(letters) < LOOSE_DIGITS else _SEPARATOR + "*"
    first, last = (_edge(edge, len(letters)) for edge in (letters[0], letters[-1]))
    before, after = first and f"(?<![{first}])", last and f"(?![{last}])"
    return before + between.join(map(re.escape, letters)) + after


def _edge(char: str, length: int) -> str:
    """Return the characters that must not stand beside the edge `char` of a longer value."""
    script = _script(char)
    if script == _SCRIPTS[0] or (script == _SCRIPTS[1] and length < LOOSE_LATIN):
        return script
    return ""


def _script(char: str) -> str:
    """Return the script `char` belongs to, as the inside of a character class; "" for signs."""
    return next((script for script in _SCRIPTS if re.match(f"[{script}]", char)), "")
