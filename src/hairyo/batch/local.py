"""The tasks of a run done by processes of this machine (一台での並列処理).

A large table is shared among them: one step a part, in which whatever worker is free finds and plans, and one more for
the copy, once all parts have been put aside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from hairyo.batch.parts import new_seal
from hairyo.batch.pool import Failure, run_tasks
from hairyo.batch.process import make_processor
from hairyo.batch.tasks import CopyStep, PartDone, PartStep, Result, Setup, Step, Task
from hairyo.documents import holds_records

_BYTES_A_CHAR = 4  # at most, in the encodings that are read
_PARTS_A_SHARE = 64


def perform(setup: Setup, tasks: Iterator[Task]) -> Generator[Result | Failure, None, None]:
    """Do tasks in worker processes and yield their results in the tasks' order.

    Args:
        setup: what the run is.
        tasks: read lazily.
    """
    sharing = _Sharing(setup, tasks)
    workers, timeout = setup.options.workers, sharing.seconds
    with closing(run_tasks(make_processor, setup, sharing.steps(), workers=workers, timeout=timeout)) as results:
        for result in results:  # whatever ends the run ends its workers first
            yield from sharing.take(result)


class _Sharing:
    """How tasks become steps, and what the steps came to becomes the tasks' results."""

    def __init__(self, setup: Setup, tasks: Iterator[Task]) -> None:
        self._setup, self._tasks = setup, tasks
        self._waiting: deque[Step] = deque()
        self._table = _Table()

    def steps(self) -> Iterator[Step | None]:
        """Yield the steps of all tasks, and None where all results before it have to be taken first."""
        for task in self._tasks:
            for step in self._in_parts(task) if self._is_large(task) else (Step(task),):
                if step is not None:
                    self._waiting.append(step)
                yield step

    def take(self, result: PartDone | Result | Failure) -> Iterator[Result | Failure]:
        """Take what became of the next step; yield the result of its task once there is one."""
        step = self._waiting.popleft()
        if isinstance(step, PartStep):
            self._table.take(step.number, result)
            if self._table.ended is not None and not self._waiting:  # no worker has a part of it any more
                yield self._table.ended
        elif not isinstance(result, PartDone):
            yield result

    def seconds(self, step: Step) -> float:
        """Return how long a step may take: as long as a file may, and a large file or table's copy in proportion."""
        if isinstance(step, CopyStep):
            shares = 1 + step.parts // _PARTS_A_SHARE
        else:
            shares = 1 if isinstance(step, PartStep) else step.task.shares
        return self._setup.options.timeout * shares

    def _is_large(self, task: Task) -> bool:
        """Whether a file is a table that may be longer than one part."""
        if task.stamp is None or not holds_records(task.submission.path):
            return False
        return task.stamp.size > _BYTES_A_CHAR * self._setup.part_chars

    def _in_parts(self, task: Task) -> Iterator[Step | None]:
        """Yield the steps of a table: parts until one is not there, and then, if all went well, the copy."""
        self._table, seal = _Table(), new_seal()
        while self._table.open:
            yield PartStep(task, self._table.given, seal=seal)
            self._table.given += 1
        yield None  # from here on, all parts have been taken
        if self._table.ended is None:
            yield CopyStep(task, self._table.parts, seal=seal)


@dataclass(slots=True)
class _Table:
    """The table whose parts are with the workers; one at a time.

    Attributes:
        given: how many of its parts were handed out.
        parts: how many parts the table has; -1 while that is not known.
        ended: what the first part came to that could not be done, if any: what becomes of the table.
    """

    given: int = 0
    parts: int = -1
    ended: Result | Failure | None = None

    @property
    def open(self) -> bool:
        """Whether there may be more parts to do."""
        return self.parts < 0 and self.ended is None

    def take(self, number: int, result: PartDone | Result | Failure) -> None:
        """Take note of what became of a part; results come in the parts' order."""
        if not self.open:
            return
        if not isinstance(result, PartDone):
            self.ended = result
        elif not result.there:
            self.parts = number
