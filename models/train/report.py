"""Measure the shipped tagger on texts it did not learn from: `python models/train/report.py FOLDER NAME=FILES ...`.

Writes FOLDER/FIGURES.md - figures with 95% intervals, by genre and type, reliability (how often what it says with some
probability is so), the operating curve of Article 6 - and FOLDER/reliability.svg. `make figures` calls it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean

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
        reading = model.read(passage, list(hints(judging, found)))
        yield Read(text, found, Tagging(judging, reading, model))


_HEAD = """# Figures of the tagger

Made by `make figures` with what ships: rules, tagger, thresholds. None of these texts were trained on; the figures
of all were seen while thresholds were chosen. `zw` and `zh`: whole documents by 22 kinds of authors. `l and n`: many
facts of many persons, and the rarer types, hardest. Temperatures were fitted on `zh`, `l` and `n`. Reference texts: by
two authors whom nobody had seen; the rules were tuned with their errors in view.

"""


def main() -> None:
    """Write the report of the named sets."""
    folder = Path(sys.argv[1])
    sets = {}
    for named in sys.argv[2:]:
        name, _, files = named.partition("=")
        sets[name] = list(read(read_marked([Path(file) for file in files.split(",")])))
    shown = {name: [one.scored() for one in texts] for name, texts in sets.items()}
    everything = [one for texts in sets.values() for one in texts]
    told = list(_told(everything))
    parts = (
        _figures(sets, shown),
        _parts("genre", shown),
        _parts("type", shown),
        _reliability(told),
        _curve(everything),
    )
    (folder / "FIGURES.md").write_text(_HEAD + "\n".join(parts), encoding="utf-8")
    (folder / "reliability.svg").write_text(_diagram(told), encoding="utf-8")


def _table(title: str, *rows: Iterable[object]) -> str:
    first, *rest = ([str(cell) for cell in row] for row in rows)
    lines = ("| " + " | ".join(row) + " |" for row in (first, ["---"] * len(first), *rest))
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def _figures(sets: Mapping[str, list[Read]], shown: Mapping[str, list[Scored]]) -> str:
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
    head = ("figure", *(f"{name} ({len(scored)} texts)" for name, scored in shown.items()))
    return _table("Figures: with the tagger (95% interval) [rules alone]", head, *rows)


def _parts(kind: str, shown: Mapping[str, list[Scored]]) -> str:
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
    return _table(f"Article 6 by {kind}: F1 (95% interval), marks", (kind, *made), *rows)


def _special(name: str) -> bool:
    return types()[name].item is not None


@dataclass(frozen=True, slots=True)
class Said:
    """Something the tagger says by itself: what it is of (`QUESTIONS`), how sure it is, and whether it is so."""

    question: str
    chance: float
    so: bool


QUESTIONS = ("a fact", "whose", "polarity")


def _told(texts: Iterable[Read]) -> Iterator[Said]:
    """Yield what the tagger says of spans of Article 6, and whether it is so."""
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
            yield Said("a fact", span.score, hit is not None)
            if hit is not None:
                whose, sure = likeliest(reading.subjects[:, : len(WHOSE)], span.first, span.last)
                yield Said("whose", sure, model.subjects[whose] == hit.attributes[0])
                said_so, sure = likeliest(reading.polarities, span.first, span.last)
                yield Said("polarity", sure, model.polarities[said_so] == hit.attributes[1])


def _binned(told: Iterable[Said], question: str) -> list[list[Said]]:
    """Return what was said to a question, by how sure it was (`BINS`)."""
    found = [one for one in told if one.question == question]
    first = BINS[0]
    return [
        [one for one in found if (low < one.chance or low == first) and one.chance <= high]
        for low, high in pairwise(BINS)
    ]


def _reliability(told: list[Said]) -> str:
    columns = [
        [
            f"{sum(one.so for one in part) / len(part):.2f} ({len(part)})" if part else ""
            for part in _binned(told, question)
        ]
        for question in QUESTIONS
    ]
    names = (f"{low} to {high}" for low, high in pairwise(BINS))
    title = "Reliability: what the tagger says by itself with a probability of ..., is so in ... (of how many)"
    table = _table(title, ("probability", *QUESTIONS), *zip(names, *columns, strict=True))
    return table + "\n![the same as a diagram](reliability.svg)\n"


def _diagram(told: list[Said]) -> str:
    """Return the reliability diagram as SVG: probability given to the right, share that is so upwards."""
    side, edge, colours = 300, 40, ("#1b6ca8", "#c44536", "#4a7c59")

    def place(chance: float, share: float) -> str:
        return f"{edge + side * chance:.1f},{edge + side * (1 - share):.1f}"

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side + 2 * edge}" height="{side + 2 * edge}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="100%" height="100%" fill="#fff"/><rect x="{edge}" y="{edge}" width="{side}" height="{side}" '
        'fill="none" stroke="#888"/>',
        f'<polyline points="{place(0, 0)} {place(1, 1)}" stroke="#bbb" stroke-dasharray="4" fill="none"/>',
    ]
    for tick in (0.0, 0.5, 1.0):
        drawn.append(f'<text x="{edge + side * tick - 6}" y="{edge + side + 14}">{tick}</text>')
        drawn.append(f'<text x="{edge - 22}" y="{edge + side * (1 - tick) + 4}">{tick}</text>')
    drawn.append(f'<text x="{edge + side / 2 - 60}" y="{edge + side + 30}">probability given</text>')
    drawn.append(f'<text x="{edge}" y="{edge - 8}">share that is so</text>')
    for at, (question, colour) in enumerate(zip(QUESTIONS, colours, strict=True)):
        parts = [part for part in _binned(told, question) if len(part) >= 5]
        points = [(mean(one.chance for one in part), mean(float(one.so) for one in part)) for part in parts]
        drawn.append(
            f'<polyline points="{" ".join(place(*point) for point in points)}" stroke="{colour}" stroke-width="2" '
            'fill="none"/>'
        )
        drawn += [
            f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in (place(*p).split(",") for p in points)
        ]
        drawn.append(f'<text x="{edge + 10}" y="{edge + 18 + 14 * at}" fill="{colour}">{question}</text>')
    return "\n".join([*drawn, "</svg>", ""])


def _curve(texts: list[Read]) -> str:
    rows = []
    for threshold in CURVE:
        believed = {name: replace(one, tagger=threshold) if _special(name) else one for name, one in trust().items()}
        figures = summed(one.scored(believed).counts for one in texts)
        tally, flat = figures.tallies["article6"], figures.flat()
        rows.append((threshold, *(f"{x:.3f}" for x in (tally.precision, tally.recall, tally.f1)),
                     *(f"{flat[name]:.3f}" for name in ("alarm", "leak", "over", "false_consent"))))  # fmt: skip
    head = ("threshold", "precision", "recall", "F1", "alarm", "leak", "over", "false consent")
    return _table("Operating curve: `special_care.tagger`, all sets together", head, *rows)


if __name__ == "__main__":
    main()
