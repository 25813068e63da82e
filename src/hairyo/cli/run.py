"""`hairyo run`: a folder or table of submissions into copies, consent records, findings, manifest and report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `hairyo run`."""
    parser.add_argument("submissions", type=Path, help="folder of files, or one file")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="output folder; a run in it is resumed")
    parser.add_argument(
        "--columns",
        metavar="MAP",
        help="column map for tables: user=会員ID,name=氏名,text=自己PR (default: by column names)",
    )
    parser.add_argument("--policy", default="client-company", help="redaction policy: a name or a TOML file")
    parser.add_argument("--recipient", default="", help="code of the recipient; keyed stand-ins differ by recipient")
    parser.add_argument("--ledger", metavar="URL", help="consent ledger (default: SQLite in the data folder)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="S", help="seconds a file may take (default 600)"
    )
    parser.add_argument(
        "--memory", type=int, metavar="BYTES", help="address space a worker may use (default: no limit)"
    )
    parser.add_argument("--channel", default="upload", help="how the submissions came (form, upload, chat, mail, ...)")
    parser.add_argument(
        "--report-lang", choices=("ja", "en"), default="ja", help="language of report.html (default ja)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")


def run(args: argparse.Namespace) -> int:
    """Run; 0 when every input has a copy, 3 when some were held, refused or failed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from hairyo.batch.options import RunOptions
    from hairyo.batch.run import run as run_batch
    from hairyo.messages import text

    names = ("columns", "policy", "recipient", "ledger", "workers", "timeout", "memory", "channel")
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
