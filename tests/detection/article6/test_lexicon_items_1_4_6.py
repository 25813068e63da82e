"""The lexicons and look-alikes of Article 6 items 1 to 4 and 6, and of SEX_LIFE, read from their TSV files."""

from __future__ import annotations

import re
import time
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hairyo.detection.article6 as package
from hairyo.taxonomy import codes, types

FOLDER = Path(package.__file__).parent
CASES = Path(__file__).with_name("cases_items_1_4_6.tsv")
TYPES = (
    "RELIGION",
    "BELIEF",
    "RACE",
    "LINEAGE",
    "DISABILITY",
    "CRIMINAL_RECORD",
    "DISCRIMINATION",
    "UNION",
    "POLITICAL",
    "CRIME_VICTIM",
    "CRIMINAL_PROCEDURE",
    "JUVENILE_PROCEDURE",
    "SOCIAL_STATUS",
    "SEX_LIFE",
)
STRENGTHS = ("fact", "topic", "label", "weak")
FILES = [(folder, name) for folder in ("lexicon", "lookalikes") for name in TYPES] + [("lookalikes", "ANY")]


@cache
def rows(folder: str, name: str) -> tuple[tuple[str, ...], ...]:
    """Return header and data rows of a TSV file."""
    text = (FOLDER / folder / f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.split("\n") if line and line[0] != "#")


@cache
def compiled(folder: str, name: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a TSV file."""
    return tuple(re.compile(row[0]) for row in rows(folder, name)[1:])


def facts(name: str, phrase: str) -> set[str]:
    """Return the stretches that a `fact` row finds and no look-alike takes away.

    As in the engine, a look-alike that lies wholly inside a longer fact does not take it away.
    """
    apart = [m.span() for file in (name, "ANY") for p in compiled("lookalikes", file) for m in p.finditer(phrase)]
    found = set()
    for row, pattern in zip(rows("lexicon", name)[1:], compiled("lexicon", name), strict=True):
        for match in pattern.finditer(phrase) if row[2] == "fact" else ():
            start, end = match.span()
            touching = [(a, b) for a, b in apart if a < end and start < b]
            if all(start <= a and b <= end and b - a < end - start for a, b in touching):
                found.add(match.group())
    return found


def cases(kind: str) -> list[tuple[str, str, str]]:
    """Return (type, phrase, surface) of the cases of one kind."""
    lines = CASES.read_text(encoding="utf-8").split("\n")
    split = [line.split("\t") for line in lines if line and line[0] != "#"][1:]
    return [(name, phrase, surface) for name, one, phrase, surface in split if one == kind]


@pytest.mark.parametrize("name", TYPES)
def test_lexicon_columns(name: str) -> None:
    """Every row has a known code of its type, a known strength and a note's column."""
    assert rows("lexicon", name)[0] == ("pattern", "code", "strength", "note")
    for row in rows("lexicon", name)[1:]:
        assert len(row) == 4
        assert name in codes()[row[1]].types, row[1]
        assert row[2] in STRENGTHS
    assert {row[2] for row in rows("lexicon", name)[1:]} == set(STRENGTHS)
    assert types()[name].item is not None


@pytest.mark.parametrize("name", [*TYPES, "ANY"])
def test_lookalike_columns(name: str) -> None:
    """Every row of a look-alike table has a pattern and a note."""
    assert rows("lookalikes", name)[0] == ("pattern", "note")
    assert all(len(row) == 2 for row in rows("lookalikes", name))


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_patterns_are_fit_for_japanese_text(folder: str, name: str) -> None:
    """No word edges, no open repeats, no groups that capture, nothing that matches the empty string."""
    for row, pattern in zip(rows(folder, name)[1:], compiled(folder, name), strict=True):
        assert not re.search(r"\\[bBwW]|(?<!\\)[.\])][*+]", row[0]), row[0][:60]
        assert pattern.groups == 0
        assert pattern.search("") is None
        assert not any(mark in row[0] for mark in "（）：！？"), "written for normalised text"


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_long_repeats_take_linear_time(folder: str, name: str) -> None:
    """Hostile text does not grow the time out of proportion: four times the text, far less than 16 times."""
    for char in ("あ", "教", "ア", "1", "元"):
        spent = []
        for length in (500, 2000):
            began = time.perf_counter()
            for pattern in compiled(folder, name):
                assert pattern.search(char * length) is None
            spent.append(time.perf_counter() - began)
        assert spent[1] < max(0.2, 9 * spent[0])


@pytest.mark.parametrize(("name", "phrase", "surface"), cases("catch"))
def test_must_catch(name: str, phrase: str, surface: str) -> None:
    """A fact about a person is found as the stretch that tells it."""
    assert surface
    assert surface in facts(name, phrase)


@pytest.mark.parametrize(("name", "phrase", "_surface"), cases("miss"))
def test_must_not_catch(name: str, phrase: str, _surface: str) -> None:
    """A homograph or a business use gives no fact."""
    assert facts(name, phrase) == set()


@pytest.mark.parametrize("name", TYPES)
def test_enough_cases_on_both_sides(name: str) -> None:
    """Each type has at least twenty phrases to catch and fifteen to leave alone."""
    assert sum(case[0] == name for case in cases("catch")) >= 20
    assert sum(case[0] == name for case in cases("miss")) >= 15


def test_contexts_compile() -> None:
    """The context lists hold patterns that compile and do not match the empty string."""
    table = tomllib.loads((FOLDER / "contexts.toml").read_text(encoding="utf-8"))
    assert {"right_business", "left_business", "person_link_right", "person_link_left"} <= set(table)
    for fragments in table.values():
        for fragment in fragments:
            assert re.compile(fragment).search("") is None


CONTEXTS = [
    ("right_business", "の治療薬の営業", "の診断を受けた"),
    ("right_business", "に関する研修", "になりました"),
    ("right_business", "支援事業", "で休職した"),
    ("right_business", "を研究して", "を患って"),
    ("right_business", "率の推移", "の既往があり"),
    ("person_link_right", "です。", "の営業"),
    ("person_link_right", "を信仰して", "を販売し"),
    ("person_link_right", "に入信した", "に関する"),
    ("person_link_right", "の会員で", "の市場"),
    ("person_link_right", "されました", "の研究"),
]


@pytest.mark.parametrize(("name", "yes", "no"), CONTEXTS)
def test_contexts_part_business_from_persons(name: str, yes: str, no: str) -> None:
    """Words right after a term tell a trade from a person."""
    table = tomllib.loads((FOLDER / "contexts.toml").read_text(encoding="utf-8"))
    pattern = re.compile(f"(?:{'|'.join(table[name])})")
    assert pattern.match(yes)
    assert not pattern.match(no)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(cases("catch")), st.text(alphabet="。\n ", max_size=3))
def test_facts_stand_wherever_a_sentence_begins(case: tuple[str, str, str], before: str) -> None:
    """What is found does not hang on what sentence end or blank stands before it."""
    name, phrase, surface = case
    assert surface in facts(name, f"{before}\n{phrase}")
