"""Marked texts (注釈つきテキスト): `⟦うつ病|HEALTH;self;affirmed⟧`, one JSON object a line.

A line is `{"id", "genre", "markup"}`, optionally with `"author"`. Marks do not nest and do not cross a line break.
The labels and their attributes are those of the annotation guideline (docs/evaluation.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hairyo.detection import Role
from hairyo.errors import BrokenInput, UsageError
from hairyo.taxonomy import types

SUBJECTS = ("self", "family", "other")
POLARITIES = ("affirmed", "negated", "uncertain")
PUBLIC, IMPLIED = "public", "implied"
# The role told to the detector with a text of each genre; texts of other genres come without one.
ROLE_OF_GENRE: dict[str, Role] = {
    "profile": "profile",
    "referral": "referral",
    "form": "form",
    "business": "profile",
    "noisy": "profile",
}
_MARK = re.compile(r"⟦([^⟦⟧|]*)\|([^⟦⟧|]*)⟧")


@dataclass(frozen=True, slots=True)
class Mark:
    """What an annotator marked.

    Attributes:
        start: first code point of the text without marks.
        end: one past the last.
        type: label of the taxonomy.
        attributes: whose, or whose and polarity, perhaps `implied`; empty for labels without.
    """

    start: int
    end: int
    type: str
    attributes: tuple[str, ...] = ()

    @property
    def ignored(self) -> bool:
        """Whether it is neither to be found nor wrong to be found."""
        return PUBLIC in self.attributes or IMPLIED in self.attributes

    @property
    def special_care(self) -> bool:
        """Whether it is information of Article 6."""
        return types()[self.type].item is not None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with its marks; `author` is whoever wrote it, so that scores can be told by author."""

    id: str
    genre: str
    author: str
    text: str
    marks: tuple[Mark, ...]

    @property
    def role(self) -> Role | None:
        """The role that its genre stands for."""
        return ROLE_OF_GENRE.get(self.genre)


def read_marked(paths: Iterable[Path]) -> Iterator[MarkedText]:
    """Yield the marked texts of JSON Lines files, in order.

    Raises:
        UsageError: a file cannot be read.
        BrokenInput: a line is not a marked text, or an id comes twice.
    """
    seen: set[str] = set()
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("{name} cannot be read as UTF-8; check the path", name=path.name) from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                text, marks = parse(row["markup"])
                one = MarkedText(str(row["id"]), str(row["genre"]), str(row.get("author", path.stem)), text, marks)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise BrokenInput(
                    "{name}, line {number}: not a marked text; see docs/evaluation.md", name=path.name, number=number
                ) from error
            if one.id in seen:
                raise BrokenInput("{name}, line {number}: its id has come before", name=path.name, number=number)
            seen.add(one.id)
            yield one


def parse(markup: str) -> tuple[str, tuple[Mark, ...]]:
    """Return a marked text without its marks, and the marks with offsets in code points.

    Raises:
        ValueError: a mark is malformed, nested, unclosed, or of an unknown label or attribute.
    """
    pieces: list[str] = []
    marks: list[Mark] = []
    at = length = 0
    for found in _MARK.finditer(markup):
        before, surface = markup[at : found.start()], found.group(1)
        label, *attributes = found.group(2).split(";")
        length += len(before)
        _check(surface, label, attributes)
        marks.append(Mark(length, length + len(surface), label, tuple(attributes)))
        length += len(surface)
        pieces += [before, surface]
        at = found.end()
    text = "".join([*pieces, markup[at:]])
    if "⟦" in text or "⟧" in text:
        raise ValueError("a bracket is left over: nested, unclosed, or without a label")
    return text, tuple(marks)


def _check(surface: str, label: str, attributes: Sequence[str]) -> None:
    if not surface.strip() or "\n" in surface:
        raise ValueError("an empty mark, or one across a line break")
    if label not in types():
        raise ValueError("an unknown label")
    if label == "PERSON":
        right = len(attributes) == 1 and attributes[0] in (*SUBJECTS, PUBLIC)
    elif types()[label].item is None:
        right = not attributes
    else:
        right = (
            len(attributes) in (2, 3)
            and attributes[0] in SUBJECTS
            and attributes[1] in POLARITIES
            and list(attributes[2:]) in ([], [IMPLIED])
        )
    if not right:
        raise ValueError("attributes that do not go with the label")
