from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hairyo.detection.finding import Finding
from hairyo.errors import UsageError
from hairyo.redaction.operators import (
    NEUTRAL,
    OPERATORS,
    Encrypt,
    Generalise,
    Mask,
    Placeholder,
    Pseudonym,
    decrypt,
)
from hairyo.redaction.scope import Scope
from hairyo.redaction.sweep import squeeze
from hairyo.taxonomy import types

KEY = bytes(range(32))


def best(operator, value, type_="PERSON", scope=None):
    finding = Finding(0, max(1, len(value)), type_)
    return next(operator.choices(value, finding, scope or Scope(key=KEY)))


def test_a_mask_is_one_text_whatever_the_length():
    assert {best(Mask(), value, "HEALTH") for value in ("癌", "うつ病", "高血圧" * 30)} == {NEUTRAL}


@pytest.mark.parametrize("name", OPERATORS)
def test_my_number_takes_the_mask_only(name):
    operator = OPERATORS[name]()
    assert operator.fits("MY_NUMBER") == (name == "mask")
    if name != "mask":
        with pytest.raises(UsageError, match="MY_NUMBER"):
            best(operator, "123456789018", "MY_NUMBER")


@pytest.mark.parametrize(
    ("operator", "value", "type_", "expected"),
    [
        (Placeholder(), "山田太郎", "PERSON", "人物A"),
        (Placeholder(text="[氏名]"), "A", "PERSON", "[氏名]"),
        (Placeholder(text="[人物]"), "人物", "PERSON", NEUTRAL),
        (Generalise(text="[年齢]"), "45歳", "AGE", "40代"),
        (Generalise(text="[年齢]"), "40", "AGE", "[年齢]"),
        (Generalise(text="[生年]"), "1960年", "DATE_OF_BIRTH", "[生年]"),
        (Generalise(text="[住所]"), "府中市本町", "ADDRESS", "[住所]"),
        (Mask(text="[電話番号]"), "電話", "PHONE", NEUTRAL),
        (Mask(), "非開示", "PERSON", "***"),
        (OPERATORS["remove"](), "山田", "PERSON", ""),
    ],
)
def test_what_stands_in_the_values_place(operator, value, type_, expected):
    assert best(operator, value, type_) == expected


@given(st.sampled_from(sorted(OPERATORS)), st.sampled_from(sorted(types())), st.text(min_size=1, max_size=12))
def test_no_replacement_shows_the_value(name, type_, value):
    operator, hidden = OPERATORS[name](), squeeze(value)
    if not operator.fits(type_) or not hidden:
        return
    for text in operator.choices(value, Finding(0, len(value), type_), Scope(key=KEY)):
        assert hidden not in squeeze(text) or not text


def test_pseudonyms_are_the_same_for_the_same_value_however_written():
    one, other = (best(Pseudonym(), value, "PHONE") for value in ("090-1234-5678", "０９０１２３４５６７８"))
    assert one == other
    assert len(one.removeprefix("ID-")) == 8


def test_pseudonyms_cannot_be_linked_between_scopes_recipients_keys_and_types():
    scopes = [
        Scope("a", key=KEY),
        Scope("b", key=KEY),
        Scope("a", recipient="r", key=KEY),
        Scope("a", key=KEY[::-1]),
    ]
    found = {best(Pseudonym(), "taro@example.jp", "EMAIL", scope) for scope in scopes}
    found.add(best(Pseudonym(), "taro@example.jp", "URL", scopes[0]))
    assert len(found) == 5


def test_pseudonyms_per_recipient_are_the_same_in_all_documents():
    scopes = [Scope(name, recipient="r", key=KEY) for name in ("a", "b")]
    assert len({best(Pseudonym(per="recipient"), "taro@example.jp", "EMAIL", scope) for scope in scopes}) == 1


@pytest.mark.parametrize("operator", [Pseudonym(), Encrypt()])
def test_keyed_operators_ask_for_a_key(operator):
    with pytest.raises(UsageError, match="key"):
        best(operator, "山田", scope=Scope())


def test_a_short_key_is_refused():
    with pytest.raises(UsageError, match="32 bytes"):
        Scope(key=b"short")


@given(st.text(min_size=3, max_size=80))
def test_encryption_can_be_undone_with_the_key_only(value):
    scope = Scope(key=KEY)
    token = Encrypt().replace(value, Finding(0, len(value), "PERSON"), scope)
    assert decrypt(token, scope) == value
    assert token == Encrypt().replace(value, Finding(0, len(value), "PERSON"), Scope("other", key=KEY))
    with pytest.raises(UsageError, match="key"):
        decrypt(token, Scope(key=KEY[::-1]))


def test_encryption_does_not_tell_the_length():
    assert len({len(best(Encrypt(), value)) for value in ("山田", "山田太郎", "a" * 31)}) == 1


@pytest.mark.parametrize("damage", [lambda one: one[:-6] + "]", lambda one: one[:30] + "AAAA" + one[34:]])
def test_a_damaged_token_is_refused(damage):
    scope = Scope(key=KEY)
    with pytest.raises(UsageError, match="altered"):
        decrypt(damage(best(Encrypt(), "山田太郎", scope=scope)), scope)


def test_unknown_options_are_refused():
    with pytest.raises(ValidationError):
        Mask.model_validate({"txt": "x"})


def test_nothing_raw_shows_in_the_repr_of_a_scope():
    scope = Scope(key=b"k" * 32)
    scope.people.letter("山田太郎")
    assert "山田" not in repr(scope)
    assert "kkk" not in repr(scope)
