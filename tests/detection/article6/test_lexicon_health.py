"""The HEALTH lexicon and its look-alikes, row by row and by phrases (policy Article 6 item 5)."""

from __future__ import annotations

import re
import time
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.normalise import normalise
from hairyo.taxonomy import codes

_ROOM = files("hairyo.detection") / "article6"
_META = re.compile(r"[\\\[\](){}?*+|^$.]")


@cache
def rows(folder: str) -> tuple[tuple[str, ...], ...]:
    """(file, pattern, other columns...) of every HEALTH row."""
    found = []
    for path in sorted((_ROOM / folder).iterdir(), key=lambda p: p.name):
        if path.name.split(".")[0] == "HEALTH" and path.name.endswith(".tsv"):
            lines = [x for x in path.read_text(encoding="utf-8").split("\n") if x and x[0] != "#"]
            found += [(path.name, *line.split("\t")) for line in lines[1:]]
    return tuple(found)


@cache
def compiled(folder: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((row[0], re.compile(row[1]), row[3] if folder == "lexicon" else "") for row in rows(folder))


def spans(text: str, folder: str, strengths: tuple[str, ...] = ("",)) -> list[tuple[int, int]]:
    return [
        match.span()
        for _, pattern, strength in compiled(folder)
        if strength in strengths
        for match in pattern.finditer(text)
        if match.group()
    ]


def surfaces(text: str, *strengths: str) -> list[str]:
    """What is found outside look-alike stretches; of overlapping matches facts first, then the longest."""
    normal = normalise(text).text
    shadows = spans(normal, "lookalikes")
    taken: list[tuple[int, int]] = []
    for strength in strengths:
        for start, end in sorted(spans(normal, "lexicon", (strength,)), key=lambda s: (s[0] - s[1], s[0])):
            if any(a < end and start < b for a, b in taken):
                continue
            inside = strength == "fact"  # a look-alike within a longer fact does not undo it
            if not any(
                a < end and start < b and not (inside and start <= a and b <= end and b - a < end - start)
                for a, b in shadows
            ):
                taken.append((start, end))
    return [normal[start:end] for start, end in sorted(taken)]


@pytest.mark.parametrize("folder", ["lexicon", "lookalikes"])
def test_rows_are_well_formed(folder: str) -> None:
    columns = 5 if folder == "lexicon" else 3
    for row in rows(folder):
        assert len(row) == columns, row
        assert all(cell and cell == cell.strip() for cell in row), row
        assert r"\b" not in row[1], row
        assert r"\W" not in row[1], row
        assert not re.search(r"\.[*+]|\]\*|\]\+|\)\*|\)\+", row[1]), row
        assert normalise(row[1]).text == row[1], row
        pattern = re.compile(row[1])
        assert not pattern.fullmatch(""), row
        assert not pattern.match(""), row


def test_codes_and_strengths_are_known() -> None:
    for row in rows("lexicon"):
        assert "HEALTH" in codes()[row[2]].types, row
        assert row[3] in ("fact", "topic", "label", "weak"), row


def test_no_row_stands_twice() -> None:
    keys = [(row[1], row[3]) for row in rows("lexicon")]
    assert len(keys) == len(set(keys))
    patterns = [row[1] for row in rows("lookalikes")]
    assert len(patterns) == len(set(patterns))


def test_breadth() -> None:
    plain = [row for row in rows("lexicon") if not _META.search(row[1])]
    assert sum(row[2] in ("A6_5_DISEASE", "A6_5_MENTAL", "A6_5_ADDICT") for row in plain) >= 1200
    assert sum(row[2] == "A6_5_MEDS" for row in plain) >= 400
    assert {row[2] for row in rows("lexicon")} == {name for name in codes() if "HEALTH" in codes()[name].types}


@pytest.mark.parametrize("piece", ["の", "ア", "病", "1", "薬を", "病院に通"])
def test_hostile_input_takes_linear_time(piece: str) -> None:
    hostile = (piece * 100_000)[:100_000]
    for folder in ("lexicon", "lookalikes"):
        spent: dict[str, float] = {}
        for row, (name, pattern, _) in zip(rows(folder), compiled(folder), strict=True):
            begin = time.process_time()
            if _META.search(row[1]):
                assert sum(1 for _ in pattern.finditer(hostile)) <= len(hostile)
            else:
                assert hostile.count(row[1]) <= len(hostile)
            spent[name] = spent.get(name, 0.0) + time.process_time() - begin
        assert max(spent.values()) < 1, spent


@given(st.text(max_size=60))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(found for found in surfaces(text, "fact"))


# strength, text, surfaces expected (parted by |); facts and topics compete as in the engine
FOUND = [
    ("fact", "持病の喘息が悪化", "持病の喘息"),
    ("fact", "持病はありません", "持病"),
    ("fact", "うつ病で2年間休職しました", "うつ病"),
    ("fact", "胃を三分の二切った", "胃を三分の二切った"),
    ("fact", "体調を崩して入院した", "体調を崩して入院した"),
    ("fact", "薬を飲みながら通院している", "薬を飲みながら通院している"),
    ("fact", "健診でHbA1cが8.2と言われ", "HbA1cが8.2"),
    ("fact", "血圧 168/98 でした", "血圧 168/98"),
    ("fact", "血圧の薬を飲んでいます", "血圧の薬を飲んでいます"),
    ("fact", "人工透析を週3回受けています", "人工透析を週3回受けています"),
    ("fact", "ペースメーカーを入れています", "ペースメーカーを入れています"),
    ("fact", "妊娠5か月です", "妊娠5か月です"),
    ("fact", "心療内科に通っています", "心療内科に通っています"),
    ("fact", "昨年、流産しました", "流産しました"),
    ("fact", "先月退院した", "退院した"),
    ("fact", "乳がんサバイバーです", "乳がんサバイバー"),
    ("fact", "母は要介護2で", "要介護2"),
    ("fact", "デイサービスに通っている", "デイサービスに通っている"),
    ("fact", "γ-GTPが180あり", "γ-GTPが180"),
    ("fact", "便潜血陽性で再検査になった", "便潜血陽性"),
    ("fact", "健康診断でE判定をもらい", "健康診断でE判定"),
    ("fact", "余命半年と宣告された", "余命半年と宣告"),
    ("fact", "大病をした", "大病をした"),
    ("fact", "体を壊して退職", "体を壊して"),
    ("fact", "病に倒れた", "病に倒れた"),
    ("fact", "病気療養中です", "病気療養中"),
    ("fact", "若い頃に胸を患い", "胸を患い"),
    ("fact", "腰をやってしまい", "腰をやってしまい"),
    ("fact", "血圧が高い", "血圧が高い"),
    ("fact", "寝たきりになった", "寝たきりになった"),
    ("fact", "医者に酒を止められている", "医者に酒を止められている"),
    ("fact", "断酒会に通っています", "断酒会に通っています"),
    ("fact", "救急車で運ばれた", "救急車で運ばれた"),
    ("fact", "新型コロナにかかった", "新型コロナにかかった"),
    ("fact", "そばでアナフィラキシーを起こした", "アナフィラキシーを起こした"),
    ("fact", "BRCA1変異陽性", "BRCA1変異陽性"),
    ("fact", "がん家系です", "がん家系です"),
    ("fact", "不妊治療を続けています", "不妊治療を続けています"),
    ("fact", "インスリンを打っています", "インスリンを打っています"),
    ("fact", "母に認知が入ってきて", "認知が入って"),
    ("fact", "三か月入院しました", "三か月入院しました"),
    ("fact", "心臓のバイパス手術を受けた", "バイパス手術を受けた"),
    ("fact", "整形外科に月2回通っている", "整形外科に月2回通っている"),
    ("fact", "腎臓内科の外来に通院中", "腎臓内科の外来に通院中"),
    ("fact", "病院さ通っとる", "病院さ通っとる"),
    ("fact", "腰ばやってしもうて", "腰ばやってしもうて"),
    ("fact", "血圧の薬ば飲みよる", "血圧の薬ば飲みよる"),
    ("fact", "パニック発作を起こし", "パニック発作を起こし"),
    ("fact", "睡眠薬がないと眠れません", "睡眠薬がないと眠れ"),
    ("fact", "メンタルをやられて休職", "メンタルをやられて"),
    ("fact", "心を病んで会社を辞めた", "心を病んで"),
    ("fact", "自殺未遂をした", "自殺未遂を"),
    ("fact", "既往:DM、HT、HL", "DM、HT、HL"),
    ("fact", "B型肝炎キャリアです", "B型肝炎キャリア"),
    ("fact", "HIV陽性です", "HIV陽性"),
    ("fact", "サルコイドーシスと診断された", "サルコイドーシス"),
    ("fact", "帝王切開で出産しました", "帝王切開で出産しました"),
    ("fact", "つわりがひどくて", "つわりがひどく"),
    ("fact", "更年期がつらい", "更年期がつらい"),
    ("fact", "認知症の祖母が特養に入っています", "特養に入っています"),
    ("fact", "ピロリ菌を除菌した", "ピロリ菌を除菌した"),
    ("fact", "肺に影が見つかった", "肺に影が見つかった"),
    ("fact", "ﾋﾟﾙ服用中", "ピル服用中"),
    ("fact", "抗がん剤治療を受けています", "抗がん剤治療を受けています"),
    ("fact", "大学病院に通院しています", "大学病院に通院しています"),
    ("fact", "ロキソニンが手放せない", "ロキソニンが手放せない"),
    ("fact", "昨日病院に行きました", "病院に行きました"),
    ("fact", "健康上の理由で退職", "健康上の理由で退職"),
    ("fact", "卵管閉塞と言われ", "卵管閉塞"),
    ("fact", "アル中だった", "アル中"),
    ("fact", "傷病手当金を受給していた", "傷病手当金を受給していた"),
    ("topic", "うつ気味", "うつ気味"),
    ("topic", "鬱が出る", "鬱"),
    ("topic", "糖尿病", "糖尿病"),
    ("topic", "白内障", "白内障"),
    ("topic", "ｾﾞﾝｿｸ", "ゼンソク"),
    ("topic", "トウニョウビョウ", "トウニョウビョウ"),
    ("topic", "ステージ2の胃がん", "ステージ2の胃がん"),
    ("topic", "潰瘍性大腸炎", "潰瘍性大腸炎"),
    ("topic", "デパス", "デパス"),
    ("topic", "アムロジピン5mg", "アムロジピン5mg"),
    ("topic", "そばアレルギー", "そばアレルギー"),
    ("topic", "ストラテラ、ラモトリギン", "ストラテラ|ラモトリギン"),
    ("topic", "ぎっくり腰", "ぎっくり腰"),
    ("topic", "甲状腺機能低下症", "甲状腺機能低下症"),
    ("topic", "好酸球性筋膜炎と肺胞微石症", "好酸球性筋膜炎|肺胞微石症"),
    ("topic", "全身性エリテマトーデス(SLE)", "全身性エリテマトーデス|SLE"),
    ("topic", "パーキンソン病", "パーキンソン病"),
    ("topic", "双極で", "双極"),
    ("topic", "左腕を骨折した", "左腕を骨折した"),
    ("label", "持病:なし", "持病"),
    ("label", "服薬の有無:無", "服薬の有無"),
    ("label", "入院・手術歴", "入院・手術歴"),
    ("label", "アレルギー:特になし", "アレルギー"),
    ("label", "健康上の配慮:特になし", "健康上の配慮"),
    ("label", "妊娠の可能性", "妊娠の可能性"),
    ("weak", "健康状態良好", "健康状態良好"),
    ("fact", "夜はレンドルミンを処方してもらっています", "レンドルミンを処方してもらっています"),
    ("fact", "肋膜をやりましてね", "肋膜をやりまして"),
    ("fact", "精神科の医師から双極性障害と診断されました", "双極性障害"),
    ("fact", "膝が悪くて", "膝が悪くて"),
    ("fact", "糖尿が出ましてね", "糖尿"),
    ("fact", "高血圧の薬を飲みながら営業をしています", "高血圧の薬を飲みながら"),
    ("fact", "心療内科に通いながら営業職として勤務", "心療内科に通いながら"),
    ("fact", "リワークプログラムに通って復職しました", "リワークプログラムに通って"),
    ("fact", "猫アレルギーがあります", "猫アレルギー"),
    ("fact", "無事に出産しました", "無事に出産しました"),
    ("fact", "乳がんの治療中", "乳がんの治療中"),
    ("fact", "特発性肺線維症の疑い", "特発性肺線維症"),
    ("label", "既往歴:がん", "既往歴"),
    ("topic", "既往歴:がん", "がん"),
    ("topic", "痔、緑内障", "痔|緑内障"),
]

# no fact fires; topics, where there are any, are covered by a look-alike
NOT_FOUND = [
    "糖尿病治療薬の営業を10年担当しました",
    "精神科クリニックの経営支援をしています",
    "花粉症みたいに流行っています",
    "営業の鬼として狂ったように働く",
    "中毒性のある味を作る",
    "出血大サービスの企画",
    "前期は痛手を負う結果となった",
    "大企業病を治すコンサルタント",
    "彼は会社のがんだと言われた",
    "人手不足が頭痛の種です",
    "胃が痛い思いで商談に臨んだ",
    "目が回るほど忙しい",
    "神経を使う仕事",
    "工場の心臓部を設計",
    "物流の動脈を守る",
    "資金繰りがアキレス腱となっている",
    "経営の処方箋を示す",
    "カンフル剤としての補助金",
    "感染端末を隔離する",
    "ウイルス対策ソフトの販売",
    "ワクチンソフトを導入",
    "アイデアの流産を防ぐ",
    "産みの苦しみを味わった",
    "がん保険の代理店を経営",
    "病院向けBIを開発",
    "クリニックの開業支援を手がける",
    "介護事業の立ち上げ",
    "健康経営優良法人の認定支援",
    "健診機関のDXを推進",
    "医薬品卸で営業部長",
    "産業医契約の営業",
    "ストレスチェック導入支援",
    "透析装置の開発",
    "血圧計メーカーの役員",
    "妊娠検査薬の販売",
    "慶應義塾大学病院に納品",
    "国立がん研究センターとの共同研究",
    "日本赤十字社の評議員",
    "高血圧は生活習慣病です",
    "うつ病の方が増えている",
    "看護師として20年勤務",
    "がん看護専門看護師の資格",
    "緩和ケア病棟の立ち上げに参画",
    "お客様のためにがんばります",
    "がんこな職人です",
    "がんじがらめの規制を外す",
    "眼鏡店を経営、がんぺきの工事も",
    "スローガンを掲げた",
    "念願かなって独立",
    "憂鬱な月曜をなくす",
    "鬱蒼とした森を切り開く",
    "不眠不休で復旧にあたった",
    "ドライアイスの卸",
    "インフルエンサー施策の運用",
    "コロナ禍で売上が半減",
    "コロナで店を閉めた",
    "骨折り損にならない提案",
    "骨を折っていただき感謝します",
    "財務格付はE判定でした",
    "模試でE判定から逆転合格",
    "サーバの異常なしを確認",
    "製品の検査結果は異常なし",
    "品質検査で異常なし",
    "株で大やけどをした",
    "仕事中毒と言われます",
    "中国市場への依存度を下げる",
    "血の滲むような努力",
    "パソコンが入院中です",
    "愛犬が手術を受けた",
    "病院で看護師として働いていた",
    "抗がん剤の開発に従事",
    "インスリンポンプの販売",
    "皆様もお体を壊さぬようご自愛ください",
    "もし入院した場合の備えを提案",
    "従業員のメンタル不調を防ぐ研修",
    "健康診断の受託事業",
    "腹を割って話す",
    "自腹を切って視察した",
    "双極化する市場を分析",
    "システム障害で障害対応",
    "遺伝的アルゴリズムの研究",
    "企業のDNAを受け継ぐ",
    "キャリア形成を支援",
    "透析クリニックの開設を手伝った",
]

# no fact fires; that nobody is tied to the topic is for the engine to see
TOPIC_ONLY = [
    "整形外科に通う営業を担当",
]

# look-alikes must leave real facts beside them alone
BESIDE_LOOKALIKES = [
    ("精神科クリニックの経営支援をする私も、心療内科に通っています", "心療内科に通っています"),
    ("看護師として働く妻は乳がんの手術を受けた", "乳がんの手術を受けた"),
    ("がんこな父だが、昨年胃を全摘した", "胃を全摘した"),
    ("コロナ禍で売上が減り、体を壊して休んだ", "体を壊して"),
    ("糖尿病治療薬の営業をする私は、人工透析を受けています", "人工透析を受けています"),
    ("会社のがんと言われた部長は、脳梗塞で入院した", "脳梗塞"),
]


@pytest.mark.parametrize(("strength", "text", "expected"), FOUND)
def test_found(strength: str, text: str, expected: str) -> None:
    strengths = ("fact", "topic") if strength == "topic" else (strength,)
    found = surfaces(text, *strengths)
    assert set(expected.split("|")) <= set(found), found


@pytest.mark.parametrize("text", NOT_FOUND)
def test_not_found(text: str) -> None:
    assert surfaces(text, "fact", "topic") == []


@pytest.mark.parametrize("text", TOPIC_ONLY)
def test_topic_is_no_fact(text: str) -> None:
    assert surfaces(text, "fact") == []
    assert surfaces(text, "topic")


@pytest.mark.parametrize(("text", "expected"), BESIDE_LOOKALIKES)
def test_facts_beside_lookalikes_stay(text: str, expected: str) -> None:
    assert spans(normalise(text).text, "lookalikes")
    assert expected in surfaces(text, "fact")
