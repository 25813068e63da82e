from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.identifiers import recognizers
from hairyo.detection.identifiers.pattern import PatternRecognizer, patterns
from hairyo.detection.passage import Passage
from hairyo.taxonomy import types

N = 100_000
HOSTILE = {
    "digits": "1" * N,
    "dashes": "-" * N,
    "long dashes": "ー" * N,
    "at": "@" * N,
    "letters": "a" * N,
    "letters and dots": "a." * (N // 2),
    "letters and dashes": "a-" * (N // 2),
    "digits and dashes": "0-" * (N // 2),
    "digits and spaces": "1 " * (N // 2),
    "kanji digits": "一" * N,
    "tens": "十" * N,
    "brackets": "(" * N,
    "colons": "a:" * (N // 2),
    "lines": "\n" * N,
    "bars": "|" * N,
    "links": "http://" * (N // 7),
    "labels": "番号" * (N // 2),
    "kana digits": "に" * N,
    "misread": "O0" * (N // 2),
    "years": "1965年" * (N // 5),
    "NUL": "\0" * N,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_read_in_time(text):
    passage = Passage(text)
    assert len(passage.normal) == len(text)  # made before the clock starts
    for recognizer in recognizers():
        start = time.perf_counter()
        for _ in recognizer.find(passage):
            pass
        assert time.perf_counter() - start < 2  # far below; the machine may be shared


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "090\ud800-1234-5678", "\x1b[0m", "\u200b", "年齢：", "生年月日"]
)
def test_an_empty_or_broken_text_has_no_identifier(text):
    kinds = {f.type for recognizer in recognizers() for f in recognizer.find(Passage(text))}
    assert kinds <= {"PHONE"}


def test_a_number_broken_by_invisible_characters_is_found():
    text = "電話 090-12\u200b34-56\u00ad78"
    passage = Passage(text)
    (finding,) = [f for recognizer in recognizers() for f in recognizer.find(passage)]
    start, end = passage.normalised.original(finding.start, finding.end)
    assert text[start:end] == "090-12\u200b34-56\u00ad78"


@given(st.text("0123456789-ー年月日歳@.:,/番号生電話 \n()ABTSa〇一十さい", max_size=80))
def test_findings_lie_in_the_text_and_carry_known_types(text):
    passage = Passage(text)
    for recognizer in recognizers():
        for finding in recognizer.find(passage):
            assert 0 <= finding.start < finding.end <= len(passage.normal)
            assert finding.type in recognizer.types
            assert 0 < finding.score <= 1
            assert finding.rule.startswith("identifiers.")
            if finding.cue is not None:
                assert 0 <= finding.cue[0] < finding.cue[1] <= len(passage.normal)


def test_the_recognizers_know_only_types_of_the_taxonomy():
    kinds = {kind for recognizer in recognizers() for kind in recognizer.types}
    assert kinds <= types().keys()
    assert len(kinds) == 18


def test_every_pattern_row_can_report():
    names = [row.name for row in patterns()]
    assert len(names) == len(set(names))
    assert all(row.score or (row.labelled and row.labels) for row in patterns())


def test_rows_can_be_chosen():
    only = [row for row in patterns() if row.type == "EMAIL"]
    assert PatternRecognizer(only).types == ("EMAIL",)
