"""A sparse search finds what `re` finds, and knows with what a match can begin."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.detection.search import sparse
from hairyo.detection.search.first import first_characters


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("(?<![0-9])[0-9]{4}", "05", "a "),
        ("[ ]?(?:さん|様)", " さ様", "んあ"),
        ("(?:(?<=TEL)|(?<!\\w))\\(?0[1-9]", "(0", "1T"),
        ("(?:(?P<a>田)|(?<=山)中)", "田中", "山"),
        ("(?=[ab])[^\\n。]", "", ""),
        ("(?<!x)(?:\\d+|[ァ-ヺ]){2,}", "7アヺ", "aあ"),
    ],
)
def test_first_characters(pattern, yes, no):
    first = first_characters(pattern)
    assert (first is not None) == bool(yes)
    assert all(first.match(char) for char in yes)
    assert not any(first.match(char) for char in no)


@pytest.mark.parametrize("pattern", ["うつ病", "[0-9]四", "(?:父|母)の", "^山", "(?<!a)b?", "(?i)(?<!a)tel", ""])
def test_where_it_would_not_help_or_nothing_is_known_re_searches_itself(pattern):
    assert first_characters(pattern) is None
    text = "山 父の1234 TEL うつ病 b"
    assert [one.span() for one in sparse(pattern).finditer(text)] == [one.span() for one in re.finditer(pattern, text)]


TEXTS = st.text("0a 山さん様1", max_size=30)
PARTS = st.sampled_from(
    ["(?<!0)", "(?=[0山])", "[ ]?", "0", "[0-9a]+", "山*", "(?:さん|様)?", "(?:a|山0)", "[^0]", "\\d"]
)


@settings(max_examples=300)
@given(st.lists(PARTS, min_size=1, max_size=5), TEXTS, st.integers(0, 9), st.integers(0, 30))
def test_it_finds_the_same(parts, text, start, end):
    pattern = re.compile("".join(parts))
    found = [one.span() for one in sparse(pattern.pattern).finditer(text, start, end)]
    assert found == [one.span() for one in pattern.finditer(text, start, end)]
