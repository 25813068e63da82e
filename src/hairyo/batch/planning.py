"""What is found and planned in the units of one submission (判定と計画); no file is read or written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hairyo.batch.assemble import Unit
from hairyo.batch.columns import user_of
from hairyo.batch.findings import rows
from hairyo.batch.parts import Part
from hairyo.batch.records import changes_of, edits_of, findings_of
from hairyo.batch.tasks import Setup, Task
from hairyo.batch.whole_columns import Kinds, completed, kinds_of, sample, sample_units
from hairyo.consent import ConsentEvent, disclosures
from hairyo.detection import Detector, Finding
from hairyo.redaction import Scope, gather, plan

Found = list[Finding]
_MAX_SUFFIX = 12
_MAX_NAME = 240  # bytes of a name that a redaction made longer: systems allow 255, and a number may follow


class Planner:
    """Finds and plans in the units of one submission.

    A table's records are planned one by one; what belongs to no record (a document, a table's header) is planned as a
    whole, for what is redacted at its end may stand at its beginning. Of some rows of a table, a header counts with the
    first rows only, and the blocks' numbers are not known.
    """

    def __init__(self, task: Task, setup: Setup, detector: Detector) -> None:
        self._task, self._submission, self._digest = task, task.submission, task.digest
        self._options, self._policy = setup.options, setup.policy
        self._setup, self._detector = setup, detector
        rows = task.submission.rows
        self._before, self._numbered = (0, True) if rows is None else (rows.start, False)
        self._columns = setup.options.column_map
        self._key = setup.keys.subkey("redaction")
        self._kinds: Kinds | None = None

    def part(self, units: Iterable[Unit]) -> Part:
        """Return what is found in `units`, and the plan of the records among them.

        What the columns of a table hold as a whole is learned from its first part, unless it was learned before.
        """
        part = Part()
        told = self._told(units)
        sheets = kinds_of((unit, found) for unit, found in told if unit.record is None)
        if self._kinds is None:
            self._kinds = kinds_of(sample(told))
        for unit, alone in told:
            found = completed(unit, alone, sheets if unit.record is None else self._kinds)
            if unit.record is not None or not self._before:
                part.rows += rows(unit, found, blocks=self._numbered)
                part.counts.update(one.type for one in found)
                part.special.update(f"{one.type}/{one.subject}/{one.polarity}" for one in found if one.special_care)
            if unit.record is None:
                part.whole.append((unit, found))
            else:
                made = plan(unit.text, found, self._policy, self.scope(unit.record))
                part.records += 1
                part.replaced += len(made.replacements)
                edits = sorted(edits_of(unit, made))
                part.edits += edits
                part.events += self._disclosures(
                    list(_located(unit, found, 0)), unit.record, user_of(unit, self._columns)
                )
                number = unit.record - self._before  # as the copy counts them
                part.add_values(number, made.values)
                part.add_changes(number, tuple(changes_of(unit, edits)))
        return part

    @property
    def learned(self) -> bool:
        """Whether it is known what the columns hold as a whole."""
        return self._kinds is not None

    def learn(self, units: Iterable[Unit]) -> None:
        """Learn what the columns of a table hold as a whole from its beginning, whichever part of it is to be read."""
        self._kinds = kinds_of(sample(self._told(sample_units(units))))

    def _told(self, units: Iterable[Unit]) -> list[tuple[Unit, Found]]:
        role = self._submission.role
        return [(unit, findings_of(unit, self._detector, self._columns, role)) for unit in units]

    def whole(self, units: Sequence[tuple[Unit, Found]], scope: Scope) -> Part:
        """Return the plan of what belongs to no record.

        Args:
            units: with what was found in each.
            scope: that of the whole file, which then knows its values and persons.
        """
        part = Part()
        located: Found = []
        passed = 0
        for unit, found in units:
            located += _located(unit, found, passed)
            passed += sum(len(block.text) for block in unit.blocks)
            gather(unit.text, found, self._policy, scope)
        if not self._before:
            part.events = self._disclosures(located, None, None)
        for unit, found in units:
            made = plan(unit.text, found, self._policy, scope)
            part.replaced += len(made.replacements)
            edits = list(edits_of(unit, made))
            part.edits += edits
            part.whole_changes += changes_of(unit, edits)
        part.edits.sort()
        return part

    def scope(self, record: int | None) -> Scope:
        """Return a new scope for a record, or for the whole file (None)."""
        name = f"{self._digest}/{'' if record is None else record}"
        return Scope(name=name, recipient=self._options.recipient, key=self._key)

    def safe_name(self, scope: Scope | None = None) -> str:
        """Return the copy's relative path with what is personal in it redacted (names of files are text too).

        A part that is not UTF-8 may hold anything and goes whole.

        Args:
            scope: what is known of the document's values and persons, who stand in its name by surname alone.
        """
        scope = scope or Scope(key=self._key)
        parts = []
        for part in self._submission.relative.split("/"):
            stem, suffix = _split(part)
            if not _is_utf8(part):
                parts.append(self._task.neutral_name + (suffix if _is_utf8(suffix) else ""))
                continue
            plain = stem.replace("_", " ").replace("-", " ")
            found = self._detector.scan(plain)
            found += [Finding(one.start, one.end, "PERSON") for one in scope.people.standing_in(plain)]
            made = _in_place(stem, plain, plan(plain, found, self._policy, scope).apply(plain))
            parts.append((made if made == stem else _cut(made, _MAX_NAME - len(suffix.encode()))) + suffix)
        return "/".join(parts)

    def _disclosures(self, found: Found, record: int | None, user: str | None) -> list[ConsentEvent]:
        if not any(finding.special_care for finding in found):
            return []
        return disclosures(
            found,
            keys=self._setup.keys,
            user=user or self._submission.user,
            document_digest=self._digest,
            versions=self._setup.versions,
            record=record,
            channel=self._submission.channel or self._options.channel,
            submitted_at=self._submission.submitted_at,
        )


def _split(name: str) -> tuple[str, str]:
    """Return stem and suffix of a name; what is no plain short word is no suffix: `2026.山田太郎` has none."""
    stem, dot, suffix = name.rpartition(".")
    plain = (suffix.isascii() and suffix.isalnum() and len(suffix) < _MAX_SUFFIX) or not _is_utf8(suffix)
    return (stem, dot + suffix) if stem and plain else (name, "")


def _is_utf8(name: str) -> bool:
    """Whether a file's name is text; of other bytes Python makes lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _cut(name: str, size: int) -> str:
    """Return the beginning of a name that fits into `size` bytes of UTF-8."""
    return name.encode()[: max(size, 1)].decode("utf-8", "ignore")


def _in_place(stem: str, plain: str, made: str) -> str:
    """Return `made`, or the stem as it was where nothing was redacted in it."""
    return stem if made == plain else made.replace(" ", "_").replace("/", "_")


def _located(unit: Unit, found: Found, passed: int) -> Iterator[Finding]:
    """Yield the findings with offsets into the blocks' texts alone, end to end, from `passed` on.

    What a list of persons says of one of them is not said by whoever handed it in: its subject becomes `unknown`.
    """
    before = [passed]
    for block in unit.blocks:
        before.append(before[-1] + len(block.text))
    for finding in found:
        places = list(unit.places(finding.start, finding.end))
        if places:
            at, start, _ = places[0]
            last, _, end = places[-1]
            yield replace(
                finding,
                start=before[at] + start,
                end=before[last] + end,
                cue=None,
                subject="unknown" if unit.blocks[at].listed and finding.subject == "self" else finding.subject,
            )
