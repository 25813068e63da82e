"""Reads names out of a passage: from a place onward, or up to a place (前方・後方の読み取り)."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache

from hairyo.detection.finding import Subject
from hairyo.detection.morphology import Token
from hairyo.detection.names.cues import cues, honorific_after
from hairyo.detection.names.lexicon import fold, traits
from hairyo.detection.names.shapes import DOTS, HIRAGANA, KANJI, KATAKANA, LATIN, LONGEST_WORD, plausibility
from hairyo.detection.passage import Passage

MAX_NAME = 28
_NAME_RUN = re.compile(f"[{KANJI}{HIRAGANA}{KATAKANA}{LATIN}{DOTS} '.-]*")
_LONGEST_SURNAME = 5
_PARTED = re.compile(f"[{DOTS} ]")
_WORD_CHAR = re.compile(f"[{KANJI}{KATAKANA}{LATIN}]")
_BACKWARD = re.compile(f"[{KANJI}{HIRAGANA}{KATAKANA}{LATIN}{DOTS} '.-]{{1,{MAX_NAME}}}$")
_KANA_PAIR = re.compile(f"[{HIRAGANA}ー]+ +[{HIRAGANA}ー]+|[{KATAKANA}]+(?: +[{KATAKANA}]+){{1,3}}")
_LATIN_NAME = re.compile(f"(?:[A-ZÀ-Þ][{LATIN}'-]*\\.?[ ]){{0,3}}[A-ZÀ-Þ][{LATIN}'-]*")
_SCRIPTS = tuple(re.compile(f"[{chars}]") for chars in (KANJI, HIRAGANA, KATAKANA, LATIN))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that a finder takes for a name, before the rejecters have seen it.

    Attributes:
        start: offset of its first code point in `passage.normal`.
        end: one past its last.
        rule: the finder, as `names.kind`.
        score: confidence, 0 to 1.
        cue: span of the words that gave it away.
        subject: whose name it is, where the finder can tell.
    """

    start: int
    end: int
    rule: str
    score: float
    cue: tuple[int, int] | None = None
    subject: Subject | None = None


@lru_cache(maxsize=65_536)
def script(char: str) -> int:
    """Return a number for the script of `char`: kanji, hiragana, katakana, Latin, or -1 for others."""
    return next((number for number, pattern in enumerate(_SCRIPTS) if pattern.match(char)), -1)


@lru_cache(maxsize=65_536)
def _is_name_char(char: str) -> bool:
    return _NAME_RUN.fullmatch(char) is not None


@dataclass(frozen=True)
class Reader:
    """A passage with what the finders of names ask of it."""

    passage: Passage

    @cached_property
    def text(self) -> str:
        """The normalised text."""
        return self.passage.normal

    @cached_property
    def tokens(self) -> list[Token]:
        """The morphemes of the text."""
        return self.passage.tokens

    @cached_property
    def starts(self) -> list[int]:
        """Where the morphemes begin, in order."""
        return [token.start for token in self.tokens]

    @cached_property
    def edges(self) -> frozenset[int]:
        """All offsets between two morphemes."""
        return frozenset(self.starts) | {len(self.text)}

    def token_at(self, offset: int) -> Token | None:
        """Return the morpheme that begins at `offset`, if one does."""
        at = bisect_left(self.starts, offset)
        return self.tokens[at] if at < len(self.tokens) and self.starts[at] == offset else None

    def char(self, offset: int) -> str:
        """Return the character at `offset`, or a line end outside the text."""
        return self.text[offset] if 0 <= offset < len(self.text) else "\n"

    def clean_left(self, start: int) -> bool:
        """Whether a name may begin at `start`: a morpheme or another script begins there."""
        before = self.char(start - 1)
        if script(self.char(start)) == 1 and script(before) >= 0:
            token = self.token_at(start)
            return token is not None and token.pos[0] not in ("助詞", "助動詞")
        return start in self.edges or script(before) != script(self.char(start))

    def clean_right(self, end: int) -> bool:
        """Whether a name may end at `end`: no word goes on there, but for an honorific or title."""
        after = self.char(end)
        if after in "々ー":
            return False
        if not _WORD_CHAR.match(after) or script(after) != script(self.char(end - 1)):
            return True
        return end in self.edges and bool(honorific_after().match(self.text, end))

    def onward(self, start: int, floor: float, *, in_field: bool = False) -> tuple[int, float] | None:
        """Return the end and score of the best name that begins at `start` and scores at least `floor`.

        In a field (`in_field`) two words in kana are taken together, even when only one is known.
        """
        latin = _LATIN_NAME.match(self.text, start)
        if latin:
            score = plausibility(latin.group())
            return (latin.end(), score) if score >= floor else None
        run = _NAME_RUN.match(self.text, start, start + MAX_NAME)
        limit = run.end() if run else start
        if run and not _PARTED.search(self.text, start, limit):
            limit = min(limit, start + LONGEST_WORD)
        best: tuple[float, int] | None = None
        for end in range(start + 1, limit + 1):
            if self.text[end - 1] in " .'-" + DOTS or not self._may_end(end):
                continue
            score = plausibility(self.text[start:end])
            if score < floor:
                continue
            if in_field and _KANA_PAIR.fullmatch(self.text, start, end):
                score = min(score + 0.3 + 0.01 * (end - start), 1.0)
            if best is None or score >= best[0]:
                best = (score, end)
        return None if best is None else (best[1], best[0])

    def opens_surname(self, start: int) -> bool:
        """Whether a surname is known that begins at `start`, or a name of several words may begin there."""
        run = _NAME_RUN.match(self.text, start, start + LONGEST_WORD)
        word = run.group() if run else ""
        if not word or _PARTED.search(word) or script(word[0]) in (2, 3):
            return bool(word)
        return any(traits(fold(word[:length])).surname for length in range(1, min(len(word), _LONGEST_SURNAME) + 1))

    def _may_end(self, end: int) -> bool:
        """Whether a name read onward may end at `end`."""
        after = self.char(end)
        return end in self.edges or script(after) != script(self.text[end - 1]) or not _is_name_char(after)

    def back(self, end: int, floor: float) -> tuple[int, float] | None:
        """Return the start and score of the best name that ends at `end` and scores at least `floor`."""
        run = _BACKWARD.search(self.text, max(0, end - MAX_NAME), end)
        best: tuple[float, int] | None = None
        if run is None or self.text[end - 1] in " .-":
            return None
        for start in range(run.start(), end):
            if self.text[start] in " .'-ー" + DOTS or not self.clean_left(start):
                continue
            score = plausibility(self.text[start:end])
            if self.after_role(start):
                score += 0.06
            if score >= floor and (best is None or score > best[0]):
                best = (score, start)
        return None if best is None else (best[1], min(best[0], 1.0))

    def after_role(self, start: int) -> bool:
        """Whether a word for a kind of person stands directly before `start`."""
        return self.text.endswith(cues().roles, max(0, start - 12), start)


__all__ = ["MAX_NAME", "Candidate", "Reader", "script"]
