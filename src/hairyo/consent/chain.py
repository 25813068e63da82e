"""The hash chain (ハッシュ連鎖) of the ledger: how a row is linked, and how a broken link is found and named.

A row's `hash` is the SHA-256 over the canonical JSON of its event and the hash of the row before it. Its
`seal` is an HMAC of that hash: who has the database but not the key can neither add a row nor work the chain
out anew. Rows cut off at the end leave a whole chain; only a head kept elsewhere (`Head`) shows that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from hairyo.consent.events import ConsentEvent, canonical
from hairyo.consent.keys import Keys
from hairyo.errors import LedgerTampered, UsageError

Break = Literal["tampered", "deleted", "reordered", "inserted", "truncated", "rewritten"]


class Head(NamedTuple):
    """The last row of a ledger: its number (0 where empty) and hash. Kept elsewhere, it is a checkpoint."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Return the head written as `SEQ:HASH`.

        Raises:
            UsageError: it is not so written.
        """
        seq, _, digest = text.strip().partition(":")
        if not (seq.isascii() and seq.isdecimal() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
            raise UsageError("a head is written SEQ:HASH, as `hairyo ledger head` prints it")
        return cls(int(seq), digest)


EMPTY = Head(0, "0" * 64)


class Row(NamedTuple):
    """A row of the table `events`, in the order of its columns."""

    seq: int
    event_id: str
    dedup_key: str
    principal: str
    category: str | None
    event_time: str
    body: str
    prev_hash: str
    hash: str
    seal: str

    @property
    def head(self) -> Head:
        """The row as the head it was when it came."""
        return Head(self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class Problem:
    """The first broken place of a chain.

    Attributes:
        seq: number of the row that is wrong or missing.
        kind: `tampered` (its content was changed), `deleted` (the row of this number is gone), `reordered` (a
            row of this ledger stands in the wrong place), `inserted` (a row that the key's owner did not
            write), `truncated` (rows from here on to the expected head are gone), `rewritten` (the row of the
            expected head's number is another).
    """

    seq: int
    kind: Break


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a verification found: how many rows from the first on are whole, their head, the first problem."""

    checked: int
    head: Head
    problem: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether the chain verifies."""
        return self.problem is None


class Lookup(Protocol):
    """What naming a break needs to know of the rest of the table."""

    def has_hash(self, digest: str) -> bool:
        """Whether any row has this hash."""
        ...

    def passed_by(self, row: Row, head: Head) -> bool:
        """Whether `row` is the last one, or a later row than it follows on `head`."""
        ...


def link(event: ConsentEvent, head: Head, keys: Keys) -> Row:
    """Return the row that puts `event` after `head`."""
    body = event.to_json()
    digest = _digest(body, head.hash)
    columns = {name: body[name] for name in _COPIED}
    seal = keys.mac("seal", digest)
    return Row(seq=head.seq + 1, **columns, body=canonical(body), prev_hash=head.hash, hash=digest, seal=seal)


def read(row: Row, keys: Keys) -> ConsentEvent:
    """Return the event of a row.

    Raises:
        LedgerTampered: the row is not as it was written.
    """
    if _sealed(row, keys) and _intact(row):
        try:
            return ConsentEvent.from_json(json.loads(row.body))
        except ValueError as error:
            raise LedgerTampered("event {seq} of the ledger cannot be read; upgrade hairyo", seq=row.seq) from error
    raise LedgerTampered(
        "event {seq} of the ledger was changed; run `hairyo ledger verify`, restore the backup", seq=row.seq
    )


def verify(rows: Iterable[Row], lookup: Lookup, keys: Keys, expect: Head | None = None) -> VerifyReport:
    """Walk all rows in order and report the first broken place.

    Args:
        rows: every row by ascending number.
        lookup: answers about the rest of the table, asked only once something is wrong.
        keys: the ledger's key.
        expect: a head seen earlier and kept elsewhere; the chain must still hold it.
    """
    head = EMPTY
    for row in rows:
        kind = _break(row, head, lookup, keys)
        if kind is not None:
            return VerifyReport(head.seq, head, Problem(head.seq + 1, kind))
        head = row.head
        if expect is not None and row.seq == expect.seq and row.hash != expect.hash:
            return VerifyReport(head.seq, head, Problem(row.seq, "rewritten"))
    if expect is not None and expect.seq > head.seq:
        return VerifyReport(head.seq, head, Problem(head.seq + 1, "truncated"))
    return VerifyReport(head.seq, head)


def _break(row: Row, head: Head, lookup: Lookup, keys: Keys) -> Break | None:
    """Name what is wrong with `row` as the follower of `head`, if anything is."""
    if not _sealed(row, keys):
        return "inserted" if lookup.passed_by(row, head) else "tampered"
    if not _intact(row):
        return "tampered"
    if row.prev_hash != head.hash:
        return "reordered" if lookup.has_hash(row.prev_hash) else "deleted"
    return None if row.seq == head.seq + 1 else "reordered"


_COPIED = (
    "event_id",
    "dedup_key",
    "principal",
    "category",
    "event_time",
)  # columns to search by, out of the body


def _digest(body: dict[str, Any], prev_hash: str) -> str:
    return hashlib.sha256(canonical(body | {"prev_hash": prev_hash}).encode("utf-8", "surrogatepass")).hexdigest()


def _sealed(row: Row, keys: Keys) -> bool:
    """Whether the row's hash was sealed with the key; a database may hand out any type of value."""
    seal = str(row.seal).encode("utf-8", "replace")
    return hmac.compare_digest(keys.mac("seal", str(row.hash)).encode("ascii"), seal)


def _intact(row: Row) -> bool:
    """Whether the row's hash, body and search columns agree."""
    try:
        body = json.loads(row.body)
        same = isinstance(body, dict) and canonical(body) == row.body and _digest(body, row.prev_hash) == row.hash
    except (TypeError, ValueError, RecursionError):
        return False
    return same and all(body.get(name) == getattr(row, name) for name in _COPIED)
