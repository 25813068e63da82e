"""The one resolver of overlaps (重なりの解決): from any findings to disjoint ones that cover the same text.

Of two findings that overlap, the one that says more wins: the higher score class, then the longer
span, then the type that names its thing more exactly. What the loser covers beyond the winner is still
personal (DESIGN.md, invariant 2): a remainder of at least half the loser stays a finding of its own, a
smaller one goes to the winner beside it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace

from hairyo.detection.finding import Finding

# Types that name a number exactly beat the looser ones that a part of it might look like.
_STRICT = (
    "MY_NUMBER", "CREDIT_CARD", "DRIVERS_LICENSE", "PASSPORT", "RESIDENCE_CARD", "PENSION_NUMBER",
    "HEALTH_INSURANCE", "BANK_ACCOUNT", "VEHICLE_PLATE", "EMAIL", "URL", "DOMICILE", "IP_ADDRESS",
    "DATE_OF_BIRTH", "PHONE", "POSTAL_CODE", "ADDRESS", "ACCOUNT_ID", "ID_NUMBER", "AGE",
)  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(_STRICT)}


def _weight(finding: Finding) -> tuple[int, float, int, int]:
    """Sort key, best first."""
    length = finding.end - finding.start
    return (
        -round(finding.score * 5),  # score classes: small differences of score do not decide
        -length,
        _RANK.get(finding.type, len(_RANK)),
        finding.start,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    """Sort key, best first, equal for equal findings only: what is found must not hang on a set's order.

    Of two that differ in nothing but whose the fact is, the one that knows wins.
    """
    return (
        _weight(finding), finding.type, finding.rule, -finding.score, finding.subject == "unknown",
        finding.subject or "", finding.polarity or "", finding.code or "", finding.cue or (), finding.tier or "",
    )  # fmt: skip


def resolve(findings: Iterable[Finding]) -> list[Finding]:
    """Return disjoint findings in text order that cover exactly what the given ones cover."""
    taken: list[Finding] = []  # disjoint, in text order
    for finding in sorted(set(findings), key=_order):
        for start, end in _remainders(finding, taken):
            at = bisect_left(taken, start, key=_start)
            if 2 * (end - start) >= finding.end - finding.start:
                whole = (start, end) == (finding.start, finding.end)
                taken.insert(at, finding if whole else replace(finding, start=start, end=end))
            elif at > 0 and taken[at - 1].end == start:
                taken[at - 1] = replace(taken[at - 1], end=end)
            else:  # what cut the remainder off stands right behind it
                taken[at] = replace(taken[at], start=start)
    return taken


def _start(finding: Finding) -> int:
    return finding.start


def _remainders(finding: Finding, taken: list[Finding]) -> list[tuple[int, int]]:
    """Return what `finding` covers and none of `taken`, disjoint and in order, does."""
    spans, at = [], finding.start
    number = max(0, bisect_right(taken, finding.start, key=_start) - 1)
    while number < len(taken) and taken[number].start < finding.end:
        other = taken[number]
        if at < other.start:
            spans.append((at, other.start))
        at = max(at, other.end)
        number += 1
    if at < finding.end:
        spans.append((at, finding.end))
    return spans
