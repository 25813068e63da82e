"""The same is done to each of many items: in order, in batches, in this process or in others."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.batch.each import each
from hairyo.errors import HairyoError, LeakFound, ModelError


@dataclass(frozen=True)
class Item:
    name: str
    length: int = 1

    def __len__(self):
        return self.length


def make_worker(setup):
    return lambda item: work(setup, item)


def work(setup, item):
    if item.name == "die":
        os._exit(9)
    if item.name == "leak":
        raise LeakFound("over a limit; split it")
    if item.name == "break":
        raise RuntimeError("秘密 in a message")
    return f"{setup}-{item.name}"


def make_nothing(setup):
    raise ModelError("over a limit; split it")


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_and_nothing_stays_nothing(workers):
    items = [None if number % 7 == 0 else Item(str(number % 150)) for number in range(500)]
    expected = [None if item is None else f"a-{item.name}" for item in items]
    assert list(each(make_worker, "a", items, workers=workers)) == expected


@given(st.lists(st.none() | st.builds(Item, st.sampled_from("abcdefgh"), st.sampled_from([1, 60_000]))))
def test_every_item_has_its_own_result(items):
    expected = [None if item is None else f"a-{item.name}" for item in items]
    assert list(each(make_worker, "a", items)) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_no_items(workers):
    assert list(each(make_worker, "a", [], workers=workers)) == []
    assert list(each(make_worker, "a", [None] * 9000, workers=workers)) == [None] * 9000


def test_equal_items_are_done_once_in_a_batch():
    done = []
    items = [Item(name) for name in "abcabcabc"]
    assert list(each(lambda setup: lambda item: done.append(item) or item.name, None, items)) == list("abcabcabc")
    assert done == items[:3]


@pytest.mark.parametrize(("size", "ahead"), [(1, 64), (100_000, 1), (40_000, 3)])
def test_items_are_read_only_a_batch_ahead(size, ahead):
    read = []

    def items():
        for number in range(1000):
            read.append(number)
            yield Item(str(number), size)

    results = each(make_worker, "a", items())
    next(results)
    assert len(read) == ahead
    results.close()


def test_items_are_read_only_a_little_ahead_of_workers():
    read = []

    def items():
        for number in range(64 * 100):
            read.append(number)
            yield Item(str(number))

    results = each(make_worker, "a", items(), workers=2)
    next(results)
    assert len(read) <= 64 * 10
    results.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_tells_whose_it_is(workers):
    items = [*(Item(str(number)) for number in range(100)), None, Item("leak"), Item("z")]
    results = each(make_worker, "a", items, workers=workers)
    made = []
    with pytest.raises(LeakFound, match="over a limit") as caught:
        made.extend(results)
    assert caught.value.__notes__ == ["row 101, counted from 0"]
    assert len(made) <= 101


@pytest.mark.parametrize(("name", "said"), [("die", "code 9"), ("break", "RuntimeError at test_each.py")])
def test_a_worker_that_fails_ends_it_all_and_tells_no_text(name, said):
    with pytest.raises(HairyoError, match=said) as caught:
        list(each(make_worker, "a", [Item("1"), Item(name), Item("2")], workers=2))
    assert "秘密" not in str(caught.value)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_cannot_be_made_is_told(workers):
    with pytest.raises(HairyoError, match="over a limit"):
        list(each(make_nothing, None, [Item("1")], workers=workers))
