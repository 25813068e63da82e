"""Candidates (候補): what the lexicons match, trimmed to the fact and without overlaps inside a type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hairyo.detection.article6.lexicon import Entry, lexicon
from hairyo.detection.search.scanner import Hit

# Words of existence at a match's end, with their particle: they belong to what is said, not to the fact.
_EXISTENCE = re.compile(
    r"(?:なし|無し|ナシ)$|(?:が|は|も)(?:あ(?:り|る|っ)?|ござい?|な(?:い|く|し)?)(?:ます|まし|た)*$"
)
_PARTICLE = re.compile(r"(?<=[一-龠々ァ-ヶー])[のをがはもに]$")
_ORDER = {"fact": 0, "topic": 1, "label": 1, "weak": 2}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch `start:end` of the normalised text that a lexicon row matched."""

    start: int
    end: int
    entry: Entry


def candidates(text: str, hits: Sequence[Hit]) -> list[Candidate]:
    """Return the candidates of a text; of those of one type that overlap, the surest, then the first.

    Args:
        text: the normalised text.
        hits: what the lexicon's scanner found in it.
    """
    by_type: dict[str, list[Candidate]] = {}
    for hit in hits:
        entry = lexicon().entries[hit.pattern]
        one = Candidate(hit.start, hit.end - _not_fact(text[hit.start : hit.end]), entry)
        by_type.setdefault(entry.type, []).append(one)
    return [one for ones in by_type.values() for one in _disjoint(_joined(ones))]


def _not_fact(matched: str) -> int:
    """Return how many characters at the end of a match are not the fact: 「はあり」 of 「前科はあり」."""
    found = _EXISTENCE.search(matched) or _PARTICLE.search(matched)
    return 0 if found is None or found.start() < 2 else len(matched) - found.start()


def _joined(ones: list[Candidate]) -> list[Candidate]:
    """Return the candidates with topics made facts where a fact begins inside them: うつ病 and 病を患って."""
    facts = [one for one in ones if one.entry.strength == "fact"]
    return [
        replace(one, entry=replace(one.entry, strength="fact"))
        if one.entry.strength == "topic" and any(one.start < fact.start < one.end < fact.end for fact in facts)
        else one
        for one in ones
    ]


def _disjoint(ones: list[Candidate]) -> list[Candidate]:
    taken: list[Candidate] = []
    covered = bytearray(max((one.end for one in ones), default=0))
    for one in sorted(ones, key=lambda c: (_ORDER[c.entry.strength], c.start, c.start - c.end)):
        if not any(covered[one.start : one.end]):
            covered[one.start : one.end] = b"\1" * (one.end - one.start)
            taken.append(one)
    return taken
