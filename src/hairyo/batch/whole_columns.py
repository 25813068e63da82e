"""Columns that hold one thing (列全体の判定): a column is what its worst cells are, not what it is on the average.

Where half of a column's cells are found to be one thing as a whole (names, telephone numbers), the others are taken for
it, too: a name that no list knows stands among names. The first rows decide, so that everybody who reads a table
decides the same, whatever part of it is theirs. Measured in `docs/figures.md`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from hairyo.batch.assemble import Unit
from hairyo.detection import Finding
from hairyo.detection.article6.forms import answer_of
from hairyo.detection.resolver import resolve
from hairyo.taxonomy import types

SAMPLE = 100  # rows that decide
SAMPLE_CHARS = 20_000  # fewer, where they are long
_LEAST = 10  # cells with an answer that a column has to have
_SHARE = 0.5
_WHOLE = 0.8  # share of a cell's characters that a finding of the cell as a whole covers
RULE = "column.worst"

Kinds = Mapping[str, str]


def sample_units(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the rows of a table that decide what its columns hold."""
    rows = (unit for unit in units if unit.record is not None)
    length = 0
    for unit in islice(rows, SAMPLE):
        yield unit
        length += len(unit.text)
        if length >= SAMPLE_CHARS:
            return


def sample(told: Iterable[tuple[Unit, list[Finding]]]) -> Iterator[tuple[Unit, list[Finding]]]:
    """Yield those with what was found in them; see `sample_units`."""
    found = {id(unit): (unit, findings) for unit, findings in told}
    return (found[id(unit)] for unit in sample_units(unit for unit, _ in found.values()))


def kinds_of(sample: Iterable[tuple[Unit, Iterable[Finding]]]) -> Kinds:
    """Return the columns that hold one thing, by their fields, with the type of finding that they hold.

    Args:
        sample: rows of a table, or of a sheet, with what was found in them.
    """
    answers: Counter[str] = Counter()
    whole: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for unit, found in sample:
        for block in unit.blocks:
            if block.field is not None and _answered(block.text):
                answers[block.field] += 1
        for one in found:
            places = list(unit.places(one.start, one.end))
            at, start, end = places[0] if len(places) == 1 else (-1, 0, 0)
            field = unit.blocks[at].field if places else None
            if field is not None and end - start >= _WHOLE * len(unit.blocks[at].text.strip()):
                whole[field][one.type] += 1
    most = {field: counts.most_common(1)[0] for field, counts in whole.items()}
    return {
        field: type_
        for field, (type_, count) in most.items()
        if answers[field] >= _LEAST and count >= _SHARE * answers[field]
    }


def completed(unit: Unit, found: list[Finding], kinds: Kinds) -> list[Finding]:
    """Return what is found in a unit, and the cells of `kinds` of which nothing of Article 6 is known better."""
    if not kinds:
        return found
    return resolve([*found, *_cells(unit, found, kinds)])


def _cells(unit: Unit, found: list[Finding], kinds: Kinds) -> Iterator[Finding]:
    facts = [one for one in found if one.special_care]
    for block, at in zip(unit.blocks, unit.starts, strict=True):
        type_ = kinds.get(block.field or "")
        if type_ is None or not _answered(block.text):
            continue
        value = block.text.strip()
        start = at + block.text.index(value)
        end = start + len(value)
        if any(one.start < end and start < one.end for one in facts):
            continue
        cell = Finding(start, end, type_, score=1.0, rule=RULE)
        if (item := types()[type_].item) is not None:
            code = types()[type_].code or ""
            cell = replace(cell, item=item, code=code, tier="L2", subject="unknown", polarity="uncertain")
        yield cell


def _answered(text: str) -> bool:
    """Whether a cell says something: not empty, not なし, not 回答しない, not a dash."""
    return any(letter.isalnum() for letter in text) and answer_of(text, 0, len(text)) not in ("none", "declined")
