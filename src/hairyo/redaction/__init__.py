"""The redaction room (伏せ字): operators, policies, the plan of a copy, and the check that nothing leaked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hairyo.detection.finding import Finding
from hairyo.redaction.change import Change
from hairyo.redaction.plan import Plan, Replacement, gather, plan
from hairyo.redaction.policy import DEFAULT, Policy
from hairyo.redaction.scope import Scope
from hairyo.redaction.secret import Secret

__all__ = ["Change", "Plan", "Policy", "Redacted", "Replacement", "Scope", "Secret", "gather", "plan", "redact"]


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted text.

    Attributes:
        text: the text with the stand-ins in it.
        replacements: what was replaced, with offsets in the text as given.
    """

    text: str
    replacements: tuple[Replacement, ...]


def redact(
    text: str,
    findings: Iterable[Finding],
    *,
    policy: Policy | str | Path | None = None,
    key: bytes | None = None,
) -> Redacted:
    """Return a redacted copy of a string.

    Args:
        text: the text as given.
        findings: what was found in it, offsets in code points.
        policy: a policy, its file or its name; by default the client company's (顧問先).
        key: secret of 32 bytes or more, for policies with keyed stand-ins.

    Raises:
        UsageError: the policy is wrong or needs a key.
        LeakFound: no plan hides every value.
    """
    chosen = policy if isinstance(policy, Policy) else Policy.load(policy or DEFAULT)
    made = plan(text, findings, chosen, Scope(key=key))
    return Redacted(made.apply(text), made.replacements)
