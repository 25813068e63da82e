"""What goes wrong around a run: full and read-only disks, kills, dead workers, a ledger or folder that goes away.

Whatever happens, nothing unchecked is released, the message says what to do, and the next run ends as if nothing had
been: the same copies, manifest and findings, each event once, nothing left over.
"""

from __future__ import annotations

import errno
import importlib.util
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from run_results import copies, events, manifest, result

from hairyo.batch.options import RunOptions
from hairyo.batch.run import run
from hairyo.consent import Keys, Ledger, clock, store
from hairyo.errors import HairyoError, LedgerError, OutputError
from hairyo.messages import say

STEPS = (
    (os, "fsync"),
    (Path, "mkdir"),
    (Path, "replace"),
    (Path, "hardlink_to"),
    (Path, "open"),
    (Path, "unlink"),
    (Ledger, "append"),
)


@pytest.fixture
def few(source):
    """Return the submissions without most of them, for tests of every step."""
    for name in ("1.txt", "2.txt", "3.txt", "slides.key"):
        (source / name).unlink()
    (source / "0.txt").rename(source / "山田太郎.txt")
    (source / "佐藤花子.txt").write_text("佐藤花子です。", encoding="utf-8")
    facts = ("うつ病で休職しました。", "本日は晴天です。", "糖尿病で通院しています。")
    rows = [f"{number},{fact}" for number, fact in enumerate(facts)]
    (source / "t.csv").write_text("\r\n".join(["会員ID,自己PR", *rows, ""]), encoding="utf-8")
    return source


@pytest.fixture(params=["whole", "in parts"])
def in_parts(request, undisturbed, monkeypatch):
    """Let the runs after the undisturbed one do tables as they are, and in parts of one record."""
    if request.param == "in parts":
        monkeypatch.setattr("hairyo.batch.run.PART_CHARS", 5)
    return request.param == "in parts"


@pytest.fixture
def undisturbed(source, tmp_path, here):
    """Return what a run came to that nothing happened to."""
    url = f"sqlite:///{tmp_path / 'undisturbed.sqlite3'}"
    run(source, tmp_path / "undisturbed", options=RunOptions(ledger=url))
    return result(tmp_path / "undisturbed", url)


@contextmanager
def stepping(at_step):
    """Call `at_step(number, name)` before each call by which a run changes something on disk."""
    count = 0

    def watched(name, real):
        def call(*args, **kwargs):
            nonlocal count
            writes = name != "open" or any(mode in str((*args[1:], kwargs.get("mode", ""))) for mode in "wxa+")
            if writes:
                count += 1
                at_step(count, name)
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, watched(name, getattr(owner, name)))
        yield
    assert count > 30, "the steps are watched"


def steps_of(source, out, url):
    """Return the names of the steps of an undisturbed run."""
    names = []
    with stepping(lambda _, name: names.append(name)):
        run(source, out, options=RunOptions(ledger=url))
    return names


def said(error: HairyoError) -> str:
    """Return the message in Japanese; it must hold no path."""
    assert "/" not in str(error).replace("ledger verify`", "")
    return say(error.words, "ja")


# --- kills


@pytest.mark.slow
def test_a_kill_before_any_step_at_all(few, tmp_path, here, undisturbed, in_parts):
    source = few
    url, out = f"sqlite:///{tmp_path / 'l.sqlite3'}", tmp_path / "out"
    names = steps_of(source, tmp_path / "steps", f"sqlite:///{tmp_path / 's.sqlite3'}")
    assert {name for _, name in STEPS} <= set(names)
    for step in range(1, len(names) + 1):
        child = os.fork()
        if child == 0:  # dies like by SIGKILL: nothing is tidied up
            with stepping(lambda number, _, step=step: os._exit(9) if number == step else None):
                run(source, out, options=RunOptions(ledger=url))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        released = copies(out) if (out / "copies").exists() else {}
        assert released.items() <= undisturbed["copies"].items(), f"released unchecked before step {step}"
        disclosing = released.keys() & {"copies/t.csv", "copies/人物A-2.txt"}
        assert not disclosing or len(events(url)) >= len(disclosing), f"released unrecorded before step {step}"
        run(source, out, options=RunOptions(ledger=url))
        assert result(out, url) == undisturbed, f"killed before step {step}, {names[step - 1]}"
        shutil.rmtree(out)
        for left in tmp_path.glob("l.sqlite3*"):
            left.unlink()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the workers in /proc")
