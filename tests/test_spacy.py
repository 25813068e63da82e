"""A spaCy user gets `doc.spans["hairyo"]`."""

from __future__ import annotations

import spacy

import hairyo.spacy

TEXT = "私は山田太郎です。三年前にうつ病で休職しました。前科はありません。"


def test_spans_of_a_blank_pipeline():
    nlp = spacy.blank("ja")
    nlp.add_pipe("hairyo")
    doc = nlp(TEXT)
    spans = {span.text: span for span in doc.spans["hairyo"]}
    assert spans["山田太郎"].label_ == "PERSON"
    assert spans["前科"]._.hairyo.polarity == "negated"
    illness = next(span for span in spans.values() if span.label_ == "HEALTH")
    assert illness._.hairyo.subject == "self"


def test_role_is_a_setting_of_the_pipe():
    nlp = spacy.blank("ja")
    nlp.add_pipe("hairyo", config={"role": "referral"})
    doc = nlp("三年前にうつ病で休職されました。")
    assert [span._.hairyo.subject for span in doc.spans["hairyo"]] == ["other"]


def test_ginza_keeps_its_own_entities():
    nlp = spacy.load("ja_ginza")
    nlp.add_pipe("hairyo")
    doc = nlp(TEXT)
    assert doc.ents
    assert doc.spans["hairyo"]


def test_an_empty_text_has_an_empty_group():
    nlp = spacy.blank("ja")
    nlp.add_pipe(hairyo.spacy.KEY)
    assert len(nlp("").spans["hairyo"]) == 0
