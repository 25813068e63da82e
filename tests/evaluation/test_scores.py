"""Scoring by hand-made cases, each of one definition; and what holds of any findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection import Finding
from hairyo.evaluation import MarkedText, intervals, parse, score, summed
from hairyo.taxonomy import types

FACT = "私は⟦うつ病|HEALTH;self;affirmed⟧です。"


def marked(markup, genre="profile"):
    text, marks = parse(markup)
    return MarkedText("1", genre, "a", text, marks)


def finding(start, end, type_="HEALTH", subject="self", polarity="affirmed"):
    item = types()[type_].item
    special = item is not None
    return Finding(
        start, end, type_, item=item, subject=subject if special else None, polarity=polarity if special else None
    )


def figures(markup, *found, genre="profile"):
    return summed([score(marked(markup, genre), found).counts])


def test_half_of_a_mark_is_enough_and_less_is_not():
    assert figures(FACT, finding(3, 5)).tallies["article6"].f1 == 1.0
    tally = figures(FACT, finding(4, 6)).tallies["article6"]
    assert (tally.hits, tally.marks, tally.found) == (0, 1, 1)


def test_one_to_one():
    tally = figures(FACT, finding(2, 5), finding(3, 5)).tallies["article6"]
    assert (tally.hits, tally.found) == (1, 2)
    both = "⟦うつ病|HEALTH;self;affirmed⟧と⟦喘息|HEALTH;self;affirmed⟧"
    tally = figures(both, finding(0, 6)).tallies["article6"]
    assert (tally.hits, tally.marks) == (1, 2)


def test_the_wrong_type_of_the_right_group_hides_the_fact():
    got = figures(FACT, finding(2, 5, "DISABILITY"))
    assert got.tallies["article6"].f1 == 0.0
    assert got.tallies["article6_group"].f1 == 1.0
    assert got.tallies["consent"].f1 == 1.0
    assert figures(FACT, finding(2, 5, "RELIGION")).tallies["article6_group"].f1 == 0.0


@pytest.mark.parametrize("markup", ["⟦教会に通う|RELIGION;self;affirmed;implied⟧", "⟦織田信長|PERSON;public⟧"])
def test_what_is_ignored_is_neither_hit_nor_miss_nor_false(markup):
    type_ = "RELIGION" if "RELIGION" in markup else "PERSON"
    for found in ([], [finding(0, 4, type_)]):
        got = figures(markup, *found)
        assert got.tallies["personal"].found == got.tallies["article6"].found == 0
        assert got.rates["over"] in (None, 0.0)


@pytest.mark.parametrize(
    ("subject", "polarity", "false_consent", "consent"),
    [("self", "affirmed", 0.0, 1.0), ("family", "affirmed", None, 0.0), ("self", "negated", None, 0.0)],
)
def test_consent_is_what_is_said_to_be_self_and_affirmed(subject, polarity, false_consent, consent):
    got = figures(FACT, finding(2, 5, subject=subject, polarity=polarity))
    assert got.rates["false_consent"] == false_consent
    assert got.tallies["consent"].recall == consent
    assert got.rates["subject"] == float(subject == "self")
    assert got.rates["polarity"] == float(polarity == "affirmed")


@pytest.mark.parametrize(
    "markup",
    ["⟦うつ病|HEALTH;family;affirmed⟧", "⟦うつ病|HEALTH;self;negated⟧", "うつ病の薬の営業"],
)
def test_false_consent_counts_others_denials_and_no_facts(markup):
    assert figures(markup, finding(0, 3)).rates["false_consent"] == 1.0


def test_alarm_counts_texts_without_a_mark():
    harmless = score(marked("うつ病の薬を売る。"), [finding(0, 3)]), score(marked("山田です。"), [])
    assert summed([one.counts for one in harmless]).rates["alarm"] == 0.5
    assert figures(FACT, finding(0, 1)).rates["alarm"] is None
    assert figures("⟦祈る|RELIGION;self;affirmed;implied⟧").rates["alarm"] is None


def test_leak_and_over_count_characters_whatever_the_type():
    got = figures(FACT, finding(4, 7, "PERSON"))
    assert got.rates["leak"] == pytest.approx(2 / 3)
    assert got.rates["over"] == pytest.approx(2 / 3)


def test_errors_say_where_and_what():
    text = marked("⟦うつ病|HEALTH;self;affirmed⟧と⟦前科|CRIMINAL_RECORD;self;negated⟧、信者")
    errors = score(text, [finding(4, 6, "CRIMINAL_RECORD"), finding(7, 9, "RELIGION")]).errors
    assert [(one.kind, text.text[one.start : one.end]) for one in errors] == [
        ("miss", "うつ病"),
        ("whose", "前科"),
        ("false", "信者"),
    ]


def test_by_type_group_and_genre():
    got = figures(FACT, finding(2, 5), genre="form")
    assert {name for name in got.tallies if ":" in name} == {"type:HEALTH", "group:body", "genre:form"}


def test_nothing_at_all():
    got = figures("何もない")
    assert got.flat()["article6_f1"] == 1.0
    assert got.rates["leak"] is None


FINDINGS = st.lists(
    st.builds(
        lambda start, length, type_, subject, polarity: finding(start, start + length, type_, subject, polarity),
        st.integers(0, 12),
        st.integers(1, 8),
        st.sampled_from(["HEALTH", "DISABILITY", "RELIGION", "PERSON", "PHONE"]),
        st.sampled_from(["self", "family", "other", "unknown"]),
        st.sampled_from(["affirmed", "negated", "uncertain"]),
    ),
    max_size=8,
)


@given(FINDINGS)
def test_any_findings_give_figures_between_0_and_1(found):
    text = marked(
        "⟦林|PERSON;other⟧の⟦腰痛|HEALTH;other;affirmed⟧と⟦洗礼|RELIGION;self;affirmed;implied⟧と⟦赤旗|POLITICAL;self;negated⟧"
    )
    got = summed([score(text, found).counts])
    for tally in got.tallies.values():
        assert 0 <= tally.hits <= min(tally.marks, tally.found)
    assert all(value is None or 0 <= value <= 1 for value in got.rates.values())
    assert all(0 <= value <= 1 for value in got.flat().values())


@given(FINDINGS)
def test_the_order_of_findings_does_not_matter(found):
    text = marked(FACT)
    assert score(text, found).counts == score(text, found[::-1]).counts


def test_intervals_hold_the_figure_and_shrink_with_more_texts():
    def bounds(times):
        texts = [score(marked(FACT), [finding(2, 5)] if number % 2 else []) for number in range(times)]
        return intervals([one.counts for one in texts], draws=300)["article6_f1"]

    few, many = bounds(10), bounds(400)
    assert few[0] <= 2 / 3 <= few[1]
    assert many[0] <= 2 / 3 <= many[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_intervals_of_the_parts_are_there_for_who_asks():
    counts = [score(marked(FACT), [finding(2, 5)]).counts] * 5
    assert "type:HEALTH" not in intervals(counts, draws=20)
    assert intervals(counts, draws=20, parts=True)["type:HEALTH"] == (1.0, 1.0)