def test_kills_at_random_moments(tmp_path):
    path = Path(__file__).parent.parent.parent / "benchmarks" / "kill_and_resume.py"
    spec = importlib.util.spec_from_file_location("kill_and_resume", path)
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = benchmark
    spec.loader.exec_module(benchmark)
    benchmark.make_submissions(tmp_path / "in", 30, seed=1)
    trial = benchmark.Trial(tmp_path / "in", tmp_path / "out", rules_only=True)
    trial.run(6, random.Random(1))
    assert sum(trial.kills.values()) == 6
    assert trial.laps
    assert trial.failures == []


@pytest.mark.parametrize(
    "cut", [b'{"key": "', b"\0" * 100, b"\0" * 100 + b"\n", b"[1, 2]\n", b'{"key": 1}\n', b"\xff\xfe\n"]
)
def test_a_spoilt_end_of_the_journal_is_left_out(source, tmp_path, here, cut):
    out = tmp_path / "out"
    run(source, out)
    before = result(out)
    with (out / ".hairyo" / "journal.jsonl").open("ab") as journal:
        journal.write(cut)
    summary = run(source, out)
    assert (summary.skipped, summary.disclosures) == (7, 0)
    assert result(out) == before


@pytest.mark.parametrize("damage", [Path.unlink, lambda shard: shard.write_bytes(shard.read_bytes()[:50])])
def test_findings_lost_in_a_power_cut_are_made_again(source, tmp_path, here, damage):
    out = tmp_path / "out"
    run(source, out)
    before = result(out)
    damage(min((out / ".hairyo" / "findings").iterdir()))
    assert run(source, out).skipped == 6
    assert result(out) == before


def test_names_are_numbered_by_input_whatever_came_first(source, tmp_path, here):
    for name in ("山田太郎", "佐藤花子", "鈴木一郎"):
        (source / f"{name}.txt").write_text(f"{name}です。", encoding="utf-8")
    run(source, tmp_path / "one")
    late = (source / "佐藤花子.txt").rename(tmp_path / "late.txt")
    run(source, tmp_path / "two")
    late.rename(source / "佐藤花子.txt")
    run(source, tmp_path / "two")
    assert {"人物A.txt", "人物A-2.txt", "人物A-3.txt"} <= {Path(name).name for name in copies(tmp_path / "one")}
    assert manifest(tmp_path / "two") == manifest(tmp_path / "one")
    assert copies(tmp_path / "two") == copies(tmp_path / "one")


@pytest.mark.slow
def test_a_worker_killed_by_the_system(source, tmp_path):
    out = tmp_path / "out"

    def kill_one():
        until(lambda: list(out.glob(".hairyo/work-*/*")))  # it has begun with an input
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    (source / "0.txt").write_text("三年前にうつ病で休職しました。\n" * 1_000, encoding="utf-8")  # takes a while
    summary = run(source, out)
    killer.join()
    assert summary.outcomes == {"copied": 4, "held": 0, "refused": 2, "failed": 1}
    (failed,) = (row for row in manifest(out).values() if row["outcome"] == "failed")
    assert (failed["reason"], failed["copy"]) == ("crashed", None)
    assert failed["detail"]["ja"] == "プロセスが終了コード -9 で終わりました"
    assert len(copies(out)) == 4
    assert not list((out / ".hairyo").glob("work*"))
    (source / "0.txt").write_text("三年前にうつ病で休職しました。", encoding="utf-8")
    assert run(source, out).outcomes == {"copied": 5, "held": 0, "refused": 2, "failed": 0}
    assert len(events()) == 4


