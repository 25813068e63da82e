"""`hairyo run`: a folder or table of submissions into copies, consent records, findings, manifest and report."""

from __future__ import annotations

import argparse
import sys

from hairyo.cli.parser import as_path

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from typing import Any

    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the options of `hairyo run`."""
    from hairyo.messages import text

    def add(name: str, **settings: Any) -> None:
        parser.add_argument(name, help=text(f"run.{name.lstrip('-').replace('-', '_')}", lang), **settings)

    add("submissions", type=as_path)
    add("--out", type=as_path, required=True, metavar="DIR")
    add("--columns", metavar="MAP")
    add("--policy", default="client-company")
    add("--recipient", default="")
    add("--ledger", metavar="URL")
    add("--workers", type=int, default=1, metavar="N")
    add("--timeout", type=float, default=600.0, metavar="S")
    add("--memory", type=int, metavar="BYTES")
    add("--channel", default="upload")
    add("--ginza", action="store_true")
    add("--report-lang", choices=("ja", "en"), default="ja")
    add("--quiet", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Run; 0 when every input has a copy, 3 when some were held, refused or failed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from hairyo.batch.options import RunOptions
    from hairyo.batch.run import run as run_batch
    from hairyo.messages import text

    names = ("columns", "policy", "recipient", "ledger", "workers", "timeout", "memory", "channel", "ginza")
    options = RunOptions.of(**{name: getattr(args, name) for name in names})
    console = Console(stderr=True, quiet=args.quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task(text("run.progress", args.lang), total=None)
        summary = run_batch(
            args.submissions,
            args.out,
            options=options,
            lang=args.report_lang,
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )
    if not args.quiet:
        counts = {**summary.outcomes, "skipped": summary.skipped, "disclosures": summary.disclosures}
        print(text("run.summary", args.lang, out=args.out, **counts), file=sys.stderr)
    return summary.exit_code
