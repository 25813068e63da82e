"""`hairyo ledger`: verify the consent ledger (同意台帳), and print its head as a checkpoint."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from hairyo.consent import Ledger
    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the actions `verify` and `head` to the command's parser."""
    from hairyo.messages import text

    actions = parser.add_subparsers(dest="action", required=True, metavar=text("consent.action", lang))
    for name in ("verify", "head"):
        summary = text(f"consent.{name}", lang)
        action = actions.add_parser(name, help=summary, description=summary)
        action.add_argument("--ledger", metavar="URL", help=text("consent.ledger_url", lang))
        if name == "verify":
            action.add_argument("--expect", metavar="SEQ:HASH", help=text("consent.expect", lang))


def run(args: argparse.Namespace) -> int:
    """Run the action and return the exit code: 0, or that of `LedgerTampered` where the chain is broken.

    Raises:
        UsageError: a malformed URL or head.
        LedgerError: no ledger, no key, or a ledger that cannot be read.
    """
    from hairyo.consent import Keys, Ledger

    with Ledger.open(args.ledger, keys=Keys.load(create=False), create=False) as ledger:
        if args.action == "head":
            print(ledger.head())
            return 0
        return _verify(args, ledger)


def _verify(args: argparse.Namespace, ledger: Ledger) -> int:
    """Print what the verification found, in `args.lang`."""
    from hairyo.consent import Head
    from hairyo.errors import LedgerTampered
    from hairyo.messages import text

    expect = Head.parse(args.expect) if args.expect else None
    report = ledger.verify(expect_head=expect)
    if report.problem is not None:
        kind = text(f"consent.break_{report.problem.kind}", args.lang)
        print(text("consent.broken", args.lang, seq=report.problem.seq, kind=kind, checked=report.checked))
        return LedgerTampered.exit_code
    print(text("consent.verified", args.lang, checked=report.checked, head=report.head))
    if expect is None:
        print(text("consent.unchecked_tail", args.lang))
    return 0
