from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.detection.article6.lexicon import lexicon, lookalikes
from hairyo.detection.search.required import required_literals
from hairyo.detection.search.scanner import Scanner


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("うつ病", [{"うつ病"}]),
        ("(?:労働組合|労組)の書記長", [{"労働組合の書記長", "労組の書記長"}]),
        ("身体障害者手帳[1-6一二]?級?", [{"身体障害者手帳"}]),
        ("(?:胃|肺)(?:がん|癌)", [{"胃がん", "胃癌", "肺がん", "肺癌"}]),
        ("[ab]+", [{"a", "b"}]),
        ("[ab]+[^。]{0,9}手帳", [{"手帳"}]),
        ("[手足腕][^。]{0,9}[切断折]", [{"手", "足", "腕"}, {"切", "断", "折"}]),  # either alone comes too often
        ("[手足腕][^。]{0,9}を", [{"手", "足", "腕"}]),  # を comes in every sentence
        ("[一-龠]{2,9}?(?=と診断)", [{"と診断"}]),
        ("(?<=持病は)[一-龠]+", [{"持病は"}]),
        ("[^。]{0,5}", []),
        ("(?:がん)?", []),
        ("(?i)hiv", []),
        ("(?i:hiv)陽性", [{"陽性"}]),
        ("がん(?!ば)", [{"がん"}]),
    ],
)
def test_literals(pattern, expected):
    assert sorted(map(set, required_literals(pattern)), key=sorted) == sorted(expected, key=sorted)


def test_two_sets_are_both_asked_for():
    scanner = Scanner(["[手足腕][^。]{0,9}の(?:中|外)"])
    found = [
        [hit.start for hit in scanner.hits(text, [(0, len(text))])]
        for text in ("手の中", "左手の上", "家の中", "腕は箱の外")
    ]
    assert found == [[0], [], [], [0]]


PARTS = st.sampled_from(
    [
        "うつ",
        "病",
        "(?:胃|肺)",
        "がん",
        "[0-9]",
        "の?",
        "(?:を|に)",
        "手帳",
        "(?:級)?",
        "[^。]{0,3}",
        "(?:a|bc)+",
        "(?=[を0])",
        "(?!に)",
    ]
)


@settings(max_examples=200)
@given(st.lists(PARTS, min_size=1, max_size=6), st.data())
def test_a_text_that_matches_holds_one_of_each(parts, data):
    pattern = "".join(parts)
    text = data.draw(st.text(alphabet="うつ病胃肺がん0の手帳級abc。を", max_size=30))
    needed = required_literals(pattern)
    if re.search(pattern, text):
        assert all(any(literal in text for literal in strings) for strings in needed)


def test_the_joint_search_finds_what_each_pattern_finds():
    patterns = ["うつ病", "(?:胃|肺)がん", "手帳[0-9]級", "[ぁ-ん]{4}"]
    text = "胃がんとうつ病。手帳2級とひらがな"
    sentences = [(0, 8), (8, len(text))]
    found = {(hit.start, hit.end, hit.pattern) for hit in Scanner(patterns).hits(text, sentences)}
    alone = {
        (match.start(), match.end(), number)
        for number, pattern in enumerate(patterns)
        for start, end in sentences
        for match in re.compile(pattern).finditer(text, start, end)
    }
    assert found == alone


def test_nearly_every_row_has_a_literal_to_search_for():
    for table in (lexicon(), lookalikes()):
        compiled = table.scanner.patterns
        bare = [pattern for pattern in compiled if not required_literals(pattern)]
        assert len(bare) <= len(compiled) // 50
