"""Text to findings: normalisation, recognizers, whose it is and what is said of it, one resolver."""

from hairyo.detection.engine import Detector
from hairyo.detection.finding import Finding, Polarity, Subject
from hairyo.detection.passage import Passage, Recognizer, Role

__all__ = ["Detector", "Finding", "Passage", "Polarity", "Recognizer", "Role", "Subject"]
