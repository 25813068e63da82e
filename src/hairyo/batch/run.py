"""A run (一括処理): a folder of submissions in; copies, findings, consent, manifest and report out (contract 2).

For each input the order is: the copy is written in the work folder and checked; the consent events are
appended; the copy is moved to its place; the journal gets its line. A kill between any two of these leaves
nothing unchecked and nothing recorded twice: events have keys of their own, the rest is simply done again.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from hairyo.batch.events import read_events
from hairyo.batch.findings import merge
from hairyo.batch.inputs import Submission, submissions
from hairyo.batch.journal import Journal, write_whole
from hairyo.batch.options import RunOptions
from hairyo.batch.parts import PART_CHARS, new_seal, remove_parts
from hairyo.batch.pool import Failure, run_tasks
from hairyo.batch.process import file_digest, make_processor, versions_of
from hairyo.batch.report import report_html
from hairyo.batch.tasks import CopyStep, PartDone, PartStep, Result, Setup, Step, Task
from hairyo.consent import Keys, Ledger
from hairyo.documents import Stamp, holds_records
from hairyo.errors import OutputError, UsageError
from hairyo.messages import Lang, say
from hairyo.redaction import Policy
from hairyo.version import __version__

OUTCOMES = ("copied", "held", "refused", "failed")
Progress = Callable[[int, int], None]
_BYTES_A_CHAR = 4  # at most, in the encodings that are read
_PARTS_A_SHARE = 64


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
) -> RunSummary:
    """Process every submission under `source` into `out`.

    Args:
        source: folder of files, or one file.
        out: output folder; made if missing. An earlier run in it is resumed.
        options: see `RunOptions`.
        lang: language of the report.
        progress: called with (inputs done, inputs in all).

    Raises:
        UsageError: options, policy, column map or index are wrong.
        Busy: another run holds `out`.
        LedgerError: the consent ledger cannot be used.
        OutputError: something cannot be written.
    """
    options = options or RunOptions()
    if out.resolve() == source.resolve() or source.resolve() in out.resolve().parents:
        raise OutputError("the output folder lies inside the submissions; choose one outside")
    inputs = list(submissions(source))
    policy = Policy.load(options.policy)
    _ = options.column_map  # a wrong map is told before anything is done
    keys = Keys.load()
    versions = versions_of(policy, __version__, ginza=options.ginza)
    with Journal(out) as journal, Ledger.open(options.ledger, keys=keys) as ledger:
        setup = Setup(options, policy, keys, versions, journal.folder, PART_CHARS)
        job = _Run(out, setup, journal, ledger, len(inputs), progress)
        job.process(inputs)
        return job.finish(inputs, lang)


class _Run:
    """One run under way."""

    def __init__(
        self, out: Path, setup: Setup, journal: Journal, ledger: Ledger, total: int, progress: Progress | None
    ) -> None:
        self.out, self.setup, self.journal, self.ledger = out, setup, journal, ledger
        self.rows = journal.done()
        self.total, self.progress = total, progress
        self.skipped = self.disclosures = self.finished = 0
        self.table = _Table()
        self.names: set[str] = set()
        self.keys: dict[int, str] = {}

    def process(self, inputs: list[Submission]) -> None:
        """Do every input that is not done, in worker processes, and book the results as they come."""
        waiting: deque[Step] = deque()

        def steps() -> Iterator[Step | None]:
            for step in self._steps(inputs):
                if step is not None:
                    waiting.append(step)
                yield step

        workers = self.setup.options.workers
        for result in run_tasks(make_processor, self.setup, steps(), workers=workers, timeout=self._seconds):
            step = waiting.popleft()
            if isinstance(step, PartStep):
                self.table.take(step.number, result)
            elif not isinstance(result, PartDone):
                self._book(step.task, result)

    def _steps(self, inputs: list[Submission]) -> Iterator[Step | None]:
        for submission in inputs:
            task = self._task(submission)
            if self._is_done(task):
                self._step()
            elif task.stamp is not None and self._is_large(submission.path, task.stamp):
                yield from self._in_parts(task)
            else:
                yield Step(task)

    def _is_large(self, path: Path, stamp: Stamp) -> bool:
        """Whether a file is a table that may be longer than one part."""
        return holds_records(path) and stamp.size > _BYTES_A_CHAR * self.setup.part_chars

    def _in_parts(self, task: Task) -> Iterator[Step | None]:
        """Yield the steps of a table: parts until one is not there, and then, if all went well, the copy."""
        self.table = _Table()
        while self.table.open:
            yield PartStep(task, self.table.given)
            self.table.given += 1
        yield None  # from here on, all parts have been taken
        if self.table.ended is None:
            yield CopyStep(task, self.table.parts)
        else:
            self._book(task, self.table.ended)

    def _seconds(self, step: Step) -> float:
        """Return how long a step may take: as long as a file may, and a large table's copy in proportion."""
        shares = 1 + step.parts // _PARTS_A_SHARE if isinstance(step, CopyStep) else 1
        return self.setup.options.timeout * shares

    def _task(self, submission: Submission) -> Task:
        """Return the task of a submission; its key covers its place, content and all that decides the copy."""
        stamp, digest = _stamp_and_digest(submission)
        options = self.setup.options.model_dump(include={"columns", "policy", "recipient", "channel"})
        said = json.dumps(
            [submission.user, submission.role, submission.channel, str(submission.submitted_at), options],
            sort_keys=True,
        )
        versions = self.setup.versions
        parts = (submission.relative, digest, said, versions.hairyo, versions.detector, versions.policy)
        key = self.keys[submission.number] = self.setup.keys.mac("journal", *parts)
        return Task(submission, stamp, digest, key, new_seal())

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
        copy = None if result.copy is None else self._place(result.copy, result.name)
        row: dict[str, Any] = {
            "key": task.key,
            "number": task.submission.number,
            "input": result.name,
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
        remove_parts(self.setup.work, task.key)
        self._step()

    def _record(self, shard: Path | None) -> None:
        """Append the events of a shard to the ledger, and remove it."""
        if shard is not None:
            for events in read_events(shard):
                recorded = self.ledger.append(events)
                self.disclosures += sum(one.new and one.event.kind == "disclosure" for one in recorded)
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


@dataclass(slots=True)
class _Table:
    """The table whose parts are with the workers; one at a time.

    Attributes:
        given: how many of its parts were handed out.
        parts: how many parts the table has; -1 while that is not known.
        ended: what the first part came to that could not be done, if any: what becomes of the table.
    """

    given: int = 0
    parts: int = -1
    ended: Result | Failure | None = None

    @property
    def open(self) -> bool:
        """Whether there may be more parts to do."""
        return self.parts < 0 and self.ended is None

    def take(self, number: int, result: PartDone | Result | Failure) -> None:
        """Take note of what became of a part; results come in the parts' order."""
        if not self.open:
            return
        if not isinstance(result, PartDone):
            self.ended = result
        elif not result.there:
            self.parts = number


def _stamp_and_digest(submission: Submission) -> tuple[Stamp | None, str]:
    """Return what tells a file's content from another's; of an unreadable file or a link None and no digest.

    The reader then refuses it.
    """
    try:
        if submission.path.is_symlink():
            raise FileNotFoundError
        return Stamp.of(submission.path), file_digest(submission.path)
    except OSError:
        return None, "0" * 64


def _neutral(task: Task) -> str:
    """Return a name for an input whose own could not be checked for personal names."""
    return f"input-{task.submission.number:08d}"
