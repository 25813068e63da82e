"""Addresses of natural persons (住所・居所): extents, rejecters and their data."""

from __future__ import annotations

from hairyo.detection.addresses.recognizer import AddressRecognizer
from hairyo.detection.passage import Recognizer

__all__ = ["AddressRecognizer", "recognizers"]


def recognizers() -> tuple[Recognizer, ...]:
    """Return the recognizers of ADDRESS."""
    return (AddressRecognizer(),)
