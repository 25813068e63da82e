"""Characters a second and quality of `hairyo` beside Presidio with GiNZA, in one run on the same texts.

Usage: python benchmarks/against_presidio.py GOLD.jsonl ...

Presidio gets what a user can give it today: GiNZA as its NLP engine, GiNZA's labels mapped to ours, its own
e-mail, IP address, credit card and URL recognizers, and patterns for Japanese telephone numbers and postal codes.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import tempfile
import time
from pathlib import Path

from hairyo.evaluation import MarkedText, read_marked, score, summed
from hairyo.evaluation.predictions import read_predictions

# GiNZA's entity labels that mean a type of ours; Disease is the only one of Article 6 that it has in number.
LABELS = {
    "Person": "PERSON", "Animal_Disease": "HEALTH", "Disease": "HEALTH", "Religion": "RELIGION",
    "Political_Party": "POLITICAL", "Email": "EMAIL", "Phone_Number": "PHONE", "Postal_Address": "ADDRESS",
    "Age": "AGE", "URL": "URL",
}  # fmt: skip
PRESIDIO = {"EMAIL_ADDRESS": "EMAIL", "IP_ADDRESS": "IP_ADDRESS", "CREDIT_CARD": "CREDIT_CARD"}


def presidio():
    """Return a function from a text to findings, made of Presidio and GiNZA."""
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, EmailRecognizer, IpRecognizer

    import hairyo.presidio as hp

    logging.disable(logging.CRITICAL)
    EmailRecognizer.validate_result = lambda self, text: True  # its own asks the network for a suffix list
    patterns = {"PHONE": r"0\d{1,4}-\d{1,4}-\d{3,4}", "POSTAL_CODE": r"〒?\d{3}-\d{4}(?!-|\d)"}
    own = [
        PatternRecognizer(supported_entity=name, patterns=[Pattern(name, regex, 0.6)], supported_language="ja")
        for name, regex in patterns.items()
    ]
    built_in = [kind(supported_language="ja") for kind in (EmailRecognizer, IpRecognizer, CreditCardRecognizer)]
    registry = RecognizerRegistry(recognizers=[*own, *built_in], supported_languages=["ja"])
    engine = hp.NlpEngineJa("ja_ginza")
    engine.load()
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["ja"])

    def find(text: str, role: str | None) -> list[dict]:
        artifacts = engine.process_text(text, "ja")
        found = [
            {"start": span.start_char, "end": span.end_char, "type": LABELS[span.label_]}
            for span in artifacts.entities
            if span.label_ in LABELS
        ]
        for one in analyzer.analyze(text, language="ja", nlp_artifacts=artifacts):
            type_ = PRESIDIO.get(one.entity_type, one.entity_type)
            found.append({"start": one.start, "end": one.end, "type": type_})
        return [one | {"subject": "self", "polarity": "affirmed"} for one in found]

    return find


def hairyo():
    """Return a function from a text to findings, made of Hairyo."""
    from hairyo.detection.engine import shared_detector

    detector = shared_detector()
    return lambda text, role: [one.to_json() for one in detector.scan(text, role=role)]


def measure(make, texts: list[MarkedText]) -> dict[str, float]:
    """Return the figures and the speed of one tool, warmed up."""
    find = make()
    find(texts[0].text, None)
    started = time.perf_counter()
    lines = [json.dumps({"id": one.id, "findings": find(one.text, one.role)}) for one in texts]
    seconds = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        found = read_predictions(path)
    figures = summed(score(one, found[one.id]).counts for one in texts).flat()
    return {"chars_per_second": round(sum(len(one.text) for one in texts) / seconds), **figures}


def main() -> None:
    """Measure both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    texts = list(read_marked(parser.parse_args().gold))
    ours = measure(hairyo, texts)
    theirs = measure(presidio, texts)
    print(f"{'figure':18} {'hairyo':>10} {'presidio + GiNZA':>18}")
    for name, value in ours.items():
        print(f"{name:18} {value:>10} {theirs.get(name)!s:>18}")
    print(f"ratio of speeds    {ours['chars_per_second'] / theirs['chars_per_second']:>10.1f}")
    print(f"peak memory, both  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>8.0f} MB")


if __name__ == "__main__":
    main()
