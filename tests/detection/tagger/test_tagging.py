"""Rules and tagger joined: who leads, who is heard, what each finding says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hairyo.detection.article6 import Judging, below_prefecture
from hairyo.detection.finding import Finding
from hairyo.detection.passage import Passage
from hairyo.detection.tagger import tagging
from hairyo.detection.tagger.model import Reading
from hairyo.detection.tagger.pieces import Piece
from hairyo.detection.tagger.tagging import Tagging
from hairyo.detection.tagger.trust import Trust, thresholds, trust
from hairyo.taxonomy import types

TEXT = "妻は喘息、電話は09"


class Model:
    labels = ("PERSON", "PHONE", "special care")
    kinds = ("HEALTH", "RELIGION")
    subjects = ("self", "family", "other", "public")
    polarities = ("affirmed", "negated", "uncertain")


def sure(size, *classes, chance=0.96):
    rows = np.full((len(classes), size), (1 - chance) / (size - 1), dtype=np.float32)
    rows[range(len(classes)), classes] = chance
    return np.log(rows)


def made(tags, *, kind=0, subject=1, polarity=0, chance=0.96):
    pieces = [Piece(0, at, at + 1, at) for at in range(len(TEXT))]
    reading = Reading(
        pieces,
        sure(7, *tags, chance=chance),
        sure(2, *[kind] * 10),
        sure(4, *[subject] * 10),
        sure(3, *[polarity] * 10),
    )
    return Tagging(Judging.of(Passage(TEXT), []), reading, Model())


@pytest.fixture(autouse=True)
def trusted(monkeypatch):
    table = {name: Trust(0.5, 0.0, 0.0, 0.0, 0.9, 0.7, 0.3) for name in types()} | {
        "PHONE": Trust(2.0, 0.0, 0.0, 0.0, 0.9, 0.0, 0.3),
        "HEALTH": Trust(0.5, 0.3, 0.0, 1.0, 0.9, 0.7, 0.3),
    }
    monkeypatch.setattr(tagging, "trust", lambda: table)


ASTHMA = [0, 0, 5, 6, 0, 0, 0, 0, 0, 0]
NOTHING = [0] * 10
RULE = Finding(2, 4, "HEALTH", item=5, tier="L1", subject="self", polarity="affirmed", cue=(0, 1), code="A6_5_DISEASE")


def test_what_the_tagger_finds_says_all_that_a_finding_says():
    (one,) = made(ASTHMA).joined([])
    assert (TEXT[one.start : one.end], one.type, one.item, one.subject, one.polarity) == (
        "喘息", "HEALTH", 5, "family", "affirmed",
    )  # fmt: skip
    assert (one.code, one.tier, one.rule) == ("A6_5_DISEASE", "L1", "tagger.health")
    assert one.score == pytest.approx(0.97, abs=0.02)


def test_what_is_denied_is_no_longer_special_under_the_act():
    (one,) = made(ASTHMA, polarity=1).joined([])
    assert (one.polarity, one.tier) == ("negated", "L2")


def test_what_is_plainly_there_is_not_denied(monkeypatch):
    monkeypatch.setattr(f"{__name__}.TEXT", "妻は前科あります。")
    assert [one.polarity for one in made([0, 0, 5, 6, 0, 0, 0, 0, 0], polarity=1).joined([])] == ["affirmed"]


def test_a_public_person_is_never_whose_a_fact_is():
    (one,) = made(ASTHMA, subject=3).joined([])
    assert one.subject in ("self", "family", "other")


def test_an_unsure_tagger_is_not_believed_alone_but_with_the_rules():
    unsure = made(ASTHMA, chance=0.3)
    assert not list(unsure.joined([]))
    (one,) = unsure.joined([RULE])
    assert (one.rule, one.subject) == (RULE.rule, "family")


def test_rules_alone_need_the_taggers_support_where_their_type_says_so():
    assert not list(made(NOTHING).joined([RULE]))
    phone = Finding(8, 10, "PHONE")
    assert list(made(NOTHING).joined([phone])) == [phone]


def test_a_type_that_only_rules_may_find():
    assert not list(made([0, 0, 0, 0, 0, 0, 0, 0, 3, 4]).joined([]))


def test_support_is_the_chance_of_the_label():
    assert made(ASTHMA).support(RULE) > 0.9
    assert made(NOTHING).support(RULE) < 0.1


def test_every_type_has_its_trust():
    assert set(trust()) == set(types())
    assert all(0 <= one.rules <= 1 and one.tagger > 0 for one in trust().values())


def test_a_types_own_threshold_counts_before_that_of_article_6_and_that_before_the_default():
    shipped = trust()
    changed = trust((("HEALTH", "tagger", 0.11), ("default", "tagger", 0.33), ("special_care", "tagger", 0.22)))
    assert (changed["HEALTH"].tagger, changed["UNION"].tagger, changed["AGE"].tagger) == (0.11, 0.22, 0.33)
    assert changed["PERSON"].tagger == shipped["PERSON"].tagger  # it has a row of its own
    others = [key for key in thresholds() if key != "tagger"]
    for name, row in changed.items():
        assert [getattr(row, key) for key in others] == [getattr(shipped[name], key) for key in others]
    assert trust() == shipped


def test_what_is_unsure_is_not_taken_for_the_users_own():
    assert [one.subject for one in made(ASTHMA, subject=0, chance=0.6).joined([])] == ["unknown"]
    assert [one.subject for one in made(ASTHMA, subject=0).joined([])] == ["self"]
    assert [one.subject for one in made(ASTHMA, subject=1, chance=0.6).joined([])] == ["family"]


def test_what_only_the_rules_take_for_the_users_own_needs_the_same():
    own = replace(RULE, subject="self")
    doubted = made([0, 0, 5, 0, 0, 0, 0, 0, 0, 0], chance=0.3)
    doubted = replace(doubted, believed=dict(doubted.believed) | {"HEALTH": Trust(2.0, 0.1, 0.1, 1.0, 2.0, 0.7, 0.3)})
    unseen = replace(doubted, reading=replace(doubted.reading, tags=sure(7, *NOTHING, chance=0.5)))
    assert [one.subject for one in unseen.joined([own])] == ["unknown"]


def test_findings_of_one_type_that_touch_are_one():
    (one,) = made([0, 0, 5, 5, 0, 0, 0, 0, 0, 0]).joined([])
    assert TEXT[one.start : one.end] == "喘息"


def test_particles_at_the_edge_stay_outside():
    (one,) = made([0, 5, 6, 6, 0, 0, 0, 0, 0, 0]).joined([])
    assert TEXT[one.start : one.end] == "喘息"


def test_what_tells_a_fact_by_itself_needs_less_of_the_tagger():
    record = Finding(0, 2, "CRIMINAL_RECORD", item=2, subject="family", polarity="affirmed")
    unseen = replace(made(NOTHING), judging=Judging.of(Passage("前科のある妻、電話は"), []))
    for facts, stands in ((1.0, []), (0.0, [record])):
        believed = dict(unseen.believed) | {"CRIMINAL_RECORD": Trust(0.5, 1.0, 1.0, facts, 0.9, 0.0, 0.3)}
        assert list(replace(unseen, believed=believed).joined([record])) == stands


def test_a_name_that_stands_in_full_elsewhere_needs_less_of_the_tagger(monkeypatch):
    table = {name: Trust(0.5, 0.3, 0.0, 0.01, 0.9, 0.7, 0.3) for name in types()}
    monkeypatch.setattr(tagging, "trust", lambda: table)
    again, alone = (Finding(2, 4, "PERSON", 0.7, rule) for rule in ("names.again", "names.surname"))
    doubtful = made(NOTHING, chance=0.9)
    assert 0.01 < doubtful.support(again) < 0.3
    assert list(doubtful.joined([again])) == [again]
    assert list(doubtful.joined([alone])) == []


def test_a_domicile_begins_below_the_prefecture():
    text = "本籍:宮崎県延岡市北方町"
    assert below_prefecture(text, 3, len(text)) == 6
    assert below_prefecture(text, 6, len(text)) == 6
    assert below_prefecture("本籍:宮崎県", 3, 6) == 3


def test_half_a_word_is_found_whole():
    whole = made([0, 0, 0, 5, 0, 0, 0, 0, 0, 0])
    pieces = [Piece(0, at, at + 1, 2 if at in (2, 3) else at) for at in range(len(TEXT))]
    (one,) = replace(whole, reading=replace(whole.reading, pieces=pieces)).joined([])
    assert TEXT[one.start : one.end] == "喘息"


def test_what_both_found_is_all_that_either_saw():
    (one,) = made([0, 0, 0, 5, 6, 0, 0, 0, 0, 0]).joined([RULE])
    assert (one.start, one.end, one.rule, one.subject) == (2, 5, RULE.rule, "family")


def test_against_a_lookalike_the_tagger_must_be_surer():
    one = made(ASTHMA, chance=0.7)
    assert list(one.joined([]))
    one.judging.lookalikes["HEALTH"] = [(1, 4)]
    assert not list(one.joined([]))


def test_parts_that_only_rules_part_all_stay():
    parts = [Finding(8, 9, "PHONE"), Finding(9, 10, "PHONE")]
    assert list(made([0, 0, 0, 0, 0, 0, 0, 0, 3, 4]).joined(parts)) == parts


def test_an_entity_recogniser_is_heard_where_nothing_else_stands():
    name = Finding(5, 7, "PERSON", 0.5, "names.ginza")
    person = [0, 0, 0, 0, 0, 1, 2, 0, 0, 0]
    doubtful = made(person, chance=0.4)
    believed = dict(doubtful.believed) | {"PERSON": Trust(2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.3)}
    doubtful = replace(doubtful, believed=believed)
    assert not list(doubtful.joined([]))
    (one,) = doubtful.joined([], [name])
    assert (one.start, one.end, one.rule, one.subject) == (5, 7, "names.ginza", "family")
    assert not list(replace(made(NOTHING), believed=believed).joined([], [name]))
    other = Finding(6, 8, "PHONE")
    assert list(doubtful.joined([other], [name])) == [other]
