"""From the network's numbers to spans (復号): the likeliest sequence of tags in which every span begins with a B."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_NEVER = np.float32(-1e4)


@dataclass(frozen=True, slots=True)
class Span:
    """Pieces `first:last` are of class `label` (a number); `score` is their mean probability of being so."""

    first: int
    last: int
    label: int
    score: float


def log_softmax(logits: Floats) -> Floats:
    """Return the log probabilities of the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def spans(tags: Floats, *, lean: float = 0.0) -> Iterator[Span]:
    """Yield the spans of the likeliest sequence.

    Args:
        tags: log probabilities, pieces × classes; class 0 is outside, 1 + 2k begins a span of label k, 2 + 2k
            goes on with it.
        lean: added to the log probability of being outside; below 0 finds more, above 0 less.
    """
    best = list(_viterbi(tags, lean))
    at = 0
    while at < len(best):
        if best[at] == 0:
            at += 1
            continue
        label, first = (best[at] - 1) // 2, at
        at += 1
        while at < len(best) and best[at] == 2 + 2 * label:
            at += 1
        both = np.exp(tags[first:at, 1 + 2 * label]) + np.exp(tags[first:at, 2 + 2 * label])
        yield Span(first, at, label, float(both.mean()))


def _viterbi(tags: Floats, lean: float) -> npt.NDArray[np.intp]:
    """Return the best class of each piece: an I only after its own B or I."""
    count, classes = tags.shape
    scores = tags.copy()
    scores[:, 0] += lean
    likeliest: npt.NDArray[np.intp] = scores.argmax(axis=1)
    before = np.concatenate([[0], likeliest[:-1]])
    goes_on = (likeliest > 0) & (likeliest % 2 == 0)
    if not (goes_on & (before != likeliest) & (before != likeliest - 1)).any():
        return likeliest  # each piece by itself: no sequence is likelier, and this one is allowed
    inside = np.arange(2, classes, 2)  # I of each label; its B is one less
    total = scores[0].copy()
    total[inside] = _NEVER
    back = np.zeros((count, classes), dtype=np.intp)
    for at in range(1, count):
        top = int(total.argmax())
        step = np.full(classes, total[top], dtype=np.float32)
        came = np.full(classes, top, dtype=np.intp)
        begun = total[inside - 1] > total[inside]
        came[inside] = np.where(begun, inside - 1, inside)
        step[inside] = np.maximum(total[inside - 1], total[inside])
        total = step + scores[at]
        back[at] = came
    path = np.zeros(count, dtype=np.intp)
    path[-1] = total.argmax()
    for at in range(count - 1, 0, -1):
        path[at - 1] = back[at, path[at]]
    return path
