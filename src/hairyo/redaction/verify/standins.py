"""What a change may look like in each kind of piece (置き換えの見え方); see `Kind`.

A mask may not be what a name, an address or a formula can hold, and so something else stands there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType

from hairyo.redaction.change import Change
from hairyo.redaction.verify.piece import Kind

_NO_ADDRESS = "redacted@redacted.invalid"
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
_BETWEEN = re.compile(r"[\s<>,;:\"()]+")
_ANGLE = re.compile(r"<([^<>]*)>")
_QUOTES = re.compile(r"[\s\"\\]+")
_QUOTING = re.compile(r"['\"\[\]_]+")
_STRING = re.compile(r'"((?:[^"]|"")*)"')
_NO_LETTER = re.compile(r"[\W_]+")
_SUFFIX = re.compile(r"(?:-\d+)?\.[A-Za-z0-9]{1,7}\Z")
_ADDED = re.compile(r"-?\d+(?=(?:\.[A-Za-z0-9]{1,6})?/?\Z)|(?<=.)\.(?:docx|xlsx|pptx|eml)\Z")


def words(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def _name(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text))


def _address(text: str) -> str:
    return _QUOTES.sub("", text)


def _formula(text: str) -> str:
    return _QUOTING.sub("", unicodedata.normalize("NFKC", text))


SPELLED: Mapping[Kind, Callable[[str], str]] = MappingProxyType(
    {"words": words, "name": _name, "address": _address, "formula": _formula}
)


def as_names(name: str) -> Iterator[str]:
    """Yield a name of a copy, and what it would be without what had to be added.

    That is the number that it bears where another is called the same, a second suffix, or one that was kept.
    """
    yield name
    yield _ADDED.sub("", name)
    yield _SUFFIX.sub("", name)


def addresses(field: str, asked: Collection[Change]) -> list[Change]:
    """Return what may become of the addresses in a field, where anything was asked for in them."""
    found = [hit[0] for hit in _ADDRESS.finditer(field)] + [hit[1] for hit in _ANGLE.finditer(field)]
    return [
        Change(one, _NO_ADDRESS)
        for one in dict.fromkeys(found)
        if any(part in one or one in part for change in asked for part in _BETWEEN.split(change.before) if part)
    ]


def emptied_strings(formula: str, asked: Collection[Change]) -> list[Change]:
    """Return the strings of a formula which may be emptied, for they are part of what its result showed."""
    strings = {hit[1] for hit in _STRING.finditer(formula) if hit[1]}
    befores = {change.before for change in asked}
    return [Change(one, "") for one in strings if any(one in before or before in one for before in befores)]


def folded(text: str) -> Counter[str]:
    """Return the characters of a text in their plain forms, without spaces, controls and hyphens."""
    plain = unicodedata.normalize("NFKC", text)
    return Counter(char for char in plain if char.isprintable() and not char.isspace() and char != "-")
