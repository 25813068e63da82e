"""`hairyo preview`: a file and its copy side by side, on one HTML page (下見)."""

from __future__ import annotations

import argparse

from hairyo.cli.parser import as_path

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from typing import Any

    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the options of `hairyo preview`."""
    from hairyo.messages import text

    def add(name: str, **settings: Any) -> None:
        parser.add_argument(name, help=text(f"preview.{name.lstrip('-')}", lang), **settings)

    add("file", type=as_path, metavar="FILE")
    add("--out", type=as_path, default=".", metavar="DIR")
    add("--columns", metavar="MAP")
    add("--policy", default="client-company")
    add("--recipient", default="")
    add("--ginza", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Write the page and say where it is; 0, or the exit code of what kept the file from being copied.

    Raises:
        UsageError: options, policy or column map are wrong.
        InputRefused: no copy can be made of the file.
        OutputError: the page cannot be written.
    """
    from hairyo.batch.options import RunOptions
    from hairyo.messages import text
    from hairyo.preview import preview

    names = ("columns", "policy", "recipient", "ginza")
    options = RunOptions.of(**{name: getattr(args, name) for name in names})
    made = preview(args.file, args.out, options=options, lang=args.lang)
    print(text("preview.done", args.lang, page=made.page, changes=made.changes))
    return 0
