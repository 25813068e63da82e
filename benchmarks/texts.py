"""Texts to measure speed on: many invented people's submissions, taken from `models/data/`.

`profiles`: profiles, letters, forms and long texts, of which about a third of the sentences hold a finding.
`business`: sentences on work in which nothing is marked, put together anew, each time in another order until there are
enough. Hardly any whole text of ours holds nothing: there are names, at least. So these still tell of what looks like
special care more often than ordinary letters do.
Both are drawn with a fixed seed and hold no text twice, so that nothing is quick for having been read before.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hairyo.detection.passage import sentences
from hairyo.evaluation import MarkedText, read_marked

DATA = Path(__file__).parents[1] / "models" / "data"
# Of submissions as they come, one sentence in three holds something personal; the training texts are denser.
SHARE = 1 / 3
_SENTENCES = 12  # of a business text
BUSINESS = ("d", "e", "k", "v", "xa", "xb", "xc", "xd", "xe", "yb", "yi", "ze", "zg")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with what is to be known of them.

    Attributes:
        texts: the texts.
        finding: share of their sentences that hold anything marked.
        special: share of their sentences that hold special-care-required information.
    """

    texts: list[str]
    finding: float
    special: float

    @property
    def characters(self) -> int:
        """Their length in all."""
        return sum(map(len, self.texts))


def corpus(kind: str, size: int, seed: int = 1) -> Corpus:
    """Return `profiles` or `business` texts of `size` characters in all, of profiles at most what is at hand."""
    names = BUSINESS if kind == "business" else sorted(path.stem for path in DATA.glob("*.jsonl"))
    known = [text for name in names for text in read_marked([DATA / f"{name}.jsonl"])]
    random.Random(seed).shuffle(known)
    return _profiles(known, size) if kind == "profiles" else _business(known, size, seed)


def _profiles(known: list[MarkedText], size: int) -> Corpus:
    """Take texts in turn, but of the dense ones only so many that the share stays near `SHARE`."""
    texts, length, count, hit, special = [], 0, 0, 0, 0
    for text in known:
        spans = list(sentences(text.text))
        held = [any(one.start < end and start < one.end for one in text.marks) for start, end in spans]
        if not spans or (hit + sum(held)) > SHARE * (count + len(spans)) + 10:
            continue
        texts.append(text.text)
        length, count, hit = length + len(text.text), count + len(spans), hit + sum(held)
        special += sum(
            any(one.special_care and one.start < end and start < one.end for one in text.marks) for start, end in spans
        )
        if length >= size:
            break
    return Corpus(texts, hit / max(count, 1), special / max(count, 1))


def _business(known: list[MarkedText], size: int, seed: int) -> Corpus:
    texts: list[str] = []
    length, bare, chance = 0, list(_harmless(known)), random.Random(seed)
    while length < size:
        for at in range(0, len(bare), _SENTENCES):
            texts.append("".join(bare[at : at + _SENTENCES]))
            length += len(texts[-1])
            if length >= size:
                break
        chance.shuffle(bare)
    return Corpus(texts, 0.0, 0.0)


def _harmless(known: list[MarkedText]) -> Iterator[str]:
    """Yield sentences of running text without any mark."""
    for text in known:
        for start, end in sentences(text.text):
            sentence = text.text[start:end]
            marked = any(one.start < end and start < one.end for one in text.marks)
            if not marked and len(sentence) >= 12 and "。" in sentence:
                yield sentence
