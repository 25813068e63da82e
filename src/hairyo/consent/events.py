"""Events of the consent ledger (同意記録): what was disclosed, by whom, under which notice; without any text.

Fields are those of LAW.md 3.1 that exist so far. Every text field must match a narrow ASCII pattern, so that
no Japanese word and no free text can get in, whatever a caller passes (DESIGN.md, invariant 5).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from hairyo.consent.clock import stamp
from hairyo.taxonomy import codes

SCHEMA_VERSION = 1
Kind = Literal["disclosure", "third_person_special_care", "negated_mention"]
State = Literal["GIVEN"]
Strength = Literal["T0", "T1", "T2", "T3", "T4"]
STRENGTHS: tuple[Strength, ...] = ("T0", "T1", "T2", "T3", "T4")  # LAW.md 3.2, weakest first


class Basis(NamedTuple):
    """What a kind of event amounts to: its state (LAW.md 3.3), consent type, strength (3.2) and clause."""

    state: State | None
    consent_type: str | None
    strength: Strength
    clause: str | None


NO_CONSENT = Basis(None, None, "T0", None)
BASES: Mapping[str, Basis] = MappingProxyType(
    {
        "disclosure": Basis("GIVEN", "DEEMED_ACQ", "T1", "P-6-proviso"),
        "third_person_special_care": NO_CONSENT,
        "negated_mention": NO_CONSENT,
    }
)


@dataclass(frozen=True, slots=True)
class Versions:
    """Which versions made an event: of Hairyo, of the detector or its model, and of the policy's rules."""

    hairyo: str
    detector: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One event. Times are aware; digests are 64 hex digits.

    Attributes:
        kind: `disclosure` is the only one that is consent. `negated_mention`: the user says that something is
            not so. `third_person_special_care`: data about somebody else was handed in; a count only, for the
            user cannot consent for others, and their categories are not kept (LAW.md 2.2).
        event_id: UUID version 7.
        dedup_key: keyed digest of what makes the event the same event; the ledger holds each once.
        key_id: public name of the key that made the digests.
        principal: keyed digest of the user's id (利用者); the id itself is nowhere.
        category: sub-code of LAW.md 1.1, or None.
        tier: L1 or L2, or None.
        polarity: what was said of the category, or None.
        count: how many mentions the event stands for.
        notice_id: the notice that was in force, with its `notice_version` and `notice_sha256`.
        purposes: codes of Article 2, the primary one first.
        document: keyed digest of the file's SHA-256.
        record: running number of the record in the file, or None.
        span_start: first code point of the mention in the record's text, with `span_end` one past its last.
        span_ref: keyed digest that ties document, record and offsets together; of positions, never of words.
        collection_method: code of the channel (`hairyo.consent.notices.channels()`).
        submitted_at: when the user handed the document in, or None where that is not known.
        event_time: when the event was made.
        actor: code of the program or service account that made it.
        versions: what made it.
        state, consent_type, strength, clause: what the event amounts to, fixed by its kind.
        schema_version: version of this set of fields.
    """

    kind: Kind
    event_id: str
    dedup_key: str
    key_id: str
    principal: str
    category: str | None
    tier: str | None
    polarity: str | None
    count: int
    notice_id: str
    notice_version: str
    notice_sha256: str
    purposes: tuple[str, ...]
    document: str
    record: int | None
    span_start: int | None
    span_end: int | None
    span_ref: str | None
    collection_method: str
    submitted_at: datetime | None
    event_time: datetime
    actor: str
    versions: Versions
    state: State | None
    consent_type: str | None
    strength: Strength
    clause: str | None
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        _check_patterns(self)
        _check_meaning(self)

    def to_json(self) -> dict[str, Any]:
        """Return the event as the JSON object that the ledger stores and chains."""
        body = {one.name: getattr(self, one.name) for one in fields(self)}
        return body | {
            "purposes": list(self.purposes),
            "submitted_at": None if self.submitted_at is None else stamp(self.submitted_at),
            "event_time": stamp(self.event_time),
            "versions": {one.name: getattr(self.versions, one.name) for one in fields(Versions)},
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> ConsentEvent:
        """Return the event of a stored object.

        Raises:
            ValueError: it is not an event of this schema version.
        """
        try:
            submitted = body["submitted_at"]
            changed = {
                "purposes": tuple(body["purposes"]),
                "submitted_at": None if submitted is None else datetime.fromisoformat(submitted),
                "event_time": datetime.fromisoformat(body["event_time"]),
                "versions": Versions(**body["versions"]),
            }
            return cls(**(dict(body) | changed))
        except (KeyError, TypeError) as error:
            raise ValueError("not an event: a field is missing, unknown or of the wrong kind") from error


def canonical(value: Mapping[str, Any]) -> str:
    """Return `value` as canonical JSON: sorted ASCII keys, no spaces, no floats (a subset of RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_:-]{0,79}")
_PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "kind": re.compile("|".join(BASES)),
        "event_id": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        "key_id": re.compile(r"[0-9a-f]{16}"),
        "tier": re.compile(r"L[12]"),
        "polarity": re.compile(r"affirmed|negated"),
        "purposes": re.compile(r"A2_(?:[0-9]{1,2}|REC)"),
        **dict.fromkeys(("dedup_key", "principal", "notice_sha256", "document", "span_ref"), _DIGEST),
        **dict.fromkeys(
            ("notice_id", "notice_version", "collection_method", "actor", "hairyo", "detector", "policy"),
            _NAME,
        ),
    }
)
_OPTIONAL = frozenset({"tier", "polarity", "span_ref"})


def _check_patterns(event: ConsentEvent) -> None:
    for name, pattern in _PATTERNS.items():
        value = getattr(event.versions if name in ("hairyo", "detector", "policy") else event, name)
        if value is None and name in _OPTIONAL:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if not isinstance(one, str) or not pattern.fullmatch(one):
                raise ValueError(f"the event's field {name} is not of its form")
    for name in ("count", "record", "span_start", "span_end", "schema_version"):
        number = getattr(event, name)
        if number is not None and (type(number) is not int or number < 0):
            raise ValueError(f"the event's field {name} is not a count")


def _check_meaning(event: ConsentEvent) -> None:
    """Refuse events that say more than their kind may (LAW.md 2.2, 2.5)."""
    if event.schema_version != SCHEMA_VERSION:
        raise ValueError("the event is of another schema version; use the version of hairyo that made it")
    if (event.state, event.consent_type, event.strength, event.clause) != BASES[event.kind]:
        raise ValueError("the event's state, consent type, strength and clause are not those of its kind")
    told = (event.category, event.tier, event.polarity, event.span_start, event.span_end, event.span_ref)
    if event.kind == "third_person_special_care":
        if any(one is not None for one in told) or event.purposes or event.count < 1:
            raise ValueError("an event about other people holds a count of them and nothing else")
        return
    code = codes().get(event.category or "")
    if code is None or code.tier is None or code.tier == "W":
        raise ValueError("the event's category is no sub-code of Article 6; My Number and the like are never recorded")
    if event.polarity != ("affirmed" if event.kind == "disclosure" else "negated"):
        raise ValueError("the event's polarity is not that of its kind")
    if None in told or event.count != 1 or not (event.span_start or 0) < (event.span_end or 0):
        raise ValueError("an event about the user has a category, a tier, and one span with start < end")
    if bool(event.purposes) != (event.kind == "disclosure"):
        raise ValueError("a disclosure, and nothing else, has purposes")
