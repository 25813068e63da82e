from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection import Detector
from hairyo.detection.normalise import normalise
from hairyo.detection.wrapping import unwrap

LETTER = """お世話になっております。先日お話しした件です
が、私は三年前に食品会社におりましたころうつ病
で休職しておりましたので、夜の会議は遠慮させて
いただいております。"""
ITEMS = """・販路の開拓と若手の教育とを長年してまいりました
・病院の施設課へのご紹介を得意としておりますので
・関西の卸との価格の交渉も引き受けておりますので"""
LABELS = """自己紹介文:三十年にわたり食品の営業をしてまいりました
健康の状態:特に申し上げることはございませんのでよろしく"""
SENTENCES = """営業を二十年担当し、品質保証を十年担当しました。
いまは独立して、食品会社三社の顧問をしております。"""
ADDRESS = "〒150-0041\n東京都渋谷区神南1-2-3\n山田太郎"


def test_wrapped_lines_are_joined():
    assert unwrap(normalise(LETTER)).text == LETTER.replace("\n", "")


@pytest.mark.parametrize("text", [ITEMS, LABELS, SENTENCES, ADDRESS, "", "\n\n", "一行だけの文章です"])
def test_line_ends_that_mean_something_stay(text):
    assert unwrap(normalise(text)).text == normalise(text).text


def test_a_fact_over_a_line_end_is_found_where_it_stands():
    found = [LETTER[one.start : one.end] for one in Detector(rules_only=True).scan(LETTER) if one.special_care]
    assert found == ["うつ病"]


@given(st.lists(st.text(alphabet="あ病。・: \nA1", max_size=30), max_size=6))
def test_the_map_back_stays_exact(lines):
    text = "\n".join(lines)
    plain, copy = normalise(text), unwrap(normalise(text))
    assert copy.text.replace("\n", "") == plain.text.replace("\n", "")
    assert len(copy.text) == len(copy.starts) == len(copy.ends)
    assert all(text[start:end] == char for char, start, end in zip(copy.text, copy.starts, copy.ends, strict=True))