ORPHAN = """
import sys, time
from pathlib import Path
from hairyo.batch.pool import run_tasks

def make(folder):
    def work(task):
        (folder / "begun").touch()
        time.sleep(3)
        (folder / "outlived").touch()
    return work

if __name__ == "__main__":
    list(run_tasks(make, Path(sys.argv[1]), [1]))
"""


def test_no_worker_outlives_its_run(tmp_path):
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE)
    until(lambda: (tmp_path / "begun").exists())
    parent.kill()
    parent.communicate()  # ends when nobody holds our end of the pipe any more: the worker is dead, too
    assert not (tmp_path / "outlived").exists()


def until(true, seconds=60.0):
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# --- disks


def resumed(source, out, url, undisturbed, stop):
    """Run into `stop`, which must leave nothing wrong; then run again, as if nothing had been. Return the error."""
    error = None
    try:
        with stop():
            run(source, out, options=RunOptions(ledger=url))
    except HairyoError as one:
        error = one
    if out.exists():
        released = copies(out) if (out / "copies").exists() else {}
        checked = set(undisturbed["copies"].values())  # a name may be another's until its own input is done
        assert set(released.values()) <= checked
        assert not list((out / ".hairyo").glob("work*")), "room is given back"
    run(source, out, options=RunOptions(ledger=url))
    assert result(out, url) == undisturbed
    return error


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_step_at_all(few, tmp_path, here, undisturbed, in_parts):
    source = few
    names = steps_of(source, tmp_path / "steps", f"sqlite:///{tmp_path / 's.sqlite3'}")
    fails = [step for step, name in enumerate(names, 1) if name not in ("append", "unlink")]
    told = set()
    for step in fails:
        out, url = tmp_path / f"out-{step}", f"sqlite:///{tmp_path / f'{step}.sqlite3'}"

        def full(number, _, step=step):
            if number == step:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/山田太郎")

        error = resumed(source, out, url, undisturbed, lambda: stepping(full))
        if error is not None:
            assert (error.exit_code, error.reason) in {(8, "output"), (5, "ledger")}
            told.add(said(error))
    assert any("空きを作り" in one for one in told)


def mount(*options: str) -> None:
    """Mount a file system, or skip the test: mostly that takes root."""
    if shutil.which("mount") is None or subprocess.run(["mount", *options], capture_output=True).returncode != 0:
        pytest.skip("a file system may not be mounted here")


@contextmanager
def small_disk(folder: Path, size: str):
    """Give a small file system of its own."""
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("room", [0, 8, 24, 40, 56, 80])
def test_a_small_disk_that_fills_up(source, tmp_path, here, undisturbed, room):
    with small_disk(tmp_path / "disk", "1m") as disk:
        ballast = disk / "ballast"

        @contextmanager
        def full():
            with ballast.open("wb") as file:
                file.write(bytes((1024 - 16 - room) * 1024))
            try:
                yield
            finally:
                ballast.unlink()

        url = f"sqlite:///{tmp_path / 'l.sqlite3'}"
        out = disk / "out"
        error = resumed(source, out, url, undisturbed, full)
        if error is None:
            assert room >= 24
        else:
            assert (error.exit_code, error.reason) == (8, "output")
            assert "No space left on device" in said(error)


def test_a_full_disk_is_told_in_the_manifest_too(source, tmp_path, here):
    """One input too large for the disk fails; the others go on."""
    (source / "large.txt").write_text("本日は晴天です。\n" * 20_000, encoding="utf-8")
    with small_disk(tmp_path / "disk", "450k") as disk:
        summary = run(source, disk / "out")
        row = manifest(disk / "out")["input-" + manifest_key(disk / "out", "failed")]
        assert summary.outcomes == {"copied": 5, "held": 0, "refused": 2, "failed": 1}
        assert (row["reason"], row["copy"]) == ("output", None)
        assert "No space left on device" in row["detail"]["en"]
        assert "output" in row["reason"]


def manifest_key(out, outcome):
    return next(row["input"].removeprefix("input-") for row in manifest(out).values() if row["outcome"] == outcome)


