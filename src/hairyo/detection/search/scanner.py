"""Search a text for thousands of patterns at once (多パターン検索)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from hairyo.detection.search.required import required_literals


@dataclass(frozen=True, slots=True)
class Hit:
    """Pattern number `pattern` matched `start:end`."""

    start: int
    end: int
    pattern: int


class Scanner:
    """Patterns prepared for a joint search.

    One Aho-Corasick search finds the plain words and the required literals of the regular expressions. An
    expression is compiled when its literals first turn up, and tried only in the sentences where they stand;
    the few without any are tried everywhere. Matches do not cross sentences.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._everywhere: list[int] = []
        words: dict[str, list[int]] = {}
        literals: dict[str, list[tuple[int, int, int]]] = {}
        for number, pattern in enumerate(patterns):
            if pattern == re.escape(pattern):
                words.setdefault(pattern, []).append(number)
                continue
            needed = required_literals(pattern)
            for part, strings in enumerate(needed):
                for literal in strings:
                    literals.setdefault(literal, []).append((number, 1 << part, (1 << len(needed)) - 1))
            if not needed:
                self._everywhere.append(number)
        known = list(dict.fromkeys([*words, *literals]))
        self._words = [words.get(literal, []) for literal in known]
        self._owners = [literals.get(literal, []) for literal in known]
        self._search = AhoCorasick(known, matchkind=MatchKind.Standard)

    def hits(self, text: str, sentences: Sequence[tuple[int, int]]) -> Iterator[Hit]:
        """Yield every match in `text`, sentence by sentence; overlapping ones of different patterns too."""
        for start, end in sentences:
            sentence = text[start:end]
            numbers = set(self._everywhere)
            parts: dict[int, int] = {}
            for literal, first, last in self._search.find_matches_as_indexes(sentence, overlapping=True):
                for number in self._words[literal]:
                    yield Hit(start + first, start + last, number)
                for number, part, all_parts in self._owners[literal]:
                    parts[number] = seen = parts.get(number, 0) | part
                    if seen == all_parts:
                        numbers.add(number)
            for number in sorted(numbers):
                for match in self._expression(number).finditer(sentence):
                    if match.end() > match.start():
                        yield Hit(start + match.start(), start + match.end(), number)

    def _expression(self, number: int) -> re.Pattern[str]:
        found = self._compiled.get(number)
        if found is None:
            found = self._compiled[number] = re.compile(self.patterns[number])
        return found
