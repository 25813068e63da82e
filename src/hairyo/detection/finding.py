"""A finding (検出結果): one span of the original text, and what is said there about whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Subject = Literal["self", "family", "other", "unknown"]
Polarity = Literal["affirmed", "negated", "uncertain"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One detected span.

    Attributes:
        start: first code point of the span in the text as given.
        end: one past its last code point; `text[start:end]` is what was found.
        type: a label of the taxonomy (`hairyo.taxonomy.types()`).
        score: confidence, 0 to 1.
        rule: the rule or model that found it, as `room.name`.
        item: Article 6 item 1 to 6, or None for ordinary personal information.
        tier: L1, L2, W (LAW.md 0.2), or None for ordinary personal information.
        subject: whose it is; None where the question does not arise.
        polarity: what is said of it; None for ordinary personal information.
        cue: span of the words that decided subject or polarity, or that gave the finding away.
        code: the sub-code of LAW.md 1.1 (`A6_5_DISEASE`), or None.
    """

    start: int
    end: int
    type: str
    score: float = 1.0
    rule: str = ""
    item: int | None = None
    tier: str | None = None
    subject: Subject | None = None
    polarity: Polarity | None = None
    cue: tuple[int, int] | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a finding needs 0 <= start < end, got {self.start} and {self.end}")

    @property
    def special_care(self) -> bool:
        """Whether this is special-care-required information (要配慮個人情報) under the policy's Article 6."""
        return self.item is not None

    @property
    def disclosure(self) -> bool:
        """Whether Article 6's proviso may treat this as consent: about the user, and affirmed."""
        return self.special_care and self.subject == "self" and self.polarity == "affirmed"

    def moved(self, by: int) -> Finding:
        """Return the same finding with every offset moved by `by` code points."""
        if not by:
            return self
        cue = None if self.cue is None else (self.cue[0] + by, self.cue[1] + by)
        return replace(self, start=self.start + by, end=self.end + by, cue=cue)

    def to_json(self) -> dict[str, Any]:
        """Return the object of contract 1 (`hairyo scan --jsonl`)."""
        return {
            "start": self.start,
            "end": self.end,
            "type": self.type,
            "item": self.item,
            "tier": self.tier,
            "subject": self.subject,
            "polarity": self.polarity,
            "score": round(self.score, 4),
            "cue": None if self.cue is None else list(self.cue),
            "rule": self.rule,
        }
