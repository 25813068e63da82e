"""On Spark, each row gets what a run on one machine gives it; retries and second runs record nothing twice.

One session on two cores serves all tests. Spark's parts speak over sockets of this machine, so these tests alone may
connect to it, and to nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hairyo
import hairyo.spark
from hairyo.batch.events import read_events
from hairyo.batch.frames import FINDINGS, REASON
from hairyo.batch.options import RunOptions
from hairyo.batch.run import run as run_here
from hairyo.consent import Keys, Ledger
from hairyo.errors import HairyoError, LedgerError, UsageError
from hairyo.redaction import Policy

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install hairyo[spark]")
JAVA = Path(os.environ["JAVA_HOME"]) / "bin" / "java" if "JAVA_HOME" in os.environ else shutil.which("java")
pytestmark = [
    pytest.mark.slow,  # half a minute in all; what needs no session is in tests/batch: cluster, frames, lake
    pytest.mark.skipif(JAVA is None or not Path(JAVA).exists(), reason="Spark needs Java 17 or newer; none is here"),
    pytest.mark.xdist_group("spark"),  # one session, not one in each of xdist's processes
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # py4j leaves its sockets to be closed with the process
]
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # that of tests/conftest.py: Spark's processes outlive a test
SECRET = "sqlite:////nowhere/s3cret-Passw0rd/ledger.sqlite3"
TEXTS = [
    "私は山田太郎です。三年前にうつ病で休職しました。電話は090-1234-5678です。",
    "本日は晴天です。",
    "妻は創価学会の会員です。",
    None,
    "糖尿病で通院しています。前科はありません。",
    "",
    "佐藤花子と申します。メールは hanako@example.jp です。",
]
ROWS = [
    {"番": n, "会員ID": f"U{n:03d}", "氏名": "山田太郎" if n % 3 else None, "自己PR": TEXTS[n % 7], "年数": n * 1.5}
    for n in range(14)
]


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAIRYO_KEY", KEY)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("LC_ALL", "C.UTF-8")  # Java reads names of files by it
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(hairyo.__file__).parent.parent), *sys.path]))
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            "spark.ui.showConsoleProgress": "false",
        }
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        yield session
        session.stop()


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A folder with one table, and what a run of one process makes of it: (source, out, rows of the copy, events)."""
    folder = tmp_path_factory.mktemp("lake")
    source, out = folder / "in", folder / "out"
    (source / "支店=東京").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(ROWS), source / "支店=東京" / "profiles.parquet", row_group_size=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAIRYO_KEY", KEY)
        ledger = f"sqlite:///{folder / 'ledger.sqlite3'}"
        assert run_here(source, out, options=RunOptions(ledger=ledger)).exit_code == 0
        return source, out, copies(out), booked(ledger)


def copies(out):
    files = sorted((out / "copies").rglob("*.parquet"))
    return [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]


def booked(url):
    with Ledger.open(url, keys=Keys.load(), create=False) as ledger:
        assert ledger.verify().ok
        return [one.event.dedup_key for one in ledger.events()]


def places(out):
    rows = pq.read_table(out / "findings.parquet").to_pylist()
    return sorted(
        [{name: value for name, value in row.items() if name not in ("input", "block")} for row in rows], key=repr
    )


def frame(spark, rows=ROWS):
    kinds = "番 bigint, 会員ID string, 氏名 string, 自己PR string, 年数 double"
    quoted = ", ".join(f"`{name}` {kind}" for name, kind in (one.split() for one in kinds.split(", ")))
    return spark.createDataFrame([tuple(row.values()) for row in rows], quoted)


def test_scan_finds_in_each_row_what_it_finds_here(spark):
    found = hairyo.spark.scan(frame(spark), text="自己PR", id=["番", "会員ID"])
    assert found.columns == ["番", "会員ID", *FINDINGS.names]
    got = [row.asDict() for row in found.collect()]
    want = [
        {"番": row["番"], "会員ID": row["会員ID"]} | one.to_json() | {"code": one.code}
        for row in ROWS
        for one in hairyo.scan(row["自己PR"] or "")
    ]
    assert sorted(got, key=repr) == sorted([{name: row[name] for name in found.columns} for row in want], key=repr)
    assert len(want) > 10


def test_rows_are_redacted_as_a_run_redacts_them(spark, lake):
    source, _, want, _ = lake
    table = spark.read.parquet(str(source / "支店=東京" / "profiles.parquet"))
    made = hairyo.spark.redact(table)
    assert made.columns == [*ROWS[0], REASON]
    assert [kind for _, kind in made.dtypes] == [*(kind for _, kind in table.dtypes), "string"]
    rows = [row.asDict() for row in made.collect()]
    assert [row.pop(REASON) for row in rows] == [None] * len(ROWS)
    assert sorted(rows, key=repr) == sorted(want, key=repr)


