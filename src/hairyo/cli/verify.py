"""`hairyo verify`: examine a copy against its original, for a person who doubts it (写しの検証)."""

from __future__ import annotations

import argparse

from hairyo.cli.parser import as_path

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from typing import Any

    from hairyo.messages import Lang
    from hairyo.redaction.verify.examine import Difference, Examination

_SHOWN = 50


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the options of `hairyo verify`."""
    from hairyo.messages import text

    parser.add_argument("copy", type=as_path, metavar="COPY", help=text("verify.copy", lang))
    parser.add_argument("--against", type=as_path, metavar="FILE", required=True, help=text("verify.against", lang))
    parser.add_argument("--everywhere", action="store_true", help=text("verify.everywhere", lang))
    parser.add_argument("--show", action="store_true", help=text("verify.show", lang))
    parser.add_argument("--json", action="store_true", help=text("verify.json", lang))


def run(args: argparse.Namespace) -> int:
    """Tell how the two differ; 0 clean, 4 what was hidden still stands in the copy, 3 it differs elsewhere.

    Raises:
        UsageError: the two are of different formats.
        InputRefused: a file is of no known format.
        OutputError: one of them cannot be read.
    """
    import json
    import tempfile
    from pathlib import Path

    from hairyo.documents import Limits, open_document
    from hairyo.errors import UsageError
    from hairyo.redaction.verify.examine import examine

    with tempfile.TemporaryDirectory() as scratch:
        name = open_document(args.copy).format
        against = open_document(args.against, limits=Limits(scratch=Path(scratch)))
        made = "eml" if against.converted == ".eml" else against.format
        if name != made:
            raise UsageError("the copy and the file it is to be compared with are of different formats")
        basis = against.basis or args.against
        found = examine(args.copy, basis, name, scratch=Path(scratch), everywhere=args.everywhere)
    if args.json:
        print(json.dumps(_as_json(found, show=args.show), ensure_ascii=False))
    else:
        _tell(found, args.lang, show=args.show)
    return found.exit_code


def _as_json(found: Examination, *, show: bool) -> dict[str, Any]:
    return {
        "compared": found.compared,
        "differences": [
            {"place": one.place, "kind": one.kind} | ({"before": one.before, "after": one.after} if show else {})
            for one in found.differences
        ],
        "searched": found.leaks.searched,
        "found": found.leaks.leaks,
        "leaks": [{"place": one.where, "form": one.form} for one in found.leaks.places],
        "exit_code": found.exit_code,
    }


def _tell(found: Examination, lang: Lang, *, show: bool) -> None:
    from collections import Counter

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hairyo.messages import text

    console = Console(soft_wrap=True)
    kinds = Counter(one.kind for one in found.differences)
    verdict = {0: "clean", 4: "leak"}.get(found.exit_code, "elsewhere")
    console.print(Text(text(f"verify.{verdict}", lang), style="bold green" if verdict == "clean" else "bold red"))
    counts = {"compared": found.compared, "searched": found.leaks.searched, "found": found.leaks.leaks}
    console.print(text("verify.counts", lang, **counts), highlight=False)
    for kind, count in sorted(kinds.items()):
        console.print(f"  {text(f'verify.{kind}', lang)}: {count}", highlight=False)
    for leak in found.leaks.places[:_SHOWN]:
        console.print(Text("  " + text("verify.leak_at", lang, place=leak.where, form=leak.form), style="red"))
    # What is no redaction is told first: it is what the reader has to look at.
    ordered = sorted(found.differences, key=lambda one: not one.elsewhere)
    rows = Counter(_row(one, lang, show=show) for one in ordered)
    if rows:
        table = Table(*(text(f"verify.{name}", lang) for name in ("place", "kind", *(("before", "after") * show))), "")
        for row, count in list(rows.items())[:_SHOWN]:
            table.add_row(*map(Text, (*row, f"× {count}" if count > 1 else "")))
        console.print(table)
    if len(rows) > _SHOWN:
        console.print(text("verify.more", lang, count=len(rows) - _SHOWN), highlight=False)


def _row(one: Difference, lang: Lang, *, show: bool) -> tuple[str, ...]:
    from hairyo.messages import text

    return (one.place, text(f"verify.{one.kind}", lang), *((_seen(one.before), _seen(one.after)) if show else ()))


def _seen(text: str) -> str:
    """Return a text with pictures for control characters, which would steer the terminal."""
    return text.translate({code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421})
