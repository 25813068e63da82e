"""Do the same to each of many texts (一件ずつの処理): in order, in batches, in as many processes as asked for.

What comes twice in a batch is done once. No more is held than the batches under way, so any number of texts may
flow through.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, get_args

from hairyo.batch.pool import Failure, run_tasks
from hairyo.errors import HairyoError, Words
from hairyo.messages import Lang, default_lang, say

_ITEMS = 64  # enough that the way to a worker costs nothing, and few enough that progress is seen
_SIZE = 100_000


class Item(Hashable, Protocol):
    """What can be done in batches; its length is its size in characters."""

    def __len__(self) -> int: ...


T = TypeVar("T", bound=Item)
R = TypeVar("R")


def each(
    make: Callable[[Any], Callable[[T], R]], setup: Any, items: Iterable[T | None], *, workers: int = 1
) -> Generator[R | None, None, None]:
    """Yield `make(setup)(item)` for every item in order, and None for None.

    Args:
        make: makes the function that does an item; called once in each process. Importable by name.
        setup: its argument, picklable.
        items: read lazily. Equal ones must have equal results.
        workers: processes; with one, the work is done in this process.

    Raises:
        HairyoError: what an item's doing raised, with a note of its position; or a worker process died.
    """
    batches = _batches(items)
    if workers == 1:
        work = _batch_worker(make, setup)
        for batch in batches:
            yield from batch.results(work(batch.distinct))
        return
    waiting: deque[_Batch[T]] = deque()

    def tasks() -> Iterator[list[T]]:
        for batch in batches:
            waiting.append(batch)
            yield batch.distinct

    with closing(run_tasks(partial(_batch_worker, make), setup, tasks(), workers=workers)) as results:
        for done in results:  # whatever ends this ends the workers first
            if isinstance(done, Failure):
                why = {lang: say(done.detail, lang) for lang in get_args(Lang)}
                raise HairyoError("a worker process could not go on ({why}); nothing was returned", why=why)
            yield from waiting.popleft().results(done)


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    """Some items in order: the different ones among them, and which of these each is (None for None)."""

    first: int
    distinct: list[T]
    which: list[int | None]

    def results(self, done: Sequence[R | HairyoError]) -> Iterator[R | None]:
        """Yield the result of every item, given those of the different ones."""
        for row, which in enumerate(self.which, self.first):
            result = None if which is None else done[which]
            if isinstance(result, HairyoError):
                result.add_note(say(Words("row {row}, counted from 0", row=row), default_lang()))
                raise result
            yield result


def _batches(items: Iterable[T | None]) -> Iterator[_Batch[T]]:
    """Cut items into batches of so many, or of so many characters."""
    first, size = 0, 0
    known: dict[T, int] = {}
    which: list[int | None] = []
    for item in items:
        if item is not None and item not in known:
            known[item] = len(known)
            size += len(item)
        which.append(None if item is None else known[item])
        if len(known) >= _ITEMS or size >= _SIZE or len(which) >= _ITEMS * _ITEMS:
            yield _Batch(first, list(known), which)
            first, size, known, which = first + len(which), 0, {}, []
    if which:
        yield _Batch(first, list(known), which)


def _batch_worker(
    make: Callable[[Any], Callable[[T], R]], setup: Any
) -> Callable[[Sequence[T]], list[R | HairyoError]]:
    """Return the function that does a batch; an error stands in its item's place, so that it can be told which."""
    work = make(setup)

    def one(item: T) -> R | HairyoError:
        try:
            return work(item)
        except HairyoError as error:
            return error

    return lambda batch: [one(item) for item in batch]
