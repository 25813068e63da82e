from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.finding import Finding
from hairyo.errors import UsageError
from hairyo.redaction import Policy, Scope, gather, plan, redact
from hairyo.redaction.verify.search import Search
from hairyo.taxonomy import types

POLICY = Policy.load("client-company")


def at(text, value, type_="PERSON", nth=0, **more):
    start = -1
    for _ in range(nth + 1):
        start = text.index(value, start + 1)
    item = types()[type_].item
    return Finding(start, start + len(value), type_, item=item, **more)


def copy(text, *findings, policy=POLICY, scope=None):
    return plan(text, findings, policy, scope or Scope()).apply(text)


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("山田太郎は山 田　太郎", [("山田太郎", "PERSON")], "人物Aは人物A"),
        ("45歳、４５歳、145歳", [("45歳", "AGE")], "40代、40代、145歳"),
        ("林さんは林業", [("林", "PERSON")], "人物Aさんは林業"),
        ("うつ病。前もうつ病", [("うつ病", "HEALTH")], "[非開示]。前も[非開示]"),
        ("090-1234-5678と０９０１２３４５６７８", [("090-1234-5678", "PHONE")], "[電話番号]と[電話番号]"),
        ("東京都港区芝1-2、港区芝１−２", [("東京都港区芝1-2", "ADDRESS")], "東京都、[住所]"),
        ("16で独立、16名", [("16", "AGE")], "10代で独立、16名"),
        ("本籍:京都府京都市左京区吉田町12", [("京都市左京区吉田町12", "DOMICILE")], "本籍:京都府[非開示]"),
    ],
)
def test_a_redacted_value_goes_everywhere_in_the_scope(text, found, expected):
    assert copy(text, *(at(text, value, type_) for value, type_ in found)) == expected


def test_the_mask_of_article_6_does_not_tell_the_category():
    text = "信者です。うつ病です。"
    assert copy(text, at(text, "信者", "RELIGION"), at(text, "うつ病", "HEALTH")) == "[非開示]です。[非開示]です。"


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([(0, 4, "PERSON"), (2, 7, "ID_NUMBER")], "[非開示]8"),
        ([(0, 8, "PERSON"), (2, 4, "HEALTH")], "[非開示]"),
        ([(0, 8, "HEALTH"), (2, 4, "PERSON")], "[非開示]"),
        ([(0, 8, "ID_NUMBER"), (4, 8, "MY_NUMBER")], "[非開示]"),
        ([(0, 8, "PERSON"), (0, 8, "PERSON")], "人物A"),
        ([(0, 4, "PERSON"), (4, 8, "PHONE")], "人物A[電話番号]"),
    ],
)
def test_overlaps_are_covered_whole(findings, expected):
    found = [Finding(start, end, type_, item=types()[type_].item) for start, end, type_ in findings]
    assert copy("山田太郎5678", *found) == expected


def test_a_value_found_as_my_number_gets_no_token_elsewhere():
    text = "会員番号123456789018、個人番号1234 5678 9018"
    found = [at(text, "123456789018", "ID_NUMBER"), at(text, "1234 5678 9018", "MY_NUMBER")]
    done = copy(text, *found, policy=Policy.load("processor"), scope=Scope(key=b"k" * 32))
    assert "ID-" not in done
    assert "1234" not in done


def test_a_kept_finding_stays_unless_its_value_goes_elsewhere():
    policy = POLICY.model_copy(update={"threshold": 0.5})
    text = "山田太郎と佐藤花子、山田太郎"
    low = at(text, "佐藤花子", score=0.1)
    assert copy(text, low, at(text, "山田太郎", score=0.1, nth=1), policy=policy) == text
    assert copy(text, low, at(text, "山田太郎"), policy=policy) == "人物Aと佐藤花子、人物A"


def test_a_scope_of_several_texts_keeps_letters_and_sweeps_back():
    scope, texts = Scope(), ("山田太郎です", "佐藤花子と山田太郎")
    gather(texts[1], [at(texts[1], "山田太郎")], POLICY, scope)
    assert copy(texts[0], scope=scope) == "人物Aです"


@pytest.mark.parametrize(
    ("text", "found", "gone"),
    [
        ("人物Aさん。Aさん", [("A", "PERSON")], "A"),
        ("電話番号は電話番号", [("電話番号", "PERSON")], "電話番号"),
        ("非開示さん、090-1234-5678", [("非開示", "PERSON"), ("090-1234-5678", "PHONE")], "非開示"),
        ("山XX田太郎と山田太郎", [("XX", "URL"), ("山田太郎", "PERSON")], "山田太郎"),
        ("1960年生まれ、昭和35年", [("1960年", "DATE_OF_BIRTH"), ("昭和35年", "DATE_OF_BIRTH")], "1960年"),
    ],
)
def test_the_copy_never_makes_a_value_anew(text, found, gone):
    policy = Policy.model_validate(
        {**POLICY.model_dump(), "types": {**POLICY.model_dump()["types"], "URL": {"operator": "remove"}}}
    )
    assert gone not in copy(text, *(at(text, *one) for one in found), policy=policy)


def test_nothing_to_do_leaves_the_text():
    assert copy("山田太郎") == "山田太郎"
    assert copy("") == ""


def test_a_finding_outside_the_text_is_refused():
    with pytest.raises(ValueError, match="4 code points"):
        copy("山田太郎", Finding(2, 9, "PERSON"))


def test_a_policy_with_tokens_asks_for_a_key():
    text = "taro@example.jp"
    with pytest.raises(UsageError, match="key"):
        redact(text, [at(text, text, "EMAIL")], policy="processor")
    assert redact(text, [at(text, text, "EMAIL")], policy="processor", key=b"k" * 32).text.startswith("MAIL-")


def test_no_repr_shows_a_value():
    made = plan("山田太郎", [Finding(0, 4, "PERSON")], POLICY, Scope())
    assert "山田" not in repr(made)
    assert [one.value for one in made.values] == ["山田太郎"]


LETTERS = "山田太郎林森、。うつ病45歳Aa[]人物非開示 　-\u200bｶﾞ\ud800\0"


@st.composite
def texts(draw):
    text = draw(st.text(alphabet=LETTERS, min_size=1, max_size=40))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 8)), max_size=5))
    labels = st.sampled_from(["PERSON", "HEALTH", "AGE", "PHONE", "ADDRESS", "MY_NUMBER", "X_UNKNOWN"])
    found = []
    for start, length in spans:
        type_ = draw(labels)
        item = types()[type_].item if type_ in types() else None
        found.append(Finding(start, min(len(text), start + length), type_, item=item))
    return text, found


@given(texts())
def test_replacements_are_disjoint_cover_the_findings_and_leave_the_rest(case):
    text, found = case
    made = plan(text, found, POLICY, Scope())
    spans = [(one.start, one.end) for one in made.replacements]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    covered = {place for start, end in spans for place in range(start, end)}
    assert covered >= {place for one in found for place in range(one.start, one.end)}
    done, rest, position = made.apply(text), [], 0
    for one in made.replacements:
        rest.append(text[position : one.start] + one.text)
        position = one.end
    assert done == "".join(rest) + text[position:]


@given(texts())
def test_the_check_finds_no_redacted_value_in_the_copy(case):
    text, found = case
    made = plan(text, found, POLICY, Scope())
    assert list(Search(made.values).find(made.apply(text))) == []


@given(texts())
def test_the_same_input_gives_the_same_plan(case):
    text, found = case
    assert plan(text, found, POLICY, Scope()) == plan(text, found[::-1], POLICY, Scope())
