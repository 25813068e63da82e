"""What a run and its workers tell each other: the set-up, the steps to do, and what became of them.

A file is done in one step. A large table takes many: one for each of its parts, in which whatever worker is free finds
and plans, and one that writes the copy and checks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hairyo.batch.inputs import Submission
from hairyo.batch.options import RunOptions
from hairyo.batch.parts import new_seal
from hairyo.consent import Keys, Versions
from hairyo.documents import Stamp, shares_of
from hairyo.errors import Words
from hairyo.redaction import Policy


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker of a run is given once.

    Attributes:
        options: the run's.
        policy: of redaction.
        keys: what digests and stand-ins are made with.
        versions: recorded with everything that is made.
        work: the work folder; every task gets a folder of its own in it.
        part_chars: size of a part in characters (`parts.split`).
    """

    options: RunOptions
    policy: Policy
    keys: Keys
    versions: Versions
    work: Path
    part_chars: int


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to be done.

    Attributes:
        submission: the file.
        stamp: its size and time, taken before its digest: a file that has changed since is not the one the digest is
            of; None where it could not be read.
        digest: SHA-256 of its bytes.
        key: what its folder in the work folder is named by.
    """

    submission: Submission
    stamp: Stamp | None
    digest: str
    key: str

    @property
    def neutral_name(self) -> str:
        """A name for an input whose own cannot be shown; the same whatever else there is."""
        return f"input-{self.key[:12]}"

    @property
    def shares(self) -> int:
        """How often it has the time of a file: a large one takes longer, and what hangs is still stopped."""
        return 1 if self.stamp is None else shares_of(self.submission.path, self.stamp.size)


@dataclass(frozen=True, slots=True)
class Step:
    """What a worker is given to do for one submission: all of it, unless a subclass says otherwise.

    Attributes:
        task: the submission.
        seal: the key that its parts are sealed with, the same in all its steps; it exists in memory only.
    """

    task: Task
    seal: bytes = field(default_factory=new_seal, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class PartStep(Step):
    """Find and plan in one part of a table, and put it aside; parts count from 0."""

    number: int


@dataclass(frozen=True, slots=True)
class CopyStep(Step):
    """Write and check the copy of a table of which all parts have been put aside; `parts` is how many."""

    parts: int


@dataclass(frozen=True, slots=True)
class PartDone:
    """What became of a part: it has been put aside, or the table had ended before it (`there` is False)."""

    there: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one submission.

    Attributes:
        outcome: `copied`, `held` or `refused`.
        reason: why there is no copy; "" where there is one. Codes and counts only.
        format: name of the format, "" where unknown.
        name: the input's relative path, with personal names in it redacted.
        converted: what the copy's name ends with in addition, where its format is another (`Document.converted`).
        remarks: what whoever releases the copy should know.
        copy: the finished and checked copy, still in the work folder; None without one.
        events: the shard of consent events to append; None where there is no copy.
        shard: the shard of findings; None where there is no copy.
        disclosures: how many of them are disclosures.
        counts: findings by type.
        special: Article 6 findings by (type, subject, polarity).
        records: table records read; 0 for documents.
        leak_check: what the leak check did (`LeakReport.summary`); None without a copy.
        replaced: places replaced in the copy.
    """

    outcome: str
    reason: str = ""
    detail: Words | None = None
    format: str = ""
    name: str = ""
    converted: str = ""
    remarks: tuple[Words, ...] = ()
    copy: Path | None = None
    events: Path | None = None
    shard: Path | None = None
    disclosures: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)
    records: int = 0
    leak_check: dict[str, int | None] | None = None
    replaced: int = 0
