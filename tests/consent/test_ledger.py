from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairyo.consent import Head, Keys, Ledger, clock
from hairyo.consent.chain import EMPTY
from hairyo.errors import LedgerError, UsageError


def path_of(url):
    return Path(url.removeprefix("sqlite:///"))


def test_an_empty_ledger_verifies(ledger):
    assert ledger.head() == EMPTY
    assert ledger.verify().ok
    assert list(ledger.events()) == []
    assert ledger.append([]) == []
    assert ledger.state("user-0001") == {}


def test_events_are_chained_in_their_order(ledger, many):
    events = many(3)
    held = ledger.append(events[:2]) + ledger.append(events[2:])
    assert [one.event for one in held] == events == [one.event for one in ledger.events()]
    assert [one.seq for one in held] == [1, 2, 3]
    assert [one.prev_hash for one in held] == [EMPTY.hash, held[0].hash, held[1].hash]
    assert ledger.head() == Head(3, held[2].hash)
    assert ledger.verify(expect_head=Head(2, held[1].hash)).ok


def test_the_same_disclosure_is_recorded_once(ledger, many):
    first = ledger.append(many(3))
    again = ledger.append(many(4))  # a second run: new event ids and times, one finding more
    assert [one.new for one in first] == [True, True, True]
    assert [one.new for one in again] == [False, False, False, True]
    assert [one.event for one in again[:3]] == [one.event for one in first]
    assert ledger.head().seq == 4
    assert ledger.verify().checked == 4


def test_a_batch_that_holds_an_event_twice(ledger, many):
    one, other = ledger.append(many(1) + many(1))
    assert one == other
    assert ledger.head().seq == 1


def test_all_or_nothing(ledger, many, disclose, finding):
    foreign = disclose(finding(500), keys=Keys(b"another key another key another k"))
    with pytest.raises(ValueError, match="another key"):
        ledger.append(many(2) + foreign)
    assert ledger.head() == EMPTY


def test_reading_by_user_code_and_time(ledger, disclose, finding):
    moment = clock.now()
    ledger.append(disclose(finding(), now=moment))
    ledger.append(disclose(finding(type="RELIGION", item=1), user="user-0002", now=moment + timedelta(seconds=1)))
    ledger.append(disclose(finding(subject="family"), now=moment + timedelta(seconds=2)))

    def seqs(**wanted):
        return [one.seq for one in ledger.events(**wanted)]

    assert seqs(user="user-0001") == [1, 3]
    assert seqs(user="USER-0001") == []
    assert seqs(code="A6_1_RELIGION") == [2]
    assert seqs(since=moment + timedelta(seconds=1)) == [2, 3]
    assert seqs(user="user-0002", code="A6_5_DISEASE") == []


def test_more_than_a_page(ledger, many):
    ledger.append(many(1203))
    assert [one.seq for one in ledger.events(user="user-0001")] == list(range(1, 1204))
    assert ledger.verify().checked == 1203
    assert not any(one.new for one in ledger.append(many(1203)))


def test_appending_while_reading(ledger, many):
    ledger.append(many(600))
    seen = 0
    for one in ledger.events():
        seen = one.seq
        if seen == 10:
            ledger.append(many(700))
    assert seen == 700


def test_state_is_a_fold_by_category(ledger, disclose, finding):
    first = clock.now()
    ledger.append(disclose(finding(), finding(30, type="RELIGION", item=1, polarity="negated"), now=first))
    ledger.append(disclose(finding(50), finding(70, type="UNION", item=3, subject="family")))
    ledger.append(disclose(finding(90, type="UNION", item=3), user="user-0002"))
    state = ledger.state("user-0001")
    assert set(state) == {"A6_5_DISEASE"}
    held = state["A6_5_DISEASE"]
    assert (held.state, held.strength, held.notice_version) == ("GIVEN", "T1", "2018-09-01")
    assert held.given_at == first


@given(cuts=st.lists(st.integers(0, 12), max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_however_cut_into_batches_each_is_recorded_once(tmp_path_factory, keys, many, cuts):
    place = tmp_path_factory.mktemp("cut") / "ledger.sqlite3"
    with Ledger.open(f"sqlite:///{place}", keys=keys) as ledger:
        for cut in [*cuts, 12]:
            ledger.append(many(cut))
        assert [one.event.span_start for one in ledger.events()] == [10 * n for n in range(12)]
        assert ledger.verify().checked == 12


def test_reopening(url, keys, many):
    with Ledger.open(url, keys=keys) as ledger:
        ledger.append(many(2))
    with Ledger.open(url, keys=keys, create=False) as ledger:
        assert ledger.verify().checked == 2
    assert path_of(url).stat().st_mode & 0o777 == 0o600


def test_default_place_is_the_data_folder(monkeypatch, tmp_path, keys):
    monkeypatch.setenv("HAIRYO_DATA", str(tmp_path / "data"))
    Ledger.open(keys=keys).close()
    assert (tmp_path / "data" / "ledger.sqlite3").exists()


def test_the_working_folder_may_change(monkeypatch, tmp_path, keys, many):
    monkeypatch.chdir(tmp_path)
    with Ledger.open("sqlite:///here.sqlite3", keys=keys) as ledger:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        ledger.append(many(1))
    assert (tmp_path / "here.sqlite3").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_file_is_a_wal_database(ledger, url):
    raw = sqlite3.connect(path_of(url))
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = '{}'",
        "UPDATE events SET seq = seq + 10",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 2",
        "REPLACE INTO events SELECT 3, event_id, dedup_key, principal, category, event_time, body, "
        "(SELECT hash FROM events WHERE seq = 2), 'x', seal FROM events WHERE seq = 1",
        "INSERT INTO events SELECT 3, 'x', 'x', principal, category, event_time, body, prev_hash, 'x', seal "
        "FROM events WHERE seq = 2",
        "INSERT INTO events SELECT 4, 'x', 'x', principal, category, event_time, body, hash, 'x', seal "
        "FROM events WHERE seq = 2",
    ],
)
def test_sql_can_neither_change_nor_fork_it(ledger, url, many, statement):
    ledger.append(many(2))
    raw = sqlite3.connect(path_of(url))
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|head only"):
        raw.execute(statement)
    raw.close()
    assert ledger.verify().checked == 2


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_ledger(url, keys, content):
    path_of(url).write_bytes(content)
    with pytest.raises(LedgerError):
        Ledger.open(url, keys=keys)
    assert path_of(url).read_bytes() == content


