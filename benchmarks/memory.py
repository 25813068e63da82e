"""Peak memory of a run by the size of its input: makes CSV files of the sizes given, runs each, tells what it took.

Usage: python benchmarks/memory.py 10 100 300 --workers 2 --json memory.json

With `--detector rules` the tagger is left out; with `--detector numbers` telephone numbers are all that is looked for.
Then less memory is needed from the start, but what a run keeps of a table is the same, and it shows in minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from footprint import Footprint

from hairyo.batch import process
from hairyo.batch.options import RunOptions
from hairyo.batch.run import run
from hairyo.detection import Detector, Finding

DETECTORS = ("full", "rules", "numbers")
SAID = (
    "商社で営業を{n}年しました。", "現在は{n}名の部署を任されています。", "三年前にうつ病で{n}か月休職しました。",
    "趣味は登山で、年に{n}回ほど出かけます。", "顧客は{n}社ほどで、海外の取引先もあります。",
    "連絡は090-1234-{n:04}へお願いします。", "新しい販路を{n}件開きました。", "父は糖尿病で通院しています。",
)  # fmt: skip
NUMBER = re.compile(r"090-1234-\d{4}")


class Numbers:
    """Finds telephone numbers of one shape."""

    def scan(self, text: str, *, role: object = None) -> list[Finding]:
        """Return them."""
        return [Finding(*hit.span(), "PHONE") for hit in NUMBER.finditer(text)]


def detector(**settings: object):
    """Return the detector that the benchmark was asked for, whatever its settings."""
    return Numbers() if os.environ["BENCHMARK_DETECTOR"] == "numbers" else Detector(rules_only=True)


# Workers import this module, too, and find there what to run.
if os.environ.get("BENCHMARK_DETECTOR", "full") != "full":
    process.shared_detector = detector


def write_profiles(path: Path, megabytes: float) -> int:
    """Write a CSV of invented profiles, no two alike, and return how many there are."""
    numbers = random.Random(1)
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("会員ID", "氏名", "自己PR"))
        while file.buffer.tell() < megabytes * 1e6:
            said = "".join(one.format(n=numbers.randrange(10_000)) for one in numbers.choices(SAID, k=12))
            table.writerow((f"U{rows:08}", "山田太郎", said))
            rows += 1
    return rows


def measure(megabytes: float, workers: int) -> dict[str, object]:
    """Run one size in this process and its workers, and return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.environ["HAIRYO_DATA"] = str(place / "data")
        rows = write_profiles(place / "t.csv", megabytes)
        began = time.monotonic()
        with Footprint() as footprint:
            summary = run(place / "t.csv", place / "out", options=RunOptions(workers=workers, timeout=3600.0))
        seconds = time.monotonic() - began
    if summary.outcomes["copied"] != 1:
        raise SystemExit(f"the table was not copied: {summary.outcomes}")
    own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "megabytes": megabytes,
        "workers": workers,
        "detector": os.environ["BENCHMARK_DETECTOR"],
        "rows": rows,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime, 1),
        "peak_mb": round(footprint.peak / 1e6),
        "worker_mb": round(footprint.largest / 1e6),
    }


def main() -> None:
    """Measure every size in a process of its own, since a process remembers its peak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", type=float, nargs="+")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--detector", choices=DETECTORS, default="full")
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()
    os.environ["BENCHMARK_DETECTOR"] = args.detector
    if len(args.megabytes) == 1:
        found = [measure(args.megabytes[0], args.workers)]
        print(json.dumps(found[0]))
    else:
        found = [one for size in args.megabytes for one in _apart(size, args)]
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _apart(size: float, args: argparse.Namespace) -> list[dict[str, object]]:
    """Measure one size by this script in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, __file__, str(size), "--workers", str(args.workers)]
        subprocess.run([*command, "--detector", args.detector, "--json", str(figures)], check=True)
        found: list[dict[str, object]] = json.loads(figures.read_text(encoding="utf-8"))
        return found


if __name__ == "__main__":
    main()
