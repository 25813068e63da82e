"""The argument parser (引数の解析): argparse's own, without what it imports only to show a help page.

`hairyo --help` is to take less than three times as long as an empty program; tests/cli/test_start.py counts what it
imports. Sub-parsers are of the same class, since argparse makes them of their parent's.
"""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_USUAL = 80


class Parser(argparse.ArgumentParser):
    """An argument parser that knows the width of the terminal by itself, so that argparse need not import `shutil`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": _Help} | settings)


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return what `shutil.get_terminal_size` would: what `COLUMNS` says, else the terminal, else 80."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _USUAL  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # no standard output, a closed one, or no terminal
        return _USUAL


def as_path(words: str) -> Path:
    """Return an argument as a path; for argparse's `type=`, where `Path` itself would be imported for `--help`, too."""
    from pathlib import Path

    return Path(words)
