"""Article 6 findings: what is caught and what is left alone, whose it is, what is said of it."""

from __future__ import annotations

import pytest

from hairyo.detection import Detector
from hairyo.detection.article6 import Judging
from hairyo.detection.passage import Passage

DETECTOR = Detector(rules_only=True)


def facts(text, role=None):
    return [
        (text[one.start : one.end], one.type, one.subject, one.polarity)
        for one in DETECTOR.scan(text, role=role)
        if one.special_care
    ]


def one_fact(text, role=None):
    found = facts(text, role)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("三年前にうつ病で休職しました。", "HEALTH"),
        ("糖尿病を患っております。", "HEALTH"),
        ("週に三回、人工透析を受けています。", "HEALTH"),
        ("創価学会の会員です。", "RELIGION"),
        ("私はクリスチャンです。", "RELIGION"),
        ("在日韓国人三世です。", "RACE"),
        ("身体障害者手帳2級を持っています。", "DISABILITY"),
        ("労働組合の書記長を八年務めました。", "UNION"),
        ("市議会議員選挙に無所属で立候補しました。", "POLITICAL"),
        ("国会前のデモに参加しました。", "POLITICAL"),
        ("前科一犯です。", "CRIMINAL_RECORD"),
        ("詐欺で逮捕され、不起訴になりました。", "CRIMINAL_PROCEDURE"),
        ("若いころ少年院にいました。", "JUVENILE_PROCEDURE"),
        ("振り込め詐欺の被害に遭いました。", "CRIME_VICTIM"),
        ("生活保護を受けていました。", "DISCRIMINATION"),
        ("児童養護施設で育ちました。", "SOCIAL_STATUS"),
        ("旧華族の家系です。", "LINEAGE"),
        ("私はゲイです。", "SEX_LIFE"),
        ("共産主義者です。", "BELIEF"),
    ],
)
def test_must_catch(text, type_):
    assert type_ in {fact[1] for fact in facts(text)}


@pytest.mark.parametrize(
    "text",
    [
        "糖尿病治療薬の営業を十年担当しました。",
        "精神科クリニックの開業支援を手がけています。",
        "労働組合との交渉を担当した人事部長です。",
        "マンション管理組合の理事長をしています。",
        "農業協同組合の直売所に納めています。",
        "システム障害の対応に追われました。",
        "製品デモの台本を書きました。",
        "甘党なので手土産は最中で。",
        "障害者雇用のコンサルティングを行っています。",
        "刑務所向けの給食事業を立ち上げました。",
        "犯罪被害者支援NPOの理事です。",
        "宗教法人向け会計ソフトを販売しています。",
        "選挙特番のスポンサーを務めました。",
        "LGBT研修の講師を三年務めました。",
        "がん保険の代理店を営んでいます。",
        "高血圧は生活習慣病です。",
        "会社のがんを取り除く仕事です。",
        "狂ったように働きました。",
        "出血大サービスでやらせていただきます。",
        "大企業病を治すのが仕事です。",
        "本籍:北海道",
        "出身は福岡市です。",
    ],
)
def test_must_not_catch(text):
    assert facts(text) == []


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("前科はありません。", "negated"),
        ("前科や逮捕歴は一切ありません。", "negated"),
        ("前科なし。", "negated"),
        ("うつ病になったことは一度もありません。", "negated"),
        ("生活保護は受けておりません。", "negated"),
        ("持病はありません。", "negated"),
        ("うつ病で休職しましたが、今は問題ありません。", "affirmed"),
        ("持病の腰痛はありますが、業務に支障はありません。", "affirmed"),
        ("うつ病の疑いがあると言われました。", "uncertain"),
        ("うつ病かもしれません。", "uncertain"),
        ("前科がないとは言っていません。", "uncertain"),
        ("うつ病と診断されました。", "affirmed"),
        ("前科があります。", "affirmed"),
        ("前科が一つあります", "affirmed"),
        ("前科があるわけではありません。", "negated"),
    ],
)
def test_polarity(text, polarity):
    assert {fact[3] for fact in facts(text)} == {polarity}


@pytest.mark.parametrize(
    ("text", "role", "subject"),
    [
        ("うつ病で休職していました。", "profile", "self"),
        ("うつ病で休職していました。", "referral", "other"),
        ("父はうつ病で入院しました。", "profile", "family"),
        ("妻が創価学会の会員です。", "profile", "family"),
        ("部下の佐藤さんはうつ病で休職しました。", "profile", "other"),
        ("うつ病の部下を支えました。", "profile", "other"),
        ("私は昨年、うつ病で休職しました。", "referral", "self"),
        ("母の糖尿病が悪化しました。", "profile", "family"),
        ("本人はうつ病で休職していました。", "form", "self"),
    ],
)
def test_whose(text, role, subject):
    assert {fact[2] for fact in facts(text, role)} == {subject}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("持病：なし", ("持病", "HEALTH", "self", "negated")),
        ("信仰：特になし", ("信仰", "RELIGION", "self", "negated")),
        ("犯罪歴：無", ("犯罪歴", "CRIMINAL_RECORD", "self", "negated")),
        ("既往歴：あり", ("既往歴", "HEALTH", "self", "affirmed")),
        ("持病：糖尿病", ("糖尿病", "HEALTH", "self", "affirmed")),
    ],
)
def test_form_answers(text, expected):
    assert one_fact(text, "form") == expected


@pytest.mark.parametrize("text", ["持病は喘息です", "私の既往症は喘息", "持病は、現在喘息。"])
def test_what_is_said_of_a_forms_label_is_told_as_in_a_form(text):
    passage = Passage(text)
    assert Judging.of(passage, []).in_field(text.index("喘息"))
    assert "喘息" in {one[0] for one in facts(text)}


@pytest.mark.parametrize("text", ["喘息は持病です", "持病の話は長いが喘息は続く", "息子は喘息です"])
def test_no_other_topic_makes_a_field(text):
    assert not Judging.of(Passage(text), []).in_field(text.index("喘息"))


def test_a_declined_answer_is_no_fact():
    assert facts("支持政党：回答を控えます", "form") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("本籍：京都府京都市左京区吉田町12", "京都市左京区吉田町12"),
        ("本籍地は高知県南国市大埇甲2301番地です。", "南国市大埇甲2301番地"),
        ("本　籍　栃木県矢板市扇町三丁目15番地2\n住所", "矢板市扇町三丁目15番地2"),
        ("戸籍は那覇市泉崎一丁目1番地にあります。", "那覇市泉崎一丁目1番地"),
    ],
)
def test_domicile_below_the_prefecture(text, place):
    assert one_fact(text, "form")[:2] == (place, "DOMICILE")


@pytest.mark.parametrize("text", ["本籍：東京都", "本店所在地は東京都港区芝1-1です。", "転籍先は大阪市北区です。"])
def test_no_domicile(text):
    assert "DOMICILE" not in {fact[1] for fact in facts(text, "form")}


def test_a_denied_fact_is_no_longer_special_under_the_act():
    tiers = {one.polarity: one.tier for one in DETECTOR.scan("うつ病で休職しました。前科はありません。")}
    assert tiers == {"affirmed": "L1", "negated": "L2"}


def test_the_cue_is_the_word_that_decided():
    text = "前科はありません。"
    finding = next(one for one in DETECTOR.scan(text) if one.special_care)
    assert "ありません" in text[slice(*finding.cue)]
    text = "前科が一つあります。"
    finding = next(one for one in DETECTOR.scan(text) if one.special_care)
    assert text[slice(*finding.cue)] == "あります"
