"""What happens to one submission, in a worker: read, find, plan, write, check, and tell the run about it."""

from __future__ import annotations

import hashlib
import heapq
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from hairyo.batch.assemble import Unit, units
from hairyo.batch.columns import user_of
from hairyo.batch.events import EventsShard
from hairyo.batch.findings import FindingsShard
from hairyo.batch.inputs import Submission
from hairyo.batch.options import RunOptions
from hairyo.batch.records import edits_of, findings_of
from hairyo.batch.spool import Secrets, Spool
from hairyo.consent import ConsentEvent, Keys, Versions, disclosures
from hairyo.detection import Detector, Finding
from hairyo.detection.engine import detector_version, shared_detector
from hairyo.documents import Document, Edit, open_document
from hairyo.documents.parquet import open_rows
from hairyo.errors import BrokenInput, InputRefused, LeakFound, UsageError, Words
from hairyo.redaction import Policy, Scope, gather, plan
from hairyo.redaction.check import check_or_destroy


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker of a run is given once."""

    options: RunOptions
    policy: Policy
    keys: Keys
    versions: Versions
    work: Path


@dataclass(frozen=True, slots=True)
class Task:
    """One submission, its digest, and the key that its files in the work folder are named by."""

    submission: Submission
    digest: str
    key: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one submission.

    Attributes:
        outcome: `copied`, `held` or `refused`.
        reason: why there is no copy; "" where there is one. Codes and counts only.
        format: name of the format, "" where unknown.
        name: the copy's relative path, with personal names in it redacted.
        copy: the finished and checked copy, still in the work folder; None without one.
        events: the shard of consent events to append; None where there is no copy.
        disclosures: how many of them are disclosures.
        counts: findings by type.
        special: Article 6 findings by (type, subject, polarity).
        records: table records read; 0 for documents.
        searched: values that the leak check searched for.
        replaced: places replaced in the copy.
    """

    outcome: str
    reason: str = ""
    detail: Words | None = None
    format: str = ""
    name: str = ""
    copy: Path | None = None
    events: Path | None = None
    disclosures: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)
    records: int = 0
    searched: int = 0
    replaced: int = 0


def make_processor(setup: Setup) -> Callable[[Task], Result]:
    """Return the function that processes one submission; made once in each worker."""
    if setup.options.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (setup.options.memory, setup.options.memory))
    detector = shared_detector(ginza=setup.options.ginza)
    return lambda task: _process(task, setup, detector)


def _process(task: Task, setup: Setup, detector: Detector) -> Result:
    work = _Work(task, setup, detector)
    name = work.safe_name(Scope(key=work.key))
    try:
        if task.submission.path.is_symlink():
            raise BrokenInput("the file is a symbolic link; hand in the file itself")
        return work.done()
    except (InputRefused, LeakFound, UsageError) as error:
        return Result("refused", reason=error.reason, detail=error.words, name=name, format=work.format)


