"""A large table in parts: the same as in one piece, whoever does which part; and no copy when a part goes wrong."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairyo.batch import local
from hairyo.batch import run as run_module
from hairyo.batch.events import read_events
from hairyo.batch.inputs import submissions
from hairyo.batch.options import RunOptions
from hairyo.batch.parts import new_seal
from hairyo.batch.process import Processor, file_digest
from hairyo.batch.run import run
from hairyo.batch.tasks import CopyStep, PartStep, Setup, Step, Task
from hairyo.consent import Keys, Ledger, Versions
from hairyo.detection import Detector
from hairyo.documents import Stamp
from hairyo.redaction import Policy

HEAD = ("会員ID", "氏名", "自己PR")
SAID = [
    "うつ病で休職しました。", "営業を十年しました。", "父は癌で入院しました。", "電話は090-1234-5678です。", "",
    "前科はありません。", "山田太郎の紹介です。\n二行目に、糖尿病の治療中とあります。", "創価学会の会員です。",
]  # fmt: skip
ROWS = [(f"U{at}", name, said) for at, (name, said) in enumerate(zip(["山田太郎", "佐藤花子"] * 4, SAID, strict=True))]
DETECTOR = Detector(rules_only=True)


def write_table(path: Path, rows) -> Path:
    if path.suffix == ".csv":
        lines = [",".join(f'"{cell}"' for cell in row) for row in (HEAD, *rows)]
        path.write_bytes("".join(line + "\r\n" for line in lines).encode("cp932"))
    elif path.suffix == ".jsonl":
        lines = [json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in rows]
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    else:
        columns = list(zip(*rows, strict=True)) or [()] * len(HEAD)
        table = pa.table([pa.array(one, pa.string()) for one in columns], names=list(HEAD))
        pq.write_table(table, path, row_group_size=3)
    return path


def make_setup(work: Path, part_chars: int) -> Setup:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return Setup(RunOptions(), Policy.load("client-company"), Keys.load(), Versions("0", "0", "0"), work, part_chars)


def task_of(path: Path) -> Task:
    return Task(next(submissions(path)), Stamp.of(path), file_digest(path), "k")


def timeless(event) -> dict:
    return {name: value for name, value in event.to_json().items() if name not in ("event_id", "event_time")}


def outcome(result, work: Path):
    """Return all that a submission came to, but for the ids and times of its events."""
    events = [timeless(event) for batch in read_events(result.events) for event in batch]
    assert {one.parent for one in (result.copy, result.events, result.shard)} == {work / "k"}
    shard = result.shard.read_bytes()
    return replace(result, copy=None, events=None, shard=None), result.copy.read_bytes(), shard, events


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.sampled_from(ROWS), max_size=12),
    suffix=st.sampled_from([".csv", ".jsonl", ".parquet"]),
    part_chars=st.sampled_from([1, 30, 100, 100_000]),
    workers=st.integers(1, 3),
    data=st.data(),
)
def test_parts_make_what_one_piece_makes_whoever_does_them(tmp_path, rows, suffix, part_chars, workers, data):
    if not rows and suffix == ".jsonl":
        rows = ROWS[:1]
    path = write_table(tmp_path / f"t{suffix}", rows)
    work = tmp_path / "work"
    one = outcome(Processor(make_setup(work, 100_000), DETECTOR)(Step(task_of(path))), work)
    assert one[0].records == len(rows)

    setup, task, seal = make_setup(work, part_chars), task_of(path), new_seal()
    pool = [Processor(setup, DETECTOR) for _ in range(workers)]
    number = 0
    while data.draw(st.sampled_from(pool))(PartStep(task, number, seal=seal)).there:
        number += 1
    if part_chars == 1:
        assert number == max(len(rows), suffix != ".jsonl")
    assert outcome(data.draw(st.sampled_from(pool))(CopyStep(task, number, seal=seal)), work) == one


def test_a_worker_does_parts_in_ascending_order_only(tmp_path):
    path = write_table(tmp_path / "t.csv", ROWS)
    processor, task = Processor(make_setup(tmp_path / "work", 1), DETECTOR), task_of(path)
    processor(PartStep(task, 3))
    with pytest.raises(ValueError, match="part 2 comes after part 3"):
        processor(PartStep(task, 2))


# --- whole runs, in worker processes


def make_worker(setup: Setup):
    """Return a processor with rules alone, which goes wrong where the name of a file says so (`2-die.csv`)."""
    processor = Processor(setup, Detector(rules_only=True))

    def work(step):
        at = str(step.number) if isinstance(step, PartStep) else "copy" if isinstance(step, CopyStep) else ""
        where, _, fault = step.task.submission.path.stem.partition("-")
        if at == where and setup.options.recipient == "faulty":
            go_wrong(fault, step.task.submission.path, setup.work)
        return processor(step)

    return work


def go_wrong(fault: str, path: Path, work: Path) -> None:
    match fault:
        case "die":
            os._exit(9)
        case "break":
            raise RuntimeError("秘密 in a message")
        case "change":
            with path.open("ab") as file:
                file.write(b"U9,x,y\r\n")
        case "lose":
            next(work.glob("*/1.part")).unlink()


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "make_processor", make_worker)
    monkeypatch.setattr(run_module, "PART_CHARS", 30)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("私は山田太郎です。", encoding="utf-8")
    write_table(folder / "m.csv", ROWS)
    (folder / "z.txt").write_text("佐藤花子と申します。", encoding="utf-8")
    return folder


def made(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".hairyo" not in path.parts
    }


def events(url):
    with Ledger.open(url, keys=Keys.load()) as ledger:
        assert ledger.verify().ok
        return [timeless(one.event) for one in ledger.events()]


@pytest.mark.slow
def test_as_many_workers_as_you_like_make_the_same_run(source, tmp_path, monkeypatch):
    write_table(source / "n.jsonl", ROWS)
    write_table(source / "o.parquet", ROWS)
    runs = []
    for workers, part_chars in ((1, 1_000_000), (2, 1), (3, 60)):
        monkeypatch.setattr(run_module, "PART_CHARS", part_chars)
        url, out = f"sqlite:///{tmp_path / str(workers)}.sqlite3", tmp_path / f"out{workers}"
        summary = run(source, out, options=RunOptions(workers=workers, ledger=url))
        assert summary.exit_code == 0
        assert [path.name for path in (out / ".hairyo").rglob("*.part")] == []
        runs.append((made(out), events(url)))
    assert runs[1] == runs[0]
    assert runs[2] == runs[0]


FAULTS = {
    "0-break.jsonl": ("failed", "error"),
    "2-die.csv": ("failed", "crashed"),
    "3-change.csv": ("refused", "broken_input"),
    "5-late.csv": ("refused", "broken_input"),
    "copy-die.csv": ("failed", "crashed"),
    "copy-lose.parquet": ("failed", "output"),
}


@pytest.mark.slow
def test_a_part_that_goes_wrong_takes_its_table_along_and_nothing_else(source, tmp_path):
    (source / "m.csv").unlink()
    for name in FAULTS:
        write_table(source / name, ROWS)
    with (source / "5-late.csv").open("ab") as file:
        file.write('U9,"開いたまま'.encode("cp932"))
    out = tmp_path / "out"
    assert run(source, out, options=RunOptions(workers=2, recipient="faulty")).exit_code == 3
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]
    expected = dict(sorted({**FAULTS, "a.txt": ("copied", ""), "z.txt": ("copied", "")}.items()))
    assert [(row["outcome"], row["reason"]) for row in rows] == list(expected.values())
    assert sorted(path.name for path in (out / "copies").iterdir()) == ["a.txt", "z.txt"]
    assert events(None) == []
    assert {row["input"] for row in pq.read_table(out / "findings.parquet").to_pylist()} == {4, 7}
    assert list((out / ".hairyo").rglob("*.part")) == []
    assert "秘密" not in (out / "manifest.jsonl").read_text(encoding="utf-8")

    summary = run(source, out, options=RunOptions(workers=2))  # nothing goes wrong any more but for the broken table
    assert summary.outcomes == {"copied": 7, "held": 0, "refused": 1, "failed": 0}
    assert len({event["document"] for event in events(None)}) > 1


def test_large_files_and_copies_have_time_in_proportion(tmp_path):
    setup = replace(make_setup(tmp_path, 1), options=RunOptions(timeout=10))
    sharing = local._Sharing(setup, iter(()))
    path = tmp_path / "a.csv"
    path.touch()
    task = Task(next(submissions(path)), None, "", "k")
    large = replace(task, stamp=Stamp(20_000_000, 0))
    steps = (Step(task), PartStep(large, 500), CopyStep(task, 3), CopyStep(task, 640), Step(large))
    seconds = [sharing.seconds(step) for step in steps]
    assert seconds == [10, 10, 10, 110, 60]
