"""What one worker of a cluster does with one task, without Spark: attempts apart, time-outs, crashes, keys, secrets."""

from __future__ import annotations

import base64
import errno
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairyo.batch.cluster import _LATE, _do, _Orders, perform
from hairyo.batch.events import Booked, FileBook, LedgerBook, read_events
from hairyo.batch.inputs import Submission
from hairyo.batch.options import RunOptions
from hairyo.batch.parts import PART_CHARS
from hairyo.batch.pool import Failure
from hairyo.batch.process import file_digest, versions_of
from hairyo.batch.tasks import Result, Setup, Task
from hairyo.consent import Keys, Ledger
from hairyo.documents import Stamp
from hairyo.errors import LedgerError, ModelError, OutputError, UsageError
from hairyo.redaction import Policy
from hairyo.version import __version__

TEXTS = ["うつ病で休職しました。", "本日は晴天です。", "糖尿病で通院しています。"]


@pytest.fixture
def orders(tmp_path):
    work = tmp_path / ".hairyo"
    (work / "attempts").mkdir(parents=True)
    policy = Policy.load("client-company")
    return _Orders(RunOptions(), policy, Keys.load().id, versions_of(policy, __version__), work, PART_CHARS)


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "in" / "a.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"会員ID": ["U1", "U2", "U3"], "自己PR": TEXTS}), path)
    return task_of(path)


def task_of(path):
    return Task(Submission(0, path, path.name, f"path:{path.name}"), Stamp.of(path), file_digest(path), "k" * 64)


def events(*results):
    return [one for result in results for batch in read_events(result.events) for one in batch]


def test_two_attempts_at_once_do_not_meet_and_make_the_same(orders, task):
    one, two = _do(orders, task), _do(orders, task)
    assert isinstance(one, Result)
    assert isinstance(two, Result)
    assert one.copy != two.copy
    assert one.copy.read_bytes() == two.copy.read_bytes()
    assert [event.dedup_key for event in events(one)] == [event.dedup_key for event in events(two)]
    assert one.shard.parent != two.shard.parent
    assert one.shard.read_bytes() == two.shard.read_bytes()
    assert pq.read_table(one.shard).num_rows > 0


def test_parts_make_what_the_whole_makes(orders, task):
    whole = _do(orders, task)
    pieces = [
        _do(orders, replace(task, key=str(start) * 64, submission=replace(task.submission, rows=range(start, end))))
        for start, end in ((0, 2), (2, 3))
    ]
    assert [row for one in pieces for row in pq.read_table(one.copy).to_pylist()] == pq.read_table(
        whole.copy
    ).to_pylist()
    assert [event.dedup_key for event in events(*pieces)] == [event.dedup_key for event in events(whole)]
    assert [event.record for event in events(*pieces)] == [1, 3]
    assert sum(one.disclosures for one in pieces) == whole.disclosures == 2
    assert sum(one.records for one in pieces) == whole.records == 3


def test_an_input_that_was_late_is_given_up(orders, task):
    late = orders.attempts / f"{task.key}.1"
    late.mkdir()
    (late / _LATE).write_bytes(b"Timeout")
    assert _do(orders, task) == Failure("timeout", _do(orders, task).detail)


def test_an_input_that_killed_two_workers_is_given_up(orders, task):
    (orders.attempts / f"{task.key}.1").mkdir()
    assert isinstance(_do(orders, task), Result), "one worker may die by itself"
    found = _do(orders, task)
    assert isinstance(found, Failure)
    assert found.reason == "crashed"


def test_a_late_worker_ends_and_leaves_its_mark(tmp_path):
    mark = tmp_path / "late"
    code = "import sys, re; from pathlib import Path; from hairyo.batch.cluster import _deadline\n"
    code += f"with _deadline(Path({str(mark)!r}), 0.2): re.match('(a+)+$', 'a' * 60 + 'b')"  # never lets go
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)
    assert ended.returncode == 1
    assert b"Timeout" in mark.read_bytes()


@pytest.mark.parametrize("fault", ["key", "no key", "version", "folder"])
def test_a_worker_that_is_set_up_wrongly_ends_the_run(orders, task, monkeypatch, fault):
    if fault == "key":
        monkeypatch.setenv("HAIRYO_KEY", base64.b64encode(bytes(32)).decode())
    if fault == "no key":
        monkeypatch.delenv("HAIRYO_KEY")
    if fault == "version":
        orders = replace(orders, versions=replace(orders.versions, detector="older"))
    if fault == "folder":
        (orders.work / "attempts").rmdir()
    kinds = {"key": UsageError, "no key": LedgerError, "version": ModelError, "folder": UsageError}
    assert type(_do(orders, task)) is kinds[fault]


class OneWorker:
    """What `perform` asks of Spark, done here and backwards; `sent` is what would go to the workers."""

    defaultParallelism = 1  # noqa: N815

    def __init__(self):
        self.sent = b""
        self.sparkContext = self

    def range(self, start, end, step, partitions):
        assert partitions == end, "each task is a task of Spark's own"
        self.numbers = list(reversed(range(start, end, step)))
        return self

    def mapInArrow(self, function, schema):  # noqa: N802
        self.sent += pickle.dumps(function)
        self.work = pickle.loads(pickle.dumps(function))
        return self

    def collect(self):
        made = self.work(pa.RecordBatch.from_pydict({"id": [number]}) for number in self.numbers)
        return [SimpleNamespace(**row) for batch in made for row in batch.to_pylist()]


