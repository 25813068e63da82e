"""Worker processes that can time out, crash or be killed without taking the run along.

The standard pools cannot stop one task: a document that makes a parser run for ever would hang the run,
and a killed worker breaks the pool. Here each worker is a process with a pipe of its own; one that is late
or dead is replaced, and its task ends as a failure (DESIGN.md, invariant 3: fail closed). A worker never
outlives the process that it works for, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

from hairyo.errors import HairyoError, Words

T = TypeVar("T")
R = TypeVar("R")
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no result.

    Attributes:
        reason: `timeout`, `crashed` (the process died), `error` (an unforeseen exception), or the
            `reason` of the HairyoError that was raised.
        detail: the class of the exception, or the HairyoError's message; never input text.
        exit_code: of the HairyoError, else 1.
    """

    reason: str
    detail: Words
    exit_code: int = 1


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: BaseProcess
    pipe: Connection[Any, Any]
    task: int | None = None
    seconds: float | None = None
    deadline: float = field(default=float("inf"))


def run_tasks(
    make: Callable[[Any], Callable[[T], R]],
    setup: Any,
    tasks: Iterable[T | None],
    *,
    workers: int = 1,
    timeout: float | Callable[[T], float] | None = None,
) -> Generator[R | Failure, None, None]:
    """Do `make(setup)(task)` for every task in worker processes; yield the results in the tasks' order.

    Args:
        make: makes the function that does a task; called once in each worker. Importable by name.
        setup: its argument, picklable.
        tasks: read lazily, at most four a worker ahead of the results. After a None the next one is read
            once the caller has taken the results of all before it, so that it may depend on them.
        workers: number of processes.
        timeout: seconds that a task may take, or what tells them for each; None for no limit.
    """
    pool = _Pool(make, setup, timeout)
    try:
        yield from pool.results(iter(tasks), workers)
    finally:
        pool.close()


class _Pool(Generic[T, R]):
    def __init__(
        self, make: Callable[[Any], Callable[[T], R]], setup: Any, timeout: float | Callable[[T], float] | None
    ) -> None:
        self._make, self._setup, self._timeout = make, setup, timeout
        self._workers: list[_Worker[T]] = []
        self._done: dict[int, R | Failure] = {}

    def results(self, tasks: Iterator[T | None], workers: int) -> Iterator[R | Failure]:
        self._workers = [self._start() for _ in range(max(1, workers))]
        given = wanted = 0
        more, barred = True, False
        while more or wanted < given:
            barred = barred and wanted < given
            while (
                more and not barred and given - wanted < 4 * len(self._workers) and (worker := self._idle()) is not None
            ):
                task = next(tasks, _END)
                if task is _END:
                    more = False
                elif task is None:
                    barred = wanted < given
                else:
                    self._give(worker, given, task)
                    given += 1
            if any(worker.task is not None for worker in self._workers):
                self._collect()
            while wanted in self._done:
                yield self._done.pop(wanted)
                wanted += 1

    def _idle(self) -> _Worker[T] | None:
        """Return a worker that has nothing to do."""
        return next((worker for worker in self._workers if worker.task is None), None)

    def _start(self) -> _Worker[T]:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, self._make, self._setup), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _give(self, worker: _Worker[T], number: int, task: Any) -> None:
        """Give a worker a task; one that died while it had none is replaced first, for the task is not to blame."""
        seconds = self._timeout(task) if callable(self._timeout) else self._timeout
        for _ in range(2):
            worker.task, worker.seconds = number, seconds
            worker.deadline = float("inf") if seconds is None else time.monotonic() + seconds
            try:
                worker.pipe.send(task)
                return
            except OSError:
                worker.task = None
                worker = self._replace(worker)
        self._done[number] = Failure("crashed", Words("the worker process had ended before the task began"))

    def _collect(self) -> None:
        """Wait for a result, a death or a deadline, and book what happened."""
        busy = [worker for worker in self._workers if worker.task is not None]
        until = min(worker.deadline for worker in busy)
        pause = None if until == float("inf") else max(0.0, until - time.monotonic())
        ready = set(wait([worker.pipe for worker in busy], pause))
        for worker in busy:
            if worker.pipe in ready:
                self._receive(worker)
            elif time.monotonic() >= worker.deadline:
                self._fail(
                    worker, Failure("timeout", Words("stopped after {seconds:g} seconds", seconds=worker.seconds))
                )

    def _receive(self, worker: _Worker[T]) -> None:
        try:
            result = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(1)
            code = worker.process.exitcode
            self._fail(worker, Failure("crashed", Words("the worker process ended with code {code}", code=code)))
            return
        assert worker.task is not None
        self._done[worker.task] = result
        worker.task, worker.deadline = None, float("inf")

    def _fail(self, worker: _Worker[T], failure: Failure) -> None:
        """End a worker's task as a failure, and replace the worker."""
        assert worker.task is not None
        self._done[worker.task] = failure
        self._replace(worker)

    def _replace(self, worker: _Worker[T]) -> _Worker[T]:
        _stop(worker)
        fresh = self._workers[self._workers.index(worker)] = self._start()
        return fresh

    def close(self) -> None:
        """End every worker."""
        for worker in self._workers:
            _stop(worker)


_END: Any = object()


def _stop(worker: _Worker[Any]) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()


def _serve(pipe: Connection[Any, Any], make: Callable[[Any], Callable[[Any], Any]], setup: Any) -> None:
    """Do tasks from `pipe` until it closes. The edge of a process: whatever goes wrong is reported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the one that waits for us ends us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work = cache(lambda: make(setup))
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send(guarded(lambda one: work()(one), task))


def guarded(work: Callable[[T], R], task: T) -> R | Failure:
    """Return what `work` makes of a task, or why it made nothing."""
    try:
        return work(task)
    except HairyoError as error:
        return Failure(error.reason, error.words, error.exit_code)
    except MemoryError:
        return Failure("memory", Words("the worker ran out of memory"))
    except Exception as error:
        return Failure("error", Words("{place}", place=where(error)))


def _end_with_parent() -> None:
    """End this process as soon as its parent has died: nobody is left who could book what it does."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def where(error: Exception) -> str:
    """Return an exception's class and place; its message may quote the input and is left out."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__qualname__} at {Path(last.filename).name}:{last.lineno}"
