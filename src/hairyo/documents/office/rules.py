"""The rows of `rules.toml`: where text hides in an Office document, and what becomes of its other parts."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Action = Literal["read", "inner", "unread", "drop", "refuse"]


@dataclass(frozen=True, slots=True)
class PartRule:
    """What is done with the parts that `pattern` is found in.

    Attributes:
        pattern: is looked for in the part's name and content type.
        action: `read` (as XML), `inner` (a document within), `unread` (held), `drop`, `refuse`.
        kind: what the part is, in words.
    """

    pattern: re.Pattern[str]
    action: Action
    kind: str


@dataclass(frozen=True, slots=True)
class Rules:
    """`rules.toml`, loaded for one format; see the comments there."""

    attributes: frozenset[str]
    value_elements: frozenset[str]
    silent_elements: frozenset[str]
    measure_elements: frozenset[str]
    dropped_attributes: frozenset[str]
    emptied_elements: frozenset[str]
    dropped_elements: frozenset[str]
    referring_elements: frozenset[str]
    formula_elements: frozenset[str]
    formula_attributes: frozenset[str]
    labels: dict[str, str]
    program_shapes: re.Pattern[str]
    parts: tuple[PartRule, ...]

    def part(self, name: str, content_type: str) -> PartRule | None:
        """Return the rule for a part, None where no row knows it."""
        said = f"{name} {content_type}"
        return next((rule for rule in self.parts if rule.pattern.search(said)), None)


@cache
def rules(format_name: str) -> Rules:
    """Return the rules of `rules.toml` for DOCX, XLSX or PPTX: those for all, and the format's own."""
    data = tomllib.loads(files(__package__).joinpath("rules.toml").read_text("utf-8"))
    parts = (PartRule(re.compile(row["pattern"], re.I), row["action"], row["kind"]) for row in data["part"])
    own = data.get(format_name, {})
    return Rules(
        **{key: frozenset([*values, *own.get(key, ())]) for key, values in data["places"].items()},
        labels=data["labels"],
        program_shapes=re.compile(rf"({'|'.join(data['program']['shapes'])}) ?[0-9]{{1,6}}"),
        parts=tuple(parts),
    )
