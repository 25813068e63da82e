"""Score findings against marks (採点).

A finding hits a mark when their types agree and they share at least half of the mark's characters, one to one,
the largest overlaps first. Marks that are `implied` or of a `public` person are neither hits nor misses, and a finding
that touches one and hits nothing else is not counted. Whose, polarity and consent are scored on groups of
neighbouring types, for a fact found under its neighbour's name is hidden and disclosed all the same.

Scores are sums of counts over texts, so that texts can be drawn again for confidence intervals (bootstrap).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hairyo.detection import Finding
from hairyo.evaluation.marked import Mark, MarkedText
from hairyo.taxonomy import types

# Neighbouring types that a careful reader may exchange.
GROUPS: Mapping[str, str] = {
    "RELIGION": "creed", "BELIEF": "creed",
    "RACE": "origin", "LINEAGE": "origin", "DISCRIMINATION": "origin", "SOCIAL_STATUS": "origin",
    "DOMICILE": "domicile", "DISABILITY": "body", "HEALTH": "body", "SEX_LIFE": "sex life",
    "CRIMINAL_RECORD": "justice", "CRIMINAL_PROCEDURE": "justice", "JUVENILE_PROCEDURE": "justice",
    "CRIME_VICTIM": "victim", "UNION": "union", "POLITICAL": "political",
}  # fmt: skip
RATES = ("false_consent", "alarm", "leak", "over", "subject", "polarity")
LESS_IS_BETTER = frozenset({"false_consent", "alarm", "leak", "over"})
_CONSENT = ("self", "affirmed")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were right, how many there are, how many were said."""

    hits: int
    marks: int
    found: int

    @property
    def precision(self) -> float:
        """Share of what was said that is right."""
        return self.hits / self.found if self.found else float(not self.marks)

    @property
    def recall(self) -> float:
        """Share of what there is that was said."""
        return self.hits / self.marks if self.marks else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What counts amount to.

    Attributes:
        tallies: by name: `personal`, `article6`, `article6_group`, `consent`, `type:HEALTH`, `group:body`,
            `genre:form` (Article 6 in texts of that genre).
        rates: by name (`RATES`): `false_consent`: findings said to be the user's own and affirmed that are not;
            `alarm`: texts without a mark of Article 6 in which one was found; `leak`: marked characters that no
            finding covers; `over`: found characters that no mark covers; `subject`, `polarity`: right ones among
            the hits. None where there was nothing to count.
    """

    tallies: Mapping[str, Tally]
    rates: Mapping[str, float | None]

    def flat(self) -> dict[str, float]:
        """Return the figures that have targets, to four places; absent where there was nothing to count."""
        named = {f"{name}_f1": self.tallies[name].f1 for name in ("personal", "article6", "article6_group", "consent")}
        if "type:PERSON" in self.tallies:
            named["person_f1"] = self.tallies["type:PERSON"].f1
        named |= {name: value for name, value in self.rates.items() if value is not None}
        return {name: round(value, 4) for name, value in named.items()}


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that went wrong in a text.

    Attributes:
        kind: `miss`, `false` (found where nothing is), `whose` (found, but of somebody else or otherwise said).
        start: first code point.
        end: one past the last.
        type: of the mark, or of the finding where there is no mark.
        wanted: the mark's attributes, or None.
        said: the finding's subject and polarity, or None.
    """

    kind: str
    start: int
    end: int
    type: str
    wanted: tuple[str, ...] | None = None
    said: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """The counts and the errors of one text."""

    text: MarkedText
    counts: Counter[str]
    errors: tuple[Error, ...]


Spanned = tuple[int, int, str]


