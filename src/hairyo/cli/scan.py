"""`hairyo scan`: findings of texts, as JSON Lines (contract 1) or readably explained."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator

from hairyo.cli.parser import as_path

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from hairyo.batch.scanning import Job
    from hairyo.messages import Lang


def configure(parser: argparse.ArgumentParser, lang: Lang = "en") -> None:
    """Add the options of `hairyo scan`."""
    from hairyo.messages import text

    parser.add_argument("--jsonl", type=as_path, metavar="IN", help=text("scan.jsonl", lang))
    parser.add_argument("file", nargs="?", type=as_path, help=text("scan.file", lang))
    roles = ("profile", "referral", "form", "transcript")
    parser.add_argument("--role", choices=roles, help=text("scan.role", lang))
    parser.add_argument("--workers", type=int, default=1, metavar="N", help=text("scan.workers", lang))
    parser.add_argument("--timeout", type=float, default=300.0, metavar="S", help=text("scan.timeout", lang))
    parser.add_argument("--ginza", action="store_true", help=text("scan.ginza", lang))
    parser.add_argument("--explain", action="store_true", help=text("scan.explain", lang))


def run(args: argparse.Namespace) -> int:
    """Scan and print; 0 when all texts were scanned, 3 when some could not be.

    Raises:
        UsageError: options that do not go together, or an input that cannot be opened.
        BrokenInput: a text file that is not UTF-8.
    """
    from hairyo.errors import UsageError
    from hairyo.messages import text

    if args.jsonl is not None and args.file is not None:
        raise UsageError("give either --jsonl IN or a text file, not both")
    if args.jsonl is not None and args.role is not None:
        raise UsageError('--role is for a text file; give each line of JSON Lines its own "role"')
    if args.workers < 1:
        raise UsageError("--workers must be at least 1")
    if args.timeout <= 0:
        raise UsageError("--timeout must be more than 0 seconds")
    _print_utf8()
    failed = _print_each(args) if args.jsonl is None or args.explain else _print_lines(args)
    if failed:
        print("hairyo: " + text("scan.failed", args.lang, failed=failed), file=sys.stderr)
    return 3 if failed else 0


def _print_utf8() -> None:
    r"""Print UTF-8 whatever the locale; a lone surrogate of an id becomes `\udXXX`, which is its JSON escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def _print_lines(args: argparse.Namespace) -> int:
    """Print the lines of contract 1 and return how many texts could not be scanned."""
    from hairyo.batch.scanning import scan_lines

    failed = 0
    with _open(args.jsonl) as source:
        settings = {"workers": args.workers, "timeout": args.timeout, "lang": args.lang, "ginza": args.ginza}
        for line, ok in scan_lines(source, **settings):
            sys.stdout.write(line + "\n")
            failed += not ok
    return failed


def _print_each(args: argparse.Namespace) -> int:
    """Print the findings of each text, explained or as JSON; return how many texts could not be scanned."""
    import json

    from hairyo.cli.explain import explain
    from hairyo.detection.engine import shared_detector
    from hairyo.messages import say

    failed = 0
    for job in _jobs(args):
        if job.error is not None:
            print(f"hairyo: {say(job.error, args.lang)}", file=sys.stderr)
            failed += 1
            continue
        findings = shared_detector(ginza=args.ginza).scan(job.text, role=job.role)
        if args.explain:
            explain(job.text, findings, args.lang)
        else:
            for finding in findings:
                print(json.dumps(finding.to_json(), ensure_ascii=False))
    return failed


def _jobs(args: argparse.Namespace) -> Iterator[Job]:
    """Yield the texts to scan in this process: those of the JSON Lines, or the one of a file."""
    from hairyo.batch.scanning import Job, read_jobs
    from hairyo.errors import BrokenInput

    if args.jsonl is not None:
        with _open(args.jsonl) as lines:
            yield from read_jobs(lines)
        return
    with _open(args.file or as_path("-")) as source:
        data = source.read()
    try:
        yield Job(None, data.decode("utf-8-sig"), args.role)
    except UnicodeDecodeError as error:
        raise BrokenInput(
            "the text is not UTF-8 (byte {start}); use `hairyo run` for files of other encodings", start=error.start
        ) from error


def _open(path: Path) -> BinaryIO:
    """Return the bytes of `path`, or of standard input for `-`."""
    from hairyo.errors import UsageError

    if str(path) == "-":
        return sys.stdin.buffer
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError("cannot read the input file ({strerror}); check the path", strerror=error.strerror) from error
