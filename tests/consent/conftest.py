"""What the tests of the consent room share: a key, a place for a ledger, and events of invented people."""

from __future__ import annotations

import hashlib

import pytest

from hairyo.consent import Keys, Ledger, Versions, disclosures
from hairyo.detection.finding import Finding

VERSIONS = Versions(hairyo="0.1.0", detector="rules-1", policy="libera-1")
FILE = hashlib.sha256(b"an invented document").hexdigest()


@pytest.fixture
def keys():
    return Keys(b"an invented key of 32 bytes or so")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"


@pytest.fixture
def ledger(url, keys):
    with Ledger.open(url, keys=keys) as opened:
        yield opened


@pytest.fixture
def finding():
    """Return a maker of findings of illness about the user, affirmed, but for what is given."""

    def make(start=10, **changed):
        told = {"type": "HEALTH", "item": 5, "tier": "L1", "subject": "self", "polarity": "affirmed"}
        return Finding(start, start + 3, **(told | changed))

    return make


@pytest.fixture
def disclose(keys):
    """Return `disclosures` with all but the findings filled in."""

    def make(*findings, **changed):
        told = {"keys": keys, "user": "user-0001", "document_digest": FILE, "versions": VERSIONS}
        return disclosures(findings, **(told | changed))

    return make


@pytest.fixture
def many(disclose, finding):
    """Return a maker of `count` different events."""
    return lambda count, **changed: disclose(*(finding(10 * n) for n in range(count)), **changed)
