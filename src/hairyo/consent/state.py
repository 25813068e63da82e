"""The present state of consent (同意の現況), folded from the events; it is stored nowhere (LAW.md 3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hairyo.consent.events import STRENGTHS, ConsentEvent, State, Strength


@dataclass(frozen=True, slots=True)
class Consent:
    """How a user's consent stands for one category.

    Attributes:
        category: sub-code of LAW.md 1.1.
        state: its state; a category that is not listed at all has none.
        strength: T1 to T4 (LAW.md 3.2).
        purposes: what it is for, codes of Article 2.
        notice_version: version of the notice it is bound to.
        given_at: when it was first recorded.
        event_id: the event that decides.
    """

    category: str
    state: State
    strength: Strength
    purposes: tuple[str, ...]
    notice_version: str
    given_at: datetime
    event_id: str


def fold(events: Iterable[ConsentEvent]) -> dict[str, Consent]:
    """Return the consent of one user by category, from all of that user's events in their order.

    A later event decides unless it is weaker than what is held: a ladder is not climbed down (LAW.md 3.2).
    """
    held: dict[str, Consent] = {}
    for event in events:
        if event.state is None or event.category is None:
            continue
        before = held.get(event.category)
        if before is None or STRENGTHS.index(event.strength) >= STRENGTHS.index(before.strength):
            held[event.category] = Consent(
                category=event.category,
                state=event.state,
                strength=event.strength,
                purposes=event.purposes,
                notice_version=event.notice_version,
                given_at=event.event_time if before is None else before.given_at,
                event_id=event.event_id,
            )
    return held
