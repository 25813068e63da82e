"""A run (一括処理): a folder of submissions in; copies, findings, consent, manifest and report out (contract 2).

For each input the order is: the copy is written in the work folder and checked; the consent events are
appended; the copy is moved to its place; the journal gets its line. A kill between any two of these leaves
nothing unchecked and nothing recorded twice: events have keys of their own, the rest is simply done again.
At the end the manifest is written last: where it is, what it says is so.
"""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Set
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from hairyo.batch import local
from hairyo.batch.disk import COPY, OUTPUT, WORK, write_whole, writing
from hairyo.batch.events import Book, FileBook, LedgerBook, read_events
from hairyo.batch.findings import merge
from hairyo.batch.inputs import Submission, submissions
from hairyo.batch.journal import Journal
from hairyo.batch.options import RunOptions
from hairyo.batch.parts import PART_CHARS
from hairyo.batch.pool import Failure
from hairyo.batch.process import file_digest, versions_of
from hairyo.batch.report import report_html
from hairyo.batch.tasks import Result, Setup, Task
from hairyo.consent import Keys, Ledger
from hairyo.documents import Stamp
from hairyo.errors import OutputError, UsageError, Words
from hairyo.messages import Lang, say
from hairyo.redaction import Policy
from hairyo.version import __version__

