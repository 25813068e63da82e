"""The ledger's database: tables, connections, and the few things that differ between databases.

SQLAlchemy Core throughout: a further database is one more table of `dialects.toml`, and its driver.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from hairyo.consent.keys import Keys, data_folder
from hairyo.consent.tables import rows
from hairyo.errors import LedgerError, UsageError

SCHEMA_VERSION = 1
BUSY_SECONDS = 60.0
FILE_NAME = "ledger.sqlite3"
_SQLITE = "sqlite"
_BEGIN = "hairyo_begin"  # execution option: the statement that opens a transaction, None for none

_metadata = MetaData()
EVENTS = Table(
    "events",
    _metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("dedup_key", String(64), nullable=False, unique=True),
    Column("principal", String(64), nullable=False, index=True),
    Column("category", String(40), index=True),
    Column("event_time", String(32), nullable=False),
    Column("body", Text, nullable=False),  # the event as canonical JSON: what the chain is made over
    Column("prev_hash", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("seal", String(64), nullable=False),
)
META = Table(
    "ledger_meta",
    _metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(80), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between databases; each attribute is a list of statements, or one.

    Attributes:
        setup: once, before the tables are made.
        connect: on every new connection.
        begin_read: opens a transaction that only reads.
        begin_write: opens one that holds off every other writer, from before it reads the head.
        guards: triggers that keep the events append-only.
    """

    setup: tuple[str, ...]
    connect: tuple[str, ...]
    begin_read: str
    begin_write: str
    guards: tuple[str, ...]


@cache
def _dialects() -> dict[str, Dialect]:
    return {name: Dialect(**row) for name, row in rows("dialects.toml").items()}


@contextmanager
def ledger_errors() -> Iterator[None]:
    """Turn the database's errors into `LedgerError`, without their statements and values."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        name = getattr(cause, "sqlite_errorname", type(cause).__name__)
        raise LedgerError(
            "the ledger cannot be read or written ({name}); check that its disk is not full and nothing "
            "else holds it, then run `hairyo ledger verify`; restore a damaged file from its backup",
            name=name,
        ) from error


class Store:
    """A ledger's database, opened: gives read and write transactions.

    Args:
        url: SQLAlchemy URL, or None for the default SQLite file in the data folder.
        keys: the key that the ledger is, or is to be, bound to.
        create: whether to make the ledger where there is none.

    Raises:
        UsageError: the URL is malformed or of a database that is not supported.
        LedgerError: there is no ledger, it is damaged, of a newer version, or of another key.
    """

    def __init__(self, url: str | None, *, keys: Keys, create: bool) -> None:
        place = _place(url)
        self._file = Path(place.database or "") if place.drivername == _SQLITE else None
        if self._file is not None:
            _make_file(self._file, create=create)
        self._identity = self._identified()
        self._dialect = _dialects()[place.drivername]
        self._engine = _engine(place, self._dialect)
        try:
            with ledger_errors():
                _prepare(self, keys, create=create)
        except LedgerError:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that only reads."""
        with ledger_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that no other writer can share; commits at the end.

        Raises:
            LedgerError: it could not be committed, or the file committed to is no longer the ledger's.
        """
        with ledger_errors(), self._engine.connect() as connection:
            connection = connection.execution_options(**{_BEGIN: self._dialect.begin_write})
            with connection.begin():
                yield connection
        self._check_place()

    def set_up(self, keys: Keys) -> None:
        """Make tables and guards, unless another process was faster."""
        self._run_setup()
        with self.writing() as connection:
            present = inspect(connection).get_table_names()
            if META.name in present:
                return
            if present:
                raise LedgerError("this database holds other tables; give --ledger a database of its own")
            _metadata.create_all(connection, checkfirst=False)
            for guard in self._dialect.guards:
                connection.exec_driver_sql(guard)
            meta = {"schema_version": str(SCHEMA_VERSION), "key_id": keys.id}
            connection.execute(META.insert(), [{"name": name, "value": value} for name, value in meta.items()])

    def _run_setup(self) -> None:
        """Run the set-up statements; SQLite's change to WAL does not wait for others by itself: wait here."""
        deadline = time.monotonic() + BUSY_SECONDS
        for statement in self._dialect.setup:
            while True:
                try:
                    with self._engine.connect().execution_options(**{_BEGIN: None}) as connection:
                        connection.exec_driver_sql(statement)
                    break
                except OperationalError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)

    def _identified(self) -> tuple[int, int] | None:
        """Return what tells the ledger's file from any other; None where there is none."""
        try:
            stat = None if self._file is None else self._file.stat()
        except OSError:
            return None
        return None if stat is None else (stat.st_dev, stat.st_ino)

    def _check_place(self) -> None:
        """Make sure that what was committed can be found again: SQLite writes on into a file that was removed.

        Raises:
            LedgerError: the file was removed or replaced since it was opened.
        """
        if self._identified() != self._identity:
            raise LedgerError(
                "the ledger's file was removed or replaced while it was open; put it back, or restore its backup, "
                "and run again"
            )

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _place(url: str | None) -> URL:
    """Return where the ledger is; a file's path is made absolute, for the working folder may change."""
    if url is None:
        return URL.create(_SQLITE, database=str(data_folder().absolute() / FILE_NAME))
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):  # their messages hold the URL, and so perhaps a password
        raise UsageError("the ledger's URL is malformed; give one such as sqlite:///ledger.sqlite3") from None
    if place.drivername not in _dialects():
        known = ", ".join(_dialects())
        raise UsageError(
            "a ledger cannot be kept in this kind of database; the URL may begin with: {known}", known=known
        )
    if place.drivername != _SQLITE:
        return place
    if not place.database or place.database == ":memory:" or place.query:
        raise UsageError("a ledger needs a file that stays; give a path such as sqlite:///ledger.sqlite3")
    return place.set(database=str(Path(place.database).absolute()))


def _make_file(path: Path, *, create: bool) -> None:
    """Make the database file with mode 0600 before the database does so with a wider one."""
    try:
        if path.exists():
            return
        if not create:
            raise LedgerError("there is no ledger at this place; check --ledger, or HAIRYO_DATA")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise LedgerError("the ledger file cannot be made; check the folder's mode and space") from error


def _engine(place: URL, dialect: Dialect) -> Engine:
    options: dict[str, Any] = {"timeout": BUSY_SECONDS} if place.drivername == _SQLITE else {}
    engine = create_engine(place, hide_parameters=True, connect_args=options)

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver opens no transaction of its own: `begin` below does
        cursor = raw.cursor()
        for statement in dialect.connect:
            cursor.execute(statement)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        statement = connection.get_execution_options().get(_BEGIN, dialect.begin_read)
        if statement is not None:
            connection.exec_driver_sql(statement)

    return engine


def _prepare(store: Store, keys: Keys, *, create: bool) -> None:
    """Make the ledger where there is none, and refuse one that this version or this key cannot serve."""
    with store.reading() as connection:
        present = inspect(connection).get_table_names()
    if META.name not in present:
        if not create:
            raise LedgerError("there is no ledger at this place; check --ledger, or HAIRYO_DATA")
        store.set_up(keys)
    with store.reading() as connection:
        meta = {row.name: row.value for row in connection.execute(select(META))}
    version = meta.get("schema_version", "")
    if not version.isdecimal() or int(version) > SCHEMA_VERSION:
        raise LedgerError("the ledger was made by a newer version of hairyo; upgrade hairyo")
    if meta.get("key_id") != keys.id:
        raise LedgerError("the ledger was made with another key; restore that key file, or set HAIRYO_KEY to it")
