from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.detection.article6.lexicon import lexicon, lookalikes
from hairyo.detection.article6.required import required_literals
from hairyo.detection.article6.scanner import Scanner


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("うつ病", {"うつ病"}),
        ("(?:労働組合|労組)の書記長", {"労働組合の書記長", "労組の書記長"}),
        ("身体障害者手帳[1-6一二]?級?", {"身体障害者手帳"}),
        ("(?:胃|肺)(?:がん|癌)", {"胃がん", "胃癌", "肺がん", "肺癌"}),
        ("[ab]+", {"a", "b"}),
        ("[^。]{0,5}", set()),
        ("(?:がん)?", set()),
        ("(?i)hiv", set()),
        ("(?i:hiv)陽性", {"陽性"}),
        ("がん(?!ば)", {"がん"}),
    ],
)
def test_literals(pattern, expected):
    assert required_literals(pattern) == expected


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
    ]
)


@settings(max_examples=200)
@given(st.lists(PARTS, min_size=1, max_size=6), st.data())
def test_a_match_always_holds_one_of_them(parts, data):
    pattern = "".join(parts)
    text = data.draw(st.text(alphabet="うつ病胃肺がん0の手帳級abc。を", max_size=30))
    needed = required_literals(pattern)
    for match in re.finditer(pattern, text):
        assert not match.group() or not needed or any(literal in match.group() for literal in needed)


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
