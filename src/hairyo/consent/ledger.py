"""The consent ledger (同意台帳): append-only, hash-chained, without text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from hairyo.consent import chain
from hairyo.consent.chain import EMPTY, Head, Row, VerifyReport
from hairyo.consent.clock import stamp
from hairyo.consent.disclose import principal
from hairyo.consent.events import ConsentEvent
from hairyo.consent.keys import Keys
from hairyo.consent.state import Consent, fold
from hairyo.consent.store import EVENTS, Store

_PAGE = 500  # rows read, or keys asked for, at a time: bounds memory, and stays under SQLite's limit of variables


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the ledger holds it.

    Attributes:
        event: the event; where it had been recorded before, the one of then.
        seq: its number in the chain, from 1.
        prev_hash: hash of the row before it.
        hash: its own.
        new: whether this call recorded it.
    """

    event: ConsentEvent
    seq: int
    prev_hash: str
    hash: str
    new: bool = False

    @property
    def head(self) -> Head:
        """The event as the head it was when it came."""
        return Head(self.seq, self.hash)


class Ledger:
    """A consent ledger, opened. Use it as a context manager; every process opens its own.

    Any number of processes may append at once: each append holds the one write lock from reading the head to
    commit, so that there is one chain without gap or fork.
    """

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    @classmethod
    def open(cls, url: str | None = None, *, keys: Keys, create: bool = True) -> Ledger:
        """Open the ledger at `url`.

        Args:
            url: such as `sqlite:///ledger.sqlite3`; None for the one in the data folder.
            keys: the key; a ledger opens with the key it was made with only.
            create: whether to make the ledger where there is none.

        Raises:
            UsageError: the URL is malformed or of a database that is not supported.
            LedgerError: there is no ledger, it is damaged, of a newer version, or of another key.
        """
        return cls(Store(url, keys=keys, create=create), keys)

    def close(self) -> None:
        """Close the ledger's connections."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, events: Sequence[ConsentEvent]) -> list[Recorded]:
        """Record events, all or none, and return them in the same order as the ledger holds them.

        An event whose `dedup_key` is in the ledger already is not recorded again.

        Raises:
            ValueError: an event was made with another key.
            LedgerError: the ledger cannot be written; nothing was recorded.
            LedgerTampered: its last row, or the earlier record of an event, was changed.
        """
        if any(one.key_id != self._keys.id for one in events):
            raise ValueError("an event was made with another key than the ledger's")
        if not events:
            return []
        with self._store.writing() as connection:
            held = self._held(connection, [one.dedup_key for one in events])
            head, rows = self._head(connection), []
            for event in events:
                if event.dedup_key not in held:
                    row = chain.link(event, head, self._keys)
                    held[event.dedup_key] = Recorded(event, row.seq, row.prev_hash, row.hash, new=True)
                    head = row.head
                    rows.append(row._asdict())
            if rows:
                connection.execute(EVENTS.insert(), rows)
        return [held[one.dedup_key] for one in events]

    def events(
        self, *, user: str | None = None, code: str | None = None, since: datetime | None = None
    ) -> Iterator[Recorded]:
        """Yield recorded events in their order, whatever their number in little memory.

        Args:
            user: only those of this user's submissions.
            code: only those of this sub-code of LAW.md 1.1.
            since: only those made at this moment (aware) or later.

        Raises:
            LedgerError: the ledger cannot be read.
            LedgerTampered: an event on the way was changed.
        """
        wanted: list[ColumnElement[bool]] = []
        if user is not None:
            wanted.append(EVENTS.c.principal == principal(self._keys, user))
        if code is not None:
            wanted.append(EVENTS.c.category == code)
        if since is not None:
            wanted.append(EVENTS.c.event_time >= stamp(since))
        return (self._recorded(row) for row in self._rows(*wanted))

    def state(self, user: str) -> dict[str, Consent]:
        """Return how the user's consent stands, by sub-code; a category that is absent has none."""
        return fold(one.event for one in self.events(user=user))

    def head(self) -> Head:
        """Return the last row's number and hash, to be kept elsewhere as a checkpoint."""
        with self._store.reading() as connection:
            return self._head(connection)

    def holds(self, head: Head) -> bool:
        """Whether the ledger has the event that was its head once; an empty ledger's head is held by all."""
        if head == EMPTY:
            return True
        query = select(func.count()).where(EVENTS.c.seq == head.seq, EVENTS.c.hash == head.hash)
        with self._store.reading() as connection:
            return bool(connection.execute(query).scalar_one())

    def verify(self, expect_head: Head | None = None) -> VerifyReport:
        """Check every row, from the first, and report the first broken place.

        Rows cut off at the end cannot be missed by a chain alone: keep `head()` where the ledger's keeper
        cannot write, and give it as `expect_head`.

        Raises:
            LedgerError: the database is damaged so that it cannot be read.
        """
        return chain.verify(self._rows(), _Table(self._store), self._keys, expect_head)

    def _rows(self, *wanted: ColumnElement[bool]) -> Iterator[Row]:
        """Yield rows by number, a page at a time; no transaction stays open between pages."""
        query = select(EVENTS).where(*wanted).order_by(EVENTS.c.seq).limit(_PAGE)
        after: list[ColumnElement[bool]] = []
        while True:
            with self._store.reading() as connection:
                page = [Row(*row) for row in connection.execute(query.where(*after))]
            yield from page
            if len(page) < _PAGE:
                return
            after = [EVENTS.c.seq > page[-1].seq]

    def _held(self, connection: Connection, keys: Sequence[str]) -> dict[str, Recorded]:
        """Return what the ledger holds already, by dedup key."""
        found: dict[str, Recorded] = {}
        for start in range(0, len(keys), _PAGE):
            query = select(EVENTS).where(EVENTS.c.dedup_key.in_(keys[start : start + _PAGE]))
            rows = [Row(*row) for row in connection.execute(query)]
            found |= {row.dedup_key: self._recorded(row) for row in rows}
        return found

    def _head(self, connection: Connection) -> Head:
        """Return the head; a head that was changed is not built upon."""
        row = connection.execute(select(EVENTS).order_by(EVENTS.c.seq.desc()).limit(1)).first()
        if row is None:
            return EMPTY
        last = Row(*row)
        chain.read(last, self._keys)
        return last.head

    def _recorded(self, row: Row) -> Recorded:
        return Recorded(chain.read(row, self._keys), row.seq, row.prev_hash, row.hash)


class _Table:
    """Answers `chain.Lookup` from the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def has_hash(self, digest: str) -> bool:
        return self._any(EVENTS.c.hash == digest)

    def passed_by(self, row: Row, head: Head) -> bool:
        later = EVENTS.c.seq > row.seq
        return not self._any(later) or self._any(later, EVENTS.c.prev_hash == head.hash)

    def _any(self, *wanted: ColumnElement[bool]) -> bool:
        with self._store.reading() as connection:
            return bool(connection.execute(select(func.count()).where(*wanted)).scalar_one())
