"""Marked texts as the network sees them: pieces, hints, and what each piece should be told to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hairyo.detection import Detector
from hairyo.detection.passage import Passage
from hairyo.detection.tagger.hints import HINTS, hints
from hairyo.detection.tagger.pieces import Pieces
from hairyo.evaluation import Mark, MarkedText
from hairyo.evaluation.marked import POLARITIES, PUBLIC
from hairyo.evaluation.marked import SUBJECTS as WHOSE
from hairyo.taxonomy import types

PERSONAL = tuple(name for name, one in types().items() if one.item is None and not one.pictured)
SPECIAL_CARE = tuple(name for name, one in types().items() if one.item is not None)
# What a span can be for the tag head; which kind of special care is another head's question, for one kind is rare.
LABELS = (*PERSONAL, "special care")
SUBJECTS = (*WHOSE, PUBLIC)
# What a piece's tag can be beside a class: nothing to learn, or any class but those of a person (a partial label).
IGNORED, NOT_PERSON = -100, -101
# The number of a class's first tag, of the piece it begins with; that of the pieces within is one more.
_TAG = {name: 1 + 2 * LABELS.index(name if name in PERSONAL else LABELS[-1]) for name in (*PERSONAL, *SPECIAL_CARE)}
PERSON_TAGS = (_TAG["PERSON"], _TAG["PERSON"] + 1)


@dataclass
class Example:
    """A text, or a window of a long one, as the network sees it.

    Attributes:
        source: the text it comes from.
        ids: its pieces, without the frame (beginning, role, end).
        spans: start and end of each piece in the normalised text.
        hints: (piece, number of the hint) pairs that hold.
        tags, kinds, subjects, polarities: the classes, `IGNORED` where nothing is to be learned.
        passage: the text it was made of.
    """

    source: MarkedText
    ids: npt.NDArray[np.int32]
    spans: npt.NDArray[np.int32]
    hints: npt.NDArray[np.int32]
    tags: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    subjects: npt.NDArray[np.int64]
    polarities: npt.NDArray[np.int64]
    passage: Passage = field(repr=False)


class Reader:
    """Makes examples of texts."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._detector = Detector(rules_only=True)

    def example(self, source: MarkedText) -> Example | None:
        """Return the example of a text; None where it has no pieces."""
        passage = Passage(source.text, source.role)
        found = self._pieces.read(passage.normal, passage.words.units)
        if not found:
            return None
        spans = np.array([(one.start, one.end) for one in found], dtype=np.int32)
        targets = self._classes(source.marks, passage, spans)
        return Example(
            source, np.array([one.id for one in found], dtype=np.int32), spans, self._hints(passage, spans),
            *targets, passage,
        )  # fmt: skip

    def _hints(self, passage: Passage, spans: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        judging, found = self._detector.judged(passage)
        rows = {
            (int(piece), number) for start, end, number in hints(judging, found) for piece in _inside(spans, start, end)
        }
        return np.array(sorted(rows), dtype=np.int32).reshape(-1, 2)

    def _classes(
        self, marks: Sequence[Mark], passage: Passage, spans: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int64], ...]:
        count = len(spans)
        tags = np.zeros(count, dtype=np.int64)
        kinds, subjects, polarities = (np.full(count, IGNORED, dtype=np.int64) for _ in range(3))
        normal_at = _back(passage)
        for mark in marks:
            inside = _inside(spans, normal_at(mark.start), normal_at(mark.end))
            if not len(inside):
                continue
            if mark.special_care or mark.type == "PERSON":
                subjects[inside] = SUBJECTS.index(mark.attributes[0])
            if mark.special_care:
                polarities[inside] = POLARITIES.index(mark.attributes[1])
                kinds[inside] = SPECIAL_CARE.index(mark.type)
            if mark.ignored:
                tags[inside] = IGNORED  # neither right nor wrong to find
            else:
                tags[inside] = _TAG[mark.type] + 1
                tags[inside[0]] = _TAG[mark.type]
        return tags, kinds, subjects, polarities


def _inside(spans: npt.NDArray[np.int32], start: int, end: int) -> npt.NDArray[np.int64]:
    """Return the pieces that lie in `start:end` by half or more."""
    shared = np.minimum(spans[:, 1], end) - np.maximum(spans[:, 0], start)
    found: npt.NDArray[np.int64] = np.flatnonzero((shared > 0) & (2 * shared >= spans[:, 1] - spans[:, 0]))
    return found


def _back(passage: Passage) -> Callable[[int], int]:
    """Return the function from offsets of the original to offsets of the normalised text."""
    starts = np.array(passage.normalised.starts)
    return lambda at: int(np.searchsorted(starts, at, side="left"))


def told(example: Example) -> list[tuple[int, int, int]]:
    """Return the hints of an example as the model takes them: (start, end, number) in offsets of the text."""
    return [(int(example.spans[at, 0]), int(example.spans[at, 1]), int(number)) for at, number in example.hints]


def hint_matrix(example: Example, first: int, last: int) -> npt.NDArray[np.bool_]:
    """Return the hints of pieces `first:last` as a matrix."""
    made = np.zeros((last - first, len(HINTS)), dtype=np.bool_)
    rows = example.hints[(example.hints[:, 0] >= first) & (example.hints[:, 0] < last)]
    made[rows[:, 0] - first, rows[:, 1]] = True
    return made