def score(text: MarkedText, findings: Iterable[Finding]) -> Scored:
    """Return the counts of one text."""
    everything = sorted(findings, key=lambda one: (one.start, one.end, one.type, one.subject or "", one.polarity or ""))
    ignored = [mark for mark in text.marks if mark.ignored]
    marks = [mark for mark in text.marks if not mark.ignored]
    found = [one for one in everything if one.type in types() and _counts(one, marks, ignored)]
    counts: Counter[str] = Counter()
    pairs = _pairs([_span(one) for one in marks], [_span(one) for one in found])
    _count_types(counts, text.genre, marks, found, pairs)
    special = [mark for mark in marks if mark.special_care]
    spoken = [one for one in found if one.special_care]
    grouped = _pairs([_span(one, GROUPS) for one in special], [_span(one, GROUPS) for one in spoken])
    _count_groups(counts, special, spoken, grouped)
    if not any(mark.special_care for mark in text.marks):
        counts["alarm.all"] += 1
        counts["alarm.bad"] += bool(spoken)
    _count_characters(counts, marks, ignored, everything)
    return Scored(text, counts, tuple(_errors(marks, found, pairs, special, spoken, grouped)))


def _counts(one: Finding, marks: Sequence[Mark], ignored: Sequence[Mark]) -> bool:
    return not any(_shared(one, mark) for mark in ignored) or any(
        one.type == mark.type and 2 * _shared(one, mark) >= mark.end - mark.start for mark in marks
    )


def _span(one: Mark | Finding, names: Mapping[str, str] | None = None) -> Spanned:
    return one.start, one.end, one.type if names is None else names[one.type]


def _shared(one: Mark | Finding, other: Mark | Finding) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _pairs(marks: Sequence[Spanned], found: Sequence[Spanned]) -> list[tuple[int, int]]:
    """Pair marks with findings one to one, the largest overlaps first."""
    likely = []
    for i, mark in enumerate(marks):
        for j, one in enumerate(found):
            shared = max(0, min(mark[1], one[1]) - max(mark[0], one[0]))
            if mark[2] == one[2] and 2 * shared >= mark[1] - mark[0]:
                likely.append((shared / max(mark[1] - mark[0], one[1] - one[0]), i, j))
    taken: tuple[set[int], set[int]] = (set(), set())
    paired = []
    for _, i, j in sorted(likely, reverse=True):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            paired.append((i, j))
    return paired


def _count_types(
    counts: Counter[str], genre: str, marks: Sequence[Mark], found: Sequence[Finding], pairs: Sequence[tuple[int, int]]
) -> None:
    for what, names in (
        ("hits", [marks[i].type for i, _ in pairs]),
        ("marks", [mark.type for mark in marks]),
        ("found", [one.type for one in found]),
    ):
        for name in names:
            special = types()[name].item is not None
            counts[f"type:{name}.{what}"] += 1
            counts[f"{'article6' if special else 'personal'}.{what}"] += 1
            if special:
                counts[f"genre:{genre}.{what}"] += 1


def _count_groups(
    counts: Counter[str], special: Sequence[Mark], spoken: Sequence[Finding], pairs: Sequence[tuple[int, int]]
) -> None:
    for what, names in (
        ("hits", [GROUPS[special[i].type] for i, _ in pairs]),
        ("marks", [GROUPS[mark.type] for mark in special]),
        ("found", [GROUPS[one.type] for one in spoken]),
    ):
        for name in names:
            counts[f"group:{name}.{what}"] += 1
            counts[f"article6_group.{what}"] += 1
    for i, j in pairs:
        for name, wanted, said in zip(
            ("subject", "polarity"), special[i].attributes, (spoken[j].subject, spoken[j].polarity), strict=False
        ):
            counts[f"{name}.all"] += 1
            counts[f"{name}.right"] += wanted == said
    true = {j: special[i].attributes[:2] for i, j in pairs}
    claims = [j for j, one in enumerate(spoken) if (one.subject, one.polarity) == _CONSENT]
    right = sum(true.get(j) == _CONSENT for j in claims)
    counts["consent.hits"] += right
    counts["consent.marks"] += sum(mark.attributes[:2] == _CONSENT for mark in special)
    counts["consent.found"] += len(claims)
    counts["false_consent.bad"] += len(claims) - right
    counts["false_consent.all"] += len(claims)


