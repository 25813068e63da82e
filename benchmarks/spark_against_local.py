"""A run by Spark on two cores against one by two local workers, over the same table.

    python benchmarks/spark_against_local.py models/data/zw.jsonl --rows 600

Starting Spark is not counted, loading the model is, on both sides. They take turns, since other work on the machine
slows both; ratios of one run hold, speeds do not. Resident sizes are read from /proc (Linux) at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import hairyo.spark
from hairyo.batch.options import RunOptions
from hairyo.batch.run import run
from hairyo.evaluation import read_marked


def main() -> None:
    """Print the speeds of each turn, their ratio, and the largest resident size of a Spark worker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, help="marked texts, as in models/data")
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--turns", type=int, default=2)
    args = parser.parse_args()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HAIRYO_DATA"] = str(folder / "data")  # before Spark starts: its workers inherit it
        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        chars = _table(args.texts, folder / "in", args.rows)
        ledger = f"sqlite:///{folder / 'ledger.sqlite3'}"
        for turn in range(args.turns):
            here = _timed(
                lambda at=turn: run(folder / "in", folder / f"local{at}", options=RunOptions(workers=2, ledger=ledger))
            )
            there = _timed(lambda at=turn: hairyo.spark.run(spark, folder / "in", folder / f"spark{at}", ledger=ledger))
            print(f"local {chars / here:,.0f} Spark {chars / there:,.0f} characters a second, ratio {here / there:.2f}")
        print(f"largest worker {max(_sizes(), default=0) / 1e6:,.0f} MB")
        spark.stop()


def _table(texts: Path, folder: Path, rows: int) -> int:
    """Write the texts, over and over, as a folder of 8 tables; return how many characters they have."""
    found = [one.text for one in read_marked([texts])]
    table = [found[number % len(found)] for number in range(rows)]
    folder.mkdir()
    for part in range(8):
        mine = table[part::8]
        pq.write_table(
            pa.table({"会員ID": [f"U{n}" for n in range(len(mine))], "自己PR": mine}), folder / f"{part}.parquet"
        )
    return sum(map(len, table))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _sizes() -> Iterator[int]:
    """Yield the largest resident size so far of every worker of Spark's that this process's JVM started."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if b"pyspark.daemon" in status.with_name("cmdline").read_bytes():
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
                yield int(lines["VmHWM"].split()[0]) * 1024
        except OSError:  # it ended meanwhile
            continue


if __name__ == "__main__":
    main()
