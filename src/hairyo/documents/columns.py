"""Which columns of a table hold what (列の対応): the column map of contract 2.

The map tells roles only. Every cell is read whatever the map says, so that a column which nobody named
cannot slip through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from hairyo.errors import UsageError

_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Column or key names by role; None or () where the table has no such column.

    Attributes:
        text: free text (自己PR, 備考).
        user: the user's id (会員ID).
        name: a person's name (氏名).
        kana: its reading (フリガナ).
        birth: date of birth (生年月日).
        address: address (住所).
        phone: telephone number (電話番号).
        email: e-mail address.
        role: the declared role of the submission (profile, referral, form, transcript).
        header: whether the first row of a CSV or TSV file names the columns. Without a header row the
            columns are called `column 1`, `column 2` and so on.
    """

    text: tuple[str, ...] = ()
    user: str | None = None
    name: str | None = None
    kana: str | None = None
    birth: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    role: str | None = None
    header: bool = True

    @classmethod
    def parse(cls, words: str) -> ColumnMap:
        """Return the map written as `text=自己PR,text=備考,user=会員ID,header=no`.

        Raises:
            UsageError: an item has no `=`, an unknown or repeated role, or an empty column name.
        """
        values: dict[str, str] = {}
        texts: list[str] = []
        for number, item in enumerate(words.split(","), start=1):
            role, equals, column = (part.strip() for part in item.partition("="))
            if not equals or not column or role not in _ROLES:
                raise UsageError(
                    "item {number} of the column map is not ROLE=COLUMN; roles are {names}",
                    number=number,
                    names=", ".join(_ROLES),
                )
            if role == "text":
                texts.append(column)
            elif role in values:
                raise UsageError("the column map gives role '{role}' twice; only 'text' may be repeated", role=role)
            else:
                values[role] = column
        header = values.pop("header", "yes").lower()
        if header not in _YES_NO:
            raise UsageError("the column map's 'header' is neither yes nor no; write header=yes or header=no")
        return cls(text=tuple(texts), header=_YES_NO[header], **values)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield (role, column) for every column the map names."""
        for column in self.text:
            yield "text", column
        for role in _ROLES:
            column = getattr(self, role)
            if role not in ("text", "header") and column is not None:
                yield role, column

    @property
    def roles(self) -> Mapping[str, str]:
        """Role by column name, for looking up `Block.field`."""
        return MappingProxyType({column: role for role, column in self.pairs()})

    def check(self, names: Collection[str]) -> None:
        """Make sure that every column named is among `names`.

        Raises:
            UsageError: one is missing. The message names its role, and no column: in a table without
                a header row the first row is a person's.
        """
        for role, column in self.pairs():
            if column not in names:
                raise UsageError(
                    "the column map's role '{role}' names a column that is not among the {count} columns of the "
                    "table; check its spelling and whether the table has a header row",
                    role=role,
                    count=len(names),
                )


_ROLES = tuple(field.name for field in fields(ColumnMap))
