"""Article 6 of the policy: lexicons, look-alikes, whose a fact is and what is said of it."""

from hairyo.detection.article6.domicile import below_prefecture
from hairyo.detection.article6.recognizer import Judging

__all__ = ["Judging", "below_prefecture"]
