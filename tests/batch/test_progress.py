"""How far a job has come is shown where somebody looks, and told to whoever asks."""

from __future__ import annotations

import io
import sys

import pytest

from hairyo.batch import progress
from hairyo.batch.progress import counting


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def stderr(monkeypatch):
    """Return a function that puts a terminal, or a file, in the place of standard error."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "JUPYTER_COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def put(kind):
        monkeypatch.setattr(sys, "stderr", kind())
        return sys.stderr

    return put


def advance(count, wanted):
    with counting(count, wanted) as done:
        for _ in range(count):
            done(1)


def test_a_function_is_called_with_what_is_newly_done():
    steps = []
    advance(3, steps.append)
    assert steps == [1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "wanted", "patience", "shown"),
    [
        (Terminal, None, 0.0, True),
        (Terminal, None, 60.0, False),
        (Terminal, True, 60.0, True),
        (Terminal, False, 0.0, False),
        (io.StringIO, None, 0.0, False),
        (io.StringIO, True, 60.0, True),
        (io.StringIO, False, 0.0, False),
    ],
)
def test_a_bar_is_shown_where_it_is_wanted(kind, wanted, patience, shown, stderr, monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE", patience)
    screen = stderr(kind)
    advance(25, wanted)
    assert ("25/25" in screen.getvalue()) is shown
    assert (screen.getvalue() != "") is shown


def test_a_notebook_gets_a_bar_of_plain_characters(stderr, monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    screen = stderr(io.StringIO)
    advance(25, None)
    assert "25/25" in screen.getvalue()


def test_a_bar_ends_with_its_job(stderr):
    screen = stderr(Terminal)

    def stop(done):
        done(3)
        raise ValueError("stop")

    with counting(9, True) as done, pytest.raises(ValueError, match="stop"):
        stop(done)
    before = screen.getvalue()
    assert "3/9" in before
    assert before.endswith("\x1b[?25h"), "the cursor is back"