def test_a_read_only_output_folder(source, tmp_path, here, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/山田太郎")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refuse)
        with pytest.raises(OutputError, match=r"the output folder cannot be written \(Read-only file system") as raised:
            run(source, tmp_path / "out")
    assert said(raised.value).startswith("出力フォルダに書けません")
    assert run(source, tmp_path / "out").outcomes["copied"] == 5


def test_a_read_only_file_system(source, tmp_path, here):
    out = tmp_path / "out"
    run(source, out)
    before = result(out)
    mount("--bind", str(out), str(out))
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(out)], check=True)
        with pytest.raises(OutputError, match="Read-only file system"):
            run(source, out)
    finally:
        subprocess.run(["umount", str(out)], check=True)
    assert run(source, out).skipped == 7
    assert result(out) == before


@pytest.mark.parametrize("done", [1, 3, 7])
def test_an_output_folder_that_goes_away(source, tmp_path, here, undisturbed, done):
    out, url = tmp_path / "out", f"sqlite:///{tmp_path / 'l.sqlite3'}"

    def remove(so_far, _total):
        if so_far == done:
            shutil.rmtree(out)

    with pytest.raises(OutputError) as raised:
        run(source, out, options=RunOptions(ledger=url), progress=remove)
    assert "もう一度実行してください" in said(raised.value)
    assert not out.exists() or not copies(out)
    run(source, out, options=RunOptions(ledger=url))
    assert result(out, url) == undisturbed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_that_is_full(tmp_path):
    texts = tmp_path / "in.jsonl"
    texts.write_text('{"id": 1, "text": "山田太郎です。"}\n', encoding="utf-8")
    with Path("/dev/full").open("w") as full:
        order = [sys.executable, "-m", "hairyo", "--lang", "ja", "types"]
        ended = subprocess.run(order, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 8
    assert ended.stderr.decode().startswith("hairyo: 読み書きできません(No space left on device)")
    assert ended.stderr.count(b"\n") == 1


# --- the ledger


def ledger_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("l.sqlite3*"))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'l.sqlite3'}"


def test_a_ledger_that_goes_away_and_comes_back(source, tmp_path, here, undisturbed, url):
    out, aside = tmp_path / "out", tmp_path / "aside"
    aside.mkdir()

    def move(done, _total):
        if done == 1:
            for one in ledger_files(tmp_path):
                one.rename(aside / one.name)

    with pytest.raises(LedgerError, match="removed or replaced while it was open") as raised:
        run(source, out, options=RunOptions(ledger=url), progress=move)
    assert raised.value.exit_code == 5
    assert "控えから戻し" in said(raised.value)
    assert len(copies(out)) == 1, "no copy without its record"
    for one in ledger_files(aside):
        one.rename(tmp_path / one.name)
    run(source, out, options=RunOptions(ledger=url))
    assert result(out, url) == undisturbed


@pytest.mark.parametrize("replace_it", [False, True])
def test_a_ledger_that_is_lost(source, tmp_path, here, url, replace_it):
    def lose(done, _total):
        if done == 2:
            for one in ledger_files(tmp_path):
                one.unlink()
            if replace_it:
                Ledger.open(url, keys=Keys.load()).close()

    with pytest.raises(LedgerError, match="removed or replaced"):
        run(source, tmp_path / "out", options=RunOptions(ledger=url), progress=lose)
    assert len(copies(tmp_path / "out")) == 2
    with pytest.raises(LedgerError, match="lacks events that earlier runs") as raised:
        run(source, tmp_path / "out", options=RunOptions(ledger=url))
    assert "新しい出力フォルダ" in said(raised.value)
    assert run(source, tmp_path / "new", options=RunOptions(ledger=url)).disclosures == 3
    assert len(events(url)) == 4


