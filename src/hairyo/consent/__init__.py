"""Consent (同意): events without text, the ledger that holds them, and the notices they are bound to."""

from hairyo.consent.chain import Head, Problem, VerifyReport
from hairyo.consent.disclose import disclosures
from hairyo.consent.events import ConsentEvent, Versions
from hairyo.consent.keys import Keys, data_folder
from hairyo.consent.ledger import Ledger, Recorded
from hairyo.consent.notices import Channel, Notice, channels, in_force, notices
from hairyo.consent.state import Consent

__all__ = [
    "Channel",
    "Consent",
    "ConsentEvent",
    "Head",
    "Keys",
    "Ledger",
    "Notice",
    "Problem",
    "Recorded",
    "VerifyReport",
    "Versions",
    "channels",
    "data_folder",
    "disclosures",
    "in_force",
    "notices",
]
