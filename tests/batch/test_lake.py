"""A lake's folder becomes inputs: tables in parts, what Spark leaves out left out, what would be misread refused."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.batch.lake import lake_submissions
from hairyo.documents import open_document
from hairyo.documents.parquet import open_rows
from hairyo.errors import UsageError


def table(path, rows, group=4):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [f"佐藤{number}" if number % 3 else None for number in range(rows)]
    pq.write_table(pa.table({"氏名": names, "数": list(range(rows))}), path, row_group_size=group)


def commit(folder, number, *actions):
    log = folder / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    (log / f"{number:020d}.json").write_text("".join(json.dumps(one) + "\n" for one in actions), encoding="utf-8")


def add(path, **more):
    return {"add": {"path": path, "partitionValues": {}, "size": 1, "dataChange": True, **more}}


START = ({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}, {"metaData": {"id": "t"}})


def told(source, rows=100):
    return [(one.relative, one.rows) for one in lake_submissions(source, rows)]


def test_a_long_table_is_done_in_parts(tmp_path):
    table(tmp_path / "a.parquet", 10)
    table(tmp_path / "key=1" / "b.parquet", 4)
    (tmp_path / "c.txt").write_text("本日は晴天です。", encoding="utf-8")
    found = list(lake_submissions(tmp_path, 4))
    assert [(one.relative, one.rows) for one in found] == [
        ("a.parquet", range(4)), ("a.parquet", range(4, 8)), ("a.parquet", range(8, 10)),
        ("c.txt", None), ("key=1/b.parquet", None),
    ]  # fmt: skip
    assert [one.number for one in found] == list(range(5))
    assert {one.user for one in found[:3]} == {"path:a.parquet"}


def test_one_file_is_a_table_too(tmp_path):
    table(tmp_path / "a.parquet", 3)
    assert told(tmp_path / "a.parquet", 2) == [("a.parquet", range(2)), ("a.parquet", range(2, 3))]


def test_what_spark_leaves_out_is_left_out(tmp_path):
    table(tmp_path / "_key=1" / "a.parquet", 2)
    table(tmp_path / "_temporary" / "b.parquet", 2)
    table(tmp_path / ".hidden" / "c.parquet", 2)
    for name in ("_SUCCESS", ".a.parquet.crc", "_committed_1"):
        (tmp_path / name).write_bytes(b"")
    assert told(tmp_path) == [("_key=1/a.parquet", None)]


def test_a_broken_table_is_left_to_its_reader(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 cut off")
    (tmp_path / "b.parquet").symlink_to(tmp_path / "a.parquet")
    assert told(tmp_path) == [("a.parquet", None), ("b.parquet", None)]


def test_a_pipe_is_left_to_its_reader_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.parquet")
    assert told(tmp_path) == [("a.parquet", None)]


def test_the_log_says_what_is_in_a_delta_table(tmp_path):
    for name in ("old.parquet", "new.parquet", "stray.parquet"):
        table(tmp_path / name, 2)
    table(tmp_path / "pref=東 京" / "part.parquet", 6)
    commit(tmp_path, 0, *START, add("old.parquet"), add("pref=%E6%9D%B1%20%E4%BA%AC/part.parquet"))
    commit(tmp_path, 1, {"remove": {"path": "old.parquet"}}, add("new.parquet"), {"commitInfo": {}})
    assert told(tmp_path, 4) == [
        ("new.parquet", None), ("pref=東 京/part.parquet", range(4)), ("pref=東 京/part.parquet", range(4, 6)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("commits", "message"),
    [
        ({0: [*START, add("a.parquet", deletionVector={"storageType": "u"})]}, "not known here"),
        ({0: [{"protocol": {"minReaderVersion": 2}}, add("a.parquet")]}, "not known here"),
        ({0: [add("a.parquet")]}, "not known here"),
        ({0: [*START, {"somethingNew": {}}]}, "not known here"),
        ({0: [*START, add("file:///elsewhere/a.parquet")]}, "not known here"),
        ({0: [*START, add("../a.parquet")]}, "not known here"),
        ({0: [*START, add("gone.parquet")]}, "names 1 files that are not there"),
        ({1: [*START, add("a.parquet")]}, "lacks commits"),
        ({0: [*START], 2: [add("a.parquet")]}, "lacks commits"),
        ({}, "lacks commits"),
        ({0: [{"add": "a.parquet"}]}, "damaged"),
        ({0: [["add"]]}, "damaged"),
    ],
)
def test_a_log_that_would_be_misread_is_refused(tmp_path, commits, message):
    table(tmp_path / "a.parquet", 2)
    (tmp_path / "_delta_log").mkdir()
    for number, actions in commits.items():
        commit(tmp_path, number, *actions)
    with pytest.raises(UsageError, match=message) as caught:
        told(tmp_path)
    assert "a.parquet" not in str(caught.value)


def test_tables_of_other_kinds_are_refused(tmp_path):
    table(tmp_path / "hudi" / "a.parquet", 2)
    (tmp_path / "hudi" / ".hoodie").mkdir()
    table(tmp_path / "iceberg" / "data" / "a.parquet", 2)
    (tmp_path / "iceberg" / "metadata").mkdir()
    (tmp_path / "iceberg" / "metadata" / "v1.metadata.json").write_text("{}", encoding="utf-8")
    commit(tmp_path / "many" / "one", 0, *START)
    for name, message in (("hudi", "Hudi or Iceberg"), ("iceberg", "Hudi or Iceberg"), ("many", "own folder")):
        with pytest.raises(UsageError, match=message):
            told(tmp_path / name)


@settings(deadline=None, max_examples=40)
@given(rows=st.integers(1, 14), group=st.integers(1, 6), size=st.integers(1, 15))
def test_the_parts_of_a_table_are_the_table(tmp_path_factory, rows, group, size):
    path = tmp_path_factory.mktemp("t") / "a.parquet"
    table(path, rows, group)
    whole = [one for one in open_document(path).blocks() if one.record is not None]
    wanted = [one.rows or range(rows) for one in lake_submissions(path, size)]
    assert [row for one in wanted for row in one] == list(range(rows))
    split = [one for rows in wanted for one in open_rows(path, rows, columns=None).blocks() if one.record is not None]
    assert [(one.text, one.record, one.locator, one.field) for one in split] == [
        (one.text, one.record, one.locator, one.field) for one in whole
    ]
    copies = []
    for number, one in enumerate(wanted):
        copy = path.with_name(f"copy-{number}.parquet")
        open_rows(path, one, columns=None).write(copy, [])
        copies += pq.read_table(copy).to_pylist()
    assert copies == pq.read_table(path).to_pylist()
