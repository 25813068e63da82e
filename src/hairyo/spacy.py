"""The seam to spaCy's and GiNZA's users: findings as `doc.spans["hairyo"]`.

    nlp = spacy.blank("ja")            # or spacy.load("ja_ginza")
    nlp.add_pipe("hairyo")
    doc = nlp("うつ病で休職していました。")
    for span in doc.spans["hairyo"]:
        print(span.text, span.label_, span._.hairyo.subject, span._.hairyo.polarity)

A span is widened to whole tokens, since spaCy knows no smaller unit; `span._.hairyo` holds the exact offsets.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from hairyo.detection import Role
from hairyo.detection.engine import shared_detector

KEY = "hairyo"

if not Span.has_extension(KEY):
    Span.set_extension(KEY, default=None)


@Language.factory(KEY, default_config={"role": None})
def make_component(nlp: Language, name: str, role: Role | None) -> HairyoComponent:
    """Return the pipeline component; `role` is the kind of submission the texts are, if it is known."""
    return HairyoComponent(role)


class HairyoComponent:
    """Puts what Hairyo finds into `doc.spans["hairyo"]`."""

    def __init__(self, role: Role | None = None) -> None:
        self.role = role

    def __call__(self, doc: Doc) -> Doc:
        """Return `doc` with its span group filled."""
        spans = []
        for finding in shared_detector().scan(doc.text, role=self.role):
            span = doc.char_span(finding.start, finding.end, label=finding.type, alignment_mode="expand")
            if span is None:
                raise ValueError("spaCy changed the text's offsets; use a tokenizer that keeps them")
            span._.hairyo = finding
            spans.append(span)
        doc.spans[KEY] = SpanGroup(doc, name=KEY, spans=spans)
        return doc
