"""`hairyo evaluate`: score the detector, or findings made elsewhere, on marked texts."""

from __future__ import annotations

import argparse
import sys

from hairyo.cli.parser import as_path

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hairyo.detection import Finding
    from hairyo.evaluation import MarkedText, Scored
    from hairyo.messages import Lang

_WIDE = 170  # columns: eleven figures beside an author's name, whatever the terminal's width


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the options of `hairyo evaluate`."""
    from hairyo.messages import text

    parser.add_argument("gold", nargs="+", type=as_path, metavar="GOLD", help=text("evaluate.gold", lang))
    parser.add_argument("--predictions", type=as_path, metavar="JSONL", help=text("evaluate.predictions", lang))
    parser.add_argument("--ginza", action="store_true", help=text("scan.ginza", lang))
    parser.add_argument("--policy", metavar="POLICY", help=text("evaluate.policy", lang))
    parser.add_argument("--html", type=as_path, metavar="FILE", help=text("evaluate.html", lang))
    parser.add_argument("--floor", type=as_path, metavar="TOML", help=text("evaluate.floor", lang))
    parser.add_argument("--by", choices=("author", "genre"), help=text("evaluate.by", lang))
    parser.add_argument("--intervals", action="store_true", help=text("evaluate.intervals", lang))
    parser.add_argument("--json", action="store_true", help=text("evaluate.json", lang))


def run(args: argparse.Namespace) -> int:
    """Score and print; 0, or 3 where a figure is below its floor.

    Raises:
        UsageError: a file cannot be read, or predictions for a text are missing.
        BrokenInput: a line is no marked text or no prediction.
    """
    import json

    from hairyo.evaluation import intervals, read_marked, score, summed

    texts = list(read_marked(args.gold))
    scored = [score(text, found) for text, found in _found(texts, args)]
    figures = summed(one.counts for one in scored)
    bounds = intervals([one.counts for one in scored]) if args.intervals and scored else {}
    if args.html is not None:
        from hairyo.batch.disk import write_whole
        from hairyo.evaluation.view import error_view

        write_whole(args.html, error_view(scored, figures, bounds, args.lang))
    floor = _floor(args.floor)
    if args.json:
        shown = {"texts": len(texts), "figures": figures.flat(), "intervals": bounds}
        print(json.dumps(shown | {"types": _types(scored)}, ensure_ascii=False))
    else:
        _print(figures.flat(), bounds, floor, args.lang)
        if args.by:
            _print_parts(scored, args.by, args.lang)
    return 3 if _below(figures.flat(), floor, args.lang) else 0


def _found(texts: Sequence[MarkedText], args: argparse.Namespace) -> Iterator[tuple[MarkedText, list[Finding]]]:
    """Yield each text with what was found in it: now, or by whoever made the predictions."""
    if args.predictions is None:
        from hairyo.detection.engine import shared_detector
        from hairyo.redaction import Policy

        overrides = Policy.load(args.policy).overrides if args.policy else ()
        detector = shared_detector(ginza=args.ginza, overrides=overrides)
        for text in texts:
            yield text, detector.scan(text.text, role=text.role)
        return
    from hairyo.errors import UsageError
    from hairyo.evaluation.predictions import read_predictions

    made = read_predictions(args.predictions)
    missing = sum(text.id not in made for text in texts)
    if missing:
        raise UsageError("{count} of the texts have no prediction; predict them all", count=missing)
    for text in texts:
        yield text, made[text.id]


def _floor(path: Path | None) -> dict[str, float]:
    """Return the figures that must hold."""
    import tomllib

    from hairyo.errors import UsageError

    if path is None:
        return {}
    try:
        return {name: float(value) for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError) as error:
        raise UsageError("the floor is not a TOML file of numbers; check {name}", name=path.name) from error


def _print(
    figures: dict[str, float], bounds: dict[str, tuple[float, float]], floor: dict[str, float], lang: Lang
) -> None:
    from rich.console import Console
    from rich.table import Table

    from hairyo.messages import text

    table = Table(text("evaluate.figure", lang), text("evaluate.value", lang), "95%", text("evaluate.limit", lang))
    for name, value in figures.items():
        shown = "{:.3f} – {:.3f}".format(*bounds[name]) if name in bounds else ""
        table.add_row(name, f"{value:.4f}", shown, f"{floor[name]:.4f}" if name in floor else "")
    Console().print(table)


def _print_parts(scored: Sequence[Scored], by: str, lang: Lang) -> None:
    """Print the figures of each author's, or each genre's, texts."""
    from rich.console import Console
    from rich.table import Table

    from hairyo.evaluation import summed
    from hairyo.messages import text

    parts = sorted({getattr(one.text, by) for one in scored})
    rows = {part: summed(one.counts for one in scored if getattr(one.text, by) == part).flat() for part in parts}
    names = list(summed(one.counts for one in scored).flat())
    table = Table(text(f"evaluate.by_{by}", lang), *names)
    for part, figures in rows.items():
        table.add_row(part, *(f"{figures[name]:.3f}" if name in figures else "" for name in names))
    Console(width=_WIDE).print(table)


def _types(scored: Sequence[Scored]) -> dict[str, dict[str, float]]:
    from hairyo.evaluation import summed

    return {
        name: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "marks": one.marks, "found": one.found}
        for name, one in summed(one.counts for one in scored).tallies.items()
        if ":" in name
    }


def _below(figures: dict[str, float], floor: dict[str, float], lang: Lang) -> bool:
    """Say which figures do not hold their floor, and return whether there are any."""
    from hairyo.evaluation.scores import LESS_IS_BETTER
    from hairyo.messages import text

    bad = False
    for name, limit in floor.items():
        value = figures.get(name)
        if value is None or (value > limit if name in LESS_IS_BETTER else value < limit):
            shown = text("evaluate.below", lang, name=name, limit=limit, value="-" if value is None else f"{value:.4f}")
            print(f"hairyo: {shown}", file=sys.stderr)
            bad = True
    return bad
