"""The argument parser's own words in the user's language (invariant 12): "usage", "required", "invalid choice".

argparse asks two functions of its module, `_` and `ngettext`, for every word it shows. Compiled gettext
catalogues would be the other way to answer them; the words are looked up in `messages/argparse.toml` instead,
where all other messages are.
"""

from __future__ import annotations

import argparse

from hairyo.messages import catalogue

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from hairyo.messages import Lang


def speak(lang: Lang) -> None:
    """Let argparse use `lang` from now on."""
    words = {} if lang == "en" else catalogue("argparse")

    def one(message: str) -> str:
        return words.get(message, message)

    def many(singular: str, plural: str, count: int) -> str:
        return one(singular if count == 1 else plural)

    setattr(argparse, "_", one)  # noqa: B010 (no public name, so none that a type checker knows)
    setattr(argparse, "ngettext", many)  # noqa: B010
