"""Numbers long enough to be somebody's (長い数字): telephone numbers, My Numbers and the like, among sizes and ids.

Mark-up is full of short numbers that nobody wants to have searched. This tells them from those that must be.
"""

from __future__ import annotations

import re

_SHORTEST = 10
_LONG = re.compile(r"(?<![\d.])(?:\+\d|\(?0\d)[-\d() .]{7,}|(?<![\d.])\d(?:[- ]?\d){11,}(?![\d.])")


def holds_long_number(text: str) -> bool:
    """Whether a text holds a number as long as a telephone number, or twelve digits and more."""
    return len(text) >= _SHORTEST and _LONG.search(text) is not None
