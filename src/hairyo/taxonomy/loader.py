"""Load and check the taxonomy (分類) from `types.toml` and `codes.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from hairyo.errors import ModelError

Tier = Literal["L1", "L2", "W"]


@dataclass(frozen=True, slots=True)
class Type:
    """A label that a finding can carry.

    Attributes:
        name: the label (`HEALTH`).
        ja: Japanese name.
        en: English name.
        item: item 1 to 6 of the policy's Article 6, or None for ordinary personal information.
        code: name of the sub-code assumed where no finer one is known; None without an item.
        pictured: whether it stands in pictures only: no text has it, and no finder of texts knows it.
    """

    name: str
    ja: str
    en: str
    item: int | None = None
    code: str | None = None
    pictured: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A sub-code of Article 6 (LAW.md 1.1).

    Attributes:
        name: stable code (`A6_5_DISEASE`).
        types: labels it may be reported under; none where it is only watched.
        ja: Japanese name.
        en: English name.
        items: items of Article 6 it falls under.
        tier: L1, L2 or W; None where LAW.md gives none (`X_ANTISOCIAL`).
        basis: legal basis in the APPI, or "none".
        dpv: terms of the W3C Data Privacy Vocabulary.
        tier_note: when another tier applies.
    """

    name: str
    types: tuple[str, ...]
    ja: str
    en: str
    items: tuple[int, ...]
    tier: Tier | None
    basis: str
    dpv: tuple[str, ...]
    tier_note: str = ""


def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def types() -> Mapping[str, Type]:
    """Return every type by its label.

    Raises:
        ModelError: the data file is malformed.
    """
    try:
        found = {name: Type(name=name, **row) for name, row in _table("types.toml").items()}
    except TypeError as error:
        raise ModelError("taxonomy/types.toml has an unknown or missing key; reinstall hairyo") from error
    known = _table("codes.toml")
    for one in found.values():
        if (one.item is None) != (one.code is None) or (one.code and one.name not in known[one.code]["types"]):
            raise ModelError("taxonomy/types.toml: item and code of {name} do not agree", name=one.name)
    return MappingProxyType(found)


@cache
def codes() -> Mapping[str, Code]:
    """Return every Article 6 sub-code by its name.

    Raises:
        ModelError: the data file is malformed or names an unknown type or tier.
    """
    found = {}
    for name, row in _table("codes.toml").items():
        tier = row.pop("tier") or None
        if tier not in ("L1", "L2", "W", None) or not types().keys() >= set(row["types"]):
            raise ModelError("taxonomy/codes.toml: {name} has an unknown tier or type", name=name)
        row |= {"tier": tier} | {key: tuple(row[key]) for key in ("types", "items", "dpv")}
        found[name] = Code(name=name, **row)
    return MappingProxyType(found)
