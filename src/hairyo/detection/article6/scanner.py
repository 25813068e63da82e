"""Search a text for thousands of patterns at once (多パターン検索)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from hairyo.detection.article6.required import required_literals


@dataclass(frozen=True, slots=True)
class Hit:
    """Pattern number `pattern` matched `start:end`."""

    start: int
    end: int
    pattern: int


class Scanner:
    """Patterns compiled for a joint search.

    A pattern is tried in a sentence only if one of its required literals stands there; the few that
    have none are tried everywhere. Matches do not cross sentences.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._compiled = [re.compile(pattern) for pattern in patterns]
        literals: dict[str, list[int]] = {}
        self._everywhere: list[int] = []
        for number, pattern in enumerate(patterns):
            needed = required_literals(pattern)
            for literal in needed:
                literals.setdefault(literal, []).append(number)
            if not needed:
                self._everywhere.append(number)
        self._owners = list(literals.values())
        self._search = AhoCorasick(list(literals), matchkind=MatchKind.Standard) if literals else None

    def hits(self, text: str, sentences: Sequence[tuple[int, int]]) -> Iterator[Hit]:
        """Yield every match in `text`, sentence by sentence; overlapping ones of different patterns too."""
        for start, end in sentences:
            sentence = text[start:end]
            numbers = set(self._everywhere)
            if self._search is not None:
                for owner, _, _ in self._search.find_matches_as_indexes(sentence, overlapping=True):
                    numbers.update(self._owners[owner])
            for number in sorted(numbers):
                for match in self._compiled[number].finditer(sentence):
                    if match.end() > match.start():
                        yield Hit(start + match.start(), start + match.end(), number)
