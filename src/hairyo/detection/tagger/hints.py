"""What the rules see, told to the tagger as hints (規則からの手掛かり): lexicon hits, look-alikes, rules' own verdicts.

The lexicons know thousands of rare words, the tagger knows contexts. A hint is a stretch of the text with a number;
each piece of the stretch carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hairyo.detection.article6 import Judging
from hairyo.detection.finding import Finding
from hairyo.taxonomy import types

_TYPES = tuple(name for name, one in types().items() if not one.pictured)
_SPECIAL = tuple(name for name, one in types().items() if one.item is not None)
_SUBJECTS = ("self", "family", "other", "unknown")
_POLARITIES = ("affirmed", "negated", "uncertain")
HINTS = (
    *(f"fact:{name}" for name in _SPECIAL),
    *(f"term:{name}" for name in _SPECIAL),
    "lookalike",
    *(f"found:{name}" for name in _TYPES),
    *(f"subject:{name}" for name in _SUBJECTS),
    *(f"polarity:{name}" for name in _POLARITIES),
)
_NUMBER = {name: number for number, name in enumerate(HINTS)}


def hints(judging: Judging, found: Iterable[Finding]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, number of the hint) in offsets of the normalised text.

    Args:
        judging: what the rules of Article 6 see in the text.
        found: what the rules found in it, in the same offsets.
    """
    for one in judging.terms:
        strength = "fact" if one.entry.strength == "fact" else "term"
        yield one.start, one.end, _NUMBER[f"{strength}:{one.entry.type}"]
    for stretches in judging.lookalikes.values():
        for start, end in stretches:
            yield start, end, _NUMBER["lookalike"]
    for finding in found:
        yield finding.start, finding.end, _NUMBER[f"found:{finding.type}"]
        if finding.special_care:
            yield finding.start, finding.end, _NUMBER[f"subject:{finding.subject}"]
            yield finding.start, finding.end, _NUMBER[f"polarity:{finding.polarity}"]
