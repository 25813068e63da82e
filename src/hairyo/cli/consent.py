"""`hairyo consent`: look at a user's consent records (同意記録)."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from hairyo.consent import Recorded
    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the action `list` to the command's parser."""
    from hairyo.messages import text

    actions = parser.add_subparsers(dest="action", required=True, metavar=text("consent.action", lang))
    summary = text("consent.list", lang)
    action = actions.add_parser("list", help=summary, description=summary)
    action.add_argument("--user", metavar="ID", required=True, help=text("consent.user", lang))
    action.add_argument("--ledger", metavar="URL", help=text("consent.ledger_url", lang))
    action.add_argument("--json", action="store_true", help=text("consent.json", lang))


def run(args: argparse.Namespace) -> int:
    """Print the user's records, oldest first, and return 0; tab-separated lines, or JSON lines.

    Raises:
        UsageError: a malformed URL.
        LedgerError: no ledger, no key, or a ledger that cannot be read.
        LedgerTampered: a record was changed.
    """
    from hairyo.consent import Keys, Ledger
    from hairyo.messages import text

    with Ledger.open(args.ledger, keys=Keys.load(create=False), create=False) as ledger:
        empty = True
        for one in ledger.events(user=args.user):
            if empty and not args.json:
                print(text("consent.header", args.lang))
            print(_json(one) if args.json else _line(one, args.lang))
            empty = False
    if empty and not args.json:
        print(text("consent.none", args.lang))
    return 0


def _line(one: Recorded, lang: Lang) -> str:
    """Return a record as one line of tab-separated fields."""
    from hairyo.consent import channels
    from hairyo.messages import text
    from hairyo.taxonomy import codes

    event = one.event
    state = text(f"consent.{event.kind}", lang, count=event.count)
    code = codes().get(event.category or "")
    category = "-" if code is None else f"{code.name} {code.ja if lang == 'ja' else code.en}"
    channel = channels().get(event.collection_method)
    way = event.collection_method if channel is None else channel.ja if lang == "ja" else channel.en
    time = event.event_time.isoformat(sep=" ", timespec="seconds")
    return "\t".join((time, state, event.strength, category, event.notice_version, way))


def _json(one: Recorded) -> str:
    """Return a record as one line of JSON, with its place in the chain."""
    import json

    place = {"seq": one.seq, "prev_hash": one.prev_hash, "hash": one.hash}
    return json.dumps(one.event.to_json() | place, ensure_ascii=False)
