"""A plain Presidio user gets Hairyo's findings and operators."""

from __future__ import annotations

import pytest
from presidio_analyzer import AnalyzerEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

import hairyo.presidio as hp
from hairyo.redaction import Scope

TEXT = "私は山田太郎です。電話は090-1234-5678。三年前にうつ病で休職しました。"


@pytest.fixture(scope="module")
def analyzer():
    return AnalyzerEngine(registry=hp.registry(), nlp_engine=hp.NlpEngineJa(), supported_languages=["ja"])


def test_findings_reach_a_plain_user(analyzer):
    found = {TEXT[one.start : one.end]: one for one in analyzer.analyze(TEXT, language="ja")}
    assert found["山田太郎"].entity_type == "PERSON"
    assert found["090-1234-5678"].entity_type == "PHONE"
    illness = next(one for one in found.values() if one.entity_type == "HEALTH")
    assert illness.recognition_metadata["hairyo"]["subject"] == "self"
    assert illness.recognition_metadata["hairyo"]["polarity"] == "affirmed"


def test_entities_asked_for_are_the_only_ones(analyzer):
    assert {one.entity_type for one in analyzer.analyze(TEXT, language="ja", entities=["PHONE"])} == {"PHONE"}


def test_operators_reach_a_plain_user(analyzer):
    engine = hp.add_operators(AnonymizerEngine())
    scope = Scope()
    operators = {
        "PERSON": OperatorConfig("hairyo_placeholder", {"scope": scope}),
        "HEALTH": OperatorConfig("hairyo_mask"),
        "DEFAULT": OperatorConfig("hairyo_mask", {"text": "[伏せ字]"}),
    }
    made = engine.anonymize(TEXT, analyzer.analyze(TEXT, language="ja"), operators).text
    assert "人物A" in made
    assert "[非開示]" in made
    assert not any(secret in made for secret in ("山田", "090", "うつ病"))


def test_each_recognizer_stands_alone():
    names = {recognizer.name for recognizer in hp.recognizers()}
    assert len(names) == len(hp.recognizers()) > 5
    phone = next(one for one in hp.recognizers() if one.supported_entities == ["PHONE"])
    assert [TEXT[one.start : one.end] for one in phone.analyze(TEXT, [])] == ["090-1234-5678"]


def test_texts_that_sudachi_refuses_are_read(analyzer):
    text = "本日は晴天です。" * 3000 + TEXT
    found = {text[one.start : one.end] for one in analyzer.analyze(text, language="ja")}
    assert {"山田太郎", "090-1234-5678"} <= found


def test_ginza_can_be_the_engine():
    artifacts = hp.NlpEngineJa("ja_ginza").process_text("東京都の佐藤さん", "ja")
    assert "佐藤" in [token.text for token in artifacts.tokens]
    assert artifacts.entities
