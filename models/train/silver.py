"""Corpora of others as partial labels (部分ラベル): each is believed in what it marks, and asked nothing else.

They mark persons (人名) or diseases (病名) by rules of their own, and nothing of Article 6. So from texts with persons
the tag head learns which pieces are of a person and which are not, and not what else these may be. Medical texts name
no person and hold many words named after one: from them it learns the latter, and the kind head that diseases are of
HEALTH. Whose and polarity learn nothing. The corpora stay where they are; the card names them (models/tagger/CARD.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hairyo.evaluation import Mark, MarkedText
from texts import IGNORED, NOT_PERSON, PERSON_TAGS, Example, Reader

_ROLELESS = "corpus"  # a genre that stands for no role


@dataclass(frozen=True)
class Corpus:
    """A file of a corpus: `{"id", "text", "spans": [[start, end, label], ...]}`, one JSON object a line.

    Attributes:
        name: of the file, without `.jsonl`.
        persons: its labels of persons.
        diseases: its labels of diseases; a row's `labels` name others by words of the text (`symptoms`).
        symptoms: label of a row → its value where somebody has it → the word to look for.
    """

    name: str
    persons: frozenset[str] = frozenset()
    diseases: frozenset[str] = frozenset()
    symptoms: tuple[tuple[str, str, str], ...] = ()


CORPORA = (
    Corpus("ner_wikipedia", persons=frozenset({"人名"})),
    Corpus("ud_gsd_ne", persons=frozenset({"PERSON"})),
    Corpus("case_reports_ner", diseases=frozenset({"d"})),
    Corpus(
        "medweb_tweets",
        symptoms=(
            ("influenza", "インフルエンザである", "インフルエンザ"),
            ("influenza", "インフルエンザである", "インフル"),
            ("hayfever", "花粉症である", "花粉症"),
        ),
    ),
)


def read_silver(folder: Path, reader: Reader) -> list[Example]:
    """Return the examples of all corpora of a folder, `IGNORED` where a corpus says nothing.

    Raises:
        OSError: a corpus is not there.
    """
    return [
        one
        for corpus in CORPORA
        for line in (folder / f"{corpus.name}.jsonl").read_text(encoding="utf-8").splitlines()
        if (one := _example(json.loads(line), corpus, reader)) is not None
    ]


def _example(row: dict[str, Any], corpus: Corpus, reader: Reader) -> Example | None:
    marks = tuple(sorted(_marks(row, corpus), key=lambda mark: mark.start))
    whole = reader.example(MarkedText(row["id"], _ROLELESS, corpus.name, row["text"], marks))
    if whole is None:
        return None
    person = np.isin(whole.tags, PERSON_TAGS)
    tags = np.where(person, whole.tags, NOT_PERSON)
    nothing = np.full_like(whole.subjects, IGNORED)
    return replace(whole, tags=tags, subjects=nothing, polarities=nothing)


def _marks(row: dict[str, Any], corpus: Corpus) -> Iterator[Mark]:
    for start, end, label in row["spans"]:
        if label in corpus.persons:
            yield Mark(start, end, "PERSON", ("other",))
        elif label in corpus.diseases:
            yield Mark(start, end, "HEALTH", ("other", "affirmed"))
    for label, value, word in corpus.symptoms:
        at = row["text"].find(word) if row["labels"][label] == value else -1
        if at >= 0:
            yield Mark(at, at + len(word), "HEALTH", ("other", "affirmed"))
