from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.normalise import normalise


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ｶﾞﾝ", "ガン"),
        ("ﾊﾟｰｷﾝｿﾝ病", "パーキンソン病"),
        ("か\u3099ん", "がん"),
        ("う\u200bﾞ", "ゔ"),
        ("う\u200bつ\ufeff病", "うつ病"),
        ("０９０－１２３４", "090-1234"),
        ("㈱㍿", "(株)株式会社"),
        ("⻑⾕川", "長谷川"),
        ("葛\U000e0100城", "葛城"),
        ("a\x00b", "a b"),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_normal_form(raw, expected):
    assert normalise(raw).text == expected


def test_span_points_back_at_what_was_written():
    raw = "既往症はう\u200bつ病とｶﾞﾝです"
    copy = normalise(raw)
    for word, written in (("うつ病", "う\u200bつ病"), ("ガン", "ｶﾞﾝ")):
        at = copy.text.index(word)
        start, end = copy.original(at, at + len(word))
        assert raw[start:end] == written


def test_a_span_outside_the_text_is_an_error():
    with pytest.raises(ValueError, match="no normalised span"):
        normalise("ab").original(1, 5)


@given(st.text(max_size=60))
def test_every_span_is_inside_and_in_order(raw):
    copy = normalise(raw)
    assert len(copy.text) == len(copy.starts) == len(copy.ends)
    assert all(0 <= s < e <= len(raw) for s, e in zip(copy.starts, copy.ends, strict=True))
    assert list(copy.starts) == sorted(copy.starts)
    assert list(copy.ends) == sorted(copy.ends)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(raw):
    once = normalise(raw).text
    # Characters without width can keep two parts of one character apart; they are gone the second time.
    twice = normalise(once).text
    assert normalise(twice).text == twice
