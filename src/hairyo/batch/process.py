"""A worker's side of a run: read, find, plan, write, check, and tell the run about it."""

from __future__ import annotations

import hashlib
import heapq
import resource
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from hairyo.batch.assemble import Unit, units
from hairyo.batch.disk import WORK, writing
from hairyo.batch.events import EventsShard
from hairyo.batch.findings import FindingsShard
from hairyo.batch.parts import Changes, Parts, Secrets, split
from hairyo.batch.planning import Found, Planner
from hairyo.batch.tasks import CopyStep, PartDone, PartStep, Result, Setup, Step
from hairyo.batch.whole_columns import SAMPLE, SAMPLE_CHARS
from hairyo.consent import Versions
from hairyo.detection import Detector
from hairyo.detection.engine import detector_version, shared_detector
from hairyo.documents import Document, Limits, open_document
from hairyo.documents.parquet import open_rows
from hairyo.documents.pictures.version import pictures_version
from hairyo.errors import BrokenInput, HairyoError, InputRefused, LeakFound, TextLost, UsageError, Words
from hairyo.redaction import Policy
from hairyo.redaction.verify import Original, check_or_destroy


def make_processor(setup: Setup) -> Processor:
    """Return what does the steps of a run; made once in each worker."""
    if setup.options.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (setup.options.memory, setup.options.memory))
    return Processor(setup, shared_detector(ginza=setup.options.ginza, overrides=setup.policy.overrides))


class Processor:
    """Does one step after the other; the parts of a table have to come in ascending order."""

    def __init__(self, setup: Setup, detector: Detector) -> None:
        self._setup, self._detector = setup, detector
        self._table: _Work | None = None

    def __call__(self, step: Step) -> Result | PartDone:
        """Return what became of a submission, or of a part of it."""
        work = self._table
        if work is None or work.task.key != step.task.key:
            work = _Work(step, self._setup, self._detector)
        self._table = work if isinstance(step, PartStep) else None
        try:
            if held := work.unread():
                return held
            if isinstance(step, PartStep):
                return work.part(step.number)
            return work.copied(step.parts if isinstance(step, CopyStep) else work.put_aside())
        except (InputRefused, LeakFound, TextLost, UsageError) as error:
            return work.refused(error)


