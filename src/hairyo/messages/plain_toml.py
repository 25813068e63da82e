"""Read a message file (文言) without `tomllib`, whose import alone takes as long as Python itself does to start.

The messages use little of TOML: basic strings, tables, and inline tables of strings, one line each. A file with
anything else in it is for `tomllib` to read; any TOML will do, the plain kind is only quicker.
"""

from __future__ import annotations

import re

_STRING = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\nt])*"'
_PAIR = re.compile(rf"(\w+|{_STRING}) = ({_STRING})(?:, |$)", re.ASCII)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}

Table = dict[str, "str | Table"]


def read_plain(toml: str) -> Table | None:
    """Return what `tomllib.loads` would, or None where the text holds more than plain messages, or a mistake."""
    whole: Table = {}
    table = whole
    for line in toml.split("\n"):
        if line.startswith("[") and line.endswith("]"):
            head: Table = {}
            if not _bare(line[1:-1]) or line[1:-1] in whole:
                return None
            whole[line[1:-1]] = table = head
        elif line and not (line.startswith("#") and line.isprintable()):
            key, _, inside = line.partition(" = { ")
            inline = _bare(key) and inside.endswith(" }")
            pairs = _pairs(inside.removesuffix(" }") if inline else line)
            if pairs is None or (len(pairs) > 1 and not inline):
                return None
            added = {key: pairs} if inline else pairs
            if table.keys() & added.keys():
                return None
            table.update(added)
    return whole


def _bare(name: str) -> bool:
    """Whether a key may stand without quotes (all may that are names in Python, if in ASCII)."""
    return name.isascii() and name.isidentifier()


def _pairs(line: str) -> Table | None:
    """Return the pairs of keys and strings that `line` is made of, or None where it is not, or names a key twice."""
    made: Table = {}
    at = 0
    while at < len(line):
        match = _PAIR.match(line, at)
        if match is None or (key := _value(match[1])) in made:
            return None
        made[key] = _value(match[2])
        at = match.end()
    return made if made and line.endswith('"') else None


def _value(written: str) -> str:
    """Return a bare key as it is, and a quoted string without quotes and escapes."""
    if not written.startswith('"'):
        return written
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), written[1:-1])
