"""Measure a detector on marked texts (評価): the same definitions as the reference scorer, for users' own texts."""

from hairyo.evaluation.marked import Mark, MarkedText, parse, read_marked
from hairyo.evaluation.scores import Error, Figures, Scored, intervals, score, summed

__all__ = ["Error", "Figures", "Mark", "MarkedText", "Scored", "intervals", "parse", "read_marked", "score", "summed"]
