from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.finding import Finding
from hairyo.detection.resolver import resolve

TYPES = ("PERSON", "ADDRESS", "HEALTH", "PHONE", "ID_NUMBER")


@st.composite
def some_findings(draw):
    found = []
    for _ in range(draw(st.integers(0, 12))):
        start = draw(st.integers(0, 50))
        end = start + draw(st.integers(1, 15))
        found.append(Finding(start, end, draw(st.sampled_from(TYPES)), score=draw(st.floats(0, 1))))
    return found


def covered(findings):
    return {offset for finding in findings for offset in range(finding.start, finding.end)}


@given(some_findings())
def test_disjoint_and_covering_the_same(findings):
    resolved = resolve(findings)
    assert all(a.end <= b.start for a, b in itertools.pairwise(resolved))
    assert covered(resolved) == covered(findings)


@given(some_findings())
def test_order_does_not_matter(findings):
    assert resolve(findings) == resolve(list(reversed(findings)))


@pytest.mark.parametrize(
    ("given_findings", "expected"),
    [
        ([Finding(0, 12, "PHONE", 0.9), Finding(0, 12, "MY_NUMBER", 0.9)], ["MY_NUMBER"]),
        ([Finding(0, 20, "ADDRESS", 0.9), Finding(6, 8, "PERSON", 0.9)], ["ADDRESS"]),
        ([Finding(0, 4, "PERSON", 0.4), Finding(0, 4, "HEALTH", 0.9)], ["HEALTH"]),
        ([Finding(0, 4, "PERSON", 0.9), Finding(4, 8, "HEALTH", 0.9)], ["PERSON", "HEALTH"]),
    ],
)
def test_who_wins(given_findings, expected):
    assert [finding.type for finding in resolve(given_findings)] == expected


def test_a_finding_needs_a_length():
    with pytest.raises(ValueError, match="start < end"):
        Finding(3, 3, "PERSON")


@pytest.mark.parametrize("order", list(itertools.permutations(("self", "unknown", "family"))))
def test_what_is_found_does_not_hang_on_the_order_or_on_a_sets_hash(order):
    found = [Finding(0, 7, "HEALTH", 0.9, "article6.health", 5, "L1", whose, "affirmed") for whose in order]
    assert [one.subject for one in resolve(found)] == ["family"]
    known = [one for one in found if one.subject != "family"]
    assert [one.subject for one in resolve(known)] == ["self"]
