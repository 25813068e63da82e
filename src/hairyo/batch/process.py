"""What happens to one submission, in a worker: read, find, plan, write, check, and tell the run about it."""

from __future__ import annotations

import hashlib
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from hairyo.batch.assemble import Unit, units
from hairyo.batch.columns import cell_findings, declared_role, user_of
from hairyo.batch.findings import FindingsShard
from hairyo.batch.inputs import Submission
from hairyo.batch.options import RunOptions
from hairyo.consent import ConsentEvent, Keys, Versions, disclosures
from hairyo.detection import Detector, Finding, Role
from hairyo.detection.engine import detector_version
from hairyo.detection.resolver import resolve
from hairyo.detection.roles import role_of_text
from hairyo.documents import Document, Edit, open_document
from hairyo.errors import BrokenInput, InputRefused, LeakFound, UsageError
from hairyo.redaction import Policy, Scope, Secret, gather, plan
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
        events: consent events to append.
        counts: findings by type.
        special: Article 6 findings by (type, subject, polarity).
        records: table records read; 0 for documents.
        searched: values that the leak check searched for.
        swept: replacements beyond the findings themselves.
    """

    outcome: str
    reason: str = ""
    detail: str = ""
    format: str = ""
    name: str = ""
    copy: Path | None = None
    events: tuple[ConsentEvent, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)
    records: int = 0
    searched: int = 0
    replaced: int = 0


def make_processor(setup: Setup) -> Callable[[Task], Result]:
    """Return the function that processes one submission; made once in each worker."""
    if setup.options.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (setup.options.memory, setup.options.memory))
    detector = Detector()
    return lambda task: _process(task, setup, detector)


def _process(task: Task, setup: Setup, detector: Detector) -> Result:
    work = _Work(task, setup, detector)
    name = work.safe_name(Scope(key=work.key))
    try:
        if task.submission.path.is_symlink():
            raise BrokenInput("the file is a symbolic link; hand in the file itself")
        return work.done()
    except (InputRefused, LeakFound, UsageError) as error:
        return Result("refused", reason=error.reason, detail=str(error), name=name, format=work.format)


class _Work:
    """The processing of one submission: what is found, planned and counted on the way."""

    def __init__(self, task: Task, setup: Setup, detector: Detector) -> None:
        self.task, self.submission, self.digest = task, task.submission, task.digest
        self.setup, self.detector = setup, detector
        self.key = setup.keys.subkey("redaction")
        self.format = ""
        self.counts: Counter[str] = Counter()
        self.special: Counter[str] = Counter()
        self.events: list[ConsentEvent] = []
        self.secrets: dict[int | None, frozenset[Secret]] = {}
        self.records: set[int] = set()
        self.replaced = 0

    def done(self) -> Result:
        """Read, find, plan, write and check."""
        document = open_document(self.submission.path, columns=self.setup.options.column_map)
        self.format = document.format
        unread = tuple(getattr(document, "unread", ()))
        if unread:
            kinds = ", ".join(sorted(set(unread)))
            return Result(
                "held", reason="unread_part", detail=f"parts that cannot be read: {kinds}",
                format=self.format, name=self.safe_name(Scope(key=self.key)),
            )  # fmt: skip
        scope = self._scope(None)
        target = self.setup.work / f"{self.task.key}{self.submission.path.suffix.lower()}"
        target.unlink(missing_ok=True)
        with FindingsShard(self.setup.work / "findings" / f"{self.task.key}.parquet") as shard:
            edits = list(self._edits(document, scope, shard))
        document.write(target, sorted(edits))
        report = check_or_destroy(target, document.format, self.secrets)
        return Result(
            "copied",
            format=self.format,
            name=self.safe_name(scope),
            copy=target,
            events=tuple(self.events),
            counts=dict(self.counts),
            special=dict(self.special),
            records=len(self.records),
            searched=report.searched,
            replaced=self.replaced,
        )

    def _edits(self, document: Document, scope: Scope, shard: FindingsShard) -> Iterator[Edit]:
        """Yield the edits of the copy; records are planned one by one, the rest of a document as a whole."""
        whole: list[tuple[Unit, list[Finding]]] = []
        everything: list[Finding] = []
        passed = 0
        for unit in units(document.blocks()):
            found = self._scan(unit)
            located = list(_located(unit, found, 0 if unit.record is not None else passed))
            shard.add(unit, found)
            self._count(found)
            if unit.record is None:
                whole.append((unit, found))
                everything += located
                passed += sum(len(block.text) for block in unit.blocks)
                gather(unit.text, found, self.setup.policy, scope)
            else:
                self.records.add(unit.record)
                self._disclose(located, unit.record, user_of(unit, self.setup.options.column_map))
                yield from self._planned(unit, found, self._scope(unit.record))
        self._disclose(everything, None, None)
        for unit, found in whole:
            yield from self._planned(unit, found, scope)

    def _scan(self, unit: Unit) -> list[Finding]:
        declared = self.submission.role or declared_role(unit, self.setup.options.column_map)
        role: Role | None = declared or role_of_text(unit.text)
        found = self.detector.scan(unit.text, role=role)
        return resolve([*found, *cell_findings(unit, self.setup.options.column_map)])

    def _planned(self, unit: Unit, found: list[Finding], scope: Scope) -> Iterator[Edit]:
        made = plan(unit.text, found, self.setup.policy, scope)
        self.secrets[unit.record] = self.secrets.get(unit.record, frozenset()) | made.values
        self.replaced += len(made.replacements)
        for one in made.replacements:
            text = one.text
            for at, start, end in unit.places(one.start, one.end):
                yield Edit(unit.blocks[at].index, start, end, text)
                text = ""  # a replacement that spans blocks stands in the first of them

    def _disclose(self, found: list[Finding], record: int | None, user: str | None) -> None:
        if any(finding.special_care for finding in found):
            self.events += disclosures(
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
        """Return the copy's relative path with what is personal in it redacted (names of files are text too)."""
        parts = []
        for part in self.submission.relative.split("/"):
            stem, dot, suffix = part.rpartition(".")
            stem, suffix = (stem, dot + suffix) if stem else (part, "")
            plain = stem.replace("_", " ").replace("-", " ")
            found = self.detector.scan(plain)
            parts.append(plan(plain, found, self.setup.policy, scope).apply(plain) if found else stem)
            parts[-1] = _in_place(stem, plain, parts[-1]) + suffix
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


def versions_of(policy: Policy, version: str) -> Versions:
    """Return the versions that a run records with everything it makes."""
    return Versions(hairyo=version, detector=detector_version(), policy=f"policy:{policy.digest[:16]}")
