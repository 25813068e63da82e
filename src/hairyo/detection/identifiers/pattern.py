"""Recognizers made from data (型で見つける番号): one row of `patterns.toml` is one shape of one type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hairyo.detection.finding import Finding
from hairyo.detection.identifiers.check_digits import CHECKS
from hairyo.detection.identifiers.data import fill, load
from hairyo.detection.identifiers.folding import folded
from hairyo.detection.identifiers.labels import OTHER, Label, Labels, labels_of
from hairyo.detection.identifiers.rejecters import REJECTERS, Rejecter
from hairyo.detection.passage import Passage
from hairyo.detection.search import Sparse, sparse
from hairyo.errors import ModelError

_LIST_GAP = re.compile(r"[ ]?(?:[、,・/]|と|および|及び)[ ]?")
_CHECKED, _UNCHECKED = 0.03, -0.05  # what a check digit adds to a label, and what a wrong one takes


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of `patterns.toml`.

    Attributes:
        name: its name; the rule of its findings is `identifiers.<name>`.
        type: label of what it finds.
        regex: the shape, with a group `value`.
        labels: groups of `labels.toml` that name it; an empty tuple asks for none.
        after: groups that name it from behind (`taro_1 (LINE ID)`).
        anywhere: groups that make a merely generic label (番号) enough if they occur anywhere in the text.
        score: confidence without a label; 0 where a label must stand.
        labelled: confidence with one.
        check: a function of `check_digits.py`; without a label it must hold.
        reject: functions of `rejecters.py`; one that holds drops the finding.
        reach: most code points between label and value.
        tight: whether only punctuation and particles may stand between.
        folded: whether misread and kanji digits count as digits.
        needs: a character without which no match is possible; spares the search.
    """

    name: str
    type: str
    regex: Sparse
    labels: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()
    score: float = 0.0
    labelled: float = 0.0
    check: Callable[[str], bool] | None = None
    reject: tuple[Rejecter, ...] = ()
    reach: int = 24
    tight: bool = True
    folded: bool = False
    needs: str = ""

    def find(self, passage: Passage, labels: Labels) -> Iterator[Finding]:
        """Yield what the row finds, offsets in `passage.normal`."""
        text = folded(passage.normal) if self.folded else passage.normal
        if self.needs and self.needs not in text:
            return
        last: Finding | None = None
        for match in self.regex.finditer(text):
            finding = self._judge(match, labels) or self._listed(match, last)
            if finding is not None and not any(reject(passage, finding) for reject in self.reject):
                yield finding
                last = finding

    def _listed(self, match: re.Match[str], last: Finding | None) -> Finding | None:
        """Return the next item of a list under one label: 社員番号：10023、10045、10077."""
        start, end = match.span("value")
        if last is None or last.cue is None or not _LIST_GAP.fullmatch(match.string, last.end, start):
            return None
        if end - start != last.end - last.start:
            return None
        return self._finding(start, end, last.score, last.cue)

    def _judge(self, match: re.Match[str], labels: Labels) -> Finding | None:
        start, end = match.span("value")
        label = self._label(start, end, labels)
        checked = None if self.check is None else self.check(match["value"])
        if label is not None and label.group in (self.labels | self.after):
            score = self.labelled + (0 if checked is None else _CHECKED if checked else _UNCHECKED)
            return self._finding(start, end, min(score, 1.0), (label.start, label.end))
        if label is not None and self.anywhere & labels.groups and label.group not in (OTHER, *self.labels):
            return self._finding(start, end, self.labelled - 0.1, (label.start, label.end))
        if self.score and checked is not False and (label is None or label.group != OTHER):
            return self._finding(start, end, self.score, None)
        return None

    def _label(self, start: int, end: int, labels: Labels) -> Label | None:
        behind = labels.after(end) if self.after else None
        if behind is not None and behind.group in self.after:
            return behind
        return labels.before(start, reach=self.reach, tight=self.tight)

    def _finding(self, start: int, end: int, score: float, cue: tuple[int, int] | None) -> Finding:
        return Finding(start, end, self.type, score=score, rule=f"identifiers.{self.name}", cue=cue)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the rows of `patterns.toml`, compiled.

    Raises:
        ModelError: a row has an unknown key, check or rejecter, or a malformed pattern.
    """
    data = load("patterns.toml")
    fragments = {
        key: "|".join(sorted(value, key=len, reverse=True)) if isinstance(value, list) else value
        for key, value in data["fragments"].items()
    }
    try:
        return tuple(_pattern(row, fragments) for row in data["pattern"])
    except (KeyError, TypeError, re.error) as error:
        raise ModelError("identifiers/patterns.toml has an unknown key or a malformed row; reinstall hairyo") from error


def _pattern(row: dict[str, Any], fragments: dict[str, str]) -> Pattern:
    return Pattern(
        regex=sparse(fill(row.pop("pattern"), fragments)),
        labels=frozenset(row.pop("labels", ())),
        after=frozenset(row.pop("after", ())),
        anywhere=frozenset(row.pop("anywhere", ())),
        check=CHECKS[row.pop("check")] if "check" in row else None,
        reject=tuple(REJECTERS[name] for name in row.pop("reject", ())),
        **row,
    )


class PatternRecognizer:
    """Finds what rows of `patterns.toml` describe.

    Attributes:
        name: `identifiers.patterns`.
        types: the types its rows find.
    """

    name = "identifiers.patterns"

    def __init__(self, rows: Sequence[Pattern] | None = None) -> None:
        """Take `rows`, or all of `patterns.toml`."""
        self._rows = tuple(patterns() if rows is None else rows)
        self.types: tuple[str, ...] = tuple(dict.fromkeys(row.type for row in self._rows))

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield findings with offsets in `passage.normal`; without a digit or letter there are none."""
        if not re.search(r"[0-9A-Za-z〇○一二三四五六七八九]|記号|キゴウ", passage.normal):
            return
        labels = labels_of(passage.normal)
        for row in self._rows:
            yield from row.find(passage, labels)
