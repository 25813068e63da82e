"""How cost grows with a text's length, with what there is to find, and with workers; and memory with the input's size.

Usage: python benchmarks/growth.py [--memory 1 10 100 1000] [--json FILE] [--plots docs/speed]

Lengths and findings are told in processor time, which other work on the machine stretches little; workers in
wall-clock time, by turns. Memory is `memory.py --detector numbers`: what a run itself keeps, in minutes. Writes one
diagram a question (SVG) and the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plots
import table

import texts
from hairyo.detection import Detector
from hairyo.detection.passage import sentences
from hairyo.evaluation import read_marked

LENGTHS = (30, 100, 300, 1_000, 3_000, 10_000, 100_000, 300_000)
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
AMOUNT = 60_000  # characters read for each point, at least one text
SENTENCES = 8  # of a text made for its share of findings


def main() -> None:
    """Measure, write the diagrams and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", type=float, nargs="+", default=[1, 10, 100], help="sizes of a CSV in MB")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="the most workers")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--plots", type=Path, help="folder for the diagrams")
    args = parser.parse_args()
    made = {
        "machine": table.machine(),
        "length": by_length(),
        "findings": by_findings(),
        "workers": by_workers(args.workers),
        "memory": by_size(args.memory),
    }
    print(json.dumps(made, indent=1))
    if args.json:
        args.json.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    if args.plots:
        args.plots.mkdir(exist_ok=True)
        for name, diagram in diagrams(made):
            (args.plots / f"{name}.svg").write_text(diagram, encoding="utf-8")


def diagrams(made: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the name and the SVG of each diagram."""
    yield "length", plots.lines("characters of a text", "µs a character", made["length"], log=True)
    yield "findings", plots.lines("sentences that hold a finding, %", "µs a character", made["findings"])
    yield "workers", plots.lines("workers", "characters a second", made["workers"])
    peaks = {
        name: [[one["megabytes"], one[key]] for one in made["memory"]]
        for name, key in (("all, two workers", "peak_mb"), ("a worker", "worker_mb"))
    }
    yield "memory", plots.lines("CSV, MB", "peak memory, MB", peaks, log=True)


def by_length() -> dict[str, list[list[float]]]:
    """Return microseconds a character by the length of a text, with the tagger and by the rules alone."""
    whole = "\n".join(texts.corpus("profiles", 2 * max(LENGTHS)).texts)
    parts = {size: [whole[at : at + size] for at in range(0, max(AMOUNT, size), size)] for size in LENGTHS}
    return _costs(parts)


def by_findings() -> dict[str, list[list[float]]]:
    """Return microseconds a character by the share of sentences that hold anything to find, in percent."""
    bare: list[str] = []
    telling: list[str] = []
    for path in sorted(texts.DATA.glob("*.jsonl")):
        for text in read_marked([path]):
            for start, end in sentences(text.text):
                held = any(one.start < end and start < one.end for one in text.marks)
                if 12 <= end - start <= 80:
                    (telling if held else bare).append(text.text[start:end])
    chance = random.Random(1)
    chance.shuffle(bare)
    chance.shuffle(telling)
    parts: dict[float, list[str]] = {}
    for share in SHARES:
        made: list[str] = []
        left = {True: iter(telling), False: iter(bare)}
        while sum(map(len, made)) < AMOUNT:
            made.append("".join(next(left[chance.random() < share]) for _ in range(SENTENCES)))
        parts[100 * share] = made
    return _costs(parts)


def _costs(parts: dict[float, list[str]] | dict[int, list[str]]) -> dict[str, list[list[float]]]:
    found = {}
    for name, detector in (("rules and tagger", Detector()), ("rules alone", Detector(rules_only=True))):
        detector.scan(next(iter(parts.values()))[0])
        points = []
        for at, group in parts.items():
            began = time.process_time()
            for text in group:
                detector.scan(text)
            took = time.process_time() - began
            points.append([at, round(1e6 * took / sum(map(len, group)), 2)])
        found[name] = points
    return found


def by_workers(most: int) -> dict[str, list[list[float]]]:
    """Return the characters a second of a run on a CSV by its workers: the best of two turns."""
    corpus = texts.corpus("profiles", 3 * AMOUNT)
    with tempfile.TemporaryDirectory() as name:
        path = table.write_table(Path(name), corpus.texts)
        points = []
        for workers in range(1, most + 1):
            took = min(table.run_apart(path, Path(name) / f"{workers}-{turn}", workers)[0] for turn in range(2))
            points.append([workers, round(corpus.characters / took)])
    return {"run on a CSV": points}


def by_size(megabytes: list[float]) -> list[dict[str, Any]]:
    """Return what runs on CSVs of those sizes took."""
    with tempfile.TemporaryDirectory() as name:
        figures = Path(name) / "figures.json"
        sizes = [f"{one:g}" for one in megabytes]
        command = [sys.executable, str(table.HERE / "memory.py"), *sizes, "--workers", "2", "--detector", "numbers"]
        subprocess.run([*command, "--json", str(figures)], check=True, stdout=subprocess.DEVNULL)
        found: list[dict[str, Any]] = json.loads(figures.read_text(encoding="utf-8"))
        return found


if __name__ == "__main__":
    main()
