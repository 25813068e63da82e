from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from hairyo.consent import Head, Keys, Ledger
from hairyo.consent.chain import link
from hairyo.consent.events import canonical
from hairyo.errors import LedgerTampered

NAMES = "seq, event_id, dedup_key, principal, category, event_time, body, prev_hash, hash, seal"


class Intruder:
    """Somebody with the database file, but without the key: takes the guards off and writes what he likes."""

    def __init__(self, raw):
        self.raw = raw
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("CREATE TABLE plain AS SELECT * FROM events")
        raw.execute("DROP TABLE events")
        raw.execute("ALTER TABLE plain RENAME TO events")

    def run(self, statement, *values):
        self.raw.execute(statement, values)
        self.raw.commit()

    def rows(self):
        return self.raw.execute(f"SELECT {NAMES} FROM events ORDER BY seq").fetchall()

    def edit(self, seq, change):
        body = json.loads(self.rows()[seq - 1][6])
        change(body)
        self.run("UPDATE events SET body = ? WHERE seq = ?", canonical(body), seq)

    def insert(self, row):
        self.run(f"INSERT INTO events ({NAMES}) VALUES ({', '.join('?' * 10)})", *row)


@pytest.fixture
def filled(ledger, many):
    ledger.append(many(5))
    return ledger


@pytest.fixture
def intruder(filled, url):
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        yield Intruder(raw)


def broken(ledger, expect=None):
    report = ledger.verify(expect_head=expect)
    assert report.ok == (report.problem is None)
    return report.problem and (report.problem.seq, report.problem.kind)


def test_the_intruder_alone_changes_nothing(filled, intruder):
    assert broken(filled) is None


@pytest.mark.parametrize("seq", [1, 3, 5])
@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(category="A6_1_RELIGION"),
        lambda body: body.update(strength="T4"),
        lambda body: body.update(event_time="2020-01-01T00:00:00.000000+09:00"),
        lambda body: body.update(more="x"),
        lambda body: body.pop("purposes"),
    ],
)
def test_changed_content(filled, intruder, seq, change):
    intruder.edit(seq, change)
    assert broken(filled) == (seq, "tampered")


@pytest.mark.parametrize("value", ["", "{", "[]", "null", "1", '"x"', "[" * 100_000, "{}", "\0"])
def test_content_that_is_no_event(filled, intruder, value):
    intruder.run("UPDATE events SET body = ? WHERE seq = 2", value)
    assert broken(filled) == (2, "tampered")


def test_same_content_written_otherwise(filled, intruder):
    intruder.run("UPDATE events SET body = ' ' || body WHERE seq = 2")
    assert broken(filled) == (2, "tampered")


@pytest.mark.parametrize("column", ["event_id", "dedup_key", "principal", "category", "event_time", "hash", "seal"])
@pytest.mark.parametrize("value", ["0" * 64, "", None, b"\xff", 7])
def test_changed_columns(filled, intruder, column, value):
    intruder.run(f"UPDATE events SET {column} = ? WHERE seq = 3", value)
    assert broken(filled) == (3, "tampered")


def test_changed_link(filled, intruder):
    intruder.run("UPDATE events SET prev_hash = hash WHERE seq = 3")
    assert broken(filled) == (3, "tampered")


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_deleted(filled, intruder, seq):
    intruder.run("DELETE FROM events WHERE seq = ?", seq)
    assert broken(filled) == (seq, "deleted")


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_deleted_and_renumbered(filled, intruder, seq):
    intruder.run("DELETE FROM events WHERE seq = ?", seq)
    intruder.run("UPDATE events SET seq = seq - 1 WHERE seq > ?", seq)
    assert broken(filled) == (seq, "deleted")


def test_swapped(filled, intruder):
    intruder.run("UPDATE events SET seq = CASE seq WHEN 2 THEN 4 ELSE 2 END WHERE seq IN (2, 4)")
    assert broken(filled) == (2, "reordered")


