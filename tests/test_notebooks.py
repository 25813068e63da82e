"""The notebooks run from top to bottom, show what they say, and are committed without outputs.

The kernel talks to its client over loopback sockets; nothing else is let through.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
IDS = [path.name for path in NOTEBOOKS]
# Invented values of the notebooks' texts: none may come out in an output.
VALUES = ["田中", "山田", "うつ病", "創価学会", "糖尿病", "090", "taro@", "書記長", "手帳"]


def load(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def shown(notebook: nbformat.NotebookNode) -> str:
    """Return all that the notebook's outputs show as text."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(output.get("text", "") + str(output.get("data", "")) for output in outputs)


def test_there_are_notebooks():
    assert [name for name in IDS if name not in (FOLDER / "README.md").read_text(encoding="utf-8")] == []
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_outputs_are_stripped(path):
    notebook = load(path)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


def run(notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    return shown(notebook)


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_it_runs_and_shows_no_value(path, tmp_path, monkeypatch):
    made = run(load(path), tmp_path, monkeypatch)
    assert "HEALTH" in made
    assert re.search(r"\d+ findings; values not shown", made)
    assert [value for value in VALUES if value in made] == []
    assert "Error" not in made


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_values_are_shown_where_asked_for(tmp_path, monkeypatch):
    notebook = load(FOLDER / "01_findings.ipynb")
    first = next(cell for cell in notebook.cells if "SHOW_VALUES = False" in cell.source)
    first.source = first.source.replace("SHOW_VALUES = False", "SHOW_VALUES = True")
    made = run(notebook, tmp_path, monkeypatch)
    assert "うつ病" in made
    assert "[非開示]" in made