class _Work:
    """One submission in the hands of this worker."""

    def __init__(self, step: Step, setup: Setup, detector: Detector) -> None:
        self.task = task = step.task
        self._folder = setup.work / task.key
        self._part_chars, self._columns = setup.part_chars, setup.options.column_map
        self._planner = Planner(task, setup, detector)
        self._parts = Parts(self._folder, step.seal)
        self._format = ""
        self._next = 0

    @cached_property
    def _document(self) -> Document:
        path, stamp = self.task.submission.path, self.task.stamp
        if path.is_symlink():
            raise BrokenInput("the file is a symbolic link; hand in the file itself")
        rows = self.task.submission.rows
        document: Document
        if rows is None:
            self._make_folder()
            document = open_document(path, limits=Limits(scratch=self._folder), columns=self._columns)
        else:
            document = open_rows(path, rows, columns=self._columns)
        if stamp is None:
            raise BrokenInput("the file changed while it was read; run again when nobody writes to it")
        stamp.check(path)
        self._format = document.format
        return document

    @cached_property
    def _ahead(self) -> Iterator[list[Unit]]:
        """The parts that were not read yet.

        In a table every worker reads on from where it stopped, past the parts that others have. Reading is a small
        share of the work, and so no file has to be entered midway.
        """
        return split(units(self._document.blocks()), self._part_chars)

    def unread(self) -> Result | None:
        """Return the result of a submission with parts that cannot be read, None for any other."""
        unread = self._document.unread
        if not unread:
            return None
        kinds = ", ".join(sorted(set(unread)))
        return Result(
            "held", reason="unread_part", detail=Words("parts that cannot be read: {kinds}", kinds=kinds),
            format=self._format, name=self._planner.safe_name(),
        )  # fmt: skip

    def refused(self, error: HairyoError) -> Result:
        """Return the result of a submission that is refused."""
        name = self._planner.safe_name()
        return Result("refused", reason=error.reason, detail=error.words, name=name, format=self._format)

    def part(self, number: int) -> PartDone:
        """Put a part aside, if there is such a one.

        Raises:
            ValueError: this worker has read past it.
        """
        if number < self._next:
            raise ValueError(f"part {number} comes after part {self._next - 1}")
        found = next(islice(self._ahead, number - self._next, None), None)
        self._next = number + 1
        if found is not None:
            self._make_folder()
            if not self._planner.learned and not self._begins(number):
                self._planner.learn(self._beginning())
            self._parts.put(number, self._planner.part(found))
        return PartDone(found is not None)

    def _begins(self, number: int) -> bool:
        """Whether part `number` holds all of the table's beginning that decides what its columns hold."""
        rows = self.task.submission.rows
        first = rows is None or (rows.start == 0 and rows.stop >= SAMPLE)
        return number == 0 and first and self._part_chars >= SAMPLE_CHARS

    def _beginning(self) -> Iterator[Unit]:
        """Yield the units that the table begins with, whichever rows of it are this worker's."""
        submission = self.task.submission
        document = self._document
        if submission.rows is not None:
            document = open_rows(submission.path, range(SAMPLE), columns=self._columns)
        return units(document.blocks())

    def put_aside(self) -> int:
        """Put all parts aside and return how many there are."""
        number = 0
        while self.part(number).there:
            number += 1
        return number

    def copied(self, count: int) -> Result:
        """Write the copy from what was put aside in `count` parts, and check it."""
        self._make_folder()
        scope = self._planner.scope(None)
        target = self._folder / f"copy{self._document.converted or self.task.submission.path.suffix.lower()}"
        parts = self._parts
        parts.count = count
        secrets, changes = Secrets(parts), Changes(parts)
        whole: list[tuple[Unit, Found]] = []
        counts, special = Counter[str](), Counter[str]()
        records = replaced = 0
        shard, events = FindingsShard(self._folder / "findings.parquet"), EventsShard(self._folder / "events")
        with shard, events:
            for part in parts:
                shard.add(part.rows)
                events.add(part.events)
                secrets.note(part)
                changes.note(part)
                whole += part.whole
                counts += part.counts
                special += part.special
                records += part.records
                replaced += part.replaced
            rest = self._planner.whole(whole, scope)
            events.add(rest.events)
        secrets.add_whole(scope.secrets)
        changes.add_whole(rest.whole_changes)
        edits = heapq.merge(chain.from_iterable(part.edits for part in parts), rest.edits)
        self._document.write(target, edits)
        report = check_or_destroy(target, self._format, secrets, self._original(changes))
        return Result(
            "copied",
            format=self._format,
            name=self._planner.safe_name(scope),
            converted=self._document.converted,
            remarks=self._document.remarks,
            copy=target,
            events=events.path,
            shard=shard.path,
            disclosures=events.disclosures,
            counts=dict(counts),
            special=dict(special),
            records=records,
            leak_check=report.summary(),
            replaced=replaced + rest.replaced,
        )

    def _original(self, changes: Changes) -> Original:
        """Return what the copy is to be compared with: the input, or what the input was converted to."""
        submission = self.task.submission
        return Original(self._document.basis or submission.path, changes, self._folder, submission.rows)

    def _make_folder(self) -> None:
        """Make the submission's own folder; where a table is shared, whoever is first does so."""
        with writing(WORK):
            self._folder.mkdir(exist_ok=True)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions_of(policy: Policy, version: str, *, ginza: bool = False) -> Versions:
    """Return the versions that a run records with everything it makes.

    Raises:
        ModelError: a network's file is missing.
    """
    detector = f"{detector_version(ginza=ginza)}+{pictures_version()}"
    return Versions(hairyo=version, detector=detector, policy=f"policy:{policy.digest[:16]}")
