"""From findings to consent events: the proviso of the policy's Article 6 (第6条ただし書) and its limits.

Only what the user himself hands in, about himself, and affirms, is deemed consent, and to acquisition only
(LAW.md 0.3 fact 2, 2.2). No text comes in here: findings are offsets and codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hairyo.consent import clock
from hairyo.consent.events import BASES, ConsentEvent, Kind, Versions
from hairyo.consent.keys import Keys
from hairyo.consent.notices import Notice, channels, in_force
from hairyo.errors import UsageError
from hairyo.taxonomy import codes, types

if TYPE_CHECKING:  # at run time the ledger needs no dictionaries
    from hairyo.detection.finding import Finding

_SHA256 = re.compile(r"[0-9a-f]{64}")


def disclosures(
    findings: Iterable[Finding],
    *,
    keys: Keys,
    user: str,
    document_digest: str,
    versions: Versions,
    record: int | None = None,
    channel: str = "upload",
    submitted_at: datetime | None = None,
    notice: Notice | None = None,
    purposes: tuple[str, ...] | None = None,
    actor: str = "hairyo",
    now: datetime | None = None,
) -> list[ConsentEvent]:
    """Return the events that one submission's findings give rise to, each once.

    - About the user and affirmed: `disclosure` (consent given, T1).
    - About the user and negated: `negated_mention`, no consent.
    - About the user and uncertain: nothing, for a suspicion is no affirmed disclosure (LAW.md 2.5).
    - About family, others or nobody known: one `third_person_special_care` with a count, whatever was said.
    - Through a channel that is not the user's own nothing is known to come from the user: all of it counts as
      the latter (LAW.md 2.2).
    - Ordinary personal information, tier W and X_ANTISOCIAL: nothing.

    Args:
        findings: the findings of one record, or of a whole document without records.
        keys: what the digests are made with.
        user: the user's id; only its keyed digest is kept.
        document_digest: SHA-256 of the file, 64 hex digits; only its keyed digest is kept.
        versions: what found them.
        record: running number of the record in the file, or None.
        channel: a code of `channels.toml`.
        submitted_at: when it was handed in (aware), or None where not known.
        notice: the notice shown; by default that in force at `submitted_at`, or now.
        purposes: purposes covered, the primary first; by default those the notice's proviso reaches.
        actor: code of the program or service account at work.
        now: time of the events; by default the present.

    Raises:
        UsageError: no user, no SHA-256, an unknown channel, a notice that does not fit, a naive time.
        ValueError: a finding is of an unknown type or code, or a My Number passed off as special-care data.
    """
    made = now or clock.now()
    _check(user, document_digest, channel, (submitted_at, made))
    shown = notice or in_force(submitted_at or made)
    covered = shown.proviso_purposes if purposes is None else purposes
    if not covered or not set(covered) <= set(shown.purposes):
        raise UsageError("the purposes are not among those of the notice shown; take codes such as A2_1 from it")
    maker = _Maker(keys, user, document_digest, versions, record, channel, submitted_at, shown, covered, actor, made)
    return maker.events(findings)


def _check(user: str, digest: str, channel: str, moments: tuple[datetime | None, ...]) -> None:
    if not user.strip():
        raise UsageError("consent needs the user's id; map the column that holds it, or give a user")
    if not _SHA256.fullmatch(digest):
        raise UsageError("document_digest is not a SHA-256 in 64 lower-case hex digits")
    if channel not in channels():
        raise UsageError("unknown channel; give one of {names}", names=", ".join(channels()))
    if any(one is not None and one.utcoffset() is None for one in moments):
        raise UsageError("a time without a zone; give an aware datetime")


@dataclass(frozen=True)
class _Maker:
    """Makes the events of one submission; the attributes are the arguments of `disclosures`, checked."""

    keys: Keys
    user: str
    digest: str
    versions: Versions
    record: int | None
    channel: str
    submitted_at: datetime | None
    notice: Notice
    purposes: tuple[str, ...]
    actor: str
    made: datetime

    def events(self, findings: Iterable[Finding]) -> list[ConsentEvent]:
        found: dict[str, ConsentEvent] = {}
        others: set[Finding] = set()
        own = channels()[self.channel].own
        for one in findings:
            if not _special(one):
                continue
            if not own or one.subject != "self":
                others.add(one)
            elif one.polarity in ("affirmed", "negated"):
                event = self._own(one)
                found.setdefault(event.dedup_key, event)
        alerts = [self._event("third_person_special_care", count=len(others))] if others else []
        return [*found.values(), *alerts]

    def _own(self, one: Finding) -> ConsentEvent:
        """Make the event of a finding about the user."""
        code = _code(one)
        affirmed = one.polarity == "affirmed"
        return self._event(
            "disclosure" if affirmed else "negated_mention",
            category=code,
            # negated is not the fact that the Act lists, but still a matter of Article 6 (LAW.md 2.5)
            tier=(one.tier or codes()[code].tier) if affirmed else "L2",
            polarity=one.polarity,
            span=(one.start, one.end),
            purposes=self.purposes if affirmed else (),
        )

    def _event(
        self,
        kind: Kind,
        *,
        category: str | None = None,
        tier: str | None = None,
        polarity: str | None = None,
        count: int = 1,
        span: tuple[int, int] | None = None,
        purposes: tuple[str, ...] = (),
    ) -> ConsentEvent:
        start, end = span or (None, None)
        return ConsentEvent(
            kind=kind,
            event_id=clock.uuid7(self.made),
            dedup_key=self._dedup_key(kind, category, start, end, count),
            category=category,
            tier=tier,
            polarity=polarity,
            count=count,
            purposes=purposes,
            span_start=start,
            span_end=end,
            span_ref=None if span is None else self.keys.mac("span", self.digest, self.record, start, end),
            **BASES[kind]._asdict(),
            **self._common(),
        )

    def _dedup_key(self, kind: Kind, code: str | None, start: int | None, end: int | None, count: int) -> str:
        """Return what makes a second run over the same submission record nothing new (LAW.md 3.1)."""
        shown = (self.notice.id, self.notice.version)
        said = (kind, code, start, end, count)
        return self.keys.mac("dedup", self.user, self.digest, self.record, *said, *shown)

    def _common(self) -> dict[str, Any]:
        return {
            "key_id": self.keys.id,
            "principal": principal(self.keys, self.user),
            "document": self.keys.mac("document", self.digest),
            "record": self.record,
            "notice_id": self.notice.id,
            "notice_version": self.notice.version,
            "notice_sha256": self.notice.sha256,
            "collection_method": self.channel,
            "submitted_at": self.submitted_at,
            "event_time": self.made,
            "actor": self.actor,
            "versions": self.versions,
        }


def principal(keys: Keys, user: str) -> str:
    """Return the keyed digest that stands for a user (principal_id, LAW.md 3.1); the id is taken as it is."""
    return keys.mac("principal", user)


def _special(one: Finding) -> bool:
    """Whether a finding is a matter for the ledger at all."""
    if one.type == "MY_NUMBER" and one.special_care:
        raise ValueError("a My Number is never special-care data and never recorded; mend the detector")
    return one.special_care and one.tier != "W" and codes()[_code(one)].tier in ("L1", "L2")


def _code(one: Finding) -> str:
    """Return the finding's sub-code, or the one its type falls back on."""
    code = one.code or (types()[one.type].code if one.type in types() else None)
    if code is None or code not in codes():
        raise ValueError("a finding of special-care data has no sub-code of Article 6; mend the detector")
    return code
