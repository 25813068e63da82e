"""The tasks of a run done by Spark (クラスタでの並列処理), in place of the processes of one machine.

Everything is as in a local run (`batch/local.py`) but where the work is done: Spark hands each task to a worker, which
reads the input and leaves checked copy, findings and consent events in the work folder; the driver alone books them. So
a task that Spark starts again, or twice at once, records nothing twice: every attempt works in a folder of its own, and
only the result that Spark took for the task's is booked.

To a worker go the tasks and options, pickled within the function, which Spark shows nowhere. Not among them are the key
and the ledger's URL: workers load the key on their own machine, and do not speak to the ledger.
"""

from __future__ import annotations

import faulthandler
import pickle
import shutil
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hairyo.batch.disk import WORK, writing
from hairyo.batch.journal import FOLDER
from hairyo.batch.options import RunOptions
from hairyo.batch.pool import Failure, guarded
from hairyo.batch.process import make_processor, versions_of
from hairyo.batch.tasks import PartDone, Result, Setup, Step, Task
from hairyo.consent import Keys, Versions
from hairyo.errors import HairyoError, ModelError, UsageError, Words
from hairyo.redaction import Policy
from hairyo.version import __version__

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ATTEMPTS = "attempts"
_LATE = "late"
_CRASHES = 2  # attempts that ended without a word before an input is given up
_WAVE = 16  # tasks that each core gets before their results are booked
_RESULT = pa.schema([("number", pa.int64()), ("result", pa.binary())])


@dataclass(frozen=True, slots=True)
class _Orders:
    """What every worker is told: all of `Setup` but the key itself."""

    options: RunOptions
    policy: Policy
    key_id: str
    versions: Versions
    work: Path
    part_chars: int

    @property
    def attempts(self) -> Path:
        """The folder in which each attempt has its own."""
        return self.work / _ATTEMPTS


def perform(spark: SparkSession, setup: Setup, tasks: Iterator[Task]) -> Generator[Result | Failure, None, None]:
    """Do tasks on a cluster and yield their results in the tasks' order; see `hairyo.batch.run.Perform`.

    Args:
        spark: a session, not one of Spark Connect: driver and workers see the same folders.
        setup: what the run is; its work folder is one that every worker sees.
        tasks: read in waves, so that what is done is booked every now and then.

    Raises:
        OutputError: the work folder cannot be written.
        UsageError: a worker has another key than the driver, or does not see the run's folders.
        ModelError: a worker has another version of hairyo or of its data.
    """
    options = setup.options.model_copy(update={"ledger": None})
    orders = _Orders(options, setup.policy, setup.keys.id, setup.versions, setup.work, setup.part_chars)
    while wave := list(islice(tasks, _WAVE * spark.sparkContext.defaultParallelism)):
        with writing(WORK):
            orders.attempts.mkdir(exist_ok=True)
        yield from _wave(spark, orders, wave)
        shutil.rmtree(orders.attempts, ignore_errors=True)  # at the latest the run's end removes it


def _wave(spark: SparkSession, orders: _Orders, wave: list[Task]) -> Iterator[Result | Failure]:
    """Do some tasks, each a task of Spark's own, and wait for all of them."""
    numbers = spark.range(0, len(wave), 1, len(wave))
    rows = numbers.mapInArrow(partial(_serve, orders, wave), "number long, result binary").collect()
    results = [pickle.loads(row.result) for row in sorted(rows, key=lambda row: int(row.number))]
    for result in results:
        if isinstance(result, HairyoError):
            raise result
    yield from results


def _serve(orders: _Orders, wave: list[Task], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Do the tasks that Spark gives to this worker; the numbers of a batch are places in the wave."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            result = pickle.dumps(_do(orders, wave[number]))
            yield pa.RecordBatch.from_pydict({"number": [number], "result": [result]}, schema=_RESULT)


def _do(orders: _Orders, task: Task) -> Result | Failure | HairyoError:
    """Do one task; return its result, why it has none, or the error that must end the run."""
    try:
        setup = _setup(orders)
        earlier = list(orders.attempts.glob(f"{task.key}.*"))
    except HairyoError as error:
        return error
    if any((one / _LATE).exists() and (one / _LATE).stat().st_size for one in earlier):
        seconds = orders.options.timeout * task.shares
        return Failure("timeout", Words("stopped after {seconds:g} seconds", seconds=seconds))
    if len(earlier) >= _CRASHES:
        return Failure("crashed", Words("the worker process ended {count} times", count=len(earlier)))
    return guarded(partial(_attempt, setup, orders.attempts), task)


def _attempt(setup: Setup, attempts: Path, task: Task) -> Result:
    """Do a task in a new folder of its own, whose room is given back where nothing comes of it."""
    folder = attempts / f"{task.key}.{uuid.uuid4().hex}"
    with writing(WORK):
        folder.mkdir()
    try:
        with _deadline(folder / _LATE, setup.options.timeout * task.shares):
            result = make_processor(replace(setup, work=folder))(Step(task))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    assert not isinstance(result, PartDone)  # the step was all of it
    return result


def _setup(orders: _Orders) -> Setup:
    """Return the run's setup with this machine's own key, which must be the driver's.

    Raises:
        LedgerError: this machine has no key.
        UsageError: it has another, or does not see the work folder.
        ModelError: it has another version of hairyo or of its data.
    """
    if not orders.attempts.is_dir():
        raise UsageError(
            "a worker does not see the output folder; source and {folder} must lie on a file system that driver and "
            "workers share, under the same path",
            folder=FOLDER,
        )
    keys = Keys.load(create=False)
    if keys.id != orders.key_id:
        raise UsageError("a worker has another key than the driver; give all machines the same key")
    if versions_of(orders.policy, __version__, ginza=orders.options.ginza) != orders.versions:
        raise ModelError(
            "a worker has another version of hairyo or its data than the driver; pack the environment anew"
        )
    return Setup(orders.options, orders.policy, keys, orders.versions, orders.work, orders.part_chars)


@contextmanager
def _deadline(mark: Path, seconds: float) -> Iterator[None]:
    """End this process if the block takes longer, leaving `mark` behind; Spark then tries once more, and sees it.

    What is written into `mark` are names of functions and lines, no values. The watch needs no cooperation of the code
    that is late.
    """
    with writing(WORK):
        file = mark.open("wb")
    with file:
        faulthandler.dump_traceback_later(seconds, exit=True, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
