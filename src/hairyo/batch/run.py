"""A run (一括処理): a folder of submissions in; copies, findings, consent, manifest and report out (contract 2).

For each input the order is: the copy is written in the work folder and checked; the consent events are
appended; the copy is moved to its place; the journal gets its line. A kill between any two of these leaves
nothing unchecked and nothing recorded twice: events have keys of their own, the rest is simply done again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from hairyo.batch.events import Book, FileBook, LedgerBook, read_events
from hairyo.batch.findings import merge
from hairyo.batch.inputs import Submission, submissions
from hairyo.batch.journal import Journal, write_whole
from hairyo.batch.options import RunOptions
from hairyo.batch.pool import Failure, run_tasks
from hairyo.batch.process import Result, Setup, Task, file_digest, make_processor, versions_of
from hairyo.batch.report import report_html
from hairyo.consent import Keys, Ledger
from hairyo.documents.output import Stamp
from hairyo.errors import OutputError, UsageError
from hairyo.messages import Lang, say
from hairyo.redaction import Policy
from hairyo.version import __version__

OUTCOMES = ("copied", "held", "refused", "failed")
EVENTS = "events.jsonl"
Progress = Callable[[int, int], None]
Perform = Callable[[Setup, Iterator[Task]], Iterator[Result | Failure]]


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
        LedgerError: the consent ledger cannot be used.
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
        setup = Setup(options, policy, keys, versions, journal.folder)
        job = _Run(out, setup, journal, book, len(wanted), progress)
        job.process(wanted, perform or _locally)
        return job.finish(wanted, lang)


def _locally(setup: Setup, tasks: Iterator[Task]) -> Iterator[Result | Failure]:
    """Do the tasks in processes of this machine."""
    options = setup.options
    return run_tasks(make_processor, setup, tasks, workers=options.workers, timeout=options.timeout)


class _Run:
    """One run under way."""

    def __init__(
        self, out: Path, setup: Setup, journal: Journal, book: Book, total: int, progress: Progress | None
    ) -> None:
        self.out, self.setup, self.journal, self.book = out, setup, journal, book
        self.rows = journal.done()
        self.total, self.progress = total, progress
        self.skipped = self.disclosures = self.finished = 0
        self.names: set[str] = set()
        self.keys: dict[int, str] = {}
        self.digested: tuple[Path, Stamp, str] | None = None

    def process(self, inputs: list[Submission], perform: Perform) -> None:
        """Do every input that is not done, and book the results as they come."""
        waiting: list[Task] = []

        def tasks() -> Iterator[Task]:
            for submission in inputs:
                task = self._task(submission)
                if self._is_done(task):
                    self._step()
                else:
                    waiting.append(task)
                    yield task

        for result in perform(self.setup, tasks()):
            self._book(waiting.pop(0), result)
            self._step()

    def _task(self, submission: Submission) -> Task:
        """Return the task of a submission; its key covers its place, content and all that decides the copy."""
        digest, rows = self._digest(submission), submission.rows
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
        return Task(submission, digest, key)

    def _digest(self, submission: Submission) -> str:
        """Return the file's digest, made once for all its parts; of an unreadable file or a link, that of nothing.

        The reader then refuses it.
        """
        path = submission.path
        try:
            if path.is_symlink():
                raise FileNotFoundError
            if self.digested is None or self.digested[:2] != (path, Stamp.of(path)):
                self.digested = (path, Stamp.of(path), file_digest(path))
            return self.digested[2]
        except OSError:
            return "0" * 64

    def _is_done(self, task: Task) -> bool:
        row = self.rows.get(task.key)
        if row is None or row["outcome"] == "failed" or row["reason"] == UsageError.reason:
            return False  # what went wrong may have been put right meanwhile
        if row["copy"] is not None:
            copy = self.out / "copies" / row["copy"]
            if not copy.is_file() or file_digest(copy) != row["copy_sha256"]:
                return False
            self.names.add(row["copy"])
        self.skipped += 1
        return True

    def _book(self, task: Task, result: Result | Failure) -> None:
        """Append the consent events, put the copy in its place, and write the journal's line."""
        if isinstance(result, Failure):
            result = Result("failed", reason=result.reason, detail=result.detail, name=_neutral(task))
        self._record(result.events)
        rows = task.submission.rows
        copy = None if result.copy is None else self._place(result.copy, _part_name(result.name, rows))
        row: dict[str, Any] = {
            "key": task.key,
            "number": task.submission.number,
            "input": result.name,
            **({} if rows is None else {"rows": [rows.start + 1, rows.stop]}),
            "sha256": task.digest,
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": {lang: say(result.detail, lang) for lang in get_args(Lang)} if result.detail else None,
            "format": result.format,
            "copy": copy,
            "copy_sha256": None if copy is None else file_digest(self.out / "copies" / copy),
            "records": result.records,
            "findings": dict(sorted(result.counts.items())),
            "article6": dict(sorted(result.special.items())),
            "disclosures": result.disclosures,
            "leak_check": {"searched": result.searched, "found": 0} if copy is not None else None,
            "replaced": result.replaced,
            "versions": {
                "hairyo": self.setup.versions.hairyo,
                "detector": self.setup.versions.detector,
                "policy": self.setup.versions.policy,
            },
        }
        self.journal.add(row)
        self.rows[row["key"]] = row

    def _record(self, shard: Path | None) -> None:
        """Book the events of a shard, and remove it."""
        if shard is not None:
            for events in read_events(shard):
                self.disclosures += self.book.add(events)
            shard.unlink()

    def _place(self, made: Path, name: str) -> str:
        """Move a finished copy to `copies/name`, or beside it where another input has that name already."""
        path, number = Path(name), 1
        while path.as_posix() in self.names:
            number += 1
            path = Path(name).with_stem(f"{Path(name).stem}-{number}")
        target = self.out / "copies" / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.replace(target)
        except OSError as error:
            raise OutputError(
                "a copy cannot be put in place ({strerror}); free space and run again", strerror=error.strerror
            ) from error
        self.names.add(path.as_posix())
        return path.as_posix()

    def _step(self) -> None:
        self.finished += 1
        if self.progress is not None:
            self.progress(self.finished, self.total)

    def finish(self, inputs: list[Submission], lang: Lang) -> RunSummary:
        """Write the manifest, the findings and the report, and clear the work folder."""
        rows = [self.rows[self.keys[one.number]] | {"number": one.number} for one in inputs]
        lines = [{name: value for name, value in row.items() if name != "key"} for row in rows]
        write_whole(
            self.out / "manifest.jsonl",
            "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines),
        )
        self._drop_stale_copies(rows)
        shards = {row["key"]: (row["number"], self.journal.shards / f"{row['key']}.parquet") for row in rows}
        merge([shards[row["key"]] for row in rows if row["outcome"] == "copied"], self.out / "findings.parquet")
        for stale in self.journal.shards.glob("*.parquet"):
            if stale.stem not in shards:
                stale.unlink()
        write_whole(self.out / "report.html", report_html(lines, lang))
        outcomes = {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES}
        return RunSummary(self.out, outcomes, self.skipped, self.disclosures)

    def _drop_stale_copies(self, rows: list[dict[str, Any]]) -> None:
        """Remove copies that no input of this run stands behind: of files gone, changed or now refused."""
        kept = {row["copy"] for row in rows}
        copies = self.out / "copies"
        for path in sorted(copies.rglob("*"), reverse=True) if copies.exists() else []:
            if path.is_file() and path.relative_to(copies).as_posix() not in kept:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _part_name(name: str, rows: range | None) -> str:
    """Return the copy's name: of a part, with the number of its first row."""
    path = Path(name)
    return name if rows is None else path.with_stem(f"{path.stem}-{rows.start + 1:09d}").as_posix()


def _neutral(task: Task) -> str:
    """Return a name for an input whose own could not be checked for personal names."""
    return f"input-{task.submission.number:08d}"
