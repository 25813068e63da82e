"""Measure the tagger that ships on texts it was not trained on: `python models/train/report.py NAME=FILE[,FILE] ...`.

Prints Markdown: figures with 95% intervals, by genre and type, reliability (how often what it says with some
probability is so), and the operating curve of Article 6.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from hairyo.detection.engine import Detector, to_original
from hairyo.detection.finding import Finding
from hairyo.detection.passage import Passage
from hairyo.detection.resolver import resolve
from hairyo.detection.tagger.decode import spans
from hairyo.detection.tagger.hints import hints
from hairyo.detection.tagger.model import shared_model
from hairyo.detection.tagger.tagging import WHOSE, Tagging, Trust, likeliest, trust
from hairyo.evaluation import MarkedText, Scored, intervals, read_marked, score, summed
from hairyo.taxonomy import types

BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
CURVE = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
NAMES = (
    "article6_f1", "article6_group_f1", "consent_f1", "false_consent", "subject", "polarity", "alarm", "leak", "over",
    "personal_f1", "person_f1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A marked text, what the rules found in it (offsets of the normalised text), and the tagger's reading."""

    text: MarkedText
    rules: list[Finding]
    tagging: Tagging

    def scored(self, believed: Mapping[str, Trust] | None = None) -> Scored:
        """Score the text, the tagger believed as given, or as it ships."""
        tagging = self.tagging if believed is None else replace(self.tagging, believed=believed)
        found = resolve(tagging.joined(self.rules))
        return score(self.text, [to_original(one, tagging.judging.passage) for one in found])

    def rules_alone(self) -> Scored:
        """Score what the rules found."""
        return score(self.text, [to_original(one, self.tagging.judging.passage) for one in self.rules])


def read(texts: Iterable[MarkedText]) -> Iterator[Read]:
    """Yield the texts, read."""
    detector, model = Detector(rules_only=True), shared_model()
    for text in texts:
        passage = Passage(text.text, text.role)
        judging, found = detector.judged(passage)
        reading = model.read(passage.normal, list(hints(judging, found)), passage.role)
        yield Read(text, found, Tagging(judging, reading, model))


def main() -> None:
    """Print the report of the named sets."""
    sets = {}
    for named in sys.argv[1:]:
        name, _, files = named.partition("=")
        sets[name] = list(read(read_marked([Path(file) for file in files.split(",")])))
    shown = {name: [one.scored() for one in texts] for name, texts in sets.items()}
    _figures(sets, shown)
    _parts("genre", shown)
    _parts("type", shown)
    everything = [one for texts in sets.values() for one in texts]
    _reliability(everything)
    _curve(everything)


def _table(*rows: Iterable[object]) -> None:
    first, *rest = ([str(cell) for cell in row] for row in rows)
    for row in (first, ["---"] * len(first), *rest):
        print("| " + " | ".join(row) + " |")
    print()


def _figures(sets: Mapping[str, list[Read]], shown: Mapping[str, list[Scored]]) -> None:
    print("### Figures: with the tagger (95% interval) [rules alone]\n")
    columns = []
    for name, scored in shown.items():
        counts = [one.counts for one in scored]
        alone = summed(one.rules_alone().counts for one in sets[name]).flat()
        columns.append((summed(counts).flat(), intervals(counts), alone))
    rows = []
    for figure in NAMES:
        cells = [
            f"{flat[figure]:.3f} ({bounds[figure][0]:.2f} to {bounds[figure][1]:.2f}) [{alone[figure]:.3f}]"
            for flat, bounds, alone in columns
        ]
        rows.append((figure, *cells))
    _table(("figure", *(f"{name} ({len(scored)} texts)" for name, scored in shown.items())), *rows)


def _parts(kind: str, shown: Mapping[str, list[Scored]]) -> None:
    print(f"### Article 6 by {kind}: F1 (95% interval), marks\n")
    made = {}
    for name, scored in shown.items():
        counts = [one.counts for one in scored]
        made[name] = summed(counts).tallies, intervals(counts, parts=True)
    names = sorted({part for tallies, _ in made.values() for part in tallies if part.startswith(f"{kind}:")})
    if kind == "type":
        names = [name for name in names if _special(name.removeprefix("type:"))]
    rows = []
    for part in names:
        cells = []
        for tallies, bounds in made.values():
            tally = tallies.get(part)
            low, high = bounds.get(part, (0.0, 1.0))
            cells.append(f"{tally.f1:.2f} ({low:.2f} to {high:.2f}), {tally.marks}" if tally else "")
        rows.append((part.partition(":")[2], *cells))
    _table((kind, *made), *rows)


def _special(name: str) -> bool:
    return types()[name].item is not None


def _reliability(texts: list[Read]) -> None:
    """Print how often a finding is a mark, and whose and polarity are right, by the probability given."""
    right: Counter[tuple[str, int]] = Counter()
    said: Counter[tuple[str, int]] = Counter()
    for one in texts:
        passage = one.tagging.judging.passage
        marks = [mark for mark in one.text.marks if mark.special_care]
        reading, model = one.tagging.reading, one.tagging.model
        for span in spans(reading.tags) if reading.pieces else ():
            if span.label != len(model.labels) - 1:
                continue
            start, end = passage.normalised.original(
                reading.pieces[span.first].start, reading.pieces[span.last - 1].end
            )
            touched = [mark for mark in marks if mark.start < end and start < mark.end]
            if any(mark.ignored for mark in touched):
                continue
            hit = next((m for m in touched if 2 * (min(m.end, end) - max(m.start, start)) >= m.end - m.start), None)
            told = [("a fact", span.score, hit is not None)]
            if hit is not None:
                whose, sure = likeliest(reading.subjects[:, : len(WHOSE)], span.first, span.last)
                told.append(("whose", sure, model.subjects[whose] == hit.attributes[0]))
                said_so, sure = likeliest(reading.polarities, span.first, span.last)
                told.append(("polarity", sure, model.polarities[said_so] == hit.attributes[1]))
            for what, chance, so in told:
                at = next(at for at, (_, high) in enumerate(pairwise(BINS)) if chance <= high)
                said[what, at] += 1
                right[what, at] += so
    print("### Reliability: what the tagger says by itself with a probability of ..., is so in ... (of how many)\n")
    rows = []
    for at, (low, high) in enumerate(pairwise(BINS)):
        cells = [
            f"{right[what, at] / said[what, at]:.2f} ({said[what, at]})" if said[what, at] else ""
            for what in ("a fact", "whose", "polarity")
        ]
        rows.append((f"{low} to {high}", *cells))
    _table(("probability", "a fact", "whose", "polarity"), *rows)


def _curve(texts: list[Read]) -> None:
    print("### Operating curve: `special_care.tagger`, all sets together\n")
    rows = []
    for threshold in CURVE:
        believed = {name: replace(one, tagger=threshold) if _special(name) else one for name, one in trust().items()}
        figures = summed(one.scored(believed).counts for one in texts)
        tally, flat = figures.tallies["article6"], figures.flat()
        rows.append((threshold, *(f"{x:.3f}" for x in (tally.precision, tally.recall, tally.f1)),
                     *(f"{flat[name]:.3f}" for name in ("alarm", "leak", "over", "false_consent"))))  # fmt: skip
    _table(("threshold", "precision", "recall", "F1", "alarm", "leak", "over", "false consent"), *rows)


if __name__ == "__main__":
    main()
