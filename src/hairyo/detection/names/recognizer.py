"""The recognizer of personal names (氏名)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from hairyo.detection.finding import Finding
from hairyo.detection.names import beside, echo, fields, free
from hairyo.detection.names.reader import Candidate, Reader
from hairyo.detection.names.rejecters import rejected
from hairyo.detection.names.subject import with_subjects
from hairyo.detection.passage import Passage

FINDERS: tuple[Callable[[Reader], Iterator[Candidate]], ...] = (
    fields.label,
    fields.table,
    fields.speaker,
    fields.signature,
    beside.honorific,
    beside.kin,
    beside.role,
    beside.introduction,
    beside.copula,
    free.full,
    free.surname,
    free.tagged,
    free.kana,
    free.ruby,
    free.foreign,
    free.roman,
)


class NameRecognizer:
    """Finds names of natural persons (氏名), whole or in part; the honorific stays outside."""

    name: str = "names"
    types: tuple[str, ...] = ("PERSON",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield PERSON findings with offsets in `passage.normal`, disjoint and in order."""
        reader = Reader(passage)
        found = _disjoint(c for finder in FINDERS for c in finder(reader) if not rejected(c, reader))
        sure = [candidate for candidate in found if candidate.rule != "names.tagged"]
        found = _disjoint([*found, *_kept(echo.listed(reader, sure), reader)])
        found = _disjoint([*found, *_kept(echo.readings(reader, found), reader)])
        found = _disjoint([*found, *_kept(echo.again(reader, (c for c in found if c.rule != "names.tagged")), reader)])
        for name in with_subjects(found, reader):
            yield Finding(name.start, name.end, "PERSON", name.score, name.rule, subject=name.subject, cue=name.cue)


def _kept(candidates: Iterable[Candidate], reader: Reader) -> Iterator[Candidate]:
    """Yield the candidates that no rejecter speaks against."""
    return (candidate for candidate in candidates if not rejected(candidate, reader))


def _disjoint(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates without overlap, in order: the longer wins, then one with a cue, then the surer."""
    kept: list[Candidate] = []
    ranked = sorted(candidates, key=lambda c: (c.start - c.end, _without_cue(c), -c.score, c.start, c.rule))
    for candidate in ranked:
        at = bisect_left(kept, candidate.start, key=lambda c: c.start)
        before_clear = at == 0 or kept[at - 1].end <= candidate.start
        if before_clear and (at == len(kept) or candidate.end <= kept[at].start):
            kept.insert(at, candidate)
    return kept


def _without_cue(candidate: Candidate) -> bool:
    """Whether nothing beside the name gave it away, so that it tells less about whose it is."""
    return candidate.cue is None and candidate.rule not in ("names.speaker", "names.table", "names.signature")
