"""Show how far a long job has come (進捗): a bar for people, or a call for programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hairyo.messages import default_lang, text

Advance = Callable[[int], object]
_PATIENCE = 1.0  # seconds of work before a bar is shown unasked


@contextmanager
def counting(total: int, progress: bool | Advance | None) -> Iterator[Advance]:
    """Give the function to call with the number of items newly done.

    Args:
        total: how many items there are.
        progress: that function itself (the `update` of a tqdm bar, say); True for a bar, False for none; None
            for a bar where somebody is looking, at a terminal or in a notebook, and the job takes long.
    """
    if callable(progress):
        yield progress
        return
    console = Console(stderr=True)
    # A notebook's own bars need ipywidgets; a bar of plain characters shows everywhere.
    if console.is_jupyter:
        console = Console(stderr=True, force_jupyter=False, force_terminal=True)
    patience = _PATIENCE if progress is None else 0.0
    if progress is False or (progress is None and not console.is_terminal):
        yield lambda done: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Progress(*columns, console=console)
    bar = bars.add_task(text("run.progress", default_lang()), total=total)
    begun = time.monotonic()

    def advance(done: int) -> None:
        bars.advance(bar, done)
        if not bars.live.is_started and time.monotonic() - begun >= patience:
            bars.start()

    try:
        yield advance
    finally:
        bars.stop()
