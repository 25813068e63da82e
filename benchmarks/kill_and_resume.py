"""Kill runs with SIGKILL at random moments, resume them, and compare with a run that nobody disturbed.

Usage: python benchmarks/kill_and_resume.py [--files 2000] [--kills 100] [--workers 2] [--seed 1] [--rules-only]

Three things are killed by turns: the run with its workers, as a power cut would; the run alone, as the system does
that runs out of memory; a worker alone. After every kill each copy released so far must be one of the undisturbed
run's, and the run is started again. When it comes to its end, copies, manifest, findings and report must be the
undisturbed run's byte for byte, each consent event must stand in the ledger once, and nothing half made may be left.
Then all is cleared away and it begins anew, until the kills are used up. Linux only: workers are found in /proc.

With --forked, processes are forked from one that has loaded the rules, so that a run begins at once: many kills in
little time. The tagger is left out, since its threads do not survive a fork.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import docx

from hairyo.batch import local, pool, process, run
from hairyo.batch.options import RunOptions
from hairyo.consent import Keys, Ledger
from hairyo.detection import Detector
from hairyo.errors import Busy, HairyoError

KINDS = ("everything", "the run alone", "a worker")
NAMES = ("山田太郎", "佐藤花子", "鈴木一郎", "高橋美咲", "田中健二")
FACTS = (
    "三年前にうつ病で休職しました。",
    "糖尿病で通院しています。",
    "前科はありません。",
    "父は脳梗塞で入院しました。",
    "本日は晴天です。",
    "営業を五年担当しました。",
    "糖尿病治療薬の営業です。",
    "浄土真宗の門徒です。",
)


def make_submissions(folder: Path, count: int, seed: int) -> None:
    """Make `count` small invented files: texts, tables, documents, broken ones, and some with one redacted name."""
    chance = random.Random(seed)
    for number in range(count):
        place = folder / f"{number // 100:02}"
        place.mkdir(parents=True, exist_ok=True)
        kind = chance.choices(range(6), weights=(50, 15, 12, 10, 5, 8))[0]
        made = (_text, _named, _table, _lines, _word, _broken)[kind]
        made(place, number, chance)


def _profile(chance: random.Random, number: int) -> str:
    facts = "".join(chance.sample(FACTS, chance.randint(1, 3)))
    return f"私は{chance.choice(NAMES)}です。{facts}電話は090-1234-{number % 10000:04}です。\n"


def _text(place: Path, number: int, chance: random.Random) -> None:
    data = _profile(chance, number).encode(chance.choice(("utf-8", "cp932", "euc_jp")))
    (place / f"{number:05}.{chance.choice(('txt', 'md'))}").write_bytes(data)


def _named(place: Path, number: int, chance: random.Random) -> None:
    (place / f"{chance.choice(NAMES)}_履歴書.txt").write_text(_profile(chance, number), encoding="utf-8")


def _table(place: Path, number: int, chance: random.Random) -> None:
    rows = [
        f"{number}-{row},{chance.choice(NAMES)},{_profile(chance, row).strip()}" for row in range(chance.randint(1, 4))
    ]
    (place / f"{number:05}.csv").write_text("\r\n".join(["会員ID,氏名,自己PR", *rows, ""]), encoding="cp932")


def _lines(place: Path, number: int, chance: random.Random) -> None:
    rows = [{"user": f"{number}-{row}", "text": _profile(chance, row)} for row in range(chance.randint(1, 4))]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (place / f"{number:05}.jsonl").write_text(text, encoding="utf-8")


def _word(place: Path, number: int, chance: random.Random) -> None:
    document = docx.Document()
    document.add_paragraph(_profile(chance, number))
    document.save(str(place / f"{number:05}.docx"))


def _broken(place: Path, number: int, chance: random.Random) -> None:
    suffix, data = chance.choice(
        ((".txt", b""), (".txt", bytes(range(256))), (".docx", b"PK\x03\x04" + bytes(50)), (".key", b"slides"))
    )
    (place / f"{number:05}{suffix}").write_bytes(data)


class Forked:
    """A run in a process forked from this one, its workers forked from it; behaves like `subprocess.Popen`."""

    def __init__(self, run: Callable[[], int]) -> None:
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid:
            os.setpgid(self.pid, self.pid)  # both do so, for either may be the first
            return
        code = 1
        try:
            os.setpgid(0, 0)
            pool._SPAWN = multiprocessing.get_context("fork")
            code = run()
        except HairyoError as error:
            code = error.exit_code
        finally:
            os._exit(code)

    def poll(self) -> int | None:
        """Return the exit code, or None while it is at work."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self, timeout: float = float("inf")) -> int:
        """Wait for the end; raise as `subprocess.Popen` does when it takes longer."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("run", timeout)
            time.sleep(0.005)
        return int(self._code or 0)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class Trial:
    """One series of runs over the same files.

    Attributes:
        source: the files.
        out: output folder of the disturbed runs; `undisturbed` lies beside it.
        workers: processes of a run.
        rules_only: leave the tagger out.
        forked: fork runs and workers from this running.
        kills: kills so far, by kind.
        failures: what was not as it should be.
    """

    source: Path
    out: Path
    workers: int = 2
    rules_only: bool = False
    forked: bool = False
    kills: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    laps: int = 0
    _released: set[str] = field(default_factory=set)

    @property
    def undisturbed(self) -> Path:
        """Output folder of the undisturbed run."""
        return self.out.with_name("undisturbed")

    def start(self, out: Path) -> subprocess.Popen[bytes] | Forked:
        """Start a run as leader of a group of its own."""
        if self.forked:
            return Forked(lambda: run_here(self.source, out, self.workers, rules_only=True))
        order = [sys.executable, __file__, "--run", str(self.source), str(out), str(self.workers)]
        return subprocess.Popen([*order, *(["--rules-only"] * self.rules_only)], start_new_session=True)

    def run(self, kills: int, chance: random.Random) -> None:
        """Run undisturbed, then kill and resume `kills` times, and on to the end."""
        began = time.monotonic()
        running = self.start(self.undisturbed)
        while not _begun(self.undisturbed) and running.poll() is None:
            time.sleep(0.05)
        first = time.monotonic() - began
        code = self._waited_for(running)
        seconds = time.monotonic() - began
        self._released = {digest for _, digest in _copies(self.undisturbed)}
        if not self._released:
            raise SystemExit(f"the undisturbed run released nothing; it ended with {code}")
        print(f"undisturbed: exit code {code}, {seconds:.0f} seconds, {first:.0f} to the first result", flush=True)
        longest = 2 * (first + (seconds - first) / kills)
        while kills or not self.laps:
            running = self.start(self.out)
            while kills and self._waited(running, chance.uniform(0, longest)):
                kills -= 1
                kind = KINDS[chance.randrange(len(KINDS))]
                if self._kill(running, kind, chance):
                    break
            ended = self._waited_for(running)
            self._check_copies()
            if ended == Busy.exit_code and self.forked:
                time.sleep(0.1)  # forked workers inherit the lock, and hold it until they have ended
            elif ended >= 0:
                self._check_end(ended, code)

    def _waited_for(self, running: subprocess.Popen[bytes] | Forked) -> int:
        """Wait for the end of a run; when we are interrupted ourselves, so is it."""
        try:
            return running.wait()
        finally:
            running.kill()

    def _waited(self, running: subprocess.Popen[bytes] | Forked, seconds: float) -> bool:
        """Wait; return whether the process is still at work then."""
        with suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        return running.poll() is None

    def _kill(self, running: subprocess.Popen[bytes] | Forked, kind: str, chance: random.Random) -> bool:
        """Kill what `kind` says; return whether the run itself is dead."""
        self.kills[kind] += 1
        if (so_far := sum(self.kills.values())) % 10 == 0:
            print(f"{so_far} kills, {len(self.failures)} failures", flush=True)
        if kind == "everything":
            os.killpg(running.pid, signal.SIGKILL)
        elif kind == "the run alone":
            running.kill()
        elif workers := list(_workers(running.pid)):
            os.kill(chance.choice(workers), signal.SIGKILL)
        return kind != "a worker"

    def _check_copies(self) -> None:
        """What lies in `copies/` at any moment was checked: it is one of the undisturbed run's copies."""
        strange = [name for name, digest in _copies(self.out) if digest not in self._released]
        self._expect(not strange, f"{len(strange)} copies that the undisturbed run does not have")

    def _check_end(self, ended: int, code: int) -> None:
        """A finished run is the undisturbed one; one whose workers were killed needs another go for their files."""
        if ended not in (0, 3):
            raise SystemExit(f"a resumed run ends with {ended}")
        if any(row["outcome"] == "failed" for row in _manifest(self.out)):
            reasons = {row["reason"] for row in _manifest(self.out) if row["outcome"] == "failed"}
            self._expect(reasons == {"crashed"} and ended == 3, f"failed for {sorted(reasons)}, exit code {ended}")
            return
        self.laps += 1
        self._expect(ended == code, f"exit code {ended}, not {code}")
        self._expect(dict(_copies(self.out)) == dict(_copies(self.undisturbed)), "other copies")
        for name in ("manifest.jsonl", "findings.parquet", "report.html"):
            same = (self.out / name).read_bytes() == (self.undisturbed / name).read_bytes()
            self._expect(same, f"another {name}")
        self._expect(_files(self.out) == _files(self.undisturbed), "files left over, or missing")
        self._expect(_events(self.out) == _events(self.undisturbed), "other events in the ledger")
        print(f"lap {self.laps}: {sum(self.kills.values())} kills so far, {len(self.failures)} failures", flush=True)
        shutil.rmtree(self.out)
        _ledger(self.out).unlink()

    def _expect(self, true: bool, otherwise: str) -> None:
        if not true:
            self.failures.append(f"after {sum(self.kills.values())} kills: {otherwise}")
            print(self.failures[-1], flush=True)


