from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.consent import clock
from hairyo.consent.events import ConsentEvent, Versions, canonical

MOMENT = datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=clock.JST)
TEXT_FIELDS = [
    "kind",
    "event_id",
    "dedup_key",
    "key_id",
    "principal",
    "category",
    "tier",
    "polarity",
    "notice_id",
    "notice_version",
    "notice_sha256",
    "document",
    "span_ref",
    "collection_method",
    "actor",
    "state",
    "consent_type",
    "strength",
    "clause",
]


@pytest.fixture
def event(disclose, finding):
    return disclose(finding(code="A6_5_DISEASE"), now=MOMENT, submitted_at=MOMENT.astimezone(UTC))[0]


def test_fields_of_a_disclosure(event):
    assert (event.state, event.consent_type, event.strength) == ("GIVEN", "DEEMED_ACQ", "T1")
    assert event.clause == "P-6-proviso"
    assert (event.category, event.tier, event.polarity, event.count) == ("A6_5_DISEASE", "L1", "affirmed", 1)
    assert event.purposes == ("A2_1", "A2_2")
    assert UUID(event.event_id).version == 7
    body = event.to_json()
    assert body["event_time"] == body["submitted_at"] == "2026-11-23T09:30:00.123456+09:00"
    assert body["schema_version"] == 1


def test_text_fields_are_all_listed(event):
    found = {one.name for one in fields(ConsentEvent) if isinstance(getattr(event, one.name), str)}
    assert found == set(TEXT_FIELDS)


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("value", ["うつ病", "山田太郎", "a b", "", "x\n", "\ud800", "0" * 200, 7])
def test_no_field_takes_text(event, name, value):
    with pytest.raises(ValueError, match=r"event") as caught:
        replace(event, **{name: value})
    assert str(value).strip() == "" or value == 7 or value not in str(caught.value)


@pytest.mark.parametrize("name", ["hairyo", "detector", "policy"])
def test_no_version_takes_text(event, name):
    with pytest.raises(ValueError, match=name):
        replace(event, versions=replace(event.versions, **{name: "山田"}))


@pytest.mark.parametrize(
    "changed",
    [
        {"category": "MY_NUMBER"},
        {"category": "HEALTH"},
        {"category": "X_ANTISOCIAL"},
        {"category": "A6_5_VITALS"},
        {"category": None},
        {"tier": None},
        {"tier": "W"},
        {"polarity": "uncertain"},
        {"polarity": "negated"},
        {"kind": "negated_mention"},
        {"kind": "third_person_special_care"},
        {"state": None},
        {"strength": "T3"},
        {"consent_type": "DEEMED_PROV"},
        {"clause": "P-13"},
        {"purposes": ()},
        {"purposes": ("A2_1", "うつ")},
        {"count": 2},
        {"count": True},
        {"count": -1},
        {"record": "row"},
        {"record": 1.5},
        {"span_start": 13},
        {"span_end": None},
        {"span_ref": None},
        {"schema_version": 2},
        {"event_id": "01a20689-8b0b-49a5-b4e8-e68058f93832"},
    ],
)
def test_an_event_cannot_say_more_than_its_kind(event, changed):
    with pytest.raises(ValueError, match=r"event|disclosure"):
        replace(event, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"category": "A6_5_DISEASE"},
        {"tier": "L1"},
        {"polarity": "affirmed"},
        {"span_start": 1, "span_end": 2},
        {"purposes": ("A2_1",)},
        {"count": 0},
        {"state": "GIVEN", "strength": "T1", "consent_type": "DEEMED_ACQ", "clause": "P-6-proviso"},
    ],
)
def test_an_alert_about_others_holds_no_content_and_is_no_consent(disclose, finding, changed):
    alert = disclose(finding(subject="family"))[0]
    with pytest.raises(ValueError, match=r"other people|state"):
        replace(alert, **changed)


moments = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)).map(
    lambda one: one.replace(tzinfo=UTC)
)


@given(moment=moments, start=st.integers(0, 10**9), record=st.none() | st.integers(0, 10**9))
def test_json_and_back(moment, start, record):
    event = make(moment, start, record)
    body = json.loads(canonical(event.to_json()))
    again = ConsentEvent.from_json(body)
    assert again == event
    assert canonical(again.to_json()) == canonical(body)


def make(moment, start, record):
    return ConsentEvent(
        kind="negated_mention",
        event_id=clock.uuid7(moment),
        dedup_key="0" * 64,
        key_id="0" * 16,
        principal="1" * 64,
        category="A6_2_CRIME_CONV",
        tier="L2",
        polarity="negated",
        count=1,
        notice_id="n",
        notice_version="1",
        notice_sha256="2" * 64,
        purposes=(),
        document="3" * 64,
        record=record,
        span_start=start,
        span_end=start + 1,
        span_ref="4" * 64,
        collection_method="form",
        submitted_at=None,
        event_time=moment,
        actor="hairyo",
        versions=Versions("1", "2", "3"),
        state=None,
        consent_type=None,
        strength="T0",
        clause=None,
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("principal"),
        lambda body: body.update(text="うつ病"),
        lambda body: body.update(versions={}),
        lambda body: body.update(versions=None),
        lambda body: body.update(purposes=3),
        lambda body: body.update(event_time="yesterday"),
        lambda body: body.update(event_time=None),
        lambda body: body.update(schema_version=99),
    ],
)
def test_a_stored_object_that_is_no_event(event, spoil):
    body = event.to_json()
    spoil(body)
    with pytest.raises(ValueError, match=r"event|isoformat"):
        ConsentEvent.from_json(body)


def test_canonical_json():
    assert canonical({"b": 1, "a": {"d": None, "c": "あ"}}) == '{"a":{"c":"あ","d":null},"b":1}'


@given(moments, moments)
def test_stamps_sort_as_time_does(one, other):
    assert (clock.stamp(one) < clock.stamp(other)) == (one < other)
    assert len(clock.stamp(one)) == 32


def test_stamp_is_of_tokyo_and_refuses_naive_times():
    moment = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-5)))
    assert clock.stamp(moment) == "2026-01-01T14:00:00.000000+09:00"
    with pytest.raises(ValueError, match="time zone"):
        clock.stamp(datetime(2026, 1, 1))
    assert clock.now().utcoffset() == timedelta(hours=9)


@given(moments.filter(lambda one: one.year >= 1970))
def test_uuid7(moment):
    made = UUID(clock.uuid7(moment))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(moment.timestamp() * 1000)
    assert clock.uuid7(moment) != str(made)
