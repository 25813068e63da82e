"""Score `hairyo scan` on marked reference texts and compare with the recorded floor.

Usage: python benchmarks/dev_scores.py GOLD_FOLDER [--errors N] [--update]

GOLD_FOLDER holds `dev-*.jsonl`, `read_gold.py` and `score.py`. Exit code 1 when a figure falls below
`benchmarks/floor.toml`; `--update` raises the floor to the figures of this run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

FLOOR = Path(__file__).parent / "floor.toml"
# The role given to a text by its genre; long texts come without one.
ROLES = {
    "profile": "profile",
    "referral": "referral",
    "form": "form",
    "business": "profile",
    "noisy": "profile",
}
# Figures where less is better.
CEILINGS = ("false_consent", "alarm", "leak", "over")


def read_gold(folder: Path, names: list[Path]) -> list[dict]:
    """Return the reference texts with their genres."""
    made = subprocess.run(
        [sys.executable, folder / "read_gold.py", "--jsonl", *names],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in made.stdout.splitlines()]


def scan(texts: list[dict], workers: int) -> tuple[str, float]:
    """Return the output of `hairyo scan` on the texts, and the seconds it took."""
    jobs = []
    for text in texts:
        job = {"id": text["id"], "text": text["text"]}
        if text["genre"] in ROLES:
            job["role"] = ROLES[text["genre"]]
        jobs.append(json.dumps(job, ensure_ascii=False))
    started = time.perf_counter()
    made = subprocess.run(
        [sys.executable, "-m", "hairyo", "scan", "--jsonl", "-", "--workers", str(workers)],
        input="\n".join(jobs), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return made.stdout, time.perf_counter() - started


def figures(scores: dict) -> dict[str, float]:
    """Return the figures that have a floor, by name."""
    found = {f"{name}_f1": scores[name]["f1"] for name in ("personal", "article6", "article6_group", "consent")}
    found["person_f1"] = scores["types"]["PERSON"]["f1"]
    for name in ("subject", "polarity", *CEILINGS):
        found[name] = scores[name]
    return found


def main() -> int:
    """Scan, score, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    names = sorted(args.gold.glob("dev-*.jsonl"))
    output, seconds = scan(read_gold(args.gold, names), args.workers)
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.jsonl"
        predictions.write_text(output, encoding="utf-8")
        base = [sys.executable, args.gold / "score.py", predictions, *names]
        print(subprocess.run([*base, "--errors", str(args.errors)], capture_output=True, text=True, check=True).stdout)
        scores = json.loads(subprocess.run([*base, "--json"], capture_output=True, text=True, check=True).stdout)
    found = figures(scores)
    if args.update:
        FLOOR.write_text(
            "# Dev figures that must hold (benchmarks/dev_scores.py). Ceilings: " + ", ".join(CEILINGS) + ".\n"
            + "".join(f"{name} = {value}\n" for name, value in found.items()),
            encoding="utf-8",
        )  # fmt: skip
    floor = tomllib.loads(FLOOR.read_text(encoding="utf-8")) if FLOOR.exists() else {}
    bad = 0
    for name, value in found.items():
        limit = floor.get(name)
        worse = limit is not None and (value > limit if name in CEILINGS else value < limit)
        bad += worse
        print(f"{name:18} {value:.4f}  floor {limit}  {'BELOW' if worse else 'ok'}")
    print(f"{seconds:.1f} s with {args.workers} workers, start included")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
