"""What is done to a text among many: scan it, or redact it (`hairyo.batch.each` does it to all)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hairyo.detection import Finding, Role
from hairyo.detection.engine import shared_detector
from hairyo.redaction import Policy, redact


@dataclass(frozen=True, slots=True)
class Text:
    """A text of its own, and what kind of submission it is, where that is known."""

    text: str = field(repr=False)
    role: Role | None = None

    def __len__(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Redaction:
    """How texts are redacted: the policy, and the key for its keyed stand-ins."""

    policy: Policy
    key: bytes | None = field(default=None, repr=False)


def make_scanner(setup: None) -> Callable[[Text], list[Finding]]:
    """Return the function that finds what is in a text; made once in each worker."""
    detector = shared_detector()
    return lambda text: detector.scan(text.text, role=text.role)


def make_redactor(setup: Redaction) -> Callable[[Text], str]:
    """Return the function that redacts a text; made once in each worker."""
    detector = shared_detector(overrides=setup.policy.overrides)

    def redactor(text: Text) -> str:
        found = detector.scan(text.text, role=text.role)
        return redact(text.text, found, policy=setup.policy, key=setup.key).text

    return redactor
