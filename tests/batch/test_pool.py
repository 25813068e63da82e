from __future__ import annotations

import multiprocessing
import os
import time

import pytest

from hairyo.batch.pool import Failure, run_tasks
from hairyo.errors import TooLarge


def make_worker(setup):
    return lambda task: work(setup, task)


def work(setup, task):
    if task == "die":
        os._exit(9)
    if task == "sleep":
        time.sleep(60)
    if task == "refuse":
        raise TooLarge("over a limit; split it")
    if task == "break":
        raise RuntimeError("秘密 in a message")
    return f"{setup}-{task}"


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order(workers):
    tasks = [str(number) for number in range(25)]
    assert list(run_tasks(make_worker, "a", tasks, workers=workers)) == [f"a-{task}" for task in tasks]


def test_one_bad_task_never_stops_the_rest():
    results = list(run_tasks(make_worker, "a", ["1", "die", "2", "break", "3", "refuse", "4"], workers=2))
    assert [one if isinstance(one, str) else one.reason for one in results] == [
        "a-1", "crashed", "a-2", "error", "a-3", "too_large", "a-4",
    ]  # fmt: skip


def test_a_late_task_is_stopped():
    started = time.monotonic()
    results = list(run_tasks(make_worker, "a", ["1", "sleep", "2"], workers=1, timeout=3.0))
    assert [getattr(one, "reason", one) for one in results] == ["a-1", "timeout", "a-2"]
    assert time.monotonic() - started < 30


def test_a_foreign_message_is_not_passed_on():
    (failure,) = run_tasks(make_worker, "a", ["break"])
    assert isinstance(failure, Failure)
    assert str(failure.detail).startswith("RuntimeError at test_pool.py:")
    assert "秘密" not in str(failure.detail)


def test_no_tasks():
    assert list(run_tasks(make_worker, "a", [], workers=2)) == []


def test_tasks_are_read_only_a_little_ahead():
    taken = []

    def tasks():
        for number in range(100):
            taken.append(number)
            yield str(number)

    results = run_tasks(make_worker, "a", tasks(), workers=2)
    next(results)
    assert len(taken) <= 10
    results.close()


def test_a_worker_that_died_with_nothing_to_do_costs_no_task():
    def tasks():
        yield "1"
        (worker,) = multiprocessing.active_children()  # asked for more, it has done the first
        worker.kill()
        worker.join()
        yield "2"

    assert list(run_tasks(make_worker, "a", tasks())) == ["a-1", "a-2"]


def make_nothing(setup):
    os._exit(7)


def test_workers_that_die_at_once_fail_every_task_and_end():
    results = list(run_tasks(make_nothing, "a", ["1", "2", "3"], workers=2))
    assert [one.reason for one in results] == ["crashed"] * 3


@pytest.mark.parametrize("workers", [1, 3])
def test_after_a_none_all_results_before_it_have_been_taken(workers):
    taken = []

    def tasks():
        yield None
        for number in range(7):
            yield str(number)
        yield None
        yield str(len(taken))
        yield None
        yield None
        yield str(len(taken))

    for result in run_tasks(make_worker, "a", tasks(), workers=workers):
        taken.append(result)
    assert taken == [f"a-{number}" for number in (*range(7), 7, 8)]


def test_each_task_may_have_its_own_time():
    seconds = {"1": 60.0, "sleep": 2.0}
    results = list(run_tasks(make_worker, "a", ["1", "sleep"], workers=2, timeout=seconds.__getitem__))
    assert [getattr(one, "reason", one) for one in results] == ["a-1", "timeout"]
    assert "2 seconds" in str(results[1].detail)
