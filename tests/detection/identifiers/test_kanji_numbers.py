from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.identifiers.kanji_numbers import kana_to_int, kanji_to_int, number_to_int

DIGITS = "〇一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四十五", 45), ("十", 10), ("二十", 20), ("百二十", 120), ("千九百六十五", 1965), ("二〇一五", 2015),
        ("元", 1), ("廿三", 23), ("45", 45), ("2千3百", 2300), ("一", 1), ("〇", 0),
        ("", None), ("四十五歳", None), ("十十", None), ("十百", None),
        ("五三十", None), 
        ("十4五", None), ("1" * 5000, None), ("一" * 5000, None), ("九千九百九十九", 9999),
        ("千", 1000), ("3十", 30), ("a", None), ("4五", None),
    ],
)  # fmt: skip
def test_kanji(text, value):
    assert kanji_to_int(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ななじゅうきゅう", 79), ("ロクジュウゴ", 65), ("じゅう", 10), ("はち", 8), ("さんじゅう", 30),
        ("", None), ("じゅうじゅう", None), ("あ", None),
    ],
)  # fmt: skip
def test_kana(text, value):
    assert kana_to_int(text) == value


def test_spaces_do_not_count():
    assert number_to_int("四十 五") == 45


def _with_units(value):
    parts = ""
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // size % 10
        parts += "" if digit == 0 else ("" if digit == 1 and unit else DIGITS[digit]) + unit
    return parts


@given(st.integers(1, 9999))
def test_every_number_below_ten_thousand_is_read(value):
    assert kanji_to_int(_with_units(value)) == value
    assert kanji_to_int("".join(DIGITS[int(digit)] for digit in str(value))) == value


@given(st.text())
def test_any_text_gives_a_number_or_none(text):
    value = number_to_int(text)
    assert value is None or value >= 0
