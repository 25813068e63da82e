"""The headings of forms and tables (見出し): which cell or line says what another one holds."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_SIGNS = re.compile(r"[\s：:*＊※()（）]")
_LONGEST = 100  # signs and all, a label is no longer


def is_label(text: str) -> bool:
    """Whether a text is a short heading of a form."""
    if len(text) > _LONGEST:
        return False
    bare = _SIGNS.sub("", text)
    return 0 < len(bare) <= _words()["longest"] and bare.endswith(_words()["words"])


def names_persons(text: str) -> bool:
    """Whether a column of this heading tells persons apart (氏名, 会員番号)."""
    return _SIGNS.sub("", text).endswith(_words()["person_words"])


@cache
def _words() -> dict[str, Any]:
    data = tomllib.loads(files("hairyo.documents").joinpath("form_labels.toml").read_text("utf-8"))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
