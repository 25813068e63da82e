from __future__ import annotations

import pytest
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import InvalidParamError, OperatorConfig, RecognizerResult

from hairyo.redaction import Scope
from hairyo.redaction.presidio_operators import PRESIDIO_OPERATORS


@pytest.fixture
def engine():
    made = AnonymizerEngine()
    for operator in PRESIDIO_OPERATORS:
        made.add_anonymizer(operator)
    return made


def anonymize(engine, value, type_, operator, **params):
    found = [RecognizerResult(type_, 0, len(value), 0.9)]
    return engine.anonymize(value, found, {type_: OperatorConfig(operator, params)}).text


def test_presidio_lists_our_operators(engine):
    ours = {"hairyo_mask", "hairyo_placeholder", "hairyo_generalise", "hairyo_pseudonym"}
    assert ours <= set(engine.get_anonymizers())


@pytest.mark.parametrize(
    ("text", "type_", "operator", "params", "expected"),
    [
        ("090-1234-5678", "PHONE", "hairyo_mask", {}, "[電話番号]"),
        ("090-1234-5678", "PHONE", "hairyo_mask", {"text": "[TEL]"}, "[TEL]"),
        ("090-1234-5678", "PHONE_NUMBER", "hairyo_mask", {}, "[非開示]"),
        ("うつ病", "HEALTH", "hairyo_mask", {}, "[非開示]"),
        ("123456789018", "MY_NUMBER", "hairyo_mask", {"text": "[個人番号]"}, "[個人番号]"),
        ("山田太郎", "PERSON", "hairyo_placeholder", {"scope": Scope()}, "人物A"),
        ("45歳", "AGE", "hairyo_generalise", {}, "40代"),
        ("府中市", "ADDRESS", "hairyo_generalise", {}, "[住所]"),
    ],
)
def test_a_plain_engine_uses_them(engine, text, type_, operator, params, expected):
    assert anonymize(engine, text, type_, operator, **params) == expected


def test_persons_keep_their_letters_within_a_scope(engine):
    scope, text = Scope(), "山田太郎と佐藤花子と山田太郎"
    found = [RecognizerResult("PERSON", start, start + 4, 0.9) for start in (0, 5, 10)]
    done = engine.anonymize(text, found, {"PERSON": OperatorConfig("hairyo_placeholder", {"scope": scope})}).text
    first, second, third = done.split("と")
    assert first == third != second


def test_pseudonyms_are_keyed(engine):
    one, other = (
        anonymize(engine, "taro@example.jp", "EMAIL", "hairyo_pseudonym", scope=Scope(key=key * 32))
        for key in (b"a", b"b")
    )
    assert one != other
    assert len(one) == len("ID-") + 8


@pytest.mark.parametrize(
    ("type_", "operator", "params"),
    [
        ("PERSON", "hairyo_placeholder", {}),
        ("EMAIL", "hairyo_pseudonym", {"scope": Scope()}),
        ("MY_NUMBER", "hairyo_pseudonym", {"scope": Scope(key=b"k" * 32)}),
        ("PHONE", "hairyo_generalise", {}),
        ("HEALTH", "hairyo_mask", {"text": "[病歴]"}),
        ("HEALTH", "hairyo_pseudonym", {"scope": Scope(key=b"k" * 32)}),
        ("PHONE", "hairyo_mask", {"txt": "x"}),
    ],
)
def test_what_does_not_fit_is_refused(engine, type_, operator, params):
    with pytest.raises(InvalidParamError) as caught:
        anonymize(engine, "090-1234-5678", type_, operator, **params)
    assert "5678" not in caught.value.err_msg
