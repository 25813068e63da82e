"""One unit of text on its own (一単位の処理): what is found in it, and the edits that redact it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hairyo.batch.assemble import Unit
from hairyo.batch.columns import cell_findings, declared_role
from hairyo.detection import Detector, Finding, Role
from hairyo.detection.resolver import resolve
from hairyo.detection.roles import role_of_text
from hairyo.documents import ColumnMap, Edit
from hairyo.redaction import Change, Plan


def findings_of(unit: Unit, detector: Detector, columns: ColumnMap | None, role: Role | None) -> list[Finding]:
    """Return what is found in a unit, by its words, the names of its columns and what is shown; offsets in `unit.text`.

    Args:
        unit: the unit.
        detector: what reads the words.
        columns: what the columns hold, where their names do not tell.
        role: the role that was declared for the whole submission; else the record's own, or what the text tells.
    """
    declared = role or declared_role(unit, columns) or role_of_text(unit.text)
    found = detector.scan(unit.text, role=declared)
    return resolve([*found, *cell_findings(unit, columns), *_shown(unit)])


def _shown(unit: Unit) -> Iterator[Finding]:
    """Yield a finding for every block that is a picture of something and no text."""
    for block, start in zip(unit.blocks, unit.starts, strict=True):
        if block.shows:
            yield Finding(start, start + len(block.text), block.shows, score=1.0, rule="picture")


def edits_of(unit: Unit, made: Plan) -> Iterator[Edit]:
    """Yield the edits of the unit's blocks that a plan of its text asks for."""
    for one in made.replacements:
        text = one.text
        for at, start, end in unit.places(one.start, one.end):
            yield Edit(unit.blocks[at].index, start, end, text)
            text = ""  # a replacement that spans blocks stands in the first of them


def changes_of(unit: Unit, edits: Iterable[Edit]) -> Iterator[Change]:
    """Yield what edits of the unit's blocks change, without its place, for the comparison with the original."""
    texts = {block.index: block.text for block in unit.blocks}
    return (Change(texts[edit.block][edit.start : edit.end], edit.replacement) for edit in edits)
