"""The Article 6 lexicons (要配慮個人情報の語彙) and look-alikes, read from the TSV files beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from hairyo.detection.search.scanner import Scanner
from hairyo.errors import ModelError
from hairyo.taxonomy import codes, types

Strength = Literal["fact", "topic", "label", "weak"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a lexicon.

    Attributes:
        type: label of the finding.
        code: sub-code of LAW.md 1.1.
        strength: `fact` states a fact wherever it stands, `topic` needs a person linked to it, `label`
            is a form item whose answer decides, `weak` only hints.
        rule: name shown as the finding's rule.
    """

    type: str
    code: str
    strength: Strength
    rule: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All rows with their joint scanner; `entries[hit.pattern]` is a hit's row."""

    entries: tuple[Entry, ...]
    scanner: Scanner


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Stretches in which terms of a type do not count; `types[hit.pattern]` is the type or `ANY`."""

    types: tuple[str, ...]
    scanner: Scanner


def _rows(folder: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (type, file, columns) for every data row of the TSV files of `folder`."""
    for path in sorted((files(__package__) / folder).iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".tsv"):
            continue
        lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line and line[0] != "#"]
        for line in lines[1:]:  # the first is the header
            yield path.name.split(".")[0], path.name, line.split("\t")


@cache
def lexicon() -> Lexicon:
    """Return the lexicons of all types.

    Raises:
        ModelError: a row names an unknown type, code or strength.
    """
    patterns, entries = [], []
    strength: Any
    for type_, file, columns in _rows("lexicon"):
        pattern, code, strength = columns[:3]
        if type_ not in types() or code not in codes() or strength not in get_args(Strength):
            raise ModelError("lexicon/{file} has a row of unknown type, code or strength; reinstall hairyo", file=file)
        patterns.append(pattern)
        entries.append(Entry(type_, code, strength, f"article6.{file.removesuffix('.tsv').lower()}"))
    return Lexicon(tuple(entries), _scanner(patterns, "lexicon"))


@cache
def lookalikes() -> Lookalikes:
    """Return the look-alikes of all types.

    Raises:
        ModelError: a pattern does not compile.
    """
    rows = [(type_, columns[0]) for type_, _, columns in _rows("lookalikes")]
    return Lookalikes(tuple(type_ for type_, _ in rows), _scanner([row[1] for row in rows], "lookalikes"))


def _scanner(patterns: Sequence[str], folder: str) -> Scanner:
    try:
        return Scanner(patterns)
    except re.error as error:
        raise ModelError("article6/{folder}: a pattern does not compile; reinstall hairyo", folder=folder) from error


@cache
def settings(name: str) -> dict[str, Any]:
    """Return the word lists of `name`.toml beside this module."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
