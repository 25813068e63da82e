"""A copy of a text of the same length in which misread and kanji digits are ASCII digits (数字の読み替え).

OCR reads `0` as `O`, `1` as `l`, `8` as `B`; people write telephone numbers as 〇九〇. The copy lets one
pattern find them all, and since its length is the same, offsets need no map.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hairyo.detection.identifiers.kanji_numbers import KANJI_DIGITS

_SURE = str.maketrans("OoQDIl", "000011")
# Letters that also stand before numbers of their own right (S40.3.12): only inside long numbers.
_BOLD = str.maketrans("OoQDIlBSZ", "000011852")
_KANJI = str.maketrans({kanji: str(value) for kanji, value in KANJI_DIGITS.items()})
_DASHES = "-‐‑‒–—―ー−~・."
_LETTERS = "OoQDIlBSZ"
_RUN = f"[0-9{_LETTERS}]{{1,20}}"
_MISREAD = re.compile(
    r"(?<![A-Za-z0-9_])(?!S[0-9]{1,2}[./-][0-9]{1,2}[./-])"  # S40.3.12 is a date
    rf"(?=[0-9{_LETTERS}{_DASHES}() ]{{0,12}}[{_LETTERS}])(?=[{_LETTERS}]{{0,4}}[0-9])"
    rf"{_RUN}(?:[{_DASHES}() ]{{1,2}}{_RUN}){{0,5}}(?![A-Za-z0-9_])"
)
_KANJI_RUN = re.compile(
    rf"[{''.join(KANJI_DIGITS)}]{{1,11}}(?:[{_DASHES}()の ]{{1,3}}[{''.join(KANJI_DIGITS)}]{{1,8}}){{0,4}}"
)
# In a date even a day of two letters is one: 7月ll日.
_IN_DATE = re.compile(r"(?<=[年月])[ ]?[0-9OoQDIl]{1,2}(?=[ ]?[月日])")
_KANJI_LEAST = 7  # a postal code; shorter runs are counts and addresses
_LONG = 10  # digits of a telephone number


def _misread(match: re.Match[str]) -> str:
    run = match[0]
    known = sum("0" <= char <= "9" for char in run)
    signs = sum(char.isalnum() for char in run)
    if 2 * known < signs:
        return run
    return run.translate(_BOLD if signs >= _LONG else _SURE)


def _kanji(match: re.Match[str]) -> str:
    run = match[0]
    count = sum(char in KANJI_DIGITS for char in run)
    return run.translate(_KANJI) if count >= _KANJI_LEAST else run


@lru_cache(maxsize=2)
def folded(text: str) -> str:
    """Return `text` with misread and kanji digits of numbers as ASCII digits; same length, same offsets."""
    misread = _IN_DATE.sub(lambda match: match[0].translate(_SURE), _MISREAD.sub(_misread, text))
    return _KANJI_RUN.sub(_kanji, misread)
