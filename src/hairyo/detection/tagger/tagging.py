"""What the tagger says of a passage, joined with what the rules found there (規則とタガーの統合).

The rules are exact where a number has a form and a check digit; the tagger reads contexts. So each type has one of
them that leads (`tagger.toml` beside this file), and the other is heard: what the leader alone found must be sure
enough, what both found stands.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hairyo.detection.article6 import Judging, below_prefecture
from hairyo.detection.finding import Finding, Subject
from hairyo.detection.morphology import Token
from hairyo.detection.tagger.decode import Span, spans
from hairyo.detection.tagger.model import Reading, TaggerModel, covered
from hairyo.detection.tagger.trust import Trust, trust
from hairyo.taxonomy import codes, types

RULE = "tagger"
WHOSE: tuple[Subject, ...] = ("self", "family", "other")
_SPECIAL = "special care"


class _Ask(NamedTuple):
    subject: float
    polarity: float


# Below these probabilities the rules are asked, where they have an opinion. Chosen on texts of authors that the
# tagger had not seen (models/tagger/CARD.md).
_ASK_RULES = _Ask(subject=0.5, polarity=0.85)


@dataclass(frozen=True)
class Tagging:
    """The tagger's reading of one passage.

    Attributes:
        judging: what the rules of Article 6 see in it.
        reading: what the network says of it.
        model: whose reading it is.
        believed: how far the findings of each type are believed.
    """

    judging: Judging
    reading: Reading
    model: TaggerModel
    believed: Mapping[str, Trust] = field(default_factory=lambda: trust())

    @cached_property
    def _edges(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        starts = np.array([piece.start for piece in self.reading.pieces], dtype=np.int64)
        return starts, np.array([piece.end for piece in self.reading.pieces], dtype=np.int64)

    def joined(self, rules: Iterable[Finding], entities: Iterable[Finding] = ()) -> Iterator[Finding]:
        """Yield the findings that stand, in offsets of `passage.normal`; they may overlap.

        Args:
            rules: what the rules found, in the same offsets.
            entities: what an entity recogniser found, in the same offsets; heard where nothing else stands.
        """
        stands = list(self._agreed(rules))
        yield from stands
        for one in entities:
            free = not any(one.start < other.end and other.start < one.end for other in stands)
            if free and self.support(one) >= self.believed[one.type].entities:
                inside = covered(*self._edges, one.start, one.end)
                whose, _ = likeliest(self.reading.subjects[:, : len(WHOSE)], int(inside[0]), int(inside[-1]) + 1)
                yield replace(one, subject=WHOSE[whose] if one.type == "PERSON" else None)

    def _agreed(self, rules: Iterable[Finding]) -> Iterator[Finding]:
        told = list(rules)
        tagged = [self._without_particles(one) for one in _whole(self._tagged())]
        for one in tagged:
            same = [other for other in told if _same(one, other)]
            if same:
                yield from _both(one, same)
            elif one.score >= self._needed(one):
                yield one
        for one in told:
            if any(_same(one, other) for other in tagged):
                continue
            believed = self.believed[one.type]
            needed = believed.fields if self.judging.in_field(one.start) else believed.rules
            if self._plain(one):
                needed = min(needed, believed.facts)
            if (support := self.support(one)) >= needed:
                yield replace(one, subject="unknown") if one.disclosure and support < believed.owned else one

    def _needed(self, finding: Finding) -> float:
        """Return how sure the tagger must be of a finding of its own: surer where the words look alike to a rule."""
        believed = self.believed[finding.type]
        stretches = [*self.judging.lookalikes.get(finding.type, ()), *self.judging.lookalikes.get("ANY", ())]
        if finding.special_care and any(start < finding.end and finding.start < end for start, end in stretches):
            return believed.lookalike
        return believed.tagger

    def _plain(self, finding: Finding) -> bool:
        """Whether it needs little support.

        A term that tells a fact by itself stands in it: 前科, not 検査 (strength `fact` of the lexicons). Or it is a
        name that stands in full elsewhere in the text.
        """
        return finding.rule == "names.again" or (
            finding.special_care
            and any(
                one.entry.strength == "fact" and one.start < finding.end and finding.start < one.end
                for one in self.judging.terms
            )
        )

    def support(self, finding: Finding) -> float:
        """Return the mean probability, by the tagger, that the pieces of a finding are of its label."""
        inside = covered(*self._edges, finding.start, finding.end)
        if not len(inside):
            return 0.0
        number = self.model.labels.index(_SPECIAL if finding.special_care else finding.type)
        both = np.exp(self.reading.tags[inside][:, [1 + 2 * number, 2 + 2 * number]]).sum(axis=1)
        return float(both.mean())

    def _tagged(self) -> Iterator[Finding]:
        for span in spans(self.reading.tags) if self.reading.pieces else ():
            start, end = self._words(span)
            text = self.judging.passage.normal[start:end]
            start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
            if start < end:
                yield self._finding(span, start, end)

    def _without_particles(self, finding: Finding) -> Finding:
        """Return a finding without the particles at its edges; they stay outside of a mark (うつ病|で)."""
        tokens, start, end = self.judging.passage.tokens, finding.start, finding.end
        at = bisect_left(tokens, start, key=lambda token: token.start)
        while at < len(tokens) and tokens[at].start == start and _is_particle(tokens[at]):
            start, at = tokens[at].end, at + 1
        at = bisect_left(tokens, end, key=lambda token: token.end)
        while 0 <= at < len(tokens) and tokens[at].end == end and _is_particle(tokens[at]):
            end, at = tokens[at].start, at - 1
        return replace(finding, start=start, end=end) if start < end else finding

    def _words(self, span: Span) -> tuple[int, int]:
        """Return where a span's words begin and end: half a word tells as much as the whole."""
        pieces, last = self.reading.pieces, span.last
        while last < len(pieces) and pieces[last].word == pieces[last - 1].word:
            last += 1
        return pieces[span.first].word, pieces[last - 1].end

    def _finding(self, span: Span, start: int, end: int) -> Finding:
        label = self.model.labels[span.label]
        if label != _SPECIAL:
            whose = (
                WHOSE[likeliest(self.reading.subjects[:, : len(WHOSE)], span.first, span.last)[0]]
                if label == "PERSON"
                else None
            )
            return Finding(start, end, label, score=span.score, rule=RULE, subject=whose)
        kind = self.model.kinds[likeliest(self.reading.kinds, span.first, span.last)[0]]
        if kind == "DOMICILE":
            start = below_prefecture(self.judging.passage.normal, start, end)
        code = self._code(kind, start, end)
        said, owned = self.judging.opinion(start, end, kind, code)
        polarity, sure = likeliest(self.reading.polarities, span.first, span.last)
        told = self.model.polarities[polarity]
        if said.cue is not None and (sure < _ASK_RULES.polarity or (told, said.polarity) == ("negated", "affirmed")):
            told = said.polarity  # 「前科があります」 leaves nothing to guess
        subject, sure_whose = likeliest(self.reading.subjects[:, : len(WHOSE)], span.first, span.last)
        owner = self.model.subjects[subject]
        if sure_whose < _ASK_RULES.subject and owned.whose != "unknown":
            owner = owned.whose
        if owner == "self" and told == "affirmed" and span.score * sure * sure_whose < self.believed[kind].owned:
            owner = "unknown"
        tier = codes()[code].tier
        return Finding(
            start, end, kind, score=span.score, rule=f"{RULE}.{kind.lower()}", item=types()[kind].item,
            # A denied fact is no 要配慮個人情報 under the Act but stays under the policy (LAW.md 2.5).
            tier="L2" if told == "negated" and tier == "L1" else tier or "L2",
            subject=owner, polarity=told, code=code,
            cue=(said.cue if said.polarity == told else None) or (owned.cue if owned.whose == owner else None),
        )  # fmt: skip

    def _code(self, kind: str, start: int, end: int) -> str:
        """Return the sub-code of the longest lexicon term of the same type in the span, else the type's own."""
        inside = [one for one in self.judging.terms if one.entry.type == kind and one.start < end and start < one.end]
        longest = max(inside, key=lambda one: (one.end - one.start, -one.start), default=None)
        return longest.entry.code if longest is not None else types()[kind].code or ""


