"""Addresses: what must be found, what must not, and how far they reach."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.detection.addresses import recognizers
from hairyo.detection.addresses.places import places
from hairyo.detection.passage import Passage

MARKED = [
    "住所：{東京都港区南青山三丁目四番五号グランドメゾン青山301号室}",
    "〒604-8166 {京都府京都市中京区三条通烏丸西入御倉町85番地1}",
    "{京都市下京区四条通寺町東入ル御旅町12} 電話 075-111-2222",
    "{北海道札幌市中央区北1条西2丁目3番地} 電話 011-222-3333",
    "現住所　{東京都港区六本木四丁目2番1号}　TEL 03-1234-5678",
    "{東京都千代田区一番町5-3 アトラスビル5F}",
    "{三重県四日市市四日市1-2}",
    "{長野県北佐久郡軽井沢町大字長倉12番地の3}",
    "{岩手県花巻市石鳥谷町字八幡第3地割45}",
    "{千葉県市川市八幡2-3-4 山田様方}",
    "{香川県高松市サンポート9−14}",
    "{さいたま市浦和区高砂３－１５－１－５０２}",
    "住所 {ｵｵｻｶﾌ ｽｲﾀｼ ﾄﾖﾂﾁｮｳ 19-3-501}",
    "{富山県富山市二口町五丁目二番地の十六}\n黒川 正",
    "{神奈川県横浜市西区みなとみらい2-3-5 パークタワー 1203}",
    "住所 {千代田区神田一丁目二番三号 青葉ハイツ二〇五号室}",
    "{東京都千代田区神田一丁目二番三号 メゾン若葉一〇二}に住む",
    # a town where somebody lives
    "{沖縄県うるま市}在住、45歳",
    "今は{神奈川県藤沢市}に住んで5年になります。",
    "自宅は{横浜市青葉区あざみ野}です。",
    "{静岡県三島市}から新幹線で通えます。",
    "猫と{目黒区}の1LDKで暮らし",
    "{横浜}在住のライターです",
    "早川 明、61歳、{千葉県流山市}",
    "お住まい: {奈良県生駒市}",
]

CLEAN = [
    "東京都と大阪府を行き来しています。",
    "名古屋市出身で、川口市で開業しました。",
    "大阪府堺市の工場に勤務。",
    "本社は東京都港区芝5-3-2です。",
    "会場：横浜市西区みなとみらい1-1-1",
    "工場 愛知県豊田市元町1-2-3",
    "本籍　福岡県宗像市鐘崎六丁目1204番地",
    "本籍地：京都市左京区吉田町12",
    "金沢市役所に勤めています。川崎市議会議員です。",
    "神戸市立の小学校2年のとき",
    "札幌市で開催された1972年の大会",
    "東京都足立区西新井栄町一丁目に立地する店",
    "緊急連絡先：妻 090-5028-6671",
    "電話 03-1234-5678、2024-05-01",
    "市販の薬、区別、町工場、村の祭り",
]


def found(text: str) -> list[tuple[int, int]]:
    passage = Passage(text)
    return [
        passage.normalised.original(finding.start, finding.end)
        for recognizer in recognizers()
        for finding in recognizer.find(passage)
    ]


@pytest.mark.parametrize("marked", MARKED)
def test_must_catch(marked: str) -> None:
    start = marked.index("{")
    text = re.sub("[{}]", "", marked)
    assert found(text) == [(start, marked.index("}") - 1)]


@pytest.mark.parametrize("text", CLEAN)
def test_must_not_catch(text: str) -> None:
    assert [text[start:end] for start, end in found(text)] == []


def test_places_hold_every_way_to_write_a_municipality() -> None:
    table = places()
    assert len(table.prefectures) == 47
    assert {"川崎市", "川崎市中原区", "中原区", "軽井沢町", "北佐久郡軽井沢町", "うるま市"} <= table.cities
    assert "ナラケン" in table.kana


@pytest.mark.parametrize(
    "text", ["", "\n", "\x00", "\ud800", "市", "東京都", "住所：", "丁目" * 50, "1-2-3", "-" * 400]
)
def test_bad_input_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_long_and_hostile_texts_are_read_in_time() -> None:
    for text in (
        "市" * 8_000,
        "東京都港区" + "1-" * 8_000,
        "住" + " " * 20_000 + "所",
        "港区在住、" * 2_000,
        "ー" * 20_000,
    ):
        assert len(found(text)) <= len(text)


PIECES = st.sampled_from(
    [
        "東京都",
        "港区",
        "川崎市",
        "芝",
        "1",
        "-",
        "丁目",
        "番地",
        " ",
        "在住",
        "に住んで",
        "住所：",
        "本籍",
        "\n",
        "ハイツ三原",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=40)))
def test_findings_lie_inside_in_order_and_disjoint(text: str) -> None:
    last = 0
    passage = Passage(text)
    for finding in recognizers()[0].find(passage):
        assert last <= finding.start < finding.end <= len(passage.normal)
        assert finding.type == "ADDRESS"
        assert passage.normal[finding.start : finding.end].strip()
        last = finding.end
