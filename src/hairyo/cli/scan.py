"""`hairyo scan`: findings of texts, as JSON Lines (contract 1) or readably explained."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import BinaryIO


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `hairyo scan`."""
    parser.add_argument(
        "--jsonl",
        type=Path,
        metavar="IN",
        help='JSON Lines with {"id", "text"} and optional "role", "user"; - for standard input',
    )
    parser.add_argument("file", nargs="?", type=Path, help="a UTF-8 text file instead; default: standard input")
    parser.add_argument("--role", choices=("profile", "referral", "form", "transcript"), help="kind of the text")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument("--timeout", type=float, default=300.0, metavar="S", help="seconds a text may take")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="show text, findings and the words that decided, for a person to read (prints the input)",
    )


def run(args: argparse.Namespace) -> int:
    """Scan and print; 0 when all texts were scanned, 3 when some could not be."""
    from hairyo.batch.scanning import scan_lines
    from hairyo.errors import UsageError

    if args.jsonl is not None and args.file is not None:
        raise UsageError("give either --jsonl IN or a text file, not both")
    if args.workers < 1:
        raise UsageError("--workers must be at least 1")
    if args.jsonl is None or args.explain:
        return _one_text(args)
    source = sys.stdin.buffer if str(args.jsonl) == "-" else _open(args.jsonl)
    failed = 0
    with source:
        for line, ok in scan_lines(source, workers=args.workers, timeout=args.timeout):
            sys.stdout.write(line + "\n")
            failed += not ok
    if failed:
        print(f"hairyo: {failed} of the texts could not be scanned; their lines hold an error", file=sys.stderr)
    return 3 if failed else 0


def _open(path: Path) -> BinaryIO:
    from hairyo.errors import UsageError

    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read the input file ({error.strerror}); check the path") from error


def _one_text(args: argparse.Namespace) -> int:
    import json

    from hairyo.detection.engine import shared_detector
    from hairyo.errors import BrokenInput

    if args.jsonl is not None:
        from hairyo.batch.scanning import read_jobs

        with _open(args.jsonl) as lines:
            jobs = [(job.text, job.role or args.role) for job in read_jobs(lines) if job.error is None]
    else:
        data = args.file.read_bytes() if args.file is not None else sys.stdin.buffer.read()
        try:
            jobs = [(data.decode("utf-8-sig"), args.role)]
        except UnicodeDecodeError as error:
            raise BrokenInput(
                f"the text is not UTF-8 (byte {error.start}); use `hairyo run` for files of other encodings"
            ) from error
    for text, role in jobs:
        findings = shared_detector().scan(text, role=role)
        if args.explain:
            from hairyo.cli.explain import explain

            explain(text, findings, args.lang)
        else:
            for finding in findings:
                print(json.dumps(finding.to_json(), ensure_ascii=False))
    return 0
