"""The parse tree of a regular expression, the one that `re` itself compiles (構文木).

What is compiled and what is analysed cannot differ.
"""

from __future__ import annotations

import importlib
from typing import Any

# The standard library's parser; private by name, and the only source of the tree that `re` compiles.
_parser: Any = importlib.import_module("re._parser")


def parse(pattern: str, flags: int = 0) -> Any:
    """Return the tree of `pattern`: (operator, argument) pairs.

    Raises:
        re.error: the pattern does not parse.
    """
    return _parser.parse(pattern, flags)
