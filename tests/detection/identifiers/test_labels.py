from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.identifiers.folding import folded
from hairyo.detection.identifiers.labels import labels_of
from hairyo.detection.identifiers.tables import cells


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("個人番号：123", "my_number"),
        ("電  話 123", "phone"),
        ("注文番号 123", "other"),
        ("車台番号 123", "other"),
        ("知らない番号 123", "generic"),
        ("謎番号 123", "other"),
        ("保険証 記号 123", "health"),
        ("ゆうちょ 記号 123", "bank"),
        ("在留カードのNo.123", "residence"),
        ("個人番号\n123", "my_number"),
        ("会員番号はいくつですか。\n佐藤：123", "id"),
        ("TEL 123", "phone"),
        ("hotel 123", None),
        ("tel_x 123", None),
        ("個人番号は提出済。123", None),
        ("123", None),
        ("", None),
    ],
)
def test_the_nearest_label_names_the_value(text, group):
    label = labels_of(text).before(text.find("123") if "123" in text else 0)
    assert (label.group if label else None) == group


def test_only_punctuation_may_stand_between_unless_loose():
    text = "免許証 田中さんのは 123"
    assert labels_of(text).before(text.index("1")) is None
    loose = labels_of(text).before(text.index("1"), tight=False)
    assert loose is not None
    assert loose.group == "license"


def test_a_label_in_brackets_behind():
    label = labels_of("taro_1 (LINE ID)").after(6)
    assert label is not None
    assert label.group == "account"
    assert labels_of("taro_1 / LINE ID").after(6) is None


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("a,年齢,c\n1,2,3", ["a", "年齢", "c"]),
        ("a\t年齢\tc\n1\t2\t3", ["a", "年齢", "c"]),
        ("|a|年齢|\n|---|---|\n|1|2|", ["", "a", "年齢", ""]),
        ("名前  年齢  住所\n甲  2  乙1", ["名前", "年齢", "住所"]),
        ("a,b,c\n\n1,2,3", []),
        ("a,b,c", []),
        ("a,b2,c\n1,2,3", []),
        ("", []),
    ],
)
def test_columns_have_headers(text, headers):
    assert [text[slice(*cell.header)] for cell in cells(text)] == headers


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("o463-2l-88O4", "0463-21-8804"),
        ("OB4-932-6671", "084-932-6671"),
        ("〇九〇の一二三四の五六七八", "090の1234の5678"),
        ("昭和4O年7月ll日", "昭和40年7月11日"),
        ("S38.12.4", "S38.12.4"),
        ("六丁目一二〇四番地", "六丁目一二〇四番地"),
        ("S44.7.7(54) 090-0000-1010", "S44.7.7(54) 090-0000-1010"),
        ("AB12345678CD", "AB12345678CD"),
        ("Oil", "Oil"),
        ("", ""),
    ],
)
def test_misread_digits_are_digits(text, plain):
    assert folded(text) == plain


@given(st.text("0123456789OlIBS〇一二三の-ー() \nあA|", max_size=60))
def test_folding_keeps_every_offset(text):
    assert len(folded(text)) == len(text)


@given(st.text("番号保険証個人,\t|\n 12年齢:(", max_size=60), st.integers(0, 60))
def test_labels_lie_before_their_value_or_in_the_header(text, at):
    label = labels_of(text).before(min(at, len(text)))
    assert label is None or 0 <= label.start < label.end <= len(text)