class _Work:
    """The processing of one submission: what is found, planned and counted on the way.

    A table's records are done one by one, and what the copy and its check need of them is put aside on disk;
    a document is planned as a whole, for what is redacted at its end may stand at its beginning.
    """

    def __init__(self, task: Task, setup: Setup, detector: Detector) -> None:
        self.task, self.submission, self.digest = task, task.submission, task.digest
        self.setup, self.detector = setup, detector
        self.part = self.submission.rows is not None
        self.before = 0 if self.submission.rows is None else self.submission.rows.start
        self.key = setup.keys.subkey("redaction")
        self.format = ""
        self.counts: Counter[str] = Counter()
        self.special: Counter[str] = Counter()
        self.records = 0
        self.replaced = 0

    def done(self) -> Result:
        """Read, find, plan, write and check."""
        document = self._open()
        self.format = document.format
        unread = tuple(getattr(document, "unread", ()))
        if unread:
            kinds = ", ".join(sorted(set(unread)))
            return Result(
                "held", reason="unread_part", detail=Words("parts that cannot be read: {kinds}", kinds=kinds),
                format=self.format, name=self.safe_name(Scope(key=self.key)),
            )  # fmt: skip
        scope = self._scope(None)
        work, key = self.setup.work, self.task.key
        target = work / f"{key}{self.submission.path.suffix.lower()}"
        target.unlink(missing_ok=True)
        with closing(Spool(work)) as planned, closing(Spool(work)) as values:
            secrets = Secrets(values)
            shard = FindingsShard(work / "findings" / f"{key}.parquet", blocks=not self.part)
            events = EventsShard(work / f"{key}.events")
            with shard, events:
                whole = self._plan(document, scope, shard, events, planned, secrets)
            document.write(target, heapq.merge(chain.from_iterable(planned), whole))
            report = check_or_destroy(target, document.format, secrets)
        return Result(
            "copied",
            format=self.format,
            name=self.safe_name(scope),
            copy=target,
            events=events.path,
            disclosures=events.disclosures,
            counts=dict(self.counts),
            special=dict(self.special),
            records=self.records,
            searched=report.searched,
            replaced=self.replaced,
        )

    def _open(self) -> Document:
        rows, columns = self.submission.rows, self.setup.options.column_map
        if rows is not None:
            return open_rows(self.submission.path, rows, columns=columns)
        return open_document(self.submission.path, columns=columns)

    def _plan(
        self, document: Document, scope: Scope, shard: FindingsShard, events: EventsShard,
        planned: Spool, secrets: Secrets,
    ) -> list[Edit]:  # fmt: skip
        """Plan the copy: put each record's edits aside in `planned`, in order, and return those of all else."""
        whole: list[tuple[Unit, list[Finding]]] = []
        everything: list[Finding] = []
        passed = 0
        for unit in units(document.blocks()):
            found = self._scan(unit)
            located = list(_located(unit, found, 0 if unit.record is not None else passed))
            if unit.record is not None or not self.before:  # the columns' names count with the first part only
                shard.add(unit, found)
                self._count(found)
            if unit.record is None:
                whole.append((unit, found))
                everything += located
                passed += sum(len(block.text) for block in unit.blocks)
                gather(unit.text, found, self.setup.policy, scope)
            else:
                self.records += 1
                events.add(self._disclosures(located, unit.record, user_of(unit, self.setup.options.column_map)))
                planned.add(sorted(self._edits(unit, found, self._scope(unit.record), secrets)))
        if not self.before:
            events.add(self._disclosures(everything, None, None))
        return sorted(edit for unit, found in whole for edit in self._edits(unit, found, scope, secrets))

    def _scan(self, unit: Unit) -> list[Finding]:
        return findings_of(unit, self.detector, self.setup.options.column_map, self.submission.role)

    def _edits(self, unit: Unit, found: list[Finding], scope: Scope, secrets: Secrets) -> Iterator[Edit]:
        made = plan(unit.text, found, self.setup.policy, scope)
        secrets.add(None if unit.record is None else unit.record - self.before, made.values)
        self.replaced += len(made.replacements)
        yield from edits_of(unit, made)

    def _disclosures(self, found: list[Finding], record: int | None, user: str | None) -> list[ConsentEvent]:
        if not any(finding.special_care for finding in found):
            return []
        return disclosures(
            found,
            keys=self.setup.keys,
            user=user or self.submission.user,
            document_digest=self.digest,
            versions=self.setup.versions,
            record=record,
            channel=self.submission.channel or self.setup.options.channel,
            submitted_at=self.submission.submitted_at,
        )

    def _count(self, found: list[Finding]) -> None:
        self.counts.update(finding.type for finding in found)
        self.special.update(
            f"{finding.type}/{finding.subject}/{finding.polarity}" for finding in found if finding.special_care
        )

    def _scope(self, record: int | None) -> Scope:
        name = f"{self.digest}/{'' if record is None else record}"
        return Scope(name=name, recipient=self.setup.options.recipient, key=self.key)

    def safe_name(self, scope: Scope) -> str:
        """Return the copy's relative path with what is personal in it redacted (names of files are text too).

        Args:
            scope: what is known of the document's values and persons, who stand in its name by surname alone.
        """
        parts = []
        for part in self.submission.relative.split("/"):
            stem, dot, suffix = part.rpartition(".")
            stem, suffix = (stem, dot + suffix) if stem else (part, "")
            plain = stem.replace("_", " ").replace("-", " ")
            found = self.detector.scan(plain)
            found += [Finding(one.start, one.end, "PERSON") for one in scope.people.standing_in(plain)]
            parts.append(_in_place(stem, plain, plan(plain, found, self.setup.policy, scope).apply(plain)) + suffix)
        return "/".join(parts)


def _in_place(stem: str, plain: str, made: str) -> str:
    """Return `made`, or the stem as it was where nothing was redacted in it."""
    return stem if made == plain else made.replace(" ", "_").replace("/", "_")


def _located(unit: Unit, found: list[Finding], passed: int) -> Iterator[Finding]:
    """Yield the findings with offsets into the blocks' texts alone, end to end, from `passed` on."""
    before = [passed]
    for block in unit.blocks:
        before.append(before[-1] + len(block.text))
    for finding in found:
        places = list(unit.places(finding.start, finding.end))
        if places:
            at, start, _ = places[0]
            last, _, end = places[-1]
            yield replace(finding, start=before[at] + start, end=before[last] + end, cue=None)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions_of(policy: Policy, version: str, *, ginza: bool = False) -> Versions:
    """Return the versions that a run records with everything it makes."""
    detector = detector_version(ginza=ginza)
    return Versions(hairyo=version, detector=detector, policy=f"policy:{policy.digest[:16]}")
