"""Hairyo (配慮): finds special-care-required personal information in Japanese text and redacts it.

    >>> import hairyo
    >>> [f.type for f in hairyo.scan("うつ病で休職していました。")]
    ['HEALTH']

The names below are loaded when first used, so that `import hairyo` costs nothing.
"""

from __future__ import annotations

import os
from importlib import import_module

from hairyo.version import __version__

TYPE_CHECKING = False  # type checkers know the name; importing `typing` for it would slow down `hairyo --help`
if TYPE_CHECKING:
    from typing import Any

    from hairyo.api import Pipeline, Redacted, redact, scan
    from hairyo.detection import Detector, Finding

# ONNX Runtime from 1.29 on tells its maker about every process, and keeps an identifier of the machine for it. Nothing
# leaves the machine here (DESIGN.md, invariant 9); it heeds this only where it is set before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__all__ = ["Detector", "Finding", "Pipeline", "Redacted", "__version__", "redact", "scan"]
_HOME = {
    "Detector": "hairyo.detection",
    "Finding": "hairyo.detection",
    "Pipeline": "hairyo.api",
    "Redacted": "hairyo.api",
    "redact": "hairyo.api",
    "scan": "hairyo.api",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'hairyo' has no attribute {name!r}")
