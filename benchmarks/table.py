"""The speeds that Hairyo is held to, in one run: `python benchmarks/table.py [--characters 1000000] [--json FILE]`.

Ratios of one run hold, speeds do not: the machine's other work slows all. So what is compared takes turns, text by
text, each in a process of its own; a table's run and its scan take turns, too. What is compared:

- scanning, with Presidio and GiNZA (`against_presidio.py`) and with SudachiPy's bare tokeniser, on both corpora of
  `texts.py`; Presidio reads the first `--presidio` characters only, and Hairyo's time for the same texts counts;
- `hairyo run` on a CSV with one worker and with two, and the scan of the same texts; peak memory of the latter run;
- a Spark `local[2]` run and one by two local workers (needs `hairyo[spark]`);
- `hairyo --help` and an empty program.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import start
from against_presidio import presidio
from footprint import Footprint

import texts

ENGINES = ("hairyo", "rules", "presidio", "sudachi")
TURN = 5_000  # characters that an engine reads before it is the next one's turn
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """A figure, what it must reach, and what we aim at; smaller is better where `most` is set."""

    figure: str
    value: float
    must: float
    aim: float
    most: bool = False

    @property
    def reached(self) -> bool:
        """Whether it reaches what it must."""
        return self.value <= self.must if self.most else self.value >= self.must


def main() -> None:
    """Measure everything, print the table, and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=1_000_000, help="size of each corpus")
    parser.add_argument("--presidio", type=int, default=60_000, help="characters of it that Presidio reads")
    parser.add_argument("--table", type=int, default=500_000, help="characters of the CSV")
    parser.add_argument("--turns", type=int, default=2, help="how often the CSV is run and scanned")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--serve", choices=ENGINES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve)
        return
    rows: list[Row] = []
    speeds: dict[str, Any] = {}
    for kind in ("profiles", "business"):
        corpus = texts.corpus(kind, args.characters)
        shown = speeds[kind] = _scans(corpus, args.presidio)
        print(f"{kind}: {json.dumps(shown)}", flush=True)
        rows += [
            Row(f"scan against Presidio and GiNZA, {kind}", shown["against_presidio"], 30, 100),
            Row(f"scan against SudachiPy, {kind}", shown["against_sudachi"], 0.06, 0.25),
        ]
    table = speeds["table"] = _tables(texts.corpus("profiles", args.table).texts, args.turns)
    print(f"table: {json.dumps(table)}", flush=True)
    rows += [
        Row("2 workers against 1", table["two_against_one"], 1.7, 1.9),
        Row("run on a CSV against scan", table["run_against_scan"], 0.7, 0.9),
        Row("peak memory, 2 workers (GB)", table["peak_gb"], 1.5, 1.0, most=True),
        Row("Spark local[2] against 2 workers", _spark(), 0.7, 0.9),
        Row("`hairyo --help` against an empty program", start.ratio(), 3, 2, most=True),
    ]
    print(f"\n{'figure':45} {'value':>8} {'must':>6} {'aim':>6}")
    for row in rows:
        print(f"{row.figure:45} {row.value:8.2f} {row.must:6g} {row.aim:6g} {'' if row.reached else 'missed'}")
    if args.json:
        made = {"machine": machine(), "rows": [asdict(row) for row in rows], "measured": speeds}
        args.json.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ("hairyo", "onnxruntime", "sudachipy", "sudachidict-core", "presidio-analyzer", "ja-ginza", "pyspark")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "python": platform.python_version(),
        "system": platform.system(),
        "packages": {name: version(name) for name in packages},
    }


