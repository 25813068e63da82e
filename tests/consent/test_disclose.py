from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.consent import Keys, Versions, channels, disclosures, in_force, notices
from hairyo.consent.disclose import principal
from hairyo.detection.finding import Finding
from hairyo.errors import UsageError
from hairyo.taxonomy import codes

OTHERS = ("family", "other", "unknown", None)
OWN = [one.name for one in channels().values() if one.own]
NOT_OWN = [one.name for one in channels().values() if not one.own]


@pytest.mark.parametrize("channel", OWN)
def test_own_affirmed_is_consent(disclose, finding, channel):
    (event,) = disclose(finding(code="A6_5_MENTAL"), channel=channel, record=4)
    assert (event.kind, event.state, event.category) == ("disclosure", "GIVEN", "A6_5_MENTAL")
    assert (event.span_start, event.span_end, event.record) == (10, 13, 4)
    assert event.collection_method == channel


@pytest.mark.parametrize(("subject", "polarity"), list(product(OTHERS, ("affirmed", "negated", "uncertain", None))))
def test_nobody_consents_for_another(disclose, finding, subject, polarity):
    (event,) = disclose(finding(subject=subject, polarity=polarity, code="A6_1_RELIGION"))
    assert (event.kind, event.state, event.count) == ("third_person_special_care", None, 1)
    assert "A6_" not in str(event.to_json())


def test_all_others_are_one_count(disclose, finding):
    events = disclose(finding(0, subject="family"), finding(10), finding(20, subject="other"))
    assert [(one.kind, one.count) for one in events] == [("disclosure", 1), ("third_person_special_care", 2)]


@pytest.mark.parametrize("channel", NOT_OWN)
def test_what_the_user_did_not_hand_in_himself_is_no_consent(disclose, finding, channel):
    (event,) = disclose(finding(), finding(20, polarity="negated"), channel=channel)
    assert (event.kind, event.count, event.category) == ("third_person_special_care", 2, None)


def test_negated_is_no_consent(disclose, finding):
    (event,) = disclose(finding(type="CRIMINAL_RECORD", item=2, polarity="negated"))
    assert (event.kind, event.state, event.strength) == ("negated_mention", None, "T0")
    assert (event.category, event.tier, event.purposes) == ("A6_2_CRIME_CONV", "L2", ())


@pytest.mark.parametrize(
    "changed",
    [
        {"polarity": "uncertain"},
        {"polarity": None},
        {"tier": "W"},
        {"code": "X_ANTISOCIAL"},
        {"code": "A6_5_VITALS"},
        {"type": "PERSON", "item": None, "tier": None, "polarity": None},
        {"type": "MY_NUMBER", "item": None, "tier": None},
    ],
)
def test_what_gives_no_event(disclose, finding, changed):
    assert disclose(finding(**changed)) == []


def test_no_findings_no_events(disclose):
    assert disclose() == []


@pytest.mark.parametrize("changed", [{"type": "MY_NUMBER"}, {"type": "NOPE"}, {"code": "A6_9_NOPE"}])
def test_nonsense_is_refused(disclose, finding, changed):
    with pytest.raises(ValueError, match="mend the detector"):
        disclose(finding(**changed))


def test_tier_falls_back_on_the_code(disclose, finding):
    (event,) = disclose(finding(type="UNION", item=3, tier=None))
    assert (event.category, event.tier) == ("A6_3_UNION", "L2")


@pytest.mark.parametrize(
    "changed",
    [
        {"user": ""},
        {"user": " \n"},
        {"document_digest": "profile.docx"},
        {"document_digest": "A" * 64},
        {"channel": "telepathy"},
        {"submitted_at": datetime(2026, 1, 1)},
        {"now": datetime(2026, 1, 1)},
        {"submitted_at": datetime(2018, 8, 31, 14, 59, tzinfo=UTC)},
        {"purposes": ()},
        {"purposes": ("A2_9",)},
    ],
)
def test_wrong_calls(disclose, finding, changed):
    with pytest.raises(UsageError):
        disclose(finding(), **changed)


def test_purposes_and_notice_are_those_given(disclose, finding):
    (event,) = disclose(finding(), purposes=("A2_5",), notice=notices()[0])
    assert event.purposes == ("A2_5",)
    assert (event.notice_version, event.notice_sha256) == (notices()[0].version, notices()[0].sha256)


def test_notice_is_the_one_at_submission(disclose, finding):
    first_moment = datetime(2018, 8, 31, 15, 0, tzinfo=UTC)  # 2018-09-01 00:00 in Tokyo
    (event,) = disclose(finding(), submitted_at=first_moment)
    assert event.notice_version == in_force(first_moment).version == "2018-09-01"


def test_same_again_has_the_same_dedup_key(disclose, finding):
    one, other = disclose(finding()), disclose(finding(score=0.5))
    assert one[0].dedup_key == other[0].dedup_key
    assert one[0].event_id != other[0].event_id


@pytest.mark.parametrize(
    "changed",
    [{"user": "user-0002"}, {"document_digest": "0" * 64}, {"record": 0}, {"keys": Keys(b"k" * 32)}],
)
def test_another_thing_has_another_dedup_key(disclose, finding, changed):
    assert disclose(finding())[0].dedup_key != disclose(finding(), **changed)[0].dedup_key


@pytest.mark.parametrize("changed", [{"start": 11}, {"code": "A6_5_MENTAL"}, {"polarity": "negated"}])
def test_another_finding_has_another_dedup_key(disclose, finding, changed):
    assert disclose(finding())[0].dedup_key != disclose(finding(**changed))[0].dedup_key


def test_the_same_finding_twice_is_one_event(disclose, finding):
    assert len(disclose(finding(), finding())) == 1


def test_the_user_is_a_keyed_digest(disclose, finding, keys):
    (event,) = disclose(finding(), user="利用者-\ud800-7")
    assert event.principal == principal(keys, "利用者-\ud800-7")
    assert "利用者" not in str(event.to_json())


findings = st.builds(
    lambda start, length, code, subject, polarity, tier: Finding(
        start, start + length, "HEALTH", item=5, tier=tier, subject=subject, polarity=polarity, code=code
    ),
    st.integers(0, 10**6),
    st.integers(1, 50),
    st.sampled_from(sorted(codes())),
    st.sampled_from(("self", *OTHERS)),
    st.sampled_from(("affirmed", "negated", "uncertain", None)),
    st.sampled_from(("L1", "L2", "W", None)),
)


@given(st.lists(findings, max_size=8), st.sampled_from(sorted(channels())))
def test_consent_never_comes_from_anything_but_a_disclosure(found, channel):
    events = disclosures(
        found,
        keys=Keys(b"k" * 32),
        user="u",
        document_digest="0" * 64,
        versions=Versions("1", "1", "1"),
        channel=channel,
    )
    allowed = {(one.start, one.end, one.code) for one in found if one.disclosure and channel in OWN}
    given_ = {(one.span_start, one.span_end, one.category) for one in events if one.state == "GIVEN"}
    assert given_ <= allowed
    assert sum(one.kind == "third_person_special_care" for one in events) <= 1
    assert all(one.category is None for one in events if one.kind == "third_person_special_care")
