"""What a network finds in examples, as findings of contract 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from batches import LEAD, OVERLAP, batches
from hairyo.detection.tagger.decode import log_softmax, spans
from net import Tagger
from texts import LABELS, POLARITIES, SPECIAL_CARE, SUBJECTS, Example

Row = tuple[Any, ...]


def logits(net: Tagger, examples: Sequence[Example], *, pieces: int = 8192) -> dict[str, Row]:
    """Return (tags, kinds, subjects, polarities) log probabilities of every piece of each text, by the text's id.

    Where windows overlap, each piece takes the numbers of the window in which it lies further from the edge.
    """
    net.eval()
    made: dict[str, Row] = {
        one.source.id: tuple(
            np.zeros((len(one.ids), size), dtype=np.float32)
            for size in (1 + 2 * len(LABELS), len(SPECIAL_CARE), len(SUBJECTS), len(POLARITIES))
        )  # type: ignore[misc]
        for one in examples
    }
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for batch in batches(examples, pieces=pieces):
            heads = [head.float().numpy() for head in net(batch.ids, batch.hints, batch.mask)]
            for row, window in enumerate(batch.windows):
                first = window.first + (OVERLAP // 2 if window.first else 0)
                for head, target in zip(heads, made[window.example.source.id], strict=True):
                    shift = LEAD + first - window.first
                    target[first : window.last] = log_softmax(head[row, shift : shift + window.last - first])
    return made


def findings(example: Example, row: Row, *, lean: float = 0.0) -> Iterator[dict[str, Any]]:
    """Yield the findings that the numbers of one text amount to, in offsets of the text as given."""
    tags, kinds, subjects, polarities = row
    for span in spans(tags, lean=lean):
        start, end = example.passage.normalised.original(
            int(example.spans[span.first, 0]), int(example.spans[span.last - 1, 1])
        )
        label = LABELS[span.label]
        special = label == LABELS[-1]
        if special:
            label = SPECIAL_CARE[int(kinds[span.first : span.last].mean(axis=0).argmax())]
        made: dict[str, Any] = {"start": start, "end": end, "type": label, "score": span.score}
        if special or label == "PERSON":
            whose = subjects[span.first : span.last].mean(axis=0)
            made["subject"] = SUBJECTS[int(whose[:3].argmax() if special else whose.argmax())]
        if special:
            made["polarity"] = POLARITIES[int(polarities[span.first : span.last].mean(axis=0).argmax())]
        yield made
