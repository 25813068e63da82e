"""Labels (項目名): the words that say what the number beside them is, read from `labels.toml`.

The nearest label decides. A number after 注文番号 is an order's, whatever its shape; the 番号 after 保険証
is the insurance's. Under a table's header, the header is the label.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from hairyo.detection.identifiers.data import load
from hairyo.detection.identifiers.tables import Columns

GENERIC = "generic"
OTHER = "other"
_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TIGHT = re.compile(
    r"[\s:;：=→⇒>》」』】〕\])(（「『【〔\[・,、.|/#*_\"'-]*(?:\([^()\n]{1,12}\))?(?:[一-龥]{1,3}[都道府県])?(?:第|は|が|も|の方は|って|の|と|ハ|ガ|わ|さ|が、|は、)?"
    r"[\s:=→>「『【\[(,、.|\"'第#]*(?:no\.?|№|第)?[\s:.#]*(?:(?:男性?|女性?)[ ・/、,]{0,2}|\([^()\n]{1,8}\)[ ]?)?",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"[^。\n]*")
_NEXT_LINE = re.compile(r"[ \t:：)】\]→=]*\n[ \t>「(・]*(?:第[ ]?)?")
# A question and, on the next line, its answer: お生まれは何年ですか。⏎佐藤：昭和37年です。
_ANSWER = re.compile(
    r"[^。\n]{0,16}(?:か|[?]|お願い(?:いた)?します|ください|教えて|どうぞ)[。?」]{0,2}\n[^\n。0-9]{0,16}"
)
_ANSWER_REACH = 40
_NO_SPACE = re.compile(r"[^ \t]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNKNOWN_LABEL = re.compile(r"[一-龥々ァ-ヶーA-Za-z]")


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a text.

    Attributes:
        start: its first code point; for a table, of the word in the header.
        end: one past its last.
        group: its group in `labels.toml`; `generic` only as long as it is not resolved.
        word: the word, lower case and without spaces.
    """

    start: int
    end: int
    group: str
    word: str


class _Vocabulary:
    def __init__(self) -> None:
        data = load("labels.toml")
        self.groups: dict[str, str] = dict.fromkeys(map(_squeezed_word, data["generic"]["words"]), GENERIC)
        for group, words in data["groups"].items():
            self.groups.update({_squeezed_word(word): group for word in words})
        for word in data["generic"]["words"]:
            self.groups[_squeezed_word(word)] = GENERIC
        self.reach: int = data["generic"]["reach"]
        self.default: dict[str, str] = data["generic"]["default"]
        self.words = list(self.groups)
        self.automaton = AhoCorasick(self.words, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary()


def _squeezed_word(word: str) -> str:
    return word.replace(" ", "").translate(_TO_LOWER)


def _squeeze(text: str) -> tuple[str, list[int]]:
    """Return `text` in lower case without spaces, and the offset of each character left."""
    words = list(_NO_SPACE.finditer(text))
    kept = [at for word in words for at in range(*word.span())]
    return _SURROGATE.sub("?", "".join(word.group() for word in words)).translate(_TO_LOWER), kept


def _ascii_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _scan(text: str) -> Iterator[Label]:
    vocabulary = _vocabulary()
    squeezed, kept = _squeeze(text)
    previous = 0
    for word, start, end in vocabulary.automaton.find_matches_as_indexes(squeezed):
        first, last = kept[start], kept[end - 1] + 1
        if _ascii_word(text[first]) and first and _ascii_word(text[first - 1]):
            continue
        if _ascii_word(text[last - 1]) and last < len(text) and text[last].isascii() and text[last].isalpha():
            continue
        name = vocabulary.words[word]
        group = vocabulary.groups[name]
        unknown = first > previous and _UNKNOWN_LABEL.match(text[first - 1])
        if group == GENERIC and name not in vocabulary.default and unknown:
            group = OTHER
        previous = last
        yield Label(first, last, group, name)


class Labels:
    """The labels of one normalised text, by offset."""

    def __init__(self, text: str) -> None:
        """Find every label of `text`."""
        self._text = text
        self._labels = list(_scan(text))
        self._ends = [label.end for label in self._labels]
        self._columns = Columns(text)
        self.groups = frozenset(label.group for label in self._labels)

    def before(self, at: int, *, reach: int = 24, tight: bool = True, resolve: bool = True) -> Label | None:
        """Return the label that names the value starting at `at`, or None.

        Args:
            at: offset of the value.
            reach: most code points between the label and the value.
            tight: whether only colons, particles, brackets and the like may stand between.
            resolve: whether a generic label (番号) takes the group of the label that governs it.
        """
        cell = self._columns.at(at)
        label = self._nearest(at, reach, tight, cell.start if cell else 0)
        if label is None and cell is not None:
            label = self._within(*cell.header)
        if label is None or label.group != GENERIC or not resolve:
            return label
        return self._governed(label)

    def _nearest(self, at: int, reach: int, tight: bool, floor: int) -> Label | None:
        place = self._last_before(at)
        if place is None:
            return None
        label = self._labels[place]
        gap = self._text[label.end : at]
        if label.start < floor or len(gap) > max(reach, _ANSWER_REACH):
            return None
        if _ANSWER.fullmatch(gap):
            return label
        shape = _TIGHT if tight else _LOOSE
        if len(gap) > reach:
            return None
        if (shape.fullmatch(gap) and gap.count("\n") <= 1) or _NEXT_LINE.fullmatch(gap):
            return label
        return None

    def _last_before(self, at: int) -> int | None:
        place = bisect_left(self._ends, at + 1) - 1
        return place if place >= 0 else None

    def _within(self, start: int, end: int) -> Label | None:
        first = bisect_left(self._ends, start + 1)
        inside = [label for label in self._labels[first : first + 8] if start <= label.start and label.end <= end]
        return inside[-1] if inside else None

    def _governed(self, label: Label) -> Label:
        """Return the generic `label` with the group of the nearest telling label before it."""
        place = self._last_before(label.start)
        while place is not None and place >= 0:
            earlier = self._labels[place]
            if label.start - earlier.end > _vocabulary().reach:
                break
            if earlier.group != GENERIC:
                return replace(label, group=earlier.group)
            place -= 1
        return replace(label, group=_vocabulary().default.get(label.word, GENERIC))

    def after(self, at: int) -> Label | None:
        """Return the label in the bracket that opens at `at` (`taro_1 (LINE ID)`), or None."""
        place = bisect_left(self._ends, at + 1)
        if place == len(self._labels):
            return None
        label = self._labels[place]
        return label if re.fullmatch(r" ?[(「]", self._text[at : label.start][:3]) else None

    def near(self, groups: frozenset[str], start: int, end: int) -> Label | None:
        """Return the first label of one of `groups` that lies in `start:end`, or None."""
        place = bisect_left(self._ends, start + 1)
        while place < len(self._labels) and self._labels[place].end <= end:
            if self._labels[place].group in groups and self._labels[place].start >= start:
                return self._labels[place]
            place += 1
        return None


@lru_cache(maxsize=2)
def labels_of(text: str) -> Labels:
    """Return the labels of a normalised text; the last texts are kept, since many recognizers ask."""
    return Labels(text)
