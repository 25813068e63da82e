"""A redacted value (伏せた値): what the plan took out and the leak check must not find again."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Secret:
    """One value that no copy may show. Its repr does not show it either (DESIGN.md, invariant 5).

    Attributes:
        value: the characters as they stood in the original.
        type: the label of the finding it came from.
    """

    value: str = field(repr=False)
    type: str
