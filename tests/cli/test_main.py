"""The command as a whole: its help, its exit codes, its language."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from hairyo import errors
from hairyo.cli.main import COMMANDS, main
from hairyo.version import __version__

ENTRY = import_module("hairyo.cli.main")  # the package's `main` is the function


def exit_code(*arguments: str) -> int:
    """Return the exit code of a call that argparse ends."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_help_lists_every_command(capsys):
    assert exit_code("--help") == 0
    shown = capsys.readouterr().out
    listed = [line.split()[0] for line in shown.splitlines() if line.startswith("    ") and line[4] != " "]
    assert set(COMMANDS) <= set(listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    assert exit_code(command, "--help") == 0
    assert f"hairyo {command}" in capsys.readouterr().out


def test_version(capsys):
    assert exit_code("--version") == 0
    assert capsys.readouterr().out == f"hairyo {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("scan", "--nonsense"), ("--lang", "fr", "types"), ("run",), ("consent", "list"), ("ledger",)],
)
def test_wrong_usage_is_exit_code_2(arguments, capsys):
    assert exit_code(*arguments) == 2
    assert "usage: hairyo" in capsys.readouterr().err


def test_no_command_shows_help_and_is_wrong_usage(capsys):
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().out


ERRORS = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.HairyoError)]


@pytest.mark.parametrize("kind", ERRORS, ids=[one.__name__ for one in ERRORS])
def test_an_error_gives_its_exit_code_and_its_message_on_stderr(kind, capsys, monkeypatch):
    def configure(parser, lang):
        pass

    def fail(args):
        raise kind("something went wrong; do this next")

    monkeypatch.setattr(ENTRY, "import_module", lambda _: SimpleNamespace(configure=configure, run=fail))
    assert main(["types"]) == kind.exit_code != 0
    assert capsys.readouterr().err == "hairyo: something went wrong; do this next\n"


def test_an_interruption_is_130(capsys, monkeypatch):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(ENTRY, "import_module", interrupted)
    assert main(["types"]) == 130
    assert "again" in capsys.readouterr().err


def test_errors_show_no_traceback(capsys):
    assert main(["scan", "no-such-file.txt"]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("hairyo: cannot read the input file")
    assert "Traceback" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("arguments", "locale", "japanese"),
    [
        (["--lang", "ja", "--help"], "en_US.UTF-8", True),
        (["--lang=ja", "run", "--help"], "en_US.UTF-8", True),
        (["--lang", "en", "--help"], "ja_JP.UTF-8", False),
        (["--help"], "ja_JP.UTF-8", True),
        (["--help"], "C", False),
        (["scan", "--help"], "de_DE.UTF-8", False),
    ],
)
def test_help_is_in_the_language_asked_for(arguments, locale, japanese, capsys, monkeypatch):
    monkeypatch.setenv("LANG", locale)
    assert exit_code(*arguments) == 0
    assert any("ぁ" <= char <= "ん" for char in capsys.readouterr().out.replace("会員", "")) is japanese


def test_a_reader_that_goes_away_is_no_crash():
    code = (
        "import os, sys; from hairyo.cli import main\n"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 1)\n"
        "sys.exit(main(['scan']))"
    )
    text = "前科があります。"
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr
