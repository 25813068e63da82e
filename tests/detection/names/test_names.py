"""Names of persons: what must be found, what must not, and what must hold for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.detection.names import recognizers
from hairyo.detection.passage import Passage, Role

# {…} marks what must be found; nothing else may be.
MARKED = [
    # introductions
    "はじめまして、{髙橋}と申します。",
    "私、{東海林}と言います。",
    "製鉄所の設計をしていた{長谷部}です。",
    "ﾅﾏｴﾊ {ﾔﾏﾀﾞ ﾀﾛｳ} ﾃﾞｽ",
    "ワシは{権藤}いうもんじゃ。",
    "みんなには{ヒロ}って呼ばれてます。",
    "{TARO YAMADA}と申します。",
    "{モハメド・アリ・ハサン}と言います。",
    # readings beside the name
    "{渡邉 健太郎}（{わたなべ けんたろう}）です。元銀行員です。",
    "{真田}（さなだ）は部長でした。",
    # honorifics and titles
    "{三宅}部長と{小笠原}さんにもよろしくお伝えください。",
    "{林}様、お世話になっております。{関}です。",
    "{千葉}さんは石川県の人。",
    "{西}さんと{東}さんが来た。",
    "{ｻﾄｳ ﾊﾅｺ}さんへ",
    "{Michael Brown}さんとの商談",
    "{小林}・{加藤}両名",
    # kin and roles
    "妻の{美智子}と長男・{健太}、娘の{さくら}の四人家族。",
    "母の{トミ}は九十歳。",
    "弁護士の{五十嵐}先生、税理士{阿部}先生に相談。",
    "社長の{黒木}は高校の同級生です。",
    # forms, tables, signatures
    "氏名\t{大杉 悠真}\nフリガナ\t{オオスギ ユウマ}",
    "氏　　名：{塩　谷　　進}",
    "お名前：{グエン・ヴァン・アン}",
    "同席：{和久井}、{瀬川}（記録）",
    "番号,氏名,年齢\n1,{秦 公彦},40\n2,{友利 サユリ},51",
    "よろしくお願いいたします。\n株式会社みどり設計\n代表取締役 {伴野 周作}",
    # speakers
    "[10:12] {弓削}: おつかれさまです\n[10:13] {滝沢}: はい",
    "2024/05/01 10:03\t{まゆみ}\tおつかれー",
    "担当・{堀越}：では始めます。\n{梅原 佐知}：はい。\n担当・{堀越}：どうぞ。",
    # later mentions
    "{久保田 敬}です。現場では「水の{久保田}」と言われます。",
    # a place before the name, on the same line
    "岡山市北区 {守屋 亮}",
    "横浜市都筑区　{水無瀬 健}",
    "{四日市 次郎}",
    # an unknown surname before a known given name
    "骨董商、{鷹司川 実篤}。",
]

CLEAN = [
    "書体\nNoto Sans CJK JP\nArial Black\nYu Gothic UI",
    "Project Manager\nVisual Studio Code",
    "山口県と福岡県で鈴木自動車の販売店を回った。",
    "田中工業株式会社、佐藤製薬、松下電器の案件を担当。",
    "トヨタとホンダとスズキに納品。",
    "お客様、皆様、奥様、社長さん、運転手さん、業者さん、お医者さん、神様",
    "営業部長と人事課長、東京支店長が来た。",
    "父は会社員、母は専業主婦、妻は看護師です。",
    "現在は千葉の工場で働く。石川から移りました。宮崎生まれ。",
    "レターパック、コーヒー・ブレイク、ワーク・ライフ・バランス、ケース・スタディ",
    "Windows Server、Google Cloud、Best Regards",
    "k.suzuki@kikai.example.jp と https://yamada.example/tanaka",
    "履　歴　書　　令和6年5月1日",
    "営業を十五年。単価は十五万、三百社を回りました。",
    "元上司と技術顧問、技術主任が集まる。",
    "去年からアルツハイマーが進んで、レビー小体型かもしれない。",
    "高橋法律事務所に勤務。鈴木税理士事務所の職員でした。",
    "担当：ありがとうございます。",
    "炎症様の所見、ちゃんと休む、選手権、氏名",
    "三輪車と一輪車、大島紬、松阪牛、宮崎マンゴー。",
]


def found(text: str, role: Role | None = None) -> list[tuple[int, int, str | None]]:
    passage = Passage(text, role)
    return [
        (*passage.normalised.original(finding.start, finding.end), finding.subject)
        for recognizer in recognizers()
        for finding in recognizer.find(passage)
    ]


def unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text, spans = "", []
    for part in re.split(r"(\{[^}]*\})", marked):
        if part.startswith("{"):
            spans.append((len(text), len(text) + len(part) - 2))
        text += part.strip("{}")
    return text, spans


@pytest.mark.parametrize("marked", MARKED)
def test_must_catch(marked: str) -> None:
    text, spans = unmark(marked)
    assert [(start, end) for start, end, _ in found(text)] == spans


@pytest.mark.parametrize("text", CLEAN)
def test_must_not_catch(text: str) -> None:
    assert [text[start:end] for start, end, _ in found(text)] == []


@pytest.mark.parametrize(
    ("text", "role", "name", "subject"),
    [
        ("経理を二十年。\n{久留島 敦}", "profile", "久留島 敦", "self"),
        ("氏名：久留島 敦\n配偶者：久留島 佳代", "form", "久留島 敦", "self"),
        ("氏名：久留島 敦\n妻：佳代", "form", "佳代", "family"),
        ("緊急連絡先：田所 芳江（母）", "form", "田所 芳江", "family"),
        ("早坂 明さんをご紹介します。\n久留島 敦", "referral", "早坂 明", "other"),
        ("早坂 明さんをご紹介します。\n久留島 敦", "referral", "久留島 敦", "self"),
    ],
)
def test_subject(text: str, role: Role, name: str, subject: str) -> None:
    text = text.replace("{", "").replace("}", "")
    subjects = {text[start:end]: whose for start, end, whose in found(text, role)}
    assert subjects[name] == subject


def test_main_speaker_is_the_user_and_the_desk_is_not() -> None:
    text = "堀越：梅原さん、どうぞ。\n梅原：はい、助産師を十三年しておりました。\n堀越：なるほど。"
    subjects = [(text[start:end], subject) for start, end, subject in found(text, "transcript")]
    assert ("梅原", "self") in subjects
    assert ("堀越", "self") not in subjects


def test_reading_belongs_to_the_owner_of_the_name() -> None:
    text = "神足 秀和（こうたり ひでかず）"
    assert [subject for *_, subject in found(text, "profile")] == ["self", "self"]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "\x00", "\ud800", "様", "さん", "：", "氏名：", "（", "・" * 50, "𠮷" * 30, "\u200b様", "A" * 300],
)
def test_bad_input_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_long_and_hostile_texts_are_read_in_time() -> None:
    for text in ("氏" + " " * 20_000 + "名", "ア" * 20_000, "山田" * 6_000, "佐藤さん、" * 3_000, "・ア" * 8_000):
        assert len(found(text)) <= len(text)


PIECES = st.sampled_from(
    [
        "佐藤",
        "健太",
        " ",
        "　",
        "さん",
        "様",
        "：",
        "\n",
        "氏名",
        "です",
        "ｻﾄｳ",
        "（",
        "）",
        "・",
        "ジョン",
        "\t",
        ",",
        "妻",
        "の",
        "と申します",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=40)))
def test_findings_lie_inside_in_order_and_disjoint(text: str) -> None:
    last = 0
    passage = Passage(text)
    for finding in recognizers()[0].find(passage):
        assert last <= finding.start < finding.end <= len(passage.normal)
        assert 0 < finding.score <= 1
        assert finding.type == "PERSON"
        assert finding.subject in ("self", "family", "other")
        assert passage.normal[finding.start : finding.end].strip()
        last = finding.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[まりな]今度の会\n[さとみ]ここにしよう\n[まりな]そうする\n[さとみ]よし\n[まりな]はい\n[さとみ]では", 6),
        ("凪＞おつかれさま\nデザイナー＞どうも\n凪＞了解です\n凪＞よかった", 3),
        ("[議題]予算の件\n[議題]人事の件\n[議題]移転の件", 0),
    ],
)
def test_who_speaks_often_is_a_person(text, expected):
    (recognizer,) = recognizers()
    found = list(recognizer.find(Passage(text)))
    assert len(found) == expected
