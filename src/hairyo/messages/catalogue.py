"""Look up the text of a message key in the language asked for."""

from __future__ import annotations

import os
from functools import cache

from hairyo.messages.plain_toml import read_plain

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from typing import Any

    from hairyo.errors import Words
    from hairyo.messages.lang import Lang

_FOLDER = os.path.dirname(__file__)  # noqa: PTH120 (pathlib and importlib.resources cost as much as argparse)


def default_lang() -> Lang:
    """Return the language of the locale: Japanese where it says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ja" if value.startswith("ja") else "en"
    return "en"


def text(key: str, lang: Lang, **values: object) -> str:
    """Return the message `room.name` in `lang`, its fields filled with `values`.

    Raises:
        KeyError: no such message; a test checks every key in use.
    """
    room, _, name = key.partition(".")
    return str(_table(room)[name][lang]).format(**values)


def say(words: Words, lang: Lang) -> str:
    """Return a sentence of the code in `lang`; in English where the catalogue has none."""
    if lang == "en":
        return str(words)
    return words.fill(catalogue("errors").get(words.template, words.template), lang)


def catalogue(name: str) -> dict[str, str]:
    """Return the Japanese of messages that are their own keys in English (`errors`, `argparse`)."""
    return _table(name)


@cache
def _table(name: str) -> dict[str, Any]:
    """Return what `NAME.toml` holds."""
    with open(os.path.join(_FOLDER, f"{name}.toml"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        toml = file.read()
    plain = read_plain(toml)
    if plain is not None:
        return plain
    import tomllib

    return tomllib.loads(toml)
