"""The Python face: scan a text, redact a text, run a batch (contract 4)."""

from __future__ import annotations

from pathlib import Path

from hairyo.batch.options import RunOptions
from hairyo.batch.run import RunSummary, run
from hairyo.detection import Finding, Role
from hairyo.detection.engine import shared_detector
from hairyo.redaction import Policy, Redacted
from hairyo.redaction import redact as _redact
from hairyo.redaction.policy import DEFAULT


def scan(text: str, *, role: Role | None = None) -> list[Finding]:
    """Return what is found in `text`: disjoint findings in text order, offsets in code points.

    Args:
        text: any string.
        role: kind of submission (`profile`, `referral`, `form`, `transcript`), where known.
    """
    return shared_detector().scan(text, role=role)


def redact(
    text: str,
    *,
    role: Role | None = None,
    policy: Policy | str | Path | None = None,
    key: bytes | None = None,
) -> Redacted:
    """Scan `text` and return its redacted copy.

    Args:
        text: any string.
        role: kind of submission, where known.
        policy: a policy, its file or its name; by default the client company's (顧問先).
        key: secret of 32 bytes or more, for policies with keyed stand-ins.

    Raises:
        UsageError: the policy is wrong or needs a key.
        LeakFound: no plan hides every value.
    """
    chosen = policy if isinstance(policy, Policy) else Policy.load(policy or DEFAULT)
    found = shared_detector(overrides=chosen.overrides).scan(text, role=role)
    return _redact(text, found, policy=chosen, key=key)


class Pipeline:
    """Submissions in; redacted copies, consent records, findings and a report out.

    >>> summary = Pipeline(workers=2).run("submissions", "out")  # doctest: +SKIP
    >>> summary.outcomes  # doctest: +SKIP
    {'copied': 17, 'held': 0, 'refused': 4, 'failed': 0}

    Args:
        options: any of `RunOptions`, by name.

    Raises:
        UsageError: an option is unknown or out of range.
    """

    def __init__(self, **options: object) -> None:
        self.options = RunOptions.of(**options)

    def run(self, source: str | Path, out: str | Path) -> RunSummary:
        """Process every submission under `source` into `out`; see `hairyo.batch.run.run`."""
        return run(Path(source), Path(out), options=self.options)


__all__ = ["Pipeline", "Redacted", "RunSummary", "redact", "scan"]
