"""A regular expression that is tried only where a match can begin (疎な検索).

Python's `re` tries a pattern that opens with a choice, a look-around or something optional at every character of
a text. In prose nearly all of those trials fail on the first character, so one fast search for the characters that
can come first is many times quicker, and finds the same.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache

from hairyo.detection.search.first import first_characters


class Sparse:
    """A compiled pattern with the quicker `finditer`.

    Attributes:
        regex: the pattern itself.
    """

    def __init__(self, regex: re.Pattern[str]) -> None:
        self.regex = regex
        self._first = first_characters(regex.pattern, regex.flags)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Yield what `regex.finditer` yields."""
        if self._first is None:
            yield from self.regex.finditer(text, start, end)
            return
        match, done = self.regex.match, start
        for at in _places(self._first, text):
            if done <= at < end and (found := match(text, at, end)) is not None:
                done = found.end()
                yield found


@lru_cache(maxsize=64)
def _places(first: re.Pattern[str], text: str) -> list[int]:
    """Return where a character that `first` matches stands; many patterns begin alike and are asked of one text."""
    return [place.start() for place in first.finditer(text)]


def sparse(pattern: str, flags: int = 0) -> Sparse:
    """Return the compiled pattern.

    Raises:
        re.error: the pattern does not parse.
    """
    return Sparse(re.compile(pattern, flags))