def test_a_database_of_something_else(url, keys):
    raw = sqlite3.connect(path_of(url))
    raw.execute("CREATE TABLE customers (name TEXT)")
    raw.close()
    with pytest.raises(LedgerError, match="other tables"):
        Ledger.open(url, keys=keys)


def test_a_damaged_ledger(url, keys, many):
    with Ledger.open(url, keys=keys) as ledger:
        ledger.append(many(300))
    raw = bytearray(path_of(url).read_bytes())
    raw[len(raw) // 3 :] = b"\xa5" * (len(raw) - len(raw) // 3)
    path_of(url).write_bytes(raw)
    with pytest.raises(LedgerError), Ledger.open(url, keys=keys) as ledger:
        ledger.verify()


def test_a_truncated_file(url, keys, many):
    with Ledger.open(url, keys=keys) as ledger:
        ledger.append(many(300))
    raw = path_of(url).read_bytes()
    path_of(url).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(LedgerError), Ledger.open(url, keys=keys) as ledger:
        ledger.verify()


@pytest.mark.parametrize("value", ["2", "99", "", "new"])
def test_a_ledger_of_a_newer_version(url, keys, value):
    Ledger.open(url, keys=keys).close()
    raw = sqlite3.connect(path_of(url))
    raw.execute("UPDATE ledger_meta SET value = ? WHERE name = 'schema_version'", (value,))
    raw.commit()
    raw.close()
    with pytest.raises(LedgerError, match="upgrade"):
        Ledger.open(url, keys=keys)


def test_a_ledger_of_another_key(url, keys):
    Ledger.open(url, keys=keys).close()
    with pytest.raises(LedgerError, match="another key"):
        Ledger.open(url, keys=Keys(b"another key another key another k"))


@pytest.mark.parametrize("prepare", [lambda path: None, lambda path: path.write_bytes(b"")])
def test_no_ledger_is_made_unasked(url, keys, prepare):
    prepare(path_of(url))
    before = list(path_of(url).parent.iterdir())
    with pytest.raises(LedgerError, match="no ledger"):
        Ledger.open(url, keys=keys, create=False)
    assert list(path_of(url).parent.iterdir()) == before


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ledger.sqlite3",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=ro&uri=true",
        "sqlite+aiosqlite:///x",
        "sqlite+pysqlcipher:///x",
        "postgresql://clerk:s3cret@db.example.jp/consent",
        "postgresql://clerk:s3cret@db.example.jp:port/consent",
        "mystery://x",
        "\0",
    ],
)
def test_wrong_urls_are_refused_without_showing_them(keys, wrong):
    with pytest.raises(UsageError) as caught:
        Ledger.open(wrong, keys=keys)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", ["no\0name", "a-file/ledger.sqlite3", "."])
def test_places_where_no_file_can_be(tmp_path, keys, name):
    (tmp_path / "a-file").write_text("")
    with pytest.raises(LedgerError):
        Ledger.open(f"sqlite:///{tmp_path}/{name}", keys=keys)


@pytest.mark.parametrize(
    "wrong", ["", "1", "1:abc", "x:" + "0" * 64, "１:" + "0" * 64, "1:" + "G" * 64, "-1:" + "0" * 64]
)
def test_heads_that_are_none(wrong):
    with pytest.raises(UsageError, match="SEQ:HASH"):
        Head.parse(wrong)


def test_head_as_text_and_back():
    head = Head(7, "0123456789abcdef" * 4)
    assert Head.parse(f" {head}\n") == head


def test_a_ledger_knows_its_earlier_heads(ledger, many):
    held = ledger.append(many(3))
    assert all(ledger.holds(one) for one in (EMPTY, *(row.head for row in held)))
    assert not ledger.holds(Head(2, held[0].hash))
    assert not ledger.holds(Head(4, held[2].hash))


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_gone_is_not_written_to(url, keys, many, replaced):
    events = many(2)
    with Ledger.open(url, keys=keys) as ledger:
        ledger.append(events[:1])
        path_of(url).unlink()
        if replaced:
            path_of(url).touch()
        with pytest.raises(LedgerError, match="removed or replaced while it was open"):
            ledger.append(events[1:])
