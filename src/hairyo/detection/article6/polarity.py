"""What is said of a fact: affirmed, denied or left open (肯定・否定・不確か; LAW.md 2.5).

Japanese denies and doubts late, after the fact and often after a list of facts (前科や逮捕歴は一切ありません),
and many negative words deny something else (支障はありません, 間違いない). So the words that deny nothing of
the fact are blanked first; then a denial is looked for directly behind the fact, then on a verb of its clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hairyo.detection.article6.clauses import REACH, clause_end, sentence_of
from hairyo.detection.article6.lexicon import settings
from hairyo.detection.finding import Polarity
from hairyo.detection.passage import Passage

# A list of facts that share one denial: at most this many characters up to the last of them.
_LIST = (
    r"(?:(?:や|、|,|・|/|と|か|も|または|又は|および|及び|もしくは|ならびに|並びに|どころか|はもちろん)[^。\n]{1,24}?)?"
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A polarity and the span of the words that decided it, if any."""

    polarity: Polarity
    cue: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Patterns:
    at_once: re.Pattern[str]
    verb: re.Pattern[str]
    next: re.Pattern[str]
    harmless: re.Pattern[str]
    affirmed: re.Pattern[str]
    double: re.Pattern[str]
    ended: re.Pattern[str]
    after: re.Pattern[str]
    before: re.Pattern[str]
    certain: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = settings("polarity")
    lead = f"^{words['between']}{_LIST}"
    at_once = "|".join(words["denied_at_once"])
    return _Patterns(
        at_once=re.compile(f"{lead}(?:は|も|が|を|に)?{words['adverb']}(?:{at_once})"),
        verb=re.compile("|".join(words["denied_verb"])),
        next=re.compile(words["denied_next"]),
        harmless=re.compile("|".join(words["not_denied"])),
        affirmed=re.compile(words["affirmed_at_once"]),
        double=re.compile(words["double_denied"]),
        ended=re.compile(words["ended"]),
        after=re.compile("|".join(words["uncertain_after"])),
        before=re.compile(words["uncertain_before"]),
        certain=re.compile(words["certain"]),
    )


def judge(passage: Passage, start: int, end: int, code: str) -> Judgement:
    """Judge what is said of the fact at `start:end` of the normalised text.

    Args:
        passage: the text.
        start: where the fact begins.
        end: one past its last character.
        code: its sub-code; a medicine that has been stopped is denied (annotation guideline 3).
    """
    patterns = _patterns()
    sentence = passage.sentences[sentence_of(passage, start)]
    stop = max(end, clause_end(passage, end))
    clause = passage.normal[end:stop]
    if found := patterns.double.search(clause):
        return _at(end, found, "uncertain")
    blanked = patterns.harmless.sub(lambda m: "□" * len(m.group()), clause)
    for pattern in (patterns.at_once, patterns.verb):
        if found := pattern.search(blanked):
            return _at(end, found, "negated")
    if code == "A6_5_MEDS" and (found := patterns.ended.search(clause)):
        return _at(end, found, "negated")
    following = passage.normal[stop : min(sentence[1], stop + REACH)] or passage.normal[sentence[1] : sentence[1] + 20]
    if found := patterns.next.search(following):
        return _at(stop, found, "negated")
    if (found := patterns.after.search(clause)) and not patterns.certain.search(clause):
        return _at(end, found, "uncertain")
    first = max(sentence[0], start - REACH)
    if found := patterns.before.search(passage.normal[first:start]):
        return _at(first, found, "uncertain")
    if found := patterns.affirmed.match(passage.normal, end):
        return _at(0, found, "affirmed")
    return Judgement("affirmed")


def _at(offset: int, found: re.Match[str], polarity: Polarity) -> Judgement:
    if found.end() == found.start():
        return Judgement(polarity)
    return Judgement(polarity, (offset + found.start(), offset + found.end()))
