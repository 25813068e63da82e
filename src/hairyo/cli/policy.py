"""`hairyo policy show`: the redaction policy in force, type by type."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add `hairyo policy show`."""
    actions = parser.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="print the policy, type by type")
    show.add_argument("--policy", default="client-company", help="a name or a TOML file")


def run(args: argparse.Namespace) -> int:
    """Print the policy asked for."""
    from rich.console import Console
    from rich.table import Table

    from hairyo.redaction import Policy
    from hairyo.taxonomy import types

    policy = Policy.load(args.policy)
    table = Table("type", "name", "operator", title=f"{policy.name} {policy.digest[:12]}")
    for one in types().values():
        table.add_row(one.name, one.ja if args.lang == "ja" else one.en, policy.operator(one.name).name)
    Console().print(table)
    return 0
