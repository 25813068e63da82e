"""The dependency parse: one sentence at a time, whatever it holds."""

from __future__ import annotations

import pytest

from hairyo.detection import syntax
from hairyo.errors import ModelError


def test_parse_gives_heads_and_offsets_of_the_sentence() -> None:
    sentence = "妻が病院に通っています。"
    doc = syntax.parse(sentence)
    subject = next(token for token in doc if token.text == "妻")
    assert subject.dep_ == "nsubj"
    assert subject.head.text.startswith("通")
    assert all(sentence[token.idx : token.idx + len(token)] == token.text for token in doc)


def test_the_same_sentence_is_parsed_once() -> None:
    assert syntax.parse("弟が来た。") is syntax.parse("弟が来た。")


@pytest.mark.parametrize("sentence", ["", " ", "\x00", "\ud800", "𠮷"])
def test_odd_sentences_are_parsed(sentence: str) -> None:
    assert len(syntax.parse(sentence).text) == len(sentence)


def test_a_sentence_too_long_for_the_tokenizer_keeps_its_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "pieces", lambda text: [(0, 8), (8, len(text))])
    sentence = "兄は東京にいる。妹が大阪に住む。"
    doc = syntax.parse(sentence)
    assert doc.text == sentence
    assert all(sentence[token.idx : token.idx + len(token)] == token.text for token in doc)


def test_a_missing_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "MODEL", "no_such_model")
    syntax._pipeline.cache_clear()
    try:
        with pytest.raises(ModelError, match="install"):
            syntax.parse("これは初めて読む文です。")
    finally:
        syntax._pipeline.cache_clear()
