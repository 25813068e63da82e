"""What a worker puts aside: readable by itself alone, in order, and without growing in memory."""

from __future__ import annotations

import tracemalloc
from contextlib import closing

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from hairyo.batch.spool import Secrets, Spool
from hairyo.redaction import Secret

NAME = Secret("山田太郎", "PERSON")


@pytest.fixture
def spool(tmp_path):
    with closing(Spool(tmp_path)) as made:
        yield made


@given(values=st.lists(st.lists(st.text(max_size=5), max_size=3), max_size=20))
def test_what_is_put_aside_comes_back_in_order_and_by_place(tmp_path_factory, values):
    with closing(Spool(tmp_path_factory.getbasetemp())) as spool:
        places = [spool.add(value) for value in values]
        assert list(spool) == values
        assert [spool.get(place) for place in reversed(places)] == values[::-1]


def test_nothing_readable_and_no_name_is_on_disk(spool, tmp_path):
    spool.add(NAME.value)
    assert not any(tmp_path.iterdir())
    spool._file.seek(0)
    raw = spool._file.read()
    assert raw
    assert NAME.value.encode() not in raw


def test_a_changed_entry_is_not_taken(spool):
    place = spool.add([NAME.value])
    spool._file.seek(place + 6)
    spool._file.write(b"\0\0")
    with pytest.raises(InvalidTag):
        spool.get(place)


def test_secrets_are_told_by_record(spool):
    secrets = Secrets(spool)
    for record, values in [(2, [NAME]), (3, []), (7, [NAME, Secret("林", "PERSON")]), (None, [NAME])]:
        secrets.add(record, values)
    assert {record: sorted(values) for record, values in secrets.items()} == {
        None: [NAME],
        2: [NAME],
        7: [NAME, Secret("林", "PERSON")],
    }
    assert len(secrets) == 3
    for absent in (1, 3, 8):
        assert absent not in secrets
        assert secrets.get(absent, ()) == ()


def test_the_file_as_a_whole_has_no_entry_without_values(spool):
    secrets = Secrets(spool)
    assert list(secrets) == []
    assert None not in secrets
    with pytest.raises(KeyError):
        secrets[None]


def test_records_out_of_order_are_refused_without_naming_a_value(spool):
    secrets = Secrets(spool)
    secrets.add(5, [NAME])
    for record in (5, 4):
        with pytest.raises(ValueError, match=f"record {record} comes after record 5") as caught:
            secrets.add(record, [NAME])
        assert NAME.value not in str(caught.value)


def test_memory_does_not_grow_with_the_values(spool):
    secrets = Secrets(spool)
    tracemalloc.start()
    for record in range(1, 5_001):
        secrets.add(record, [Secret("あ" * 300, "HEALTH")])
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 400_000  # the values themselves are 3 MB
