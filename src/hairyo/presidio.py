"""The seam to Presidio's users: recognizers, registry, Japanese NLP engine, operators.

    from presidio_analyzer import AnalyzerEngine
    from presidio_anonymizer import AnonymizerEngine
    import hairyo.presidio as hp

    analyzer = AnalyzerEngine(registry=hp.registry(), nlp_engine=hp.NlpEngineJa(), supported_languages=["ja"])
    results = analyzer.analyze("うつ病で休職していました。", language="ja")
    anonymizer = hp.add_operators(AnonymizerEngine())

Entities are Hairyo's types (`hairyo types`). What is said of an Article 6 finding stands in
`result.recognition_metadata["hairyo"]` as the object of `hairyo scan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import spacy
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from presidio_anonymizer import AnonymizerEngine
from spacy.lang.ja.stop_words import STOP_WORDS
from spacy.tokens import Doc

from hairyo.detection import Finding, Passage, Recognizer
from hairyo.detection.engine import shared_detector
from hairyo.detection.morphology import pieces
from hairyo.detection.resolver import resolve
from hairyo.redaction.presidio_operators import PRESIDIO_OPERATORS
from hairyo.taxonomy import types

LANGUAGE = "ja"


class _Base(EntityRecognizer):
    """What Hairyo's recognizers for Presidio share."""

    def load(self) -> None:
        """Nothing to load: dictionaries are read at the first text."""

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return what is found in `text`, of the types in `entities` (all if empty)."""
        return [_result(one, self) for one in self.findings(text) if not entities or one.type in entities]

    def findings(self, text: str) -> list[Finding]:
        """Return the findings of `text` in offsets of `text`."""
        raise AssertionError("a recognizer must say how it finds")


class HairyoRecognizer(_Base):
    """The whole detector as one recognizer: every type, overlaps resolved."""

    def __init__(self) -> None:
        of_texts = [name for name, one in types().items() if not one.pictured]
        super().__init__(supported_entities=of_texts, supported_language=LANGUAGE, name="Hairyo")

    def findings(self, text: str) -> list[Finding]:
        """Return the findings of the whole detector."""
        return shared_detector().scan(text)


class SingleRecognizer(_Base):
    """One of Hairyo's recognizers of ordinary personal information, for registries that pick and choose."""

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__(
            supported_entities=list(recognizer.types),
            supported_language=LANGUAGE,
            name=f"Hairyo {recognizer.name}",
        )
        self._recognizer = recognizer

    def findings(self, text: str) -> list[Finding]:
        """Return this recognizer's own findings, without overlaps."""
        passage = Passage(text)
        found = []
        for one in resolve(self._recognizer.find(passage)):
            start, end = passage.normalised.original(one.start, one.end)
            found.append(Finding(start, end, one.type, score=one.score, rule=one.rule, subject=one.subject))
        return found


def recognizers() -> list[SingleRecognizer]:
    """Return every recognizer of ordinary personal information as a Presidio recognizer of its own."""
    return [SingleRecognizer(recognizer) for recognizer in shared_detector().recognizers]


def registry() -> RecognizerRegistry:
    """Return a registry that holds the whole detector, for an `AnalyzerEngine` of Japanese."""
    return RecognizerRegistry(recognizers=[HairyoRecognizer()], supported_languages=[LANGUAGE])


def add_operators(engine: AnonymizerEngine) -> AnonymizerEngine:
    """Add Hairyo's operators (`hairyo_mask`, `hairyo_placeholder`, ...) to an anonymizer, and return it."""
    for operator in PRESIDIO_OPERATORS:
        engine.add_anonymizer(operator)
    return engine


class NlpEngineJa(NlpEngine):
    """A Japanese NLP engine for Presidio: Sudachi's words, or GiNZA's full analysis.

    Args:
        model: "blank" for words only, which is all that Hairyo needs and a hundred times as fast, or the
            name of an installed spaCy model such as "ja_ginza" for its entities and parse.

    Texts of any length are accepted; Sudachi itself refuses more than 49,149 bytes.
    """

    def __init__(self, model: str = "blank") -> None:
        self._model = model
        self._nlp: spacy.language.Language | None = None

    def load(self) -> None:
        """Load the model, from this machine only."""
        self._nlp = spacy.blank(LANGUAGE) if self._model == "blank" else spacy.load(self._model)

    def is_loaded(self) -> bool:
        """Tell whether the model is loaded."""
        return self._nlp is not None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the words, lemmas and entities of `text`."""
        if self._nlp is None:
            self.load()
        assert self._nlp is not None
        parts = [self._nlp(text[start:end]) for start, end in pieces(text)] or [self._nlp("")]
        doc = parts[0] if len(parts) == 1 else Doc.from_docs(parts, ensure_whitespace=False)
        return NlpArtifacts(
            entities=list(doc.ents),
            tokens=doc,
            tokens_indices=[token.idx for token in doc],
            lemmas=[token.lemma_ for token in doc],
            nlp_engine=self,
            language=language,
        )

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Yield every text with its artifacts."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Tell whether `word` is on spaCy's Japanese list of stop words."""
        return word in STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:
        """Tell whether `word` is punctuation."""
        return bool(word) and not any(char.isalnum() for char in word)

    def get_supported_entities(self) -> list[str]:
        """Return no entity: the recognizers find them."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return Japanese alone."""
        return [LANGUAGE]


def _result(finding: Finding, recognizer: EntityRecognizer) -> RecognizerResult:
    name = str(recognizer.to_dict()["name"])
    explanation = AnalysisExplanation(recognizer=name, original_score=finding.score, textual_explanation=finding.rule)
    return RecognizerResult(
        entity_type=finding.type,
        start=finding.start,
        end=finding.end,
        score=finding.score,
        analysis_explanation=explanation,
        recognition_metadata={
            RecognizerResult.RECOGNIZER_NAME_KEY: name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id,
            "hairyo": finding.to_json(),
        },
    )