def test_moved_to_the_end(filled, intruder):
    intruder.run("UPDATE events SET seq = 6 WHERE seq = 2")
    assert broken(filled) == (2, "reordered")


def test_renumbered(filled, intruder):
    intruder.run("UPDATE events SET seq = seq + 1")
    assert broken(filled) == (1, "reordered")


def test_copied(filled, intruder):
    intruder.insert((6, *intruder.rows()[1][1:]))
    assert broken(filled) == (6, "reordered")


@pytest.fixture
def forged(disclose, finding):
    """Return a maker of rows that are right in all but the key."""
    false = Keys(b"a key that the intruder made up!!")
    event = disclose(finding(900), keys=false)[0]
    return lambda head: link(event, head, false)


def test_forged_at_the_end(filled, intruder, forged):
    intruder.insert(forged(filled.head()))
    assert broken(filled) == (6, "inserted")


def test_forged_in_the_middle(filled, intruder, forged):
    before = Head(2, intruder.rows()[1][8])
    intruder.run("UPDATE events SET seq = seq + 1 WHERE seq > 2")
    intruder.insert(forged(before))
    assert broken(filled) == (3, "inserted")


def test_forged_in_place_of_a_row(filled, intruder, forged):
    before = Head(2, intruder.rows()[1][8])
    intruder.run("DELETE FROM events WHERE seq = 3")
    intruder.insert(forged(before))
    assert broken(filled) == (3, "tampered")


def test_the_whole_chain_worked_out_anew(filled, intruder, many):
    """Without the key, a chain that hashes well all through is still found out by its seals."""
    false = Keys(b"a key that the intruder made up!!")
    head = Head(0, "0" * 64)
    intruder.run("DELETE FROM events")
    for event in many(5):
        row = link(event, head, false)
        intruder.insert(row)
        head = row.head
    assert broken(filled) == (1, "tampered")


def test_a_tail_cut_off_shows_by_a_head_kept_elsewhere_only(filled, intruder):
    kept = filled.head()
    intruder.run("DELETE FROM events WHERE seq > 3")
    assert broken(filled) is None
    assert broken(filled, kept) == (4, "truncated")


def test_an_emptied_ledger(filled, intruder):
    kept = filled.head()
    intruder.run("DELETE FROM events")
    assert broken(filled) is None
    assert broken(filled, kept) == (1, "truncated")


def test_another_history_of_the_same_key(filled, tmp_path, keys, many):
    with Ledger.open(f"sqlite:///{tmp_path / 'other.sqlite3'}", keys=keys) as other:
        other.append(many(7)[2:])
        assert broken(other, filled.head()) == (5, "rewritten")


def test_an_older_head_still_holds(filled, many):
    kept = filled.head()
    filled.append(many(9))
    assert broken(filled, kept) is None
    assert broken(filled, filled.head()) is None
    assert broken(filled, Head(0, "0" * 64)) is None


def test_reading_stops_at_a_changed_event(filled, intruder):
    intruder.edit(3, lambda body: body.update(category="A6_1_RELIGION"))
    with pytest.raises(LedgerTampered, match="event 3"):
        list(filled.events(user="user-0001"))
    with pytest.raises(LedgerTampered, match="event 3"):
        filled.state("user-0001")


def test_nothing_is_built_on_a_changed_head(filled, intruder, many):
    intruder.edit(5, lambda body: body.update(category="A6_1_RELIGION"))
    with pytest.raises(LedgerTampered, match="event 5"):
        filled.append(many(8)[7:])
    with pytest.raises(LedgerTampered, match="event 5"):
        filled.head()
    assert len(intruder.rows()) == 5


def test_the_report_counts_what_is_whole(filled, intruder):
    fourth = Head(*intruder.rows()[3][0:9:8])
    intruder.run("DELETE FROM events WHERE seq = 5")
    report = filled.verify()
    assert (report.ok, report.checked, report.head) == (True, 4, fourth)