@pytest.fixture
def setup(orders):
    options = RunOptions(ledger="postgresql://hairyo:s3cret-Passw0rd@db/ledger")
    return Setup(options, orders.policy, Keys.load(), orders.versions, orders.work, PART_CHARS)


def many(task, numbers):
    """Return tasks whose paths do not exist: all are refused at once, each under its own name."""
    gone = task.submission.path.with_name("gone.txt")
    return [
        replace(
            task, key=f"{n:064d}", submission=replace(task.submission, number=n, path=gone, relative=f"a{n:04d}.txt")
        )
        for n in numbers
    ]


def test_results_come_in_the_order_of_the_tasks(setup, task):
    results = list(perform(OneWorker(), setup, iter(many(task, range(40)))))
    assert [one.name for one in results] == [f"a{n:04d}.txt" for n in range(40)]
    assert {one.reason for one in results} == {"broken_input"}
    assert not (setup.work / "attempts").exists()


def test_neither_key_nor_ledger_goes_to_the_workers(setup, task):
    spark = OneWorker()
    assert len(list(perform(spark, setup, iter([task])))) == 1
    assert b"a.parquet" in spark.sent
    for secret in (setup.keys._master, base64.b64encode(setup.keys._master), b"s3cret", b"postgresql"):
        assert secret not in spark.sent


def test_a_worker_that_is_set_up_wrongly_ends_the_run_with_its_error(setup, task, monkeypatch):
    tasks = perform(OneWorker(), setup, iter([task]))
    monkeypatch.setenv("HAIRYO_KEY", base64.b64encode(bytes(32)).decode())
    with pytest.raises(UsageError, match="another key"):
        next(tasks)


def test_a_broken_table_is_refused_and_said_so_without_its_words(orders, task):
    task.submission.path.write_bytes(b"PAR1" + "山田太郎".encode() + b"PAR1")
    found = _do(orders, task_of(task.submission.path))
    assert found.outcome == "refused"
    assert found.reason == "broken_input"
    assert "山田" not in str(found.detail)


def test_a_file_of_events_takes_each_once(orders, task, tmp_path):
    made = events(_do(orders, task))
    path = tmp_path / "events.jsonl"
    book = FileBook(path)
    first, second, third = book.add([made[:1]]), book.add([made[:1], made[1:]]), book.add([made])
    assert [one.disclosures for one in (first, second, third)] == [1, 1, 0]
    assert first.mark != second.mark == third.mark
    assert book.add([]) == Booked()
    with path.open("a", encoding="ascii") as file:
        file.write('{"kind":"disclo')  # the machine went down
    again = FileBook(path)
    assert again.add([made]).disclosures == 0
    again.check([first.mark, second.mark])
    assert [one.dedup_key for batch in read_events(path) for one in batch] == [one.dedup_key for one in made]
    assert path.stat().st_mode & 0o077 == 0


def test_a_book_that_lacks_what_it_was_given_is_told(orders, task, tmp_path):
    made = events(_do(orders, task))
    path = tmp_path / "events.jsonl"
    mark = FileBook(path).add([made]).mark
    path.unlink()
    with pytest.raises(LedgerError, match=r"events\.jsonl lacks events"):
        FileBook(path).check([mark])
    with Ledger.open(f"sqlite:///{tmp_path / 'l.sqlite3'}", keys=Keys.load()) as ledger:
        ledgers = LedgerBook(ledger).add([made[:1], made[1:]]).mark
        LedgerBook(ledger).check([ledgers])
        with pytest.raises(LedgerError, match="the ledger lacks events"):
            LedgerBook(ledger).check([ledgers, mark])
    with pytest.raises(LedgerError, match="lacks events"):
        FileBook(path).check([ledgers])


@pytest.mark.parametrize("replace_it", [False, True])
def test_a_file_of_events_that_goes_away_is_told(orders, task, tmp_path, replace_it):
    made = events(_do(orders, task))
    path = tmp_path / "events.jsonl"
    book = FileBook(path)
    book.add([made[:1]])
    path.rename(tmp_path / "away")
    if replace_it:
        path.touch()
    with pytest.raises(OutputError, match=r"events\.jsonl (was replaced|cannot be written)"):
        book.add([made])
    assert not path.exists() or path.read_bytes() == b""


def test_a_full_disk_fails_the_input_and_its_room_is_given_back(orders, task, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/山田太郎")

    monkeypatch.setattr(Path, "write_bytes", full)
    found = _do(orders, task)
    assert isinstance(found, Failure)
    assert found.reason == "output"
    assert "No space left on device" in str(found.detail)
    assert "山田" not in str(found.detail)
    assert not any(orders.attempts.iterdir())


def test_an_input_that_changed_meanwhile_is_refused(orders, task):
    pq.write_table(pa.table({"会員ID": ["U1"], "自己PR": TEXTS[:1]}), task.submission.path)
    assert (_do(orders, task).outcome, _do(orders, task).reason) == ("refused", "broken_input")


@pytest.mark.parametrize("content", ["{}\n", "not JSON\n", json.dumps({"kind": "x"}) + "\n"])
def test_another_file_is_not_taken_for_one_of_events(tmp_path, content):
    (tmp_path / "events.jsonl").write_text(content, encoding="ascii")
    with pytest.raises(OutputError, match="move it away"):
        FileBook(tmp_path / "events.jsonl")
