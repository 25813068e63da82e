"""The characters with which a match of a regular expression can begin (先頭文字)."""

from __future__ import annotations

import re
from typing import Any

from hairyo.detection.search.tree import parse

_EMPTY_WIDTH = ("AT", "ASSERT", "ASSERT_NOT")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_CATEGORIES = {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}

# Ranges of code points and categories; with whether the part may match nothing.
_First = tuple[set[tuple[int, int] | str], bool]


class _UnknownError(Exception):
    """A part of which nothing can be said."""


def first_characters(pattern: str, flags: int = 0) -> re.Pattern[str] | None:
    """Return a pattern for one character with which every match of `pattern` begins.

    None if none can be named, or where `re` itself looks for the first character: in a pattern that opens with a
    literal, a class, or a choice of them.

    Raises:
        re.error: the pattern does not parse.
    """
    tree = parse(pattern, flags)
    if tree.state.flags & re.IGNORECASE or _is_plain(tree):
        return None
    try:
        found, nullable = _of_sequence(tree)
    except _UnknownError:
        return None
    if nullable or not found:
        return None
    ranges = sorted(one for one in found if not isinstance(one, str))
    categories = sorted(one for one in found if isinstance(one, str))
    inside = "".join(f"{_escaped(first)}-{_escaped(last)}" for first, last in ranges) + "".join(categories)
    return re.compile(f"[{inside}]")


def _is_plain(tree: Any) -> bool:
    if not len(tree):
        return False
    operator, argument = tree[0]
    kind = str(operator)
    if kind == "SUBPATTERN":
        return _is_plain(argument[-1])
    if kind == "BRANCH":
        return all(len(branch) and str(branch[0][0]) == "LITERAL" for branch in argument[1])
    return kind in ("LITERAL", "IN", "AT")


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"


def _of_sequence(tree: Any) -> _First:
    found: set[tuple[int, int] | str] = set()
    for operator, argument in tree:
        first, nullable = _of_node(str(operator), argument)
        found |= first
        if not nullable:
            return found, False
    return found, True


def _of_node(operator: str, argument: Any) -> _First:
    if operator in _EMPTY_WIDTH:
        return set(), True
    if operator == "LITERAL":
        return {(argument, argument)}, False
    if operator == "IN":
        return _of_class(argument), False
    if operator == "SUBPATTERN" and not argument[1]:  # argument[1]: flags set inside
        return _of_sequence(argument[-1])
    if operator == "ATOMIC_GROUP":
        return _of_sequence(argument)
    if operator == "BRANCH":
        parts = [_of_sequence(branch) for branch in argument[1]]
        return set().union(*(first for first, _ in parts)), any(nullable for _, nullable in parts)
    if operator in _REPEATS:
        first, nullable = _of_sequence(argument[2])
        return first, nullable or argument[0] == 0
    raise _UnknownError


def _of_class(parts: Any) -> set[tuple[int, int] | str]:
    found: set[tuple[int, int] | str] = set()
    for operator, argument in parts:
        kind = str(operator)
        if kind == "LITERAL":
            found.add((argument, argument))
        elif kind == "RANGE":
            found.add(argument)
        elif kind == "CATEGORY" and str(argument) in _CATEGORIES:
            found.add(_CATEGORIES[str(argument)])
        else:
            raise _UnknownError
    return found