OUTCOMES = ("copied", "held", "refused", "failed")
EVENTS = "events.jsonl"
Progress = Callable[[int, int], None]
Perform = Callable[[Setup, Iterator[Task]], Generator[Result | Failure, None, None]]
_NOTHING = "0" * 64  # stands for the digest of what is not read
_JOURNAL_ONLY = ("key", "shard_sha256", "ledger")  # what a line of the journal has more than one of the manifest


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to.

    Attributes:
        out: the output folder.
        outcomes: number of inputs by outcome.
        skipped: inputs that an earlier run had done already.
        disclosures: consent events newly recorded.
    """

    out: Path
    outcomes: dict[str, int]
    skipped: int
    disclosures: int

    @property
    def exit_code(self) -> int:
        """0 when every input has a copy, else 3 (contract 3)."""
        return 0 if sum(self.outcomes.values()) == self.outcomes["copied"] else 3


def run(
    source: Path,
    out: Path,
    *,
    options: RunOptions | None = None,
    lang: Lang = "ja",
    progress: Progress | None = None,
    inputs: Iterable[Submission] | None = None,
    perform: Perform | None = None,
    collect: bool = False,
) -> RunSummary:
    """Process every submission under `source` into `out`.

    Args:
        source: folder of files, or one file.
        out: output folder; made if missing. An earlier run in it is resumed.
        options: see `RunOptions`.
        lang: language of the report.
        progress: called with (inputs done, inputs in all).
        inputs: what of `source` to do, where it is not every file whole.
        perform: does the tasks and gives their results in the tasks' order; by default in local processes.
        collect: leave the consent events in `events.jsonl` of `out`, instead of appending them to a ledger.

    Raises:
        UsageError: options, policy, column map or index are wrong.
        Busy: another run holds `out`.
        LedgerError: the consent ledger cannot be used, or lacks events that earlier runs into `out` recorded.
        OutputError: something cannot be written.
    """
    options = options or RunOptions()
    if out.resolve() == source.resolve() or source.resolve() in out.resolve().parents:
        raise OutputError("the output folder lies inside the submissions; choose one outside")
    wanted = list(submissions(source) if inputs is None else inputs)
    policy = Policy.load(options.policy)
    _ = options.column_map  # a wrong map is told before anything is done
    keys = Keys.load()
    versions = versions_of(policy, __version__, ginza=options.ginza)
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(out))
        book: Book
        if collect:
            book = FileBook(out / EVENTS)
        else:
            book = LedgerBook(stack.enter_context(Ledger.open(options.ledger, keys=keys)))
        setup = Setup(options, policy, keys, versions, journal.work, PART_CHARS)
        job = _Run(out, setup, journal, book, len(wanted), progress)
        book.check(job.marks())
        job.process(wanted, perform or local.perform)
        return job.finish(wanted, lang)


class _Run:
    """One run under way."""

    def __init__(
        self, out: Path, setup: Setup, journal: Journal, book: Book, total: int, progress: Progress | None
    ) -> None:
        self.out, self.setup, self.journal, self.book = out, setup, journal, book
        self.rows = journal.done()
        self.total, self.progress = total, progress
        self.skipped = self.disclosures = self.finished = 0
        # No name of an earlier copy is used anew before the end: it may yet turn out to be another input's.
        self.names = {row["copy"] for row in self.rows.values() if row["copy"] is not None}
        self.keys: dict[int, str] = {}
        self.digested: tuple[Path, Stamp, str] | None = None

    def marks(self) -> Iterator[str]:
        """Yield the marks of the events that earlier runs booked."""
        return (row["ledger"] for row in self.rows.values() if row.get("ledger"))

    def process(self, inputs: list[Submission], perform: Perform) -> None:
        """Do every input that is not done, and book the results as they come."""
        waiting: deque[Task] = deque()

        def tasks() -> Iterator[Task]:
            for submission in inputs:
                task = self._task(submission)
                if self._is_done(task):
                    self._step()
                else:
                    waiting.append(task)
                    yield task

        with closing(perform(self.setup, tasks())) as results:  # whatever ends the run ends its workers first
            for result in results:
                self._book(waiting.popleft(), result)
                self._step()

    def _task(self, submission: Submission) -> Task:
        """Return the task of a submission; its key covers its place, content and all that decides the copy."""
        (stamp, digest), rows = self._identity(submission), submission.rows
        options = self.setup.options.model_dump(include={"columns", "policy", "recipient", "channel"})
        said = json.dumps(
            [submission.user, submission.role, submission.channel, str(submission.submitted_at), options],
            sort_keys=True,
        )
        versions = self.setup.versions
        parts: tuple[str | int, ...] = (
            submission.relative, digest, said, versions.hairyo, versions.detector, versions.policy,
        )  # fmt: skip
        parts += () if rows is None else (rows.start, rows.stop)
        key = self.keys[submission.number] = self.setup.keys.mac("journal", *parts)
        return Task(submission, stamp, digest, key)

    def _identity(self, submission: Submission) -> tuple[Stamp | None, str]:
        """Return the file's stamp and digest; of what is no plain file or unreadable, none (the reader refuses it).

        The digest of a file is made once for all its parts.
        """
        path = submission.path
        try:
            if path.is_symlink() or not path.is_file():  # to open a pipe is to wait for ever
                return None, _NOTHING
            stamp = Stamp.of(path)
            if self.digested is None or self.digested[:2] != (path, stamp):
                self.digested = (path, stamp, file_digest(path))
            return stamp, self.digested[2]
        except OSError:
            return None, _NOTHING

    def _is_done(self, task: Task) -> bool:
        row = self.rows.get(task.key)
        if row is None or row["outcome"] == "failed" or row["reason"] == UsageError.reason:
            return False  # what went wrong may have been put right meanwhile
        if row["copy"] is not None:
            copy, shard = self.out / "copies" / row["copy"], self._shard(task.key)
            if not _is(copy, row["copy_sha256"]) or not _is(shard, row.get("shard_sha256")):
                return False
        self.skipped += 1
        return True

    def _book(self, task: Task, result: Result | Failure) -> None:
        """Append the consent events, put the copy in its place, and write the journal's line."""
        if isinstance(result, Failure):
            result = Result("failed", reason=result.reason, detail=result.detail, name=task.neutral_name)
        rows = task.submission.rows
        part = None if rows is None else [rows.start + 1, rows.stop]
        mark = self._record(result.events)
        shard = None if result.shard is None else _moved(result.shard, self._shard(task.key), WORK)
        copy = (
            None if result.copy is None else self._place(result.copy, _copy_name(result.name, result.converted, part))
        )
        row: dict[str, Any] = {
            "key": task.key,
            "number": task.submission.number,
            "input": result.name,
            **({} if part is None else {"rows": part}),
            "sha256": task.digest,
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": _said(result.detail) if result.detail else None,
            "remarks": [_said(words) for words in result.remarks],
            "converted": result.converted,
            "format": result.format,
            "copy": copy,
            "copy_sha256": None if copy is None else file_digest(self.out / "copies" / copy),
            "shard_sha256": None if shard is None else file_digest(shard),
            "ledger": mark,
            "records": result.records,
            "findings": dict(sorted(result.counts.items())),
            "article6": dict(sorted(result.special.items())),
            "disclosures": result.disclosures,
            "leak_check": result.leak_check,
            "replaced": result.replaced,
            "versions": {
                "hairyo": self.setup.versions.hairyo,
                "detector": self.setup.versions.detector,
                "policy": self.setup.versions.policy,
            },
        }
        # Its room is given back first, for on a full disk the line needs it; at the latest the next run does so.
        shutil.rmtree(self.setup.work / task.key, ignore_errors=True)
        self.rows[task.key] = self.journal.add(row)

    def _record(self, shard: Path | None) -> str | None:
        """Book the events of a shard, and return their mark."""
        if shard is None:
            return None
        with writing(WORK):
            booked = self.book.add(read_events(shard))
        self.disclosures += booked.disclosures
        return booked.mark

    def _shard(self, key: str) -> Path:
        """Return where the findings of a finished input lie."""
        return self.journal.shards / f"{key}.parquet"

    def _place(self, made: Path, name: str) -> str:
        """Move a finished copy to `copies/name`, or beside it where another input has that name already."""
        free = _free_name(name, self.names)
        _moved(made, self.out / "copies" / free, COPY)
        self.names.add(free)
        return free

    def _step(self) -> None:
        self.finished += 1
        if self.progress is not None:
            self.progress(self.finished, self.total)

    def finish(self, inputs: list[Submission], lang: Lang) -> RunSummary:
        """Clear away what is stale, then write the findings, the report and, last, the manifest."""
        with writing(OUTPUT):
            self._drop_stale({self.keys[one.number] for one in inputs})
        self._settle_names(inputs)
        rows = [self.rows[self.keys[one.number]] | {"number": one.number} for one in inputs]
        copied = [(row["number"], self._shard(row["key"])) for row in rows if row["outcome"] == "copied"]
        merge(copied, self.out / "findings.parquet")
        lines = [{name: value for name, value in row.items() if name not in _JOURNAL_ONLY} for row in rows]
        write_whole(self.out / "report.html", report_html(lines, lang))
        write_whole(
            self.out / "manifest.jsonl",
            "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines),
        )
        outcomes = {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES}
        return RunSummary(self.out, outcomes, self.skipped, self.disclosures)

    def _settle_names(self, inputs: list[Submission]) -> None:
        """Number copies of one name in the order of their inputs, in whatever order they came to be made."""
        taken: set[str] = set()
        moves: list[tuple[dict[str, Any], Path, str]] = []
        for one in inputs:
            row = self.rows[self.keys[one.number]]
            if row["copy"] is not None:
                name = _free_name(_copy_name(row["input"], row.get("converted", ""), row.get("rows")), taken)
                taken.add(name)
                if name != row["copy"]:
                    aside = self.setup.work / f"{row['key']}.aside"
                    moves.append((row, _moved(self.out / "copies" / row["copy"], aside, COPY), name))
        for row, aside, name in moves:
            _moved(aside, self.out / "copies" / name, COPY)
            self.rows[row["key"]] = self.journal.add(row | {"copy": name})

    def _drop_stale(self, keys: Set[str]) -> None:
        """Remove copies and findings that no input of this run stands behind: of files gone, changed or refused."""
        for shard in self.journal.shards.iterdir():
            if shard.stem not in keys or self.rows[shard.stem]["copy"] is None:
                shard.unlink()
        kept = {self.rows[key]["copy"] for key in keys}
        copies = self.out / "copies"
        for path in sorted(copies.rglob("*"), reverse=True) if copies.exists() else []:
            if path.is_file() and path.relative_to(copies).as_posix() not in kept:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _is(path: Path, digest: str | None) -> bool:
    """Whether a file is there and as it was."""
    return path.is_file() and file_digest(path) == digest


def _moved(made: Path, target: Path, name: str | dict[str, str]) -> Path:
    """Move a file to `target`, and return that.

    Raises:
        OutputError: it cannot be moved.
    """
    with writing(name):
        target.parent.mkdir(parents=True, exist_ok=True)
        made.replace(target)
    return target


def _said(words: Words) -> dict[str, str]:
    """Return a sentence in every language."""
    return {lang: say(words, lang) for lang in get_args(Lang)}


def _copy_name(name: str, converted: str, rows: list[int] | None) -> str:
    """Return the copy's name: of a part, with the number of the first of its `rows`."""
    name += converted
    path = Path(name)
    return name if rows is None else path.with_stem(f"{path.stem}-{rows[0]:09d}").as_posix()


def _free_name(name: str, taken: Set[str]) -> str:
    """Return `name`, or where it is taken the first free one of those with a number at the end of its stem."""
    path, number = Path(name), 1
    while path.as_posix() in taken:
        number += 1
        path = Path(name).with_stem(f"{Path(name).stem}-{number}")
    return path.as_posix()
