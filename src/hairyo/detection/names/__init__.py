"""Names of natural persons (氏名): finders, rejecters and their data."""

from __future__ import annotations

from hairyo.detection.names.recognizer import NameRecognizer
from hairyo.detection.passage import Recognizer

__all__ = ["NameRecognizer", "recognizers"]


def recognizers() -> tuple[Recognizer, ...]:
    """Return the recognizers of PERSON."""
    return (NameRecognizer(),)
