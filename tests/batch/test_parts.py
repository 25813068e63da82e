"""Parts: the same whoever reads the file, readable by nobody else, in order, and without growing in memory."""

from __future__ import annotations

import tracemalloc

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from hairyo.batch.assemble import Unit
from hairyo.batch.parts import Part, Parts, Secrets, new_seal, split
from hairyo.errors import OutputError
from hairyo.redaction import Secret

NAME = Secret("山田太郎", "PERSON")


@pytest.fixture
def parts(tmp_path):
    return Parts(tmp_path, new_seal())


def unit(text, record):
    return Unit(text, (), (), record)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(0, 3), st.integers(1, 40))
def test_parts_hold_every_record_once_and_end_as_soon_as_they_are_full(lengths, headers, size):
    units = [unit("あ" * 5, None)] * headers + [unit("あ" * n, at) for at, n in enumerate(lengths, 1)]
    made = list(split(units, size))
    assert [one for part in made for one in part] == units
    for part in made[:-1]:
        assert sum(len(one.text) for one in part) >= size
        assert part[-1].record is not None
        assert sum(len(one.text) for one in part[:-1]) < size or part[-2].record is None


def test_a_document_without_records_is_one_part():
    assert len(list(split([unit("長い文。" * 100, None)] * 3, 10))) == 1
    assert list(split([], 10)) == []


def test_what_is_put_aside_comes_back_by_number_and_in_order(parts):
    for number in (2, 0, 1):
        parts.put(number, Part(records=number))
    assert [one.records for one in parts] == [0, 1, 2]
    assert parts[1].records == 1


def test_nothing_readable_is_on_disk(parts, tmp_path):
    parts.put(0, Part(values={2: [NAME]}))
    (path,) = tmp_path.iterdir()
    assert NAME.value.encode() not in path.read_bytes()
    with pytest.raises(InvalidTag):
        Parts(tmp_path, new_seal())[0]


def test_a_part_that_was_changed_exchanged_or_lost_is_not_taken(parts, tmp_path):
    for number in range(3):
        parts.put(number, Part(records=number))
    (tmp_path / "0.part").write_bytes((tmp_path / "1.part").read_bytes())
    (tmp_path / "1.part").write_bytes((tmp_path / "1.part").read_bytes()[:-1])
    (tmp_path / "2.part").unlink()
    for number, error in enumerate((InvalidTag, InvalidTag, OutputError)):
        with pytest.raises(error):
            parts[number]


def test_a_full_disk_is_told(tmp_path):
    with pytest.raises(OutputError, match="work folder"):
        Parts(tmp_path / "missing", new_seal()).put(0, Part())


def noted(parts, *values):
    secrets = Secrets(parts)
    for number, one in enumerate(values):
        part = Part()
        for record, found in one:
            part.add_values(record, found)
        parts.put(number, part)
        secrets.note(part)
    return secrets


def test_secrets_are_told_by_record(parts):
    two = [NAME, Secret("林", "PERSON")]
    secrets = noted(parts, [], [(2, [NAME]), (3, [])], [], [(7, two), (8, [NAME])], [])
    secrets.add_whole([NAME])
    assert {record: sorted(values) for record, values in secrets.items()} == {
        None: [NAME], 2: [NAME], 7: sorted(two), 8: [NAME],
    }  # fmt: skip
    assert len(secrets) == 4
    for absent in (0, 1, 3, 5, 9, 10**9):
        assert absent not in secrets
        assert secrets.get(absent, ()) == ()


def test_the_file_as_a_whole_has_no_entry_without_values(parts):
    secrets = noted(parts, [])
    assert list(secrets) == []
    assert None not in secrets
    with pytest.raises(KeyError):
        secrets[None]


def test_records_out_of_order_are_refused_without_naming_a_value(parts):
    part = Part(values={5: [NAME]})
    secrets = Secrets(parts)
    secrets.note(part)
    for add in (lambda: part.add_values(5, [NAME]), lambda: secrets.note(Part(values={4: [NAME]}))):
        with pytest.raises(ValueError, match="comes after record 5") as caught:
            add()
        assert NAME.value not in str(caught.value)


def test_memory_does_not_grow_with_the_values(parts):
    secrets = Secrets(parts)
    tracemalloc.start()
    for number in range(500):
        part = Part(values={number * 10 + at: [Secret("あ" * 300, "HEALTH")] for at in range(1, 11)})
        parts.put(number, part)
        secrets.note(part)
    del part
    assert max(record for record in secrets if record is not None) == 5_000
    assert len(secrets[4_321]) == 1
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 200_000  # the values themselves are 3 MB
