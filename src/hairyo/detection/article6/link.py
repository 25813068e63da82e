"""Whether a topic word speaks of a particular person (人との結び付き).

Most words of Article 6 are business words too: 糖尿病 is an illness and a market, 労働組合 a body and a client.
A topic word counts only where the words around it tie it to a person: somebody has, suffers, joins or is it.
LAW.md 1.2, "Context words decide".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hairyo.detection.article6.clauses import REACH, clause_end, sentence_of
from hairyo.detection.article6.lexicon import settings
from hairyo.detection.article6.subject import Discourse
from hairyo.detection.passage import Passage


@dataclass(frozen=True, slots=True)
class Link:
    """How a topic word is tied to a person: the score, and the span of the tying words."""

    score: float
    cue: tuple[int, int]


_ENDS_NOUN = re.compile(r"[一-龠々ァ-ヶーA-Za-z0-9]")
_NOUN = re.compile(r"[一-龠々ァ-ヶー][一-龠々ァ-ヶ]")
# Marks that may close around a term (「うつ病」, **うつ病**) before its sentence goes on.
_CLOSERS = "*_`」』)]\"'”’"


@cache
def _pattern(name: str, lead: str = "", tail: str = "") -> re.Pattern[str]:
    return re.compile(f"{lead}(?:{'|'.join(settings('contexts')[name])}){tail}")


@cache
def _business(name: str) -> re.Pattern[str]:
    words = settings("business")[name]
    return re.compile(words if isinstance(words, str) else "|".join(words))


def is_business(passage: Passage, start: int, end: int) -> bool:
    """Tell whether the words around `start:end` make it a product, a client, a study or a statistic."""
    sentence = passage.sentences[sentence_of(passage, start)]
    first, last = max(sentence[0], start - REACH), min(sentence[1], end + REACH)
    after, before = passage.normal[end:last], passage.normal[first:start]
    if _business("contract").search(passage.normal[first:last]):
        return True
    if _business("dealing").search(before):
        return True
    if _pattern("right_business", "^").search(after) or _pattern("left_business", tail="$").search(before):
        return True
    return bool(_business("field").match(after) or _business("generic").match(after))


def is_compound(passage: Passage, end: int) -> bool:
    """Tell whether the term that ends at `end` is only the first part of a longer noun (檀家台帳)."""
    around = passage.normal[end - 1 : end + 1]
    if not _NOUN.fullmatch(around):
        return False
    return _business("compound_ok").match(passage.normal[end : end + 12]) is None


def is_listed(passage: Passage, end: int, type_: str) -> bool:
    """Tell whether the term of `type_` that ends at `end` stands in a list or owns something else."""
    if type_ not in settings("business")["listed_types"] or not _ENDS_NOUN.match(passage.normal[end - 1]):
        return False
    return _business("listed").match(passage.normal[end : end + 40]) is not None


def is_work(passage: Passage, end: int) -> bool:
    """Tell whether the clause that runs on at `end` tells of work done with what was named."""
    clause = passage.normal[end : max(end, clause_end(passage, end))]
    found = _business("predicate").match(clause)
    # 「薬を飲みながら営業」: the work is another verb's.
    return found is not None and _business("other_verb").search(found.group()) is None


def link(discourse: Discourse, start: int, end: int) -> Link | None:
    """Return what ties the topic at `start:end` to a person, or None."""
    passage = discourse.passage
    stop = max(end, clause_end(passage, end))
    end += len(passage.normal[end:stop]) - len(passage.normal[end:stop].lstrip(_CLOSERS))
    clause = passage.normal[end:stop]
    common = _business("common").fullmatch(passage.normal[start:end]) is not None
    found = (_business("common_tie") if common else _pattern("person_link_right")).search(clause)
    if found and not _pattern("right_business").search(clause[: found.start()]):
        return Link(0.75, (end + found.start(), end + found.end()))
    mentions = discourse.within(sentence_of(passage, start))
    owners = [m for m in mentions if m.end <= start and (m.subject or m.owns)]
    person = discourse.modified(end, mentions)
    if person is not None:
        return Link(0.7, (person.start, person.end))
    near = [m for m in owners if "、" not in passage.normal[m.end + 1 : start] and start - m.end <= 12]
    if near:
        return Link(0.7, (near[-1].start, near[-1].end))
    return None