def test_another_ledger_or_an_older_backup_is_told(source, tmp_path, here, url):
    first = RunOptions(ledger=url)
    kept = (source / "1.txt").rename(tmp_path / "1.txt")
    run(source, tmp_path / "out", options=first)
    shutil.copy(tmp_path / "l.sqlite3", tmp_path / "older.sqlite3")
    kept.rename(source / "1.txt")
    run(source, tmp_path / "out", options=first)
    for name in ("older", "other"):
        with pytest.raises(LedgerError, match="lacks events"):
            run(source, tmp_path / "out", options=RunOptions(ledger=f"sqlite:///{tmp_path / name}.sqlite3"))
    assert run(source, tmp_path / "out", options=first).skipped == 7


def test_a_ledger_that_another_program_holds(source, tmp_path, here, undisturbed, url, monkeypatch):
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    out = tmp_path / "out"
    with ExitStack() as holding:

        def hold(done, _total):
            if done == 1:
                other = holding.enter_context(closing(sqlite3.connect(tmp_path / "l.sqlite3")))
                other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerError, match="SQLITE_BUSY") as raised:
            run(source, out, options=RunOptions(ledger=url), progress=hold)
        assert "ほかに使っているものがないか" in said(raised.value)
        assert len(copies(out)) == 1
    run(source, out, options=RunOptions(ledger=url))
    assert result(out, url) == undisturbed


def test_a_ledger_whose_disk_is_full(source, tmp_path, here, undisturbed, url, monkeypatch):
    out = tmp_path / "out"
    Ledger.open(url, keys=Keys.load()).close()
    with closing(sqlite3.connect(tmp_path / "l.sqlite3")) as opened:
        (pages,) = opened.execute("PRAGMA page_count").fetchone()
    sqlite = store._dialects()["sqlite"]
    narrow = replace(sqlite, connect=(*sqlite.connect, f"PRAGMA max_page_count={pages}"))
    with monkeypatch.context() as patch:
        patch.setattr(store, "_dialects", lambda: {"sqlite": narrow})
        (source / "many.csv").write_text(
            "会員ID,自己PR\r\n" + "".join(f"{n},うつ病で休職しました。\r\n" for n in range(50)), encoding="utf-8"
        )
        with pytest.raises(LedgerError, match="SQLITE_FULL") as raised:
            run(source, out, options=RunOptions(ledger=url))
    assert "ディスクの空き" in said(raised.value)
    (source / "many.csv").unlink()
    run(source, out, options=RunOptions(ledger=url))
    assert {one[0] for one in undisturbed["events"]} <= {one[0] for one in events(url)}
    assert copies(out) == undisturbed["copies"]


def test_a_small_disk_under_the_ledger(source, tmp_path, here, undisturbed):
    with small_disk(tmp_path / "disk", "256k") as disk:
        url = f"sqlite:///{disk / 'l.sqlite3'}"
        Ledger.open(url, keys=Keys.load()).close()
        (disk / "ballast").write_bytes(bytes((256 - 16) * 1024 - sum(one.stat().st_size for one in disk.iterdir())))
        with pytest.raises(LedgerError, match=r"SQLITE_(FULL|IOERR|CANTOPEN)|cannot be made"):
            run(source, tmp_path / "out", options=RunOptions(ledger=url))
        assert not (tmp_path / "out" / "copies").exists()
        (disk / "ballast").unlink()
        run(source, tmp_path / "out", options=RunOptions(ledger=url))
        assert result(tmp_path / "out", url) == undisturbed


def test_a_clock_that_goes_backwards(source, tmp_path, here, url, monkeypatch):
    kept = (source / "2.txt").rename(tmp_path / "2.txt")
    run(source, tmp_path / "out", options=RunOptions(ledger=url))
    kept.rename(source / "2.txt")
    before = clock.now() - timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: before)
    assert run(source, tmp_path / "out", options=RunOptions(ledger=url)).skipped == 6
    assert len(events(url)) == 4
    (source / "3.txt").write_text("糖尿病で通院しています。", encoding="utf-8")
    monkeypatch.setattr(clock, "now", lambda: before.replace(year=2001))
    run(source, tmp_path / "out", options=RunOptions(ledger=url))
    row = manifest(tmp_path / "out")["3.txt"]
    assert (row["outcome"], row["reason"]) == ("refused", "usage")
    assert "2001" in row["detail"]["en"]
