"""The rows of `docx.toml`: where text hides in a DOCX, and what becomes of parts that are not XML."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Action = Literal["read", "unread", "drop", "refuse"]


@dataclass(frozen=True, slots=True)
class PartRule:
    """What is done with the non-XML parts that `pattern` is found in."""

    pattern: re.Pattern[str]
    action: Action
    kind: str


@dataclass(frozen=True, slots=True)
class Rules:
    """`docx.toml`, loaded; see the comments there."""

    attributes: frozenset[str]
    value_elements: frozenset[str]
    silent_elements: frozenset[str]
    measure_elements: frozenset[str]
    dropped_attributes: frozenset[str]
    emptied_elements: frozenset[str]
    dropped_elements: frozenset[str]
    labels: dict[str, str]
    max_label: int
    label_words: tuple[str, ...]
    parts: tuple[PartRule, ...]

    def part(self, name: str, content_type: str) -> PartRule | None:
        """Return the rule for a part that is not XML, None where no row knows it."""
        said = f"{name} {content_type}"
        return next((rule for rule in self.parts if rule.pattern.search(said)), None)

    def is_label(self, text: str) -> bool:
        """Whether a cell's text is a short heading of a form (見出し)."""
        bare = re.sub(r"[\s：:*＊※()（）]", "", text)
        return 0 < len(bare) <= self.max_label and bare.endswith(self.label_words)


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Return the rules of `docx.toml`."""
    data = tomllib.loads(files("hairyo.documents").joinpath("docx.toml").read_text("utf-8"))
    parts = (PartRule(re.compile(row["pattern"], re.I), row["action"], row["kind"]) for row in data.pop("part"))
    table, labels = data.pop("table"), data.pop("labels")
    return Rules(
        **{key: frozenset(values) for key, values in data.items()},
        labels=labels,
        max_label=table["max_label"],
        label_words=tuple(table["label_words"]),
        parts=tuple(parts),
    )
