"""Windows of texts, in batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from hairyo.detection.tagger.hints import HINTS
from hairyo.detection.tagger.model import windows
from hairyo.detection.tagger.pieces import SPECIAL
from texts import IGNORED, Example, hint_matrix

LEAST = 40  # pieces of a part of a text that is read by itself
LEAD = 2  # pieces of the frame before the text: beginning and role
_START, _END, _UNKNOWN, _PAD = (SPECIAL.index(name) for name in ("<s>", "</s>", "<unk>", "<pad>"))


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces `first:last` of an example."""

    example: Example
    first: int
    last: int


@dataclass(frozen=True)
class Batch:
    """Tensors of some windows; targets are those of the four heads, `IGNORED` for the frame and the padding."""

    windows: list[Window]
    ids: Tensor
    hints: Tensor
    mask: Tensor
    targets: tuple[Tensor, ...]


def role_piece(example: Example) -> int:
    """Return the piece that tells the role of an example's text."""
    return SPECIAL.index(f"<{example.source.role or 'text'}>")


def batches(
    examples: Sequence[Example], *, pieces: int, seed: int | None = None, noise: float = 0.0, part: float = 0.0
) -> Iterator[Batch]:
    """Yield batches of about `pieces` pieces each.

    Args:
        examples: the texts.
        pieces: size of a batch.
        seed: shuffles and draws noise; None for a fixed order.
        noise: share of pieces made unknown, and of texts without role or hints, when training.
        part: share of windows of which only some sentences are read, as of a text of which the gate lets some through.
    """
    draw = np.random.default_rng(seed)
    cut = [Window(one, *span) for one in examples for span in windows(len(one.ids))]
    cut = [_part(one, draw) if part and draw.random() < part else one for one in cut]
    jitter = draw.uniform(0.9, 1.1, len(cut)) if seed is not None else np.ones(len(cut))
    order = sorted(range(len(cut)), key=lambda at: (cut[at].last - cut[at].first) * jitter[at])
    groups: list[list[Window]] = [[]]
    for at in order:
        size = cut[at].last - cut[at].first + LEAD + 1
        if groups[-1] and (len(groups[-1]) + 1) * size > pieces:
            groups.append([])
        groups[-1].append(cut[at])
    if seed is not None:
        groups = [groups[at] for at in draw.permutation(len(groups))]
    for group in groups:
        yield _batch(group, draw if seed is not None else None, noise)


def _part(window: Window, draw: np.random.Generator) -> Window:
    """Return some sentences in a row of a window, `LEAST` pieces or more, drawn anew each time."""
    starts = window.example.passage.sentence_starts
    edges = np.searchsorted(window.example.spans[:, 0], starts)
    edges = [window.first, *(int(at) for at in edges if window.first < at < window.last), window.last]
    first = edges[draw.integers(0, len(edges) - 1)]
    ends = [at for at in edges if at - first >= LEAST]
    return Window(window.example, first, ends[draw.integers(0, len(ends))]) if ends else window


def _batch(group: list[Window], draw: np.random.Generator | None, noise: float) -> Batch:
    length = max(one.last - one.first for one in group) + LEAD + 1
    shape = (len(group), length)
    ids = np.full(shape, _PAD)
    hints = np.zeros((*shape, len(HINTS)), dtype=np.float32)
    mask = np.zeros(shape, dtype=np.bool_)
    targets = [np.full(shape, IGNORED) for _ in range(4)]
    for row, one in enumerate(group):
        example, inside = one.example, slice(LEAD, LEAD + one.last - one.first)
        ids[row, 0], ids[row, 1], ids[row, inside.stop] = _START, role_piece(example), _END
        ids[row, inside] = example.ids[one.first : one.last]
        hints[row, inside] = hint_matrix(example, one.first, one.last)
        mask[row, : inside.stop + 1] = True
        for target, values in zip(
            targets, (example.tags, example.kinds, example.subjects, example.polarities), strict=True
        ):
            target[row, inside] = values[one.first : one.last]
        if draw is not None:
            if draw.random() < 2 * noise:
                ids[row, 1] = SPECIAL.index("<text>")
            if draw.random() < 2 * noise:
                hints[row] = 0
            hints[row] *= draw.random(hints[row].shape) >= noise
            lost = draw.random(length) < noise
            lost[:LEAD] = False
            ids[row, lost & mask[row] & (ids[row] != _END)] = _UNKNOWN
    return Batch(
        group, torch.from_numpy(ids).long(), torch.from_numpy(hints), torch.from_numpy(mask),
        tuple(torch.from_numpy(target).long() for target in targets),
    )  # fmt: skip
