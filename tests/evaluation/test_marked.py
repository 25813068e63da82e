"""Reading marked texts: what a mark is, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.errors import BrokenInput, UsageError
from hairyo.evaluation import Mark, parse, read_marked


def test_marks_are_taken_out_and_their_offsets_kept():
    text, marks = parse("⟦山田太郎|PERSON;self⟧です。⟦うつ病|HEALTH;self;affirmed⟧で、😊⟦090-1234-5678|PHONE⟧へ")
    assert text == "山田太郎です。うつ病で、😊090-1234-5678へ"
    assert [(text[one.start : one.end], one.type) for one in marks] == [
        ("山田太郎", "PERSON"),
        ("うつ病", "HEALTH"),
        ("090-1234-5678", "PHONE"),
    ]
    assert marks[1].attributes == ("self", "affirmed")


@pytest.mark.parametrize(
    ("attributes", "ignored"),
    [(("self", "affirmed"), False), (("self", "affirmed", "implied"), True), (("public",), True)],
)
def test_implied_facts_and_public_persons_are_not_counted(attributes, ignored):
    assert Mark(0, 1, "PERSON", attributes).ignored is ignored


@pytest.mark.parametrize(
    "markup",
    [
        "⟦うつ病⟧",
        "⟦うつ病|HEALTH⟧",
        "⟦うつ病|HEALTH;self⟧",
        "⟦うつ病|HEALTH;me;affirmed⟧",
        "⟦うつ病|HEALTH;self;affirmed;maybe⟧",
        "⟦うつ病|ILLNESS;self;affirmed⟧",
        "⟦山田|PERSON⟧",
        "⟦山田|PERSON;self;affirmed⟧",
        "⟦090|PHONE;self⟧",
        "⟦ |PHONE⟧",
        "⟦0\n9|PHONE⟧",
        "⟦うつ⟦病|HEALTH;self;affirmed⟧|HEALTH;self;affirmed⟧",
        "⟦うつ病",
        "病⟧",
    ],
)
def test_a_malformed_mark_is_refused(markup):
    with pytest.raises(ValueError, match=r"mark|bracket|label|attributes"):
        parse(markup)


@given(st.text(alphabet=st.characters(exclude_characters="⟦⟧", exclude_categories=["Cs"])))
def test_a_text_without_marks_is_itself(text):
    assert parse(text) == (text, ())


def test_files_are_read_in_order_with_author_and_role(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [
        {"id": "1", "genre": "referral", "markup": "⟦林|PERSON;other⟧さん"},
        {"id": "2", "genre": "long", "author": "b", "markup": "長い"},
    ]
    path.write_text("\ufeff" + "\n\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    texts = list(read_marked([path]))
    assert [(one.id, one.author, one.role) for one in texts] == [("1", "a", "referral"), ("2", "b", None)]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "1", '{"id": 1}', '{"id": "秘密", "genre": "form", "markup": "⟦秘密⟧"}', "[" * 100_000],
)
def test_a_broken_line_is_named_by_its_number_without_its_words(tmp_path, line):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": "1", "genre": "form", "markup": "可"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(BrokenInput, match=r"a\.jsonl, line 2") as caught:
        list(read_marked([path]))
    assert "秘密" not in str(caught.value)


def test_an_id_that_comes_twice_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "genre": "form", "markup": "可"}\n' * 2, encoding="utf-8")
    with pytest.raises(BrokenInput, match="line 2"):
        list(read_marked([path]))


@pytest.mark.parametrize("data", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read(tmp_path, data):
    path = tmp_path / "a.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match="UTF-8"):
        list(read_marked([path]))
