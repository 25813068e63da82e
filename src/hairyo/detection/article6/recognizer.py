"""Find special-care-required personal information (要配慮個人情報, policy Article 6) by lexicon and context."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hairyo.detection.article6 import domicile
from hairyo.detection.article6.candidates import Candidate, candidates
from hairyo.detection.article6.clauses import sentence_of
from hairyo.detection.article6.forms import (
    Field,
    answer_of,
    asks_for_facts,
    bare_answers,
    fields,
    spaced_fields,
    ticked,
    trailing_answer,
    unticked,
)
from hairyo.detection.article6.lexicon import Entry, lexicon, lookalikes, settings
from hairyo.detection.article6.link import is_business, is_compound, is_listed, is_work, link
from hairyo.detection.article6.polarity import Judgement, judge
from hairyo.detection.article6.subject import Discourse, Owner
from hairyo.detection.finding import Finding
from hairyo.detection.passage import Passage
from hairyo.detection.search.scanner import Hit
from hairyo.taxonomy import codes, types

_JOINT = re.compile(r"で|の|により|のため(?:に)?|の治療で")
_DONE_ABOUT_IT = re.compile(
    r"(?:長期|再|緊急)?(?:入院|通院|手術|治療|療養|加療|闘病|服薬|休職|休業)(?:中|歴|し[てたま][^、。]{0,6})?"
)
# Between a form's label that is the topic of a sentence and what is said of it: 「持病は喘息です」.
_TOPIC = re.compile(r"(?:として)?は[、,]?(?:現在|今も|いまも|主に|幼少期からの|子どもの頃からの)?[、,]?")
_TOPIC_REACH = 14
# A form's question and its answer stand on one line of at most this many characters.
_QUESTION = 80
_FACT, _ANSWER, _DENIED, _TOLD_BY_FIELD, _BARE, _BESIDE = 0.9, 0.85, 0.8, 0.85, 0.7, 0.6


@dataclass(frozen=True)
class Judging:
    """Decides on the candidates of one passage, with what surrounds them.

    Attributes:
        passage: the text.
        discourse: who is spoken of.
        fields: its form fields, in order.
        unticked: stretches of choices that were not taken.
        lookalikes: stretches in which terms do not count, by type, and `ANY`.
        labels: where words end that are labels in forms (持病, 宗教).
        terms: what the lexicons match, whatever it means there.
    """

    passage: Passage
    discourse: Discourse
    fields: list[Field]
    unticked: list[tuple[int, int]]
    lookalikes: dict[str, list[tuple[int, int]]]
    labels: list[int]
    terms: list[Candidate]

    @classmethod
    def of(cls, passage: Passage, persons: Iterable[Finding]) -> Judging:
        """Return the judging of a passage, with the names found in it."""
        hits: list[Hit] = list(lexicon().scanner.hits(passage.normal, passage.sentences))
        table = lookalikes()
        stretches: dict[str, list[tuple[int, int]]] = {}
        for hit in table.scanner.hits(passage.normal, passage.sentences):
            stretches.setdefault(table.types[hit.pattern], []).append((hit.start, hit.end))
        labels: dict[int, int] = {}
        for hit in hits:
            if lexicon().entries[hit.pattern].strength == "label":
                labels[hit.start] = max(hit.end, labels.get(hit.start, 0))
        found = [*fields(passage.normal), *spaced_fields(passage.normal, labels)]
        return cls(
            passage,
            Discourse.of(passage, persons),
            sorted(found, key=lambda field: field.label),
            unticked(passage.normal),
            stretches,
            sorted(labels.values()),
            candidates(passage.normal, hits),
        )

    def findings(self) -> Iterator[Finding]:
        """Yield the findings of the passage."""
        if not self.passage.sentences:
            return
        kept, waiting = [], []
        for candidate in self.terms:
            verdict = self.decide(candidate)
            if isinstance(verdict, Finding):
                kept.append(verdict)
            elif verdict == "waiting":
                waiting.append(candidate)
        kept += self.beside(waiting, kept)
        kept += self.bare_answers()
        yield from _merged(kept, self.passage.normal)
        for start, end, cue in domicile.find(self.passage.normal):
            entry = Entry("DOMICILE", "A6_2_DOMICILE", "fact", "article6.domicile")
            yield self.finding(Candidate(start, end, entry), Judgement("affirmed", cue), 0.95)

    def in_field(self, offset: int) -> bool:
        """Tell whether an offset lies in a form's label or answer, or in one put as a sentence."""
        return self._field_at(offset) is not None or self._answers_topic(offset)

    def _answers_topic(self, offset: int) -> bool:
        """Tell whether a term answers a form's label that is the sentence's topic: 「持病は喘息です」."""
        near = self.labels[bisect_left(self.labels, offset - _TOPIC_REACH) : bisect_left(self.labels, offset)]
        return any(_TOPIC.fullmatch(self.passage.normal, end, offset) for end in near)

    def opinion(self, start: int, end: int, type_: str, code: str) -> tuple[Judgement, Owner]:
        """Return what the rules say of a fact that somebody else found: its polarity, and whose it is.

        Args:
            start: first code point of the fact in the passage's normalised text.
            end: one past its last.
            type_: its label.
            code: its sub-code.
        """
        return judge(self.passage, start, end, code), self.discourse.owner(start, end, type_)

    def decide(self, candidate: Candidate) -> Finding | str | None:
        """Return the finding a candidate makes, `waiting` where nothing ties it to anybody yet, or None."""
        if candidate.entry.strength == "weak" or self._protected(candidate):
            return None
        field = self._field_at(candidate.start)
        if field is not None and candidate.start < field.label[1]:
            return self._by_answer(candidate, field)
        sentence = self.passage.sentences[sentence_of(self.passage, candidate.start)]
        answer = trailing_answer(self.passage.normal, candidate.end, sentence[1])
        if answer == "declined":
            return None
        if answer is not None and sentence[1] - sentence[0] <= _QUESTION:
            said = Judgement("negated" if answer == "none" else "affirmed")
            return self.finding(candidate, said, _ANSWER)
        said = judge(self.passage, candidate.start, candidate.end, candidate.entry.code)
        if candidate.entry.strength == "label" and said.polarity == "negated":
            return self.finding(candidate, said, _DENIED)
        told = field is not None and self._asks(field)
        if told or ticked(self.passage.normal, candidate.start) or self._answers_topic(candidate.start):
            return self.finding(candidate, said, _TOLD_BY_FIELD)
        return self._in_prose(candidate, said)

    def _in_prose(self, candidate: Candidate, said: Judgement) -> Finding | str | None:
        """Decide on a term in running text: business, a fact by itself, or a topic that needs a person."""
        start, end, entry = candidate.start, candidate.end, candidate.entry
        if is_business(self.passage, start, end) or (said.polarity != "negated" and is_work(self.passage, end)):
            return None
        bare = is_compound(self.passage, end) or is_listed(self.passage, end, entry.type)
        if entry.strength == "fact" and not bare:
            return self.finding(candidate, said, _FACT)
        tie = link(self.discourse, start, end)
        if tie is not None:
            return self.finding(candidate, said, tie.score)
        if _said_at_once(said, candidate) or (not bare and self.discourse.relation(start) is not None):
            return self.finding(candidate, said, _BARE)
        return None if bare else "waiting"

    def beside(self, waiting: list[Candidate], kept: list[Finding]) -> Iterator[Finding]:
        """Yield the topics that stand beside a fact of their own kind: 抗がん剤 in the sentence after がん."""
        for candidate in waiting:
            kind = _kind(candidate.entry.type)
            if any(_kind(fact.type) == kind and self._near(fact, candidate) for fact in kept):
                said = judge(self.passage, candidate.start, candidate.end, candidate.entry.code)
                yield self.finding(candidate, said, _BESIDE)

    def _near(self, fact: Finding, candidate: Candidate) -> bool:
        """Tell whether a fact stands in the same sentence as a candidate or one beside it, on one line."""
        here, there = sentence_of(self.passage, candidate.start), sentence_of(self.passage, fact.start)
        first, last = sorted((fact.start, candidate.start))
        return abs(here - there) <= 1 and "\n" not in self.passage.normal[first:last]

    def bare_answers(self) -> Iterator[Finding]:
        """Yield the answers to labels that ask for one thing, whatever it is called: 「アレルギー:そば」."""
        for field in self.fields:
            entries = sorted(self._entries(field), key=lambda entry: entry.strength != "label")
            for start, end in bare_answers(self.passage.normal, field):
                for entry in entries[:1]:
                    yield self.finding(Candidate(start, end, entry), Judgement("affirmed", field.label), _BARE)

    def finding(self, candidate: Candidate, said: Judgement, score: float) -> Finding:
        """Return the finding of a candidate of which `said` is said."""
        entry = candidate.entry
        whose = self.discourse.owner(candidate.start, candidate.end, entry.type)
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

    def _protected(self, candidate: Candidate) -> bool:
        """Tell whether a look-alike stretch or an unticked box covers the candidate.

        A fact that holds a look-alike whole and says more than it stays: 医療系労組の執行委員.
        """
        ours = [*self.lookalikes.get(candidate.entry.type, ()), *self.lookalikes.get("ANY", ())]
        for start, end in [*ours, *self.unticked]:
            if start < candidate.end and candidate.start < end:
                within = candidate.start <= start and end <= candidate.end
                longer = end - start < candidate.end - candidate.start
                if not (within and longer and candidate.entry.strength == "fact"):
                    return True
        return False

    def _by_answer(self, candidate: Candidate, field: Field) -> Finding | None:
        """Judge a form label by its answer; the label is the mark (annotation guideline 3)."""
        answer = answer_of(self.passage.normal, *field.answer)
        if answer in ("none", "some"):
            said = Judgement("negated" if answer == "none" else "affirmed", field.answer)
            return self.finding(candidate, said, _FACT)
        return None

    def _field_at(self, offset: int) -> Field | None:
        """Return the form field whose label or answer holds `offset`."""
        at = bisect_right([field.label[0] for field in self.fields], offset) - 1
        if at >= 0 and offset < self.fields[at].answer[1]:
            return self.fields[at]
        return None

    def _label(self, field: Field) -> str:
        return self.passage.normal[slice(*field.label)].replace(" ", "")

    def _entries(self, field: Field) -> list[Entry]:
        """Return the lexicon rows that a field's label matches."""
        label, table = self._label(field), lexicon()
        return [table.entries[hit.pattern] for hit in table.scanner.hits(label, [(0, len(label))])]

    def _asks(self, field: Field) -> bool:
        """Tell whether a field's label asks for Article 6 facts, so that any topic in its answer is one."""
        return asks_for_facts(self._label(field)) or any(one.strength == "label" for one in self._entries(field))


def _merged(found: list[Finding], text: str) -> list[Finding]:
    """Return the findings with an illness and what was done about it in one: うつ病 + で + 入院."""
    merged: list[Finding] = []
    for one in sorted(found):
        last = merged[-1] if merged else None
        if (
            last is not None
            and (last.type, last.subject, last.polarity) == (one.type, one.subject, one.polarity)
            and _JOINT.fullmatch(text[last.end : one.start])
            and _DONE_ABOUT_IT.fullmatch(text[one.start : one.end])
        ):
            merged[-1] = replace(last, end=one.end)
        else:
            merged.append(one)
    return merged


def _said_at_once(said: Judgement, candidate: Candidate) -> bool:
    """Tell whether a term is denied or doubted right behind it: nobody denies or doubts a product."""
    return said.polarity != "affirmed" and said.cue is not None and 0 <= said.cue[0] - candidate.end <= 2


def _kind(type_: str) -> str:
    """Return the group of types that are told of together: an illness and a disability, an arrest and a sentence."""
    kinds: dict[str, list[str]] = settings("business")["told_together"]
    return next((kind for kind, members in kinds.items() if type_ in members), type_)
