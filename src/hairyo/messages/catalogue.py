"""Look up the text of a message key in the language asked for."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from hairyo.errors import Words

Lang = Literal["ja", "en"]


def default_lang() -> Lang:
    """Return the language of the locale: Japanese where it says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ja" if value.startswith("ja") else "en"
    return "en"


@cache
def _room(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
    return found


def text(key: str, lang: Lang, **values: object) -> str:
    """Return the message `room.name` in `lang`, its fields filled with `values`.

    Raises:
        KeyError: no such message; a test checks every key in use.
    """
    room, _, name = key.partition(".")
    return _room(room)[name][lang].format(**values)


def say(words: Words, lang: Lang) -> str:
    """Return a sentence of the code in `lang`; in English where the catalogue has none."""
    if lang == "en":
        return str(words)
    return words.fill(catalogue("errors").get(words.template, words.template), lang)


@cache
def catalogue(name: str) -> dict[str, str]:
    """Return the Japanese of messages that are their own keys in English (`errors`, `argparse`)."""
    found: dict[str, str] = tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
    return found
