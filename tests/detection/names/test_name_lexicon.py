"""The dictionaries behind the names, and the shapes of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.names.cues import cues
from hairyo.detection.names.lexicon import fold, given_reading, hiragana, surname_latin, surname_reading, traits
from hairyo.detection.names.shapes import FAIR, STRONG, WEAK, plausibility


@pytest.mark.parametrize(
    ("variant", "common"), [("髙橋", "高橋"), ("神﨑", "神崎"), ("渡邉", "渡辺"), ("𠮷田", "吉田"), ("齋藤", "斎藤")]
)
def test_variants_fold_to_what_the_dictionary_knows(variant: str, common: str) -> None:
    assert fold(variant) == common
    assert traits(common).surname


@given(st.text(max_size=30))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert len(hiragana(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40))
def test_plausibility_is_a_share(text: str) -> None:
    assert 0 <= plausibility(text) <= 1


def test_traits_tell_names_from_places_and_words() -> None:
    assert traits("今給黎").surname
    assert traits("翔一").given
    assert traits("千葉").surname
    assert traits("千葉").place
    assert traits("会社").common
    assert not traits("会社").name
    assert not traits("鷹司川").known
    assert not traits("").known
    assert not traits("佐" * 100).known


def test_readings_and_romaji() -> None:
    assert surname_reading("サトウ")
    assert surname_reading("さとう")
    assert given_reading("けんたろう")
    assert surname_latin("Satoh")
    assert surname_latin("ITO")
    assert surname_latin("Ono")
    assert not surname_latin("Windows")


@pytest.mark.parametrize(
    "name", ["佐藤 健太", "久留島 敦", "ジョン・スミス", "TARO YAMADA", "やまだ たろう", "鷹司川 実篤"]
)
def test_full_names_are_strong(name: str) -> None:
    assert plausibility(name) >= STRONG


@pytest.mark.parametrize(
    "word", ["皆", "会社 案内", "履 歴 書", "佐藤さん", "氏名 佐藤", "コーヒー・ブレイク", "営業", "夫海部 直人"]
)
def test_other_words_are_not_names(word: str) -> None:
    assert plausibility(word) < WEAK < FAIR


def test_every_list_of_cues_is_filled() -> None:
    words = cues()
    for field in words.__dataclass_fields__:
        values = getattr(words, field)
        assert values
        assert all(isinstance(word, str) and word for word in values)