def _is_particle(token: Token) -> bool:
    return token.pos[0] == "助詞" and token.pos[1] in ("格助詞", "係助詞")


def _whole(tagged: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings with those of one type of Article 6 that touch as one: the network began anew too soon."""
    last: Finding | None = None
    for one in tagged:
        if last is not None and last.end == one.start and last.special_care and last.type == one.type:
            surer = max(last, one, key=lambda each: each.score)
            last = replace(surer, start=last.start, end=one.end)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _both(tagged: Finding, ruled: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what tagger and rules found, as one: all that either saw; the tagger says whose and how.

    For ordinary personal information the rules' own findings stand.
    """
    if not tagged.special_care:
        yield from ruled
        return
    edges = [tagged, *ruled]
    whole = replace(tagged, start=min(one.start for one in edges), end=max(one.end for one in edges))
    for one in ruled:
        if one.type == tagged.type:
            whole = replace(whole, rule=one.rule, code=one.code, score=max(tagged.score, one.score))
            break
    yield whole


def likeliest(numbers: npt.NDArray[np.float32], first: int, last: int) -> tuple[int, float]:
    """Return the class that the pieces `first:last` are most likely of, on the whole, and how likely."""
    means = np.exp(numbers[first:last].mean(axis=0))
    best = int(means.argmax())
    return best, float(means[best] / means.sum())


def _same(one: Finding, other: Finding) -> bool:
    """Tell whether two findings speak of the same thing: both of Article 6, or of one type, and half shared."""
    if one.special_care != other.special_care or (not one.special_care and one.type != other.type):
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(one.end - one.start, other.end - other.start)
