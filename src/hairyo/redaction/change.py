"""A change (置き換え) that was asked for: what stood in the original, and what stands in its place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One edit of one block, without its place. Its repr shows neither text (DESIGN.md, invariant 5).

    Attributes:
        before: the characters as they stood in the original; not empty.
        after: those of the copy.
    """

    before: str = field(repr=False)
    after: str = field(repr=False)