def test_columns_of_identity_are_handed_through_in_their_place(spark):
    made = hairyo.spark.redact(frame(spark).select("自己PR", "番"), id="番").orderBy("番").collect()
    assert [row["番"] for row in made] == list(range(len(ROWS)))
    assert made[0]["自己PR"] == "私は人物Aです。三年前に[非開示]で休職しました。電話は[電話番号]です。"


def test_plans_show_neither_key_nor_policy(spark, capsys):
    made = hairyo.spark.redact(frame(spark), policy="processor", recipient="r-4711")
    made.explain("extended")
    shown = capsys.readouterr().out
    assert "MapInArrow" in shown
    assert not re.search("r-4711|processor|山田", shown)
    assert KEY not in shown
    assert any("TEL-" in (row["自己PR"] or "") for row in made.collect())


def test_an_error_of_a_worker_says_nothing_of_a_cell(spark):
    from pyspark.errors import PythonException

    from hairyo.batch.frames import quietly

    def broken(batches):
        for batch in batches:
            raise ValueError(str(batch.to_pylist()))
            yield batch

    table = frame(spark).select("自己PR")
    with pytest.raises(PythonException) as caught:
        table.mapInArrow(lambda batches: quietly(broken(batches)), table.schema).collect()
    assert "ValueError at test_spark.py" in str(caught.value)
    assert not re.search("うつ病|山田|創価", str(caught.value))


def test_a_worker_loads_the_model_once(spark):
    def loads(batches):
        from hairyo.detection.engine import shared_detector
        from hairyo.detection.tagger.model import shared_model

        for batch in batches:
            shared_detector().scan("うつ病です。")
            yield (
                pa.RecordBatch.from_pydict({"process": [os.getpid()], "loads": [shared_model.cache_info().misses]})
                if batch.num_rows
                else batch
            )

    rows = spark.range(0, 8, 1, 8).mapInArrow(loads, "process long, loads long").collect()
    assert len(rows) == 8
    assert len({row.process for row in rows}) < 8, "workers are used again"
    assert {row.loads for row in rows} == {1}


def test_a_run_makes_what_a_run_here_makes(spark, lake, tmp_path):
    source, here, want, events = lake
    out, url = tmp_path / "out", f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    seen = []
    summary = hairyo.spark.run(
        spark, source, f"file://{out}", rows=6, ledger=url, progress=lambda *counts: seen.append(counts)
    )
    assert summary.outcomes == {"copied": 3, "held": 0, "refused": 0, "failed": 0}
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert copies(out) == want
    assert places(out) == places(here)
    assert sorted(booked(url)) == sorted(events)
    assert summary.disclosures == 4, "two rows each of two texts; the wife's is hers"
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert [line["rows"] for line in lines] == [[1, 6], [7, 12], [13, 14]]
    assert [line["copy"] for line in lines] == [f"支店=東京/profiles-00000000{n}.parquet" for n in (1, 7)] + [
        "支店=東京/profiles-000000013.parquet"
    ]
    assert {line["input"] for line in lines} == {"支店=東京/profiles.parquet"}
    assert "<html" in (out / "report.html").read_text("utf-8")
    assert not list((out / ".hairyo").glob("work*"))

    again = hairyo.spark.run(spark, source, out, rows=6, ledger=url)
    assert (again.skipped, again.disclosures) == (3, 0)
    shutil.rmtree(out)  # all is lost but the ledger: everything is done again, nothing recorded again
    once_more = hairyo.spark.run(spark, source, out, ledger=url)
    assert (once_more.outcomes["copied"], once_more.skipped, once_more.disclosures) == (1, 0, 0)
    assert copies(out) == want
    assert sorted(booked(url)) == sorted(events)


def test_events_can_be_collected(spark, lake, tmp_path):
    source, _, _, events = lake
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "memo.txt").write_text("うつ病で休職しました。", encoding="utf-8")
    for out in (tmp_path / "out", tmp_path / "out"):
        summary = hairyo.spark.run(spark, source, out, rows=20, collect=True, ledger=SECRET)
        shutil.rmtree(out / ".hairyo")  # the journal is lost: every input is done again
    assert summary.disclosures == 0
    held = [one.dedup_key for batch in read_events(tmp_path / "out" / "events.jsonl") for one in batch]
    assert held == events
    hairyo.spark.run(spark, tmp_path / "more", tmp_path / "out2", collect=True)
    assert (tmp_path / "out2" / "copies" / "memo.txt").read_text("utf-8") == "[非開示]で休職しました。"


