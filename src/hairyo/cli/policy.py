"""`hairyo policy show`: the redaction policy in force, type by type."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add `hairyo policy show`."""
    from hairyo.messages import text

    actions = parser.add_subparsers(dest="action", required=True, metavar=text("consent.action", lang))
    summary = text("taxonomy.show", lang)
    show = actions.add_parser("show", help=summary, description=summary)
    show.add_argument("--policy", default="client-company", help=text("taxonomy.policy", lang))


def run(args: argparse.Namespace) -> int:
    """Print the policy asked for."""
    from rich.console import Console
    from rich.table import Table

    from hairyo.detection.tagger.trust import trust
    from hairyo.messages import text
    from hairyo.redaction import Policy
    from hairyo.taxonomy import types

    policy = Policy.load(args.policy)
    believed = trust(policy.overrides)
    heads = (text(f"taxonomy.{name}", args.lang) for name in ("type", "name", "operator", "tagger", "rules"))
    table = Table(*heads, title=f"{policy.name} {policy.digest[:12]}")
    for one in types().values():
        sure = believed[one.name]
        name = one.ja if args.lang == "ja" else one.en
        table.add_row(one.name, name, policy.operator(one.name).name, f"{sure.tagger:g}", f"{sure.rules:g}")
    Console().print(table)
    return 0
