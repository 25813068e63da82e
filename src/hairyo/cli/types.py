"""`hairyo types`: what is looked for, and the codes of Article 6 with tier and legal basis."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the options of `hairyo types`."""
    from hairyo.messages import text

    parser.add_argument("--codes", action="store_true", help=text("taxonomy.codes", lang))


def run(args: argparse.Namespace) -> int:
    """Print the table asked for."""
    from rich.console import Console
    from rich.table import Table

    from hairyo.messages import text
    from hairyo.taxonomy import codes, types

    names = ("code", "type", "name", "item", "tier", "basis") if args.codes else ("type", "name", "item")
    table = Table(*(text(f"taxonomy.{name}", args.lang) for name in names))
    if args.codes:
        for code in codes().values():
            name = code.ja if args.lang == "ja" else code.en
            items = ", ".join(map(str, code.items))
            table.add_row(code.name, ", ".join(code.types), name, items, code.tier or "", code.basis)
    else:
        for one in types().values():
            table.add_row(one.name, one.ja if args.lang == "ja" else one.en, str(one.item or ""))
    Console().print(table)
    return 0
