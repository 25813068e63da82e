"""Numbers written in kanji or kana (漢数字, かな書きの数): 四十五, 二〇一五, ななじゅうきゅう."""

from __future__ import annotations

import re

KANJI_DIGITS = {
    "〇": 0, "○": 0, "◯": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5,
    "六": 6, "七": 7, "八": 8, "九": 9, "壱": 1, "弐": 2, "参": 3,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "千": 1000}
_DIGIT, _UNIT = f"[0-9{''.join(KANJI_DIGITS)}]", f"[{''.join(_UNITS)}]"
_PART = re.compile(rf"({_DIGIT}?)({_UNIT})|({_DIGIT})")
_WITH_UNITS = re.compile(rf"(?:{_DIGIT}?{_UNIT})+{_DIGIT}?")
_MOST_DIGITS = 8  # 九千九百九十九 is seven
_TWENTIES = {"廿": "二十", "卅": "三十"}
# Readings up to 99, hiragana; the longest first so that きゅう wins over く.
_KANA_ONES = {
    "きゅう": 9, "きゅー": 9, "はっ": 8, "はち": 8, "なな": 7, "しち": 7, "ろく": 6, "ろっ": 6, "ごー": 5,
    "よん": 4, "さん": 3, "にー": 2, "いち": 1, "いっ": 1, "く": 9, "ご": 5, "し": 4, "に": 2,
}  # fmt: skip
_ONES = "|".join(sorted(_KANA_ONES, key=len, reverse=True))
_KANA = re.compile(rf"(?:(?P<tens>{_ONES})?(?P<ten>じゅう|じゅっ|じっ))?(?P<one>{_ONES})?")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def kanji_to_int(text: str) -> int | None:
    """Return the value of a number below ten thousand in kanji, ASCII digits, or both mixed (2千三百).

    元 (of 元年) is 1. None if `text` is no such number: 五三十, 百百, empty.
    """
    if text == "元":
        return 1
    text = "".join(_TWENTIES.get(char, char) for char in text)
    if len(text) > _MOST_DIGITS:
        return None
    if text and all(char in KANJI_DIGITS for char in text):
        return int("".join(str(KANJI_DIGITS[char]) for char in text))
    if text.isascii() and text.isdecimal():
        return int(text)
    return _with_units(text)


def _with_units(text: str) -> int | None:
    """Return the value of 三百四十五: descending units, each with at most one digit before it."""
    if not _WITH_UNITS.fullmatch(text):
        return None
    total, last = 0, 10_000
    for before, unit, alone in _PART.findall(text):
        digit, size = before or alone, _UNITS.get(unit, 1)
        if size >= last:
            return None
        value = KANJI_DIGITS[digit] if digit in KANJI_DIGITS else int(digit or "1")
        total, last = total + value * size, size
    return total


def kana_to_int(text: str) -> int | None:
    """Return the value of a number from 1 to 99 spelt in hiragana or katakana, or None."""
    match = _KANA.fullmatch(text.translate(_TO_HIRAGANA))
    if match is None or not text:
        return None
    tens = _KANA_ONES.get(match["tens"] or "", 1) if match["ten"] else 0
    return 10 * tens + _KANA_ONES.get(match["one"] or "", 0)


def number_to_int(text: str) -> int | None:
    """Return the value of a number in digits, kanji or kana, spaces left out; None if it is none."""
    plain = text.replace(" ", "")
    value = kanji_to_int(plain)
    return kana_to_int(plain) if value is None else value
