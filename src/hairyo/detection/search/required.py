"""Literals that a regular expression cannot match without (必須文字列).

The lexicons hold thousands of patterns. Each is tried only where one of its required literals stands,
and those are found for all patterns at once by one Aho-Corasick search.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

from hairyo.detection.search.tree import parse

_MAX_ALTERNATIVES = 400
# About how often a character of a kind comes in running text, one place in so many; roughly.
_HIRAGANA, _DIGIT, _OTHER = 1 / 40, 1 / 100, 1 / 400
# Strings that come this often or more need a second set beside them.
_OFTEN = 1 / 500
# A second set that comes this often rules out too little to be looked for.
_USELESS = 1 / 50


def required_literals(pattern: str) -> tuple[frozenset[str], ...]:
    """Return sets of strings; every match of `pattern` holds one of each. Two sets at most, the rarest; or none.

    Raises:
        re.error: the pattern does not parse.
    """
    tree = parse(pattern)
    if tree.state.flags & re.IGNORECASE:
        return ()
    best = sorted(_sets(tree), key=_frequency)[:2]
    if best and (_frequency(best[0]) < _OFTEN or _frequency(best[-1]) > _USELESS):
        best = best[:1]
    return tuple(frozenset(one) for one in best)


def _frequency(strings: set[str]) -> float:
    """Return about how often one of the strings comes in running text."""
    return sum(prod(_share(char) for char in string) for string in strings)


def _share(char: str) -> float:
    return _HIRAGANA if "ぁ" <= char <= "ん" else _DIGIT if char.isdigit() else _OTHER


def _of_sequence(tree: Any) -> set[str]:
    """Return the rarest set among the parts of a concatenation; empty if there is none."""
    return min(_sets(tree), key=_frequency, default=set())


def _sets(tree: Any) -> list[set[str]]:
    """Return the sets of strings that the parts of a concatenation need."""
    options: list[set[str]] = []
    run: set[str] = set()
    for operator, argument in tree:
        found = _of_node(str(operator), argument)
        exact = _exact(str(operator), argument)
        if exact and (not run or len(run) * len(exact) <= _MAX_ALTERNATIVES):
            run = {left + right for left in (run or {""}) for right in exact}
            continue
        if run:
            options.append(run)
        run = set(exact)
        if found and not exact:
            options.append(found)
    if run:
        options.append(run)
    return options


def _exact(operator: str, argument: Any) -> set[str]:
    """Return all strings a node can match, if they are few and known; else the empty set."""
    if operator == "LITERAL":
        return {chr(argument)}
    if operator == "IN":
        chars = [chr(value) for kind, value in argument if str(kind) == "LITERAL"]
        return set(chars) if len(chars) == len(argument) and len(chars) <= 12 else set()
    if operator == "SUBPATTERN":
        return set() if argument[1] else _exact_sequence(argument[-1])  # argument[1]: flags set inside
    if operator == "BRANCH":
        parts = [_exact_sequence(branch) for branch in argument[1]]
        return set().union(*parts) if all(parts) else set()
    return set()


def _exact_sequence(tree: Any) -> set[str]:
    """Return all strings a sequence can match, if few and known."""
    strings = {""}
    for operator, argument in tree:
        step = _exact(str(operator), argument)
        if not step or len(step) * len(strings) > _MAX_ALTERNATIVES:
            return set()
        strings = {left + right for left in strings for right in step}
    return strings - {""}


def _of_node(operator: str, argument: Any) -> set[str]:
    """Return a set of which one string must occur in whatever the node matches."""
    if operator == "SUBPATTERN":
        return set() if argument[1] else _of_sequence(argument[-1])
    if operator == "BRANCH":
        parts = [_of_sequence(branch) for branch in argument[1]]
        return set().union(*parts) if all(parts) else set()
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] > 0:
        return _of_sequence(argument[2])
    if operator == "ATOMIC_GROUP":
        return _of_sequence(argument)
    if operator == "ASSERT":
        return _of_sequence(argument[1])
    return _exact(operator, argument)
