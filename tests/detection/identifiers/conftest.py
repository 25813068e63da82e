from __future__ import annotations

import re

import pytest

from hairyo.detection.identifiers import recognizers
from hairyo.detection.passage import Passage
from hairyo.detection.resolver import resolve

_MARK = re.compile(r"⟦([^⟦⟧]*)⟧")


def _plain(marked):
    return _MARK.sub(r"\1", marked), [match[1] for match in _MARK.finditer(marked)]


@pytest.fixture(scope="session")
def found():
    """Give (kind, marked text) -> (what was found of that kind, what is marked ⟦...⟧), in text order."""
    known = recognizers()

    def look(kind, marked):
        text, wanted = _plain(marked)
        passage = Passage(text)
        findings = resolve(one for recognizer in known for one in recognizer.find(passage))
        spans = [passage.normalised.original(f.start, f.end) for f in findings if f.type == kind]
        return [text[start:end] for start, end in spans], wanted

    return look
