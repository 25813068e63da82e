"""Decoding: spans begin with a B, and the likeliest sequence wins."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hairyo.detection.tagger.decode import log_softmax, spans

OUT, B, IN, B2, IN2 = range(5)


def chances(*classes, sure=0.9):
    rows = np.full((len(classes), 5), (1 - sure) / 4, dtype=np.float32)
    rows[range(len(classes)), classes] = sure
    return np.log(rows)


def found(tags, **settings):
    return [(one.first, one.last, one.label) for one in spans(tags, **settings)]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([OUT, OUT], []),
        ([OUT, B, IN, OUT], [(1, 3, 0)]),
        ([B, B, IN], [(0, 1, 0), (1, 3, 0)]),
        ([B, IN, B2, IN2], [(0, 2, 0), (2, 4, 1)]),
        ([B2], [(0, 1, 1)]),
    ],
)
def test_spans(classes, expected):
    assert found(chances(*classes)) == expected


def test_an_i_without_its_b_is_made_one_or_dropped():
    assert found(chances(OUT, IN, IN)) in ([(1, 3, 0)], [(0, 3, 0)], [])
    for first, last, label in found(chances(B, IN2, IN2)):
        assert (first, last, label) in ((0, 3, 0), (0, 3, 1), (1, 3, 1), (0, 1, 0))


def test_leaning_outwards_finds_less():
    unsure = chances(OUT, B, IN, OUT, sure=0.45)
    assert found(unsure, lean=-5.0)
    assert not found(unsure, lean=5.0)


def test_scores_are_mean_probabilities_of_the_label():
    (one,) = spans(chances(B, IN, sure=0.8))
    assert one.score == pytest.approx(0.85)


@given(arrays(np.float32, st.tuples(st.integers(1, 5), st.just(5)), elements=st.floats(-8, 8, width=32)))
def test_the_path_is_the_best_of_all_that_are_allowed(logits):
    tags = log_softmax(logits)

    def allowed(path):
        return path[0] not in (IN, IN2) and all(
            after not in (IN, IN2) or before in (after, after - 1) for before, after in itertools.pairwise(path)
        )

    best = max(
        (path for path in itertools.product(range(5), repeat=len(tags)) if allowed(path)),
        key=lambda path: sum(tags[at, one] for at, one in enumerate(path)),
    )
    expected, at = [], 0
    while at < len(best):
        if best[at] in (B, B2):
            end = at + 1
            while end < len(best) and best[end] == best[at] + 1:
                end += 1
            expected.append((at, end, (best[at] - 1) // 2))
            at = end
        else:
            at += 1
    got = found(tags)
    score = sum(tags[at, one] for at, one in enumerate(best))
    if got != expected:  # a tie
        path = [OUT] * len(tags)
        for first, last, label in got:
            path[first:last] = [1 + 2 * label] + [2 + 2 * label] * (last - first - 1)
        assert sum(tags[at, one] for at, one in enumerate(path)) == pytest.approx(score, abs=1e-4)


def test_log_softmax_sums_to_one():
    assert np.exp(log_softmax(np.array([[1.0, 2.0, 900.0]], dtype=np.float32))).sum() == pytest.approx(1.0)
