"""Identifiers (識別子): what stands for a person, found by shape, label and check digit."""

from __future__ import annotations

from hairyo.detection.identifiers.age import AgeRecognizer
from hairyo.detection.identifiers.birth import BirthRecognizer
from hairyo.detection.identifiers.pattern import PatternRecognizer
from hairyo.detection.identifiers.phone import PhoneRecognizer
from hairyo.detection.identifiers.url import UrlRecognizer
from hairyo.detection.passage import Recognizer

__all__ = ["recognizers"]


def recognizers() -> tuple[Recognizer, ...]:
    """Return a recognizer for every kind of identifier; they hold no state and may be shared."""
    return (PatternRecognizer(), PhoneRecognizer(), BirthRecognizer(), AgeRecognizer(), UrlRecognizer())