def _scans(corpus: texts.Corpus, presidio_reads: int) -> dict[str, float]:
    """Return the speeds of all engines on a corpus, and their ratios on what both read."""
    groups = list(_turns(corpus.texts))
    seconds: dict[str, list[float]] = {name: [] for name in ENGINES}
    with served("hairyo") as ours, served("rules") as rules, served("sudachi") as sudachi:
        for group in groups:
            for name, ask in (("hairyo", ours), ("rules", rules), ("sudachi", sudachi)):
                seconds[name].append(ask(group))
    few = groups[: max(1, presidio_reads // TURN)]
    again: list[float] = []
    with served("hairyo") as ours, served("presidio") as theirs:
        for group in few:
            again.append(ours(group))
            seconds["presidio"].append(theirs(group))
    read = {name: sum(len(one) for group in groups[: len(took)] for one in group) for name, took in seconds.items()}
    return {
        "characters": corpus.characters,
        "sentences_with_a_finding": round(corpus.finding, 3),
        "sentences_with_special_care": round(corpus.special, 3),
        **{f"{name}_per_second": round(read[name] / sum(took)) for name, took in seconds.items()},
        "against_presidio": sum(seconds["presidio"]) / sum(again),
        "against_sudachi": sum(seconds["sudachi"]) / sum(seconds["hairyo"]),
    }


def _turns(found: list[str]) -> Iterator[list[str]]:
    """Yield the texts in groups of about `TURN` characters."""
    group: list[str] = []
    for text in found:
        group.append(text)
        if sum(map(len, group)) >= TURN:
            yield group
            group = []
    if group:
        yield group


@contextmanager
def served(engine: str) -> Iterator[Callable[[list[str]], float]]:
    """Start an engine in a process of its own, warmed up; give what returns its seconds for some texts."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", engine], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout

    def ask(group: list[str]) -> float:
        process.stdin.write(json.dumps(group) + "\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    ask(["私は営業を十年しております。三年前にうつ病で休職しました。", "連絡は山田太郎まで、090-1234-5678です。"] * 20)
    yield ask
    process.stdin.close()
    process.wait()


def serve(engine: str) -> None:
    """Read groups of texts as lines of JSON, and answer with the seconds that each took."""
    read = _engine(engine)
    for line in sys.stdin:
        group = json.loads(line)
        began = time.perf_counter()
        for text in group:
            read(text)
        print(time.perf_counter() - began, flush=True)


def _engine(name: str) -> Callable[[str], object]:
    if name == "presidio":
        find = presidio()
        return lambda text: find(text, None)
    if name == "sudachi":
        from sudachipy import Dictionary, SplitMode

        tokenizer = Dictionary().create(SplitMode.C)
        return tokenizer.tokenize
    from hairyo.detection import Detector

    return Detector(rules_only=name == "rules").scan


def _tables(found: list[str], turns: int) -> dict[str, float]:
    """Return what a CSV of the texts costs, by turns: with one worker, with two, and scanned only."""
    seconds: dict[str, list[float]] = {"one": [], "two": [], "scan": []}
    peaks = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [("会員ID", "自己PR"), *((f"U{row:07}", text) for row, text in enumerate(found))]
            )
        with served("hairyo") as ours:
            for turn in range(turns):
                seconds["scan"].append(ours(found))
                for workers, key in ((1, "one"), (2, "two")):
                    took, peak = run_apart(path, Path(name) / f"{key}{turn}", workers)
                    seconds[key].append(took)
                    peaks.append(peak)
    middle = {name: statistics.median(took) for name, took in seconds.items()}
    return {
        "characters": sum(map(len, found)),
        "rows": len(found),
        **{f"{name}_seconds": round(took, 2) for name, took in middle.items()},
        "two_against_one": statistics.median(
            one / two for one, two in zip(seconds["one"], seconds["two"], strict=True)
        ),
        "run_against_scan": statistics.median(
            scan / one for scan, one in zip(seconds["scan"], seconds["one"], strict=True)
        ),
        "peak_gb": max(peaks),
    }


def _ratio(those: list[float], these: list[float]) -> float:
    """Return how much quicker these were than those, turn by turn: the middle of the turns."""
    return statistics.median(slow / quick for slow, quick in zip(those, these, strict=True))


def write_table(folder: Path, found: list[str]) -> Path:
    """Write the texts as a CSV of profiles, one a row, and return where."""
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("会員ID", "自己PR"))
        table.writerows((f"U{row:07}", text) for row, text in enumerate(found))
    return path


def run_apart(path: Path, out: Path, workers: int) -> tuple[float, float]:
    """Run a CSV in a process of its own; return its seconds without the start of Python, and its peak memory in GB."""
    code = (
        "import sys, time; from pathlib import Path; from hairyo.batch.options import RunOptions\n"
        "from hairyo.batch.run import run\n"
        "if __name__ == '__main__':\n"
        "    source, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])\n"
        "    began = time.perf_counter()\n"
        "    made = run(source, out, options=RunOptions(workers=workers))\n"
        "    assert made.outcomes['copied'] == 1, made.outcomes\n"
        "    print(time.perf_counter() - began)\n"
    )
    script = out.with_suffix(".py")
    script.write_text(code, encoding="utf-8")
    environment = os.environ | {"HAIRYO_DATA": str(out.with_suffix(".data"))}
    command = [sys.executable, str(script), str(path), str(out), str(workers)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    with Footprint(process.pid) as footprint:
        shown, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the run ended with exit code {process.returncode}")
    return float(shown), footprint.peak / 1e9


def _spark() -> float:
    """Return the speed of Spark's two cores against that of two local workers."""
    command = [sys.executable, str(HERE / "spark_against_local.py"), str(texts.DATA / "zw.jsonl"), "--turns", "3"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return statistics.median(float(line.rsplit(" ", 1)[1]) for line in shown.splitlines() if ", ratio " in line)


if __name__ == "__main__":
    main()
