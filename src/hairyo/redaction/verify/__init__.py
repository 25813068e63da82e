"""The leak check (漏れの検査): proof that a finished copy shows nothing that was redacted (DESIGN.md, invariant 4).

It shares no code with the writers: it opens copies by other libraries, and has its own way to fold and search text.
"""

from __future__ import annotations

from hairyo.redaction.verify.check import LeakReport, Place, check_copy, check_or_destroy, leaking_rows
from hairyo.redaction.verify.compare import Comparison, Original, compare

__all__ = [
    "Comparison",
    "LeakReport",
    "Original",
    "Place",
    "check_copy",
    "check_or_destroy",
    "compare",
    "leaking_rows",
]
