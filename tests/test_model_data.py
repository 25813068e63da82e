"""The tagger's training data, the hands that vary it, and how its probabilities are made believable."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.evaluation import MarkedText, parse, read_marked
from hairyo.taxonomy import codes, types

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "models" / "train"))
import augment  # noqa: E402
import calibrate  # noqa: E402

DATA = sorted((ROOT / "models" / "data").glob("*.jsonl"))
TEXTS = list(read_marked(DATA))


def marked(markup):
    text, marks = parse(markup)
    return MarkedText("1", "profile", "a", text, marks)


def surfaces(text):
    return [text.text[one.start : one.end] for one in text.marks]


def test_every_file_is_marked_text_of_several_authors():
    authors = {one.author for one in TEXTS}
    assert len(DATA) >= 2
    assert len(authors) >= 12
    assert {one.genre for one in TEXTS} == {"profile", "referral", "form", "business", "noisy", "long"}


def test_no_text_stands_twice():
    assert [text for text, count in Counter(one.text.strip() for one in TEXTS).items() if count > 1] == []


def test_half_of_the_texts_hold_nothing_of_article_6():
    clean = sum(not any(mark.special_care for mark in one.marks) for one in TEXTS)
    assert 0.4 <= clean / len(TEXTS) <= 0.7


def test_every_type_of_article_6_is_there_of_everybody_and_in_every_way():
    seen = Counter((mark.type, mark.attributes[0]) for one in TEXTS for mark in one.marks if mark.special_care)
    assert {name for name, _ in seen} == {name for name, one in types().items() if one.item}
    ways = Counter(mark.attributes[1] for one in TEXTS for mark in one.marks if mark.special_care)
    assert set(ways) == {"affirmed", "negated", "uncertain"}
    assert {one for _, one in seen} == {"self", "family", "other"}
    assert codes()


def test_what_is_put_in_or_taken_out_moves_the_marks():
    text = marked("私は、⟦うつ病|HEALTH;self;affirmed⟧で、⟦林|PERSON;self⟧です。")
    made = augment.apply(text, [(2, 3, ""), (3, 6, "う つ 病"), (7, 8, "\n"), (9, 9, "!")])
    assert made.text == "私はう つ 病で\n林!です。"
    assert surfaces(made) == ["う つ 病", "林"]


def test_a_change_across_the_edge_of_a_mark_is_left_out():
    text = marked("私は⟦うつ病|HEALTH;self;affirmed⟧です。")
    assert augment.apply(text, [(1, 3, "X"), (4, 6, "Y")]) == text
    assert surfaces(augment.apply(text, [(2, 3, "鬱")])) == ["鬱つ病"]


def test_what_is_put_in_at_an_edge_stays_outside():
    text = marked("⟦林|PERSON;self⟧⟦38歳|AGE⟧")
    assert surfaces(augment.apply(text, [(0, 0, " "), (1, 1, "、"), (4, 4, "。")])) == ["林", "38歳"]


def test_a_mark_that_would_cross_a_line_is_lost():
    text = marked("⟦糖尿病|HEALTH;self;affirmed⟧")
    assert surfaces(augment.apply(text, [(1, 1, "\n")])) == []


def all_of(way, text, monkeypatch):
    """Apply one way of varying to everything it can be applied to."""
    monkeypatch.setattr(augment, "_SHARE_MISREAD", 1.0)
    return augment.apply(text, list(way(text, np.random.default_rng(7))))


def test_persons_get_other_names_the_same_at_every_mention(monkeypatch):
    text = marked(
        "⟦山田 太郎|PERSON;self⟧（⟦ヤマダ|PERSON;self⟧）です。⟦山田太郎|PERSON;self⟧、⟦Yamada|PERSON;self⟧、山田町、"
        "⟦蟇目塚|PERSON;other⟧。"
    )
    made = all_of(augment._renamed, text, monkeypatch)
    spaced, kana, joined, latin, unknown = surfaces(made)
    surname, given_name = spaced.split(" ")
    assert surname != "山田"
    assert given_name != "太郎"
    assert joined == surname + given_name
    assert all("ァ" <= char <= "ヶ" or char == "ー" for char in kana)
    assert kana != "ヤマダ"
    assert latin[0].isupper()
    assert latin != "Yamada"
    assert unknown == "蟇目塚"  # no list knows it
    assert "山田町" in made.text


def test_scans_confuse_letters_of_one_shape(monkeypatch):
    made = all_of(augment._misread, marked("カメラと⟦入院|HEALTH;self;affirmed⟧"), monkeypatch)
    assert made.text == "力メラと人院"
    assert surfaces(made) == ["人院"]


def test_years_change_between_eras_and_western_ones():
    seen = set()
    for seed in range(20):
        text = marked("1989年と2019年、昭和63年と平成元年、12345年。")
        seen.add(augment.apply(text, list(augment._dated(text, np.random.default_rng(seed)))).text)
    assert seen == {
        "平成元年と令和元年、昭和63年と平成元年、12345年。",
        "1989年と2019年、1988年と1989年、12345年。",
    }


def test_a_telling_word_hides_one_character():
    text = marked("私は⟦糖尿病|HEALTH;self;affirmed⟧、兄は⟦前科者|CRIMINAL_RECORD;family;affirmed⟧、住所は大阪。")
    made = [augment.apply(text, list(augment._hidden(text, np.random.default_rng(seed)))) for seed in range(40)]
    assert any(one != text for one in made)
    assert all(len(one.text) == len(text.text) and "住所は大阪" in one.text for one in made)
    assert all(
        sum(a != b for a, b in zip(*pair, strict=True)) <= 1
        for one in made
        for pair in zip(surfaces(one), surfaces(text), strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(TEXTS))
def test_a_variant_keeps_its_marks_on_words(seed, text):
    made = augment.varied(text, np.random.default_rng(seed))
    at = 0
    for mark in made.marks:
        assert at <= mark.start < mark.end <= len(made.text)
        assert made.text[mark.start : mark.end].strip()
        at = mark.end
    assert {mark.type for mark in made.marks} <= {mark.type for mark in text.marks}


@pytest.mark.parametrize("seed", range(3))
def test_variants_are_the_same_for_the_same_seed(seed):
    text = TEXTS[seed]
    one, other = (augment.varied(text, np.random.default_rng(seed)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("heat", [0.8, 1.0, 2.0])
def test_a_temperature_makes_probabilities_come_true(heat):
    draw = np.random.default_rng(3)
    right = draw.normal(0, 1.5, (20_000, 4))
    chances = np.exp(right) / np.exp(right).sum(axis=1, keepdims=True)
    wanted = (chances.cumsum(axis=1) > draw.random((len(chances), 1))).argmax(axis=1)
    assert calibrate.temperature((right * heat).astype(np.float32), wanted) == pytest.approx(heat, rel=0.05)
