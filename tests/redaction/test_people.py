from __future__ import annotations

import re

import pytest

from hairyo.redaction.people import Mention, People


def letters(text, *names):
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    mentions = [Mention(found.start(), found.end()) for found in re.finditer(pattern, text)]
    people = People()
    people.meet(text, mentions)
    return [people.letter(text[one.start : one.end]) for one in mentions]


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("山田太郎と佐藤花子", ["山田太郎", "佐藤花子"], "AB"),
        ("山田太郎、山田　太郎、山 田 太 郎", ["山田太郎", "山田　太郎", "山 田 太 郎"], "AAA"),
        ("山田太郎です。山田さんは", ["山田太郎", "山田"], "AA"),
        ("山田さんは山田太郎です", ["山田太郎", "山田"], "AA"),
        ("山田太郎です。太郎さん", ["山田太郎", "太郎"], "AA"),
        ("山田太郎（やまだ たろう）。ヤマダさん", ["山田太郎", "やまだ たろう", "ヤマダ"], "AAA"),
        ("フリガナ ヤマダ タロウ\n氏名 山田太郎", ["ヤマダ タロウ", "山田太郎"], "AA"),
        ("山田太郎 / Taro Yamada", ["山田太郎", "Taro Yamada"], "AA"),
        ("ジョン・スミスとスミス", ["ジョン・スミス", "スミス"], "AA"),
        # others stay others
        ("山田太郎、山田花子、山田さん", ["山田太郎", "山田花子", "山田"], "ABC"),
        ("森田健一さんと森さん", ["森田健一", "森"], "AB"),
        ("山田太郎、タナカ", ["山田太郎", "タナカ"], "AB"),
        ("山田太郎と田", ["山田太郎", "田"], "AB"),
    ],
)
def test_one_person_keeps_one_letter(text, names, expected):
    assert "".join(letters(text, *names)) == expected


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("守屋推薦", ["守屋"]),
        ("推薦 守 屋", ["守 屋"]),
        ("モリヤ", []),
        ("亮 写し", ["亮"]),
        ("清亮", []),
        ("守備範囲", []),
    ],
)
def test_a_known_person_is_seen_in_a_short_text(text, standing):
    people = People()
    people.meet("守屋 亮", [Mention(0, 4)])
    assert sorted({text[one.start : one.end] for one in people.standing_in(text)}) == standing


def test_letters_go_on_after_z():
    people = People()
    names = [f"{one}{two}" for one in "あいうえお" for two in "かきくけこさ"]
    found = [people.letter(name) for name in names]
    assert found[:2] + found[25:28] == ["A", "B", "Z", "AA", "AB"]
    assert len(set(found)) == len(names)


def test_persons_stay_the_same_from_text_to_text():
    people = People()
    people.meet("山田さん", [Mention(0, 2)])
    people.meet("佐藤花子と山田太郎", [Mention(0, 4), Mention(5, 9)])
    assert [people.letter(name) for name in ("山田太郎", "佐藤花子", "山田")] == ["A", "B", "A"]
