"""A passage (判定の単位): the text a recognizer looks at, normalised once, with its words and its setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from hairyo.detection.finding import Finding
from hairyo.detection.morphology import Analysis, Token
from hairyo.detection.normalise import Normalised, normalise
from hairyo.detection.wrapping import unwrap

Role = Literal["profile", "referral", "form", "transcript"]
_SENTENCE_END = re.compile(r"[。．！？!?]+[」』）)\]】]*|\n+")


@dataclass(frozen=True)
class Passage:
    """A text to be searched.

    Recognizers match on `normal` (normalised text), and report findings in offsets of `normal`;
    the engine maps them back to `original`. The properties are made once, when first asked for.

    Attributes:
        original: the text as given.
        role: what kind of submission it is, where that is known.
    """

    original: str
    role: Role | None = None

    @cached_property
    def normalised(self) -> Normalised:
        """The normalised copy with its map back; lines that were only wrapped are joined."""
        return unwrap(normalise(self.original))

    @property
    def normal(self) -> str:
        """The normalised text."""
        return self.normalised.text

    @cached_property
    def words(self) -> Analysis:
        """Morphemes and shortest units of the normalised text."""
        return Analysis(self.normal)

    @property
    def tokens(self) -> list[Token]:
        """Morphemes of the normalised text."""
        return self.words.tokens

    @cached_property
    def token_starts(self) -> list[int]:
        """Where each morpheme starts, for bisection."""
        return [token.start for token in self.tokens]

    @cached_property
    def sentence_starts(self) -> list[int]:
        """Where each sentence starts, for bisection."""
        return [start for start, _ in self.sentences]

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Spans of the sentences of the normalised text; line ends part sentences too."""
        return list(sentences(self.normal))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences of `text`, their end marks included; blank ones are left out."""
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        if text[start : mark.end()].strip():
            yield start, mark.end()
        start = mark.end()
    if text[start:].strip():
        yield start, len(text)


class Recognizer(Protocol):
    """Something that finds spans in a passage. One class a kind; see docs/developers.md."""

    name: str
    types: tuple[str, ...]

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield findings with offsets in `passage.normal`; overlaps are resolved later."""
        ...
