"""Whose a fact is (主体): the user's own, of the user's family, or of somebody else (LAW.md 2.1).

Japanese drops subjects. So every word that can stand for a person is found first; the nearest one that
is marked as subject or owner before the fact decides, then a person the fact itself modifies
(うつ病の部下), then the subject of what was said just before, and at last the kind of submission: a profile
or form speaks of its holder, a letter of introduction of the person introduced.

GiNZA's dependency parse was tried for the cases that are left open and made them slightly worse
(339 of 436 right without, 337 with), for what decides them stands in other sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from hairyo.detection.article6.clauses import sentence_of
from hairyo.detection.article6.lexicon import settings
from hairyo.detection.finding import Finding, Subject
from hairyo.detection.passage import Passage
from hairyo.detection.search import Sparse

# An owner stands at most this far before what it owns: 父の長年の糖尿病.
_OWNED_WITHIN = 8
# How many sentences back a subject is carried, on one line and over the turns of a conversation.
_CARRIED = 3
_CARRIED_IN_TALK = 3
# The fields of one contact stand within this many characters.
_RECORD = 200
_SPEAKER = re.compile(r"^\s*(?:\[?\(?\d{1,2}:\d{2}(?::\d{2})?\)?\]?\s*)?([^:\s「」。、]{1,12})(?:\s*[:>]|\s)\s*")
_INHERITED = ("LINEAGE", "RACE", "DISCRIMINATION", "SOCIAL_STATUS")


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A word that stands for a person.

    Attributes:
        start: its first character in the normalised text.
        end: one past its last.
        whose: whom it stands for.
        subject: whether it is marked as the subject of what follows.
        owns: whether it is marked as the owner of what follows at once (父の).
        house: whether it stands for the user's house, whose descent is the user's own.
    """

    start: int
    end: int
    whose: Subject
    subject: bool
    owns: bool = False
    house: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a fact is, and the span of the word that decided it, if any."""

    whose: Subject
    cue: tuple[int, int] | None = None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(settings("subject")[name])


@cache
def _search(name: str) -> Sparse:
    return Sparse(_pattern(name))


@dataclass(frozen=True)
class Discourse:
    """Who is spoken of in a passage, and who speaks.

    Attributes:
        passage: the text.
        mentions: every mention of a person, in order.
    """

    passage: Passage
    mentions: tuple[Mention, ...]

    @classmethod
    def of(cls, passage: Passage, persons: Iterable[Finding] = ()) -> Discourse:
        """Find the mentions in `passage`; `persons` are the names found, in normalised offsets."""
        return cls(passage, tuple(_mentions(passage, persons)))

    def within(self, number: int) -> list[Mention]:
        """Return the mentions in sentence `number`."""
        start, end = self.passage.sentences[number]
        return [mention for mention in self.mentions if start <= mention.start < end]

    @cached_property
    def speakers(self) -> tuple[str | None, ...]:
        """The speaker's label of each sentence that opens a turn; labels that come twice or more are speakers."""
        if self.passage.role == "form":
            return (None,) * len(self.passage.sentences)
        heads = [_SPEAKER.match(self.passage.normal[start:end]) for start, end in self.passage.sentences]
        labels = [head.group(1) if head else None for head in heads]
        often = Counter(label for label in labels if label)
        return tuple(label if label and often[label] >= 2 else None for label in labels)

    def owner(self, start: int, end: int, type_: str) -> Owner:
        """Decide whose the fact of type `type_` at `start:end` of the normalised text is."""
        number = sentence_of(self.passage, start)
        inside = self.within(number)
        modified = self.modified(end, inside)
        if modified is not None:
            return _owner(modified, type_)
        before = [m for m in inside if m.end <= start and (m.subject or (m.owns and start - m.end <= _OWNED_WITHIN))]
        if before:
            return _owner(before[-1], type_)
        sentence_end = self.passage.sentences[number][1]
        if found := _pattern("modified_noun").match(self.passage.normal[end:sentence_end]):
            return Owner("other", (end, end + found.end()))
        return self._carried(number, type_) or self.relation(start) or self._default(number)

    def modified(self, end: int, inside: list[Mention]) -> Mention | None:
        """Return the person right after the fact whom it modifies."""
        for mention in inside:
            gap = self.passage.normal[end : mention.start]
            if mention.start >= end and len(gap) <= 24 and mention.whose != "self" and not mention.house:
                return mention if _pattern("modifies").match(gap) else None
        return None

    def relation(self, start: int) -> Owner | None:
        """Return whose the record of a list of contacts is that `start` stands in: 「間柄:祖母」 some lines above."""
        first = max(0, start - _RECORD)
        found = list(_search("relation").finditer(self.passage.normal, first, start))
        if not found:
            return None
        whose: Subject = "family" if _pattern("family").match(found[-1].group(1)) else "other"
        return Owner(whose, found[-1].span(1))

    def _carried(self, number: int, type_: str) -> Owner | None:
        """Return the subject of what was said just before: on the same line, or a few turns up."""
        text, talk = self.passage.normal, any(self.speakers)
        for earlier in range(number - 1, max(-1, number - 1 - (_CARRIED_IN_TALK if talk else _CARRIED)), -1):
            start, end = self.passage.sentences[earlier]
            if text[end - 1] == "\n" and not talk:
                return None
            if talk and _pattern("asks_user").search(text[start:end]):
                return Owner("self")
            # A speaker's own label is no subject of what is said.
            subjects = [m for m in self.within(earlier) if m.subject and text[m.end : m.end + 1] != ":"]
            if subjects:
                return None if subjects[-1].whose == "self" else _owner(subjects[-1], type_)
        return None

    def _default(self, number: int) -> Owner:
        """Return whose a fact is where nobody is named, by the kind of submission and the speaker."""
        if self.passage.role == "referral":
            return Owner("other")
        speaker = self.speakers[number]
        if speaker and self.passage.role == "transcript" and _pattern("staff").match(speaker):
            return Owner("unknown")
        return Owner("self")


