"""How far the findings of each type are believed: the thresholds of the tagger (閾値), as `tagger.toml` gives them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hairyo.taxonomy import types


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a type's findings are believed.

    Attributes:
        tagger: probability from which a finding of the tagger alone stands; above 1 for never.
        rules: probability, by the tagger, from which a finding of the rules alone stands; 0 for always.
        fields: the same in the fields of a form, which the rules read better than prose.
        facts: the same where a term tells a fact by itself, or a name stands in full elsewhere; the lower one counts.
        lookalike: probability from which a finding of the tagger alone stands against a look-alike.
        owned: probability that it is a fact, the user's own and affirmed (the product of the three), below which it
            becomes a fact of unknown whom: too unsure to be recorded as consent, and still redacted.
        entities: probability from which a finding of an entity recogniser alone stands, where one is asked.
    """

    tagger: float
    rules: float
    fields: float
    facts: float
    lookalike: float
    owned: float
    entities: float


# A threshold that differs from the shipped one: the row (a type, `special_care` or `default`), the key, the value.
Override = tuple[str, str, float]


@cache
def trust(overrides: tuple[Override, ...] = ()) -> Mapping[str, Trust]:
    """Return how far each type's findings are believed.

    Args:
        overrides: thresholds in place of the shipped ones. A type's own row counts before that of Article 6
            (`special_care`), and that before `default`.
    """
    table = tomllib.loads((files(__package__) / "tagger.toml").read_text(encoding="utf-8"))
    for row, key, value in overrides:
        table[row] = table.get(row, {}) | {key: value}
    return {
        name: Trust(**(table["default"] | (table["special_care"] if one.item else {}) | table.get(name, {})))
        for name, one in types().items()
    }


def thresholds() -> tuple[str, ...]:
    """Return the names of the thresholds, for those who give their own."""
    return tuple(Trust.__dataclass_fields__)