def _count_characters(
    counts: Counter[str], marks: Sequence[Mark], ignored: Sequence[Mark], findings: Sequence[Finding]
) -> None:
    should = {at for mark in marks for at in range(mark.start, mark.end)}
    may = should | {at for mark in ignored for at in range(mark.start, mark.end)}
    got = {at for one in findings for at in range(one.start, one.end)}
    counts["leak.all"] += len(should)
    counts["leak.bad"] += len(should - got)
    counts["over.all"] += len(got)
    counts["over.bad"] += len(got - may)


def _errors(
    marks: Sequence[Mark], found: Sequence[Finding], pairs: Sequence[tuple[int, int]],
    special: Sequence[Mark], spoken: Sequence[Finding], grouped: Sequence[tuple[int, int]],
) -> list[Error]:  # fmt: skip
    hit, used = {i for i, _ in pairs}, {j for _, j in pairs}
    errors = [
        Error("miss", mark.start, mark.end, mark.type, mark.attributes) for i, mark in enumerate(marks) if i not in hit
    ]
    errors += [
        Error("false", one.start, one.end, one.type, said=_said(one)) for j, one in enumerate(found) if j not in used
    ]
    for i, j in grouped:
        wanted, said = special[i].attributes, _said(spoken[j])
        if wanted[:2] != said:
            errors.append(Error("whose", special[i].start, special[i].end, special[i].type, wanted, said))
    return sorted(errors, key=lambda one: (one.start, one.end, one.kind))


def _said(one: Finding) -> tuple[str, ...]:
    return tuple(value for value in (one.subject, one.polarity) if value is not None)


def summed(counts: Iterable[Mapping[str, int]]) -> Figures:
    """Return the figures of the sum of some texts' counts."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return _figures(total)


def _figures(total: Mapping[str, float]) -> Figures:
    names = sorted({name.rpartition(".")[0] for name in total if name.endswith((".marks", ".found"))})
    tallies = {
        name: Tally(*(int(total.get(f"{name}.{what}", 0)) for what in ("hits", "marks", "found")))
        for name in dict.fromkeys(["personal", "article6", "article6_group", "consent", *names])
    }
    rates: dict[str, float | None] = {}
    for name in RATES:
        part, whole = total.get(f"{name}.bad", 0) or total.get(f"{name}.right", 0), total.get(f"{name}.all", 0)
        rates[name] = part / whole if whole else None
    return Figures(tallies, rates)


def intervals(
    counts: Sequence[Mapping[str, int]], *, share: float = 0.95, draws: int = 1000, seed: int = 1, parts: bool = False
) -> dict[str, tuple[float, float]]:
    """Return the bounds of each figure of `Figures.flat`, by drawing texts with replacement.

    Args:
        counts: the counts of each text.
        share: how much of the draws the bounds hold.
        draws: how often to draw.
        seed: of the draws.
        parts: also the F1 of each part (`type:HEALTH`, `group:body`, `genre:form`), by its name.
    """
    names = sorted({name for one in counts for name in one})
    table: npt.NDArray[np.float64] = np.array([[one.get(name, 0) for name in names] for one in counts], dtype=float)
    random = np.random.default_rng(seed)
    found: dict[str, list[float]] = {}
    for _ in range(draws):
        weights = np.bincount(random.integers(0, len(counts), len(counts)), minlength=len(counts))
        drawn = _figures(dict(zip(names, weights @ table, strict=True)))
        told = drawn.flat() | ({n: t.f1 for n, t in drawn.tallies.items() if ":" in n} if parts else {})
        for name, value in told.items():
            found.setdefault(name, []).append(value)
    edge = (1 - share) / 2
    return {name: (float(np.quantile(one, edge)), float(np.quantile(one, 1 - edge))) for name, one in found.items()}
