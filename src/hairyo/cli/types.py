"""`hairyo types`: what is looked for, and the codes of Article 6 with tier and legal basis."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `hairyo types`."""
    parser.add_argument("--codes", action="store_true", help="the sub-codes of Article 6 instead of the types")


def run(args: argparse.Namespace) -> int:
    """Print the table asked for."""
    from rich.console import Console
    from rich.table import Table

    from hairyo.taxonomy import codes, types

    if args.codes:
        table = Table("code", "type", "name", "item", "tier", "basis")
        for code in codes().values():
            name = code.ja if args.lang == "ja" else code.en
            items = ", ".join(map(str, code.items))
            table.add_row(code.name, ", ".join(code.types), name, items, code.tier or "", code.basis)
    else:
        table = Table("type", "name", "item")
        for one in types().values():
            table.add_row(one.name, one.ja if args.lang == "ja" else one.en, str(one.item or ""))
    Console().print(table)
    return 0
