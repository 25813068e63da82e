"""What a code says, as a person would write it (コードの内容): fields of address cards with Japanese labels.

`N:山田,太郎` tells detection little, 氏名：山田太郎 all. Which field is what stands in `cards.toml`.
"""

from __future__ import annotations

import quopri
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

_MECARD, _VCARD = re.compile(r"(?:MECARD|BIZCARD):", re.IGNORECASE), re.compile(r"BEGIN:VCARD", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_SOFT_BREAK = re.compile(r"=\r?\n")
_FIELD_END = re.compile(r"(?<!\\);")
_PARTS = re.compile(r"(?<!\\)[;,]")
_ESCAPED = re.compile(r"\\([\\;,:\"])")
_CHARSET = re.compile(r"CHARSET=\"?([\w-]+)", re.IGNORECASE)
_NAMES = frozenset({"N", "SOUND", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME"})


def readable(text: str) -> str:
    """Return the content of a code for reading: a field a line, percent signs undone beside the original.

    Args:
        text: the content as decoded.
    """
    if card := _MECARD.match(text):
        return "\n".join(_fields(_FIELD_END.split(text[card.end() :])))
    if _VCARD.match(text):
        return "\n".join(_fields(_FOLD.sub("", _SOFT_BREAK.sub("", text)).splitlines()))
    plain = unquote(text)
    return text if plain == text else f"{text}\n{plain}"


def _fields(fields: list[str]) -> Iterator[str]:
    """Yield the fields that say something, each as `label：value`."""
    labels, silent = _labels()
    for one in fields:
        head, colon, value = one.partition(":")
        name, *options = head.split(";")
        name = name.rpartition(".")[2].strip().upper()
        if name in silent or not value.strip(" ;,"):
            continue
        if any("QUOTED-PRINTABLE" in option.upper() for option in options):
            value = _quoted(value, head)
        parts = [_ESCAPED.sub(r"\1", part).replace("\\n", "\n").strip() for part in _PARTS.split(value)]
        joined = ("" if name in _NAMES else " ").join(part for part in parts if part)
        yield f"{labels.get(name, name)}：{joined}" if colon else one


def _quoted(value: str, head: str) -> str:
    """Return a value out of quoted-printable, in the charset that its field names."""
    found = _CHARSET.search(head)
    data = quopri.decodestring(value)
    try:
        return data.decode(found[1] if found else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp932", "replace")


@cache
def _labels() -> tuple[dict[str, str], frozenset[str]]:
    data = tomllib.loads(files("hairyo.documents.pictures").joinpath("cards.toml").read_text(encoding="utf-8"))
    return data["labels"], frozenset(data["silent"])
