"""Pieces cover a text in order, keep to words, and tell its layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.morphology import Analysis
from hairyo.detection.tagger.pieces import SPECIAL, Pieces

OWN = ["う", "つ", "うつ", "病", "▁mail", "mail", "m", "a", "i", "l", "で", "す", "です"]
SCORES = [-5.0, -5.0, -6.0, -4.0, -6.0, -7.0, -9.0, -9.0, -9.0, -9.0, -3.0, -3.0, -2.0]
PIECES = Pieces([*SPECIAL, *OWN], [0.0] * len(SPECIAL) + SCORES)
NAMES = [*SPECIAL, *OWN]


def read(text):
    return PIECES.read(text, Analysis(text).units)


def told(text):
    return [(NAMES[one.id], text[one.start : one.end]) for one in read(text)]


def test_the_likeliest_split_is_taken_inside_a_word():
    assert told("うつ病です") == [("うつ", "うつ"), ("病", "病"), ("です", "です")]


def test_what_no_piece_covers_is_unknown_and_keeps_its_place():
    assert told("髙病") == [("<unk>", "髙"), ("病", "病")]


@pytest.mark.parametrize(
    ("gap", "name"),
    [(" ", "<space>"), ("\u3000 ", "<space>"), ("\t", "<tab>"), ("\n", "<line>"), ("\n \n", "<paragraph>")],
)
def test_layout_is_one_piece(gap, name):
    assert told(f"病{gap}です") == [("病", "病"), (name, gap), ("です", "です")]


def test_a_spaced_latin_word_is_told_from_one_inside():
    assert told("mail") == [("▁mail", "mail")]
    assert told("病mail")[1] == ("▁mail", "mail")  # a word of its own to Sudachi
    assert told(" mail")[1] == ("▁mail", "mail")


def test_the_special_pieces_come_first():
    with pytest.raises(ValueError, match="special"):
        Pieces(["a"], [0.0])


@given(st.text(alphabet=st.sampled_from("うつ病です髙mail \n\t。😊\ud800"), max_size=40))
def test_pieces_cover_the_text_in_order(text):
    found = read(text)
    at = 0
    for one in found:
        assert at <= one.start < one.end <= len(text)
        assert not text[at : one.start].strip()
        at = one.end
    assert not text[at:].strip()
    assert read(text) == found


def test_no_text_has_no_pieces():
    assert read("") == []
