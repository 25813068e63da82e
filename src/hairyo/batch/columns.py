"""What a column's name says of its cells (列名による判定): the whole cell is then a finding."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from hairyo.batch.assemble import Unit
from hairyo.detection import Finding, Role, Subject
from hairyo.documents import Block, ColumnMap


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "columns.toml").read_text(encoding="utf-8"))


@cache
def guess(field: str) -> str | None:
    """Return the role that a column's name alone tells (`name`, `user`, ...), or None."""
    plain = "".join(unicodedata.normalize("NFKC", field.rsplit(".", 1)[-1]).lower().split())
    return next((role for role, known in _table().items() if role != "types" and plain in known), None)


def role_of(block: Block, given: Mapping[str, str]) -> str | None:
    """Return the role of a table cell, or of an answer in a form: by the column map first, else by its field's name."""
    if block.field is None:
        return None
    return given.get(block.field) or guess(block.field)


def cell_findings(unit: Unit, columns: ColumnMap | None) -> Iterator[Finding]:
    """Yield a finding for every cell whose column says what it holds; offsets in `unit.text`."""
    given = {} if columns is None else columns.roles
    for block, start in zip(unit.blocks, unit.starts, strict=True):
        type_ = _table()["types"].get(role_of(block, given))
        value = block.text.strip()
        if type_ is not None and value:
            at = start + block.text.index(value)
            subject: Subject | None = "self" if type_ == "PERSON" else None
            yield Finding(at, at + len(value), type_, score=1.0, rule="column.role", subject=subject)


def user_of(unit: Unit, columns: ColumnMap | None) -> str | None:
    """Return the user's id of a table record, or None where no column holds one."""
    return _cell(unit, columns, "user")


def declared_role(unit: Unit, columns: ColumnMap | None) -> Role | None:
    """Return the role that a table record declares for itself in its `role` column, or None."""
    value = _cell(unit, columns, "role")
    return next((role for role in get_args(Role) if role == value), None)


def _cell(unit: Unit, columns: ColumnMap | None, role: str) -> str | None:
    """Return what a record's column of `role` holds, or None."""
    given = {} if columns is None else columns.roles
    for block in unit.blocks if unit.record is not None else ():  # a sheet is no record, but a list or a form
        if role_of(block, given) == role and block.text.strip():
            return block.text.strip()
    return None
