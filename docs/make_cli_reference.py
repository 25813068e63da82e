"""Write `cli.md`, the reference of the command line, from the parsers themselves.

Usage: python docs/make_cli_reference.py [--check]
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parent / "cli.md"


def page() -> str:
    """Return the whole page."""
    os.environ["COLUMNS"] = "100"
    os.environ["LANG"] = "en_US.UTF-8"
    for name in ("LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    from hairyo.cli.main import build_parser

    parts = ["# Command line\n", "Generated from the parsers by `make docs`; a test keeps it up to date.\n"]
    for name, parser in _parsers(build_parser(every=True), "hairyo"):
        parts.append(f"## `{name}`\n\n```text\n{parser.format_help().rstrip()}\n```\n")
    parts.append("## Exit codes\n\n" + _exit_codes())
    return "\n".join(parts)


def _parsers(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield a parser and all its sub-parsers with their full names."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, sub in action.choices.items():
                yield from _parsers(sub, f"{name} {word}")


def _exit_codes() -> str:
    """Return the table of exit codes by exception class."""
    import hairyo.errors as errors

    rows = ["| code | reason | class | meaning |", "| --- | --- | --- | --- |", "| 0 | | | all done |"]
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.HairyoError)]
    for one in sorted(classes, key=lambda one: (one.exit_code, one.__name__)):
        first = (one.__doc__ or "").split("\n")[0]
        rows.append(f"| {one.exit_code} | `{one.reason}` | `{one.__name__}` | {first} |")
    rows.append("| 3 | | | a run or scan finished, but some inputs were held, refused or failed |")
    rows.append("| 130 | | | interrupted |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        raise SystemExit(0 if PAGE.read_text(encoding="utf-8") == page() else "docs/cli.md lags behind: make docs")
    PAGE.write_text(page(), encoding="utf-8")