def _owner(mention: Mention, type_: str) -> Owner:
    if mention.house and type_ in _INHERITED:
        return Owner("self", (mention.start, mention.end))
    return Owner(mention.whose, (mention.start, mention.end))


def _mentions(passage: Passage, persons: Iterable[Finding]) -> list[Mention]:
    """Return every mention of a person, in order and without overlaps."""
    text = passage.normal
    principal: Subject = "self" if passage.role == "form" else "other"
    kinds: tuple[tuple[str, Subject], ...] = (
        ("family", "family"), ("self", "self"), ("other", "other"), ("principal", principal), ("house", "family"),
    )  # fmt: skip
    spans = [(m.start(), m.end(), whose, kind) for kind, whose in kinds for m in _search(kind).finditer(text)]
    spans += [(p.start, p.end, p.subject or "other", "name") for p in persons if p.type == "PERSON"]
    found: list[Mention] = []
    for start, end, whose, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if found and start < found[-1].end:
            continue
        if (
            kind == "name"
            and found
            and found[-1].whose == "family"
            and not text[found[-1].end : start].strip(" の・:は")
        ):
            whose = "family"  # 長男・健太, 母 久枝: the name is the relative's
        if kind == "family" and passage.role == "referral" and _honoured(text, start, end):
            whose = "other"  # お母様: an acquaintance's kin are others (annotation guideline 3)
        tail = text[end : end + 60]
        subject = bool(_pattern("subject_after").match(tail)) and not _pattern("not_subject_after").match(tail)
        found.append(Mention(start, end, whose, subject, bool(_pattern("owner_after").match(tail)), kind == "house"))
    return found


def _honoured(text: str, start: int, end: int) -> bool:
    """Tell whether a kinship word is spoken of with respect, so that it is not the writer's own kin."""
    return (text[start] in "おご御" and text[start : start + 2] not in ("おや", "おふ", "お袋", "おじ", "おば")) or (
        text[end : end + 1] in ("様",) or text[end : end + 2] in ("さま", "さん", "くん")
    )
