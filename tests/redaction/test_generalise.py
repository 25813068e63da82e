from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.redaction.generalise import age_band, below_prefecture, birth_band, prefecture


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("45歳", "40代"),
        ("４５歳", "40代"),
        ("四十五才", "40代"),
        ("四五歳", "40代"),
        ("満三十九歳", "30代"),
        ("満39歳6か月", "30代"),
        ("三十", "30代"),
        ("16", "10代"),
        ("9歳", "10歳未満"),
        ("十歳", "10代"),
        ("89歳", "80代"),
        ("90歳", "90歳以上"),
        ("百十六歳", "90歳以上"),
        # not one certain age
        ("45、6歳", None),
        ("45歳と43歳", None),
        ("999歳", None),
        ("99999999999歳", None),
        ("五六十歳", None),
        ("はたち", None),
        ("", None),
    ],
)
def test_ages(value, band):
    assert age_band(value) == band


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("昭和40年3月12日", "1960年代"),
        ("昭和四十年三月十二日", "1960年代"),
        ("S40.3.12", "1960年代"),
        ("Ｓ４０／３／１２", "1960年代"),
        ("1965年3月12日", "1960年代"),
        ("一九六五年", "1960年代"),
        ("1965-03-12", "1960年代"),
        ("19650312", "1960年代"),
        ("平成元年1月8日", "1980年代"),
        ("㍻3年", "1990年代"),
        ("大正15年", "1920年代"),
        # no year, or none that a person was born in
        ("3月12日", None),
        ("650312", None),
        ("0001年", None),
        ("9999年", None),
        ("", None),
    ],
)
def test_birth_dates(value, band):
    assert birth_band(value) == band


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("東京都港区芝公園4-2-8", "東京都"),
        ("東京都 府中市本町1", "東京都"),
        ("〒150-0041 東京都渋谷区神南1", "東京都"),
        ("横浜市中区本町1", "神奈川県"),
        ("うるま市", "沖縄県"),
        ("京都市左京区吉田町12", "京都府"),
        ("安芸郡府中町本町", "広島県"),
        # several prefectures have one of that name, or none has
        ("府中市本町1", None),
        ("中央区銀座1", None),
        ("どこか遠く", None),
        ("", None),
    ],
)
def test_addresses(value, name):
    assert prefecture(value) == name


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("東京都港区芝公園4-2-8", "港区芝公園4-2-8"),
        ("〒150-0041 東京都渋谷区神南1", "渋谷区神南1"),
        ("横浜市中区本町1", "横浜市中区本町1"),
        ("港区の東京都庁通り1", "港区の東京都庁通り1"),
    ],
)
def test_the_part_below_the_prefecture(value, part):
    assert below_prefecture(value) == part


@given(st.text(alphabet="0123456789〇一二三四五六七八九十百元年月日歳才満昭和平成SHT./- \u200b\ud800港区東京都"))
def test_bands_never_fail_and_never_tell_more_than_a_decade(value):
    assert age_band(value) in {None, "10歳未満", "90歳以上", *(f"{decade}0代" for decade in range(1, 9))}
    band = birth_band(value)
    assert band is None or band.endswith("0年代")
    assert prefecture(value) in (None, "東京都")