def _workers(parent: int) -> Iterator[int]:
    """Yield the worker processes of a run."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            of = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if of == parent and b"resource_tracker" not in (path / "cmdline").read_bytes():
                yield int(path.name)


def _begun(out: Path) -> bool:
    """Whether a run has finished an input."""
    journal = out / ".hairyo" / "journal.jsonl"
    return journal.exists() and journal.stat().st_size > 0


def _copies(out: Path) -> Iterator[tuple[str, str]]:
    copies = out / "copies"
    for path in sorted(copies.rglob("*")):
        if path.is_file():
            yield path.relative_to(copies).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def _manifest(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


def _files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))


def _ledger(out: Path) -> Path:
    return out.with_name(f"{out.name}.sqlite3")


def _events(out: Path) -> list[dict]:
    """Return the events of a ledger that verifies, times and ids apart; each once, or the lists differ."""
    with Ledger.open(f"sqlite:///{_ledger(out)}", keys=Keys.load(), create=False) as ledger:
        if not ledger.verify().ok:
            return [{"verifies": False}]
        events = [one.event.to_json() for one in ledger.events()]
    plain = [{name: value for name, value in one.items() if name not in ("event_id", "event_time")} for one in events]
    return sorted(plain, key=lambda one: one["dedup_key"])


def make_rules_processor(setup):
    """Return what processes submissions without the tagger."""
    process.shared_detector = lambda **_: _rules()
    return process.make_processor(setup)


@cache
def _rules() -> Detector:
    return Detector(rules_only=True)


def run_here(source: Path, out: Path, workers: int, rules_only: bool) -> int:
    """Run in this process, which is there to be killed; return the exit code."""
    if rules_only:
        local.make_processor = make_rules_processor
    run.PART_CHARS = 40  # so that small tables are shared among the workers, too
    options = RunOptions(workers=workers, ledger=f"sqlite:///{_ledger(out)}")
    return run.run(source, out, options=options).exit_code


def main() -> int:
    """Try it, and return 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules-only", action="store_true", help="leave the tagger out")
    parser.add_argument("--forked", action="store_true", help="fork processes, without the tagger")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        return run_here(Path(args.run[0]), Path(args.run[1]), int(args.run[2]), args.rules_only)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HAIRYO_DATA", str(Path(folder) / "data"))
        trial = Trial(Path(folder) / "in", Path(folder) / "out", args.workers, args.rules_only, args.forked)
        if args.forked:
            _rules().scan("山田太郎です。うつ病で休職しました。")
        make_submissions(trial.source, args.files, args.seed)
        trial.run(args.kills, random.Random(args.seed))
    print(f"kills: {dict(trial.kills)}; ends reached: {trial.laps}; failures: {len(trial.failures)}")
    return 1 if trial.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
