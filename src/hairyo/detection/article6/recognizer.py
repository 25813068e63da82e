"""Find special-care-required personal information (要配慮個人情報, policy Article 6) by lexicon and context."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hairyo.detection.article6 import domicile
from hairyo.detection.article6.clauses import sentence_of
from hairyo.detection.article6.forms import Field, answer_of, fields, trailing_answer, unticked
from hairyo.detection.article6.lexicon import Entry, lexicon, lookalikes
from hairyo.detection.article6.link import is_business, is_compound, is_work, link
from hairyo.detection.article6.polarity import Judgement, judge
from hairyo.detection.article6.subject import Discourse
from hairyo.detection.finding import Finding
from hairyo.detection.passage import Passage
from hairyo.taxonomy import codes, types


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stretch that a lexicon row matched."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True)
class _Setting:
    """What surrounds the candidates of one passage."""

    passage: Passage
    discourse: Discourse
    fields: list[Field]
    unticked: list[tuple[int, int]]
    lookalikes: dict[str, list[tuple[int, int]]]

    def field_at(self, offset: int) -> Field | None:
        """Return the form field whose label or answer holds `offset`."""
        at = bisect_right([field.label[0] for field in self.fields], offset) - 1
        if at >= 0 and offset < self.fields[at].answer[1]:
            return self.fields[at]
        return None


class Article6Recognizer:
    """Lexicon matches, kept where they tell of a person, with whose and polarity."""

    name = "article6"
    types = tuple(name for name, type_ in types().items() if type_.item is not None)

    def find(self, passage: Passage, persons: Iterable[Finding] = ()) -> Iterator[Finding]:
        """Yield findings in offsets of `passage.normal`.

        Args:
            passage: the text.
            persons: the names found in it, whose owners help to tell whose a fact is.
        """
        if not passage.sentences:
            return
        setting = self._setting(passage, persons)
        for candidate in self._candidates(passage):
            finding = _decide(candidate, setting)
            if finding is not None:
                yield finding
        for start, end, cue in domicile.find(passage.normal):
            entry = Entry("DOMICILE", "A6_2_DOMICILE", "fact", "article6.domicile")
            yield _finding(_Candidate(start, end, entry), setting, Judgement("affirmed", cue), 0.95)

    def _setting(self, passage: Passage, persons: Iterable[Finding]) -> _Setting:
        stretches: dict[str, list[tuple[int, int]]] = {}
        table = lookalikes()
        for hit in table.scanner.hits(passage.normal, passage.sentences):
            stretches.setdefault(table.types[hit.pattern], []).append((hit.start, hit.end))
        return _Setting(
            passage,
            Discourse.of(passage, persons),
            list(fields(passage.normal)),
            unticked(passage.normal),
            stretches,
        )

    def _candidates(self, passage: Passage) -> Iterator[_Candidate]:
        """Yield lexicon matches; of those of one type that overlap, only the longest."""
        table = lexicon()
        found: dict[str, list[_Candidate]] = {}
        for hit in table.scanner.hits(passage.normal, passage.sentences):
            entry = table.entries[hit.pattern]
            end = hit.end - _existence_length(passage.normal[hit.start : hit.end])
            found.setdefault(entry.type, []).append(_Candidate(hit.start, end, entry))
        for ones in found.values():
            taken: list[_Candidate] = []
            for one in sorted(_joined(ones), key=lambda c: (_ORDER[c.entry.strength], c.start, c.start - c.end)):
                if all(one.end <= other.start or other.end <= one.start for other in taken):
                    taken.append(one)
            yield from taken


def _joined(ones: list[_Candidate]) -> list[_Candidate]:
    """Return the candidates with topics made facts where a fact begins inside them: うつ病 and 病を患って."""
    facts = [one for one in ones if one.entry.strength == "fact"]
    return [
        replace(one, entry=replace(one.entry, strength="fact"), end=one.end)
        if one.entry.strength == "topic" and any(one.start < fact.start < one.end < fact.end for fact in facts)
        else one
        for one in ones
    ]


# Words of existence at a match's end, with their particle: they belong to what is said, not to the fact.
_EXISTENCE = re.compile(
    r"(?:なし|無し|ナシ)$|(?:が|は|も)(?:あ(?:り|る|っ)?|ござい?|な(?:い|く|し)?)(?:ます|まし|た)*$"
)

_PARTICLE = re.compile(r"(?<=[一-龠々ァ-ヶー])[のをがはもに]$")


def _existence_length(matched: str) -> int:
    """Return how many characters of 「前科はあり」 are not the fact."""
    found = _EXISTENCE.search(matched) or _PARTICLE.search(matched)
    return 0 if found is None or found.start() < 2 else len(matched) - found.start()


_ORDER = {"fact": 0, "topic": 1, "label": 1, "weak": 2}
_SCORE = {"fact": 0.9, "topic": 0.75, "label": 0.85, "weak": 0.3}


def _decide(candidate: _Candidate, setting: _Setting) -> Finding | None:
    """Return the finding a candidate makes, or None where it is no fact about a person."""
    passage, entry = setting.passage, candidate.entry
    if entry.strength == "weak" or _protected(candidate, setting):
        return None
    field = setting.field_at(candidate.start)
    if field is not None and candidate.start < field.label[1]:
        return _label(candidate, field, setting)
    sentence = passage.sentences[sentence_of(passage, candidate.start)]
    answer = trailing_answer(passage.normal, candidate.end, sentence[1])
    if answer == "declined":
        return None
    if answer is not None and len(passage.normal[sentence[0] : sentence[1]]) <= 80:
        return _finding(candidate, setting, Judgement("negated" if answer == "none" else "affirmed"), 0.85)
    said = judge(passage, candidate.start, candidate.end, entry.code)
    if entry.strength == "label":
        tied = said.polarity == "negated"
        return _finding(candidate, setting, said, 0.8) if tied else None
    if field is not None and _about_person(field, setting):
        return _finding(candidate, setting, said, 0.85)
    if is_business(passage, candidate.start, candidate.end):
        return None
    if said.polarity != "negated" and is_work(passage, candidate.end):
        return None
    if entry.strength == "topic" or is_compound(passage, candidate.end):
        tie = link(setting.discourse, candidate.start, candidate.end)
        if tie is None and not _said_at_once(said, candidate):
            return None
        score = tie.score if tie is not None else 0.7
        return _finding(candidate, setting, said, score)
    return _finding(candidate, setting, said, _SCORE[entry.strength])


def _said_at_once(said: Judgement, candidate: _Candidate) -> bool:
    """Tell whether the term is denied, or doubted right behind it: nobody denies or doubts a product."""
    return said.polarity != "affirmed" and said.cue is not None and 0 <= said.cue[0] - candidate.end <= 2


def _protected(candidate: _Candidate, setting: _Setting) -> bool:
    """Tell whether a look-alike stretch or an unticked box covers the candidate."""
    stretches = setting.lookalikes.get(candidate.entry.type, []) + setting.lookalikes.get("ANY", [])
    for start, end in stretches + setting.unticked:
        if start < candidate.end and candidate.start < end:
            inside = candidate.start <= start and end <= candidate.end and end - start < candidate.end - candidate.start
            if not inside or candidate.entry.strength != "fact":
                return True
    return False


def _label(candidate: _Candidate, field: Field, setting: _Setting) -> Finding | None:
    """Judge a form label by its answer; the label is the mark (annotation guideline 3)."""
    answer = answer_of(setting.passage.normal, *field.answer)
    if answer == "none":
        return _finding(candidate, setting, Judgement("negated", field.answer), 0.9)
    if answer == "some":
        return _finding(candidate, setting, Judgement("affirmed", field.answer), 0.9)
    return None


def _about_person(field: Field, setting: _Setting) -> bool:
    """Tell whether a field's label asks for Article 6 facts, so that any topic in its answer is one."""
    label = setting.passage.normal[slice(*field.label)].replace(" ", "")
    table = lexicon()
    hits = table.scanner.hits(label, [(0, len(label))])
    return any(table.entries[hit.pattern].strength == "label" for hit in hits)


def _finding(candidate: _Candidate, setting: _Setting, said: Judgement, score: float) -> Finding:
    entry = candidate.entry
    whose = setting.discourse.owner(candidate.start, candidate.end, entry.type)
    tier = codes()[entry.code].tier
    return Finding(
        candidate.start,
        candidate.end,
        entry.type,
        score=score,
        rule=entry.rule,
        item=types()[entry.type].item,
        # A denied fact is no 要配慮個人情報 under the Act but stays under the policy (LAW.md 2.5).
        tier="L2" if said.polarity == "negated" and tier == "L1" else tier or "L2",
        subject=whose.whose,
        polarity=said.polarity,
        cue=said.cue or whose.cue,
        code=entry.code,
    )