def test_a_bad_table_is_named_and_the_rest_is_done(spark, lake, tmp_path):
    source = tmp_path / "in"
    shutil.copytree(lake[0], source)
    (source / "broken.parquet").write_bytes(b"PAR1" + "山田太郎".encode() + b"PAR1")
    summary = hairyo.spark.run(spark, source, tmp_path / "out", collect=True)
    assert summary.exit_code == 3
    assert summary.outcomes == {"copied": 1, "held": 0, "refused": 1, "failed": 0}


BAD_FRAMES = [
    (lambda df: hairyo.spark.scan(df, text="無い"), UsageError, "not among the 5"),
    (lambda df: hairyo.spark.scan(df, text="年数"), UsageError, "cast it to string"),
    (lambda df: hairyo.spark.scan(df.withColumnRenamed("番", "rule"), text="自己PR", id="rule"), UsageError, "rename"),
    (lambda df: hairyo.spark.redact(df, id="無い"), UsageError, "not among the 5"),
    (lambda df: hairyo.spark.redact(df, policy="no-such"), UsageError, "policy"),
    (lambda df: hairyo.spark.redact(df, columns="user=無い"), UsageError, "column map"),
    (lambda df: hairyo.spark.redact(df.withColumnRenamed("番", REASON)), UsageError, "already"),
    (lambda df: hairyo.spark.redact(df.selectExpr("encode(`自己PR`, 'UTF-8') AS x")), UsageError, "binary"),
    (lambda df: hairyo.spark.redact(df.selectExpr("`番` AS x", "`番` AS x")), UsageError, "one name"),
]


@pytest.mark.parametrize(("call", "kind", "message"), BAD_FRAMES)
def test_wrong_frames_are_refused_before_any_work(spark, call, kind, message):
    with pytest.raises(kind, match=message):
        call(frame(spark))


def test_keyed_stand_ins_need_a_key(spark, monkeypatch):
    monkeypatch.delenv("HAIRYO_KEY")
    with pytest.raises(LedgerError):
        hairyo.spark.redact(frame(spark), policy=Policy.load("processor"))


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("s3a://bucket/profiles", {}, "mount"),
        ("in", {"workers": 2}, "Spark's to set"),
        ("in", {"memory": 1}, "Spark's to set"),
        ("in", {"rows": 0}, "at least 1"),
        ("in", {"colums": "x"}, "unknown or wrong option"),
        ("nowhere", {}, "neither a folder nor a file"),
    ],
)
def test_wrong_calls_of_run_are_refused(spark, tmp_path, monkeypatch, source, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    with pytest.raises(HairyoError, match=message):
        hairyo.spark.run(spark, source, tmp_path / "out", **options)


def test_the_pages_snippets_run(spark, lake, tmp_path, monkeypatch):
    page = (Path(__file__).parent.parent / "docs" / "spark.md").read_text(encoding="utf-8")
    bodies = [one for one in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S) if "/mnt/lake" in one]
    assert len(bodies) >= 3
    shutil.copytree(lake[0], tmp_path / "profiles")
    monkeypatch.setenv("HAIRYO_LEDGER", f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    names = {"spark": spark}
    for body in bodies:
        exec(compile(body.replace("/mnt/lake", str(tmp_path)), "docs/spark.md", "exec"), names)  # our own page
    assert names["summary"].outcomes["copied"] == 1
    assert (tmp_path / "redacted" / "report.html").is_file()


CLUSTER = """
import sys
from pyspark.sql import SparkSession
import hairyo.spark
settings = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
            "spark.speculation": "true", "spark.executor.memory": "1g", "spark.task.maxFailures": "4"}
spark = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=settings).getOrCreate()
source, out, url = sys.argv[1:]
summary = hairyo.spark.run(spark, source, out, rows=2, ledger=url)
assert summary.outcomes["copied"] == 7, summary
found = hairyo.spark.scan(spark.read.parquet(source), text="自己PR", id="番").count()
print("found", found)
spark.stop()
"""


@pytest.mark.timeout(600)
def test_processes_of_a_cluster_make_the_same(lake, tmp_path):
    source, here, want, events = lake
    out, url = tmp_path / "out", f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    parent = str(Path(hairyo.__file__).parent.parent)
    given = {"HAIRYO_KEY": KEY, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": parent}
    given |= {"LC_ALL": "C.UTF-8"}  # Java reads names of files by it
    done = subprocess.run(
        [sys.executable, "-c", CLUSTER, str(source), str(out), url],
        env=os.environ | given,
        capture_output=True, encoding="utf-8", timeout=600, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, "\n".join(line for line in done.stderr.splitlines() if not line.startswith("\tat "))
    assert f"found {sum(len(hairyo.scan(row['自己PR'] or '')) for row in ROWS)}" in done.stdout
    assert copies(out) == want
    assert places(out) == places(here)
    assert sorted(booked(url)) == sorted(events)
    assert not re.search("うつ病|山田|創価", done.stderr + done.stdout)
    assert KEY not in done.stderr + done.stdout
