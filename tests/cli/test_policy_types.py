"""`hairyo policy show` and `hairyo types`: the tables a person reads."""

from __future__ import annotations

import pytest

from hairyo.cli.main import main
from hairyo.redaction.policy import Policy, shipped
from hairyo.taxonomy import codes, types


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")


def cells(capsys) -> dict[str, list[str]]:
    """Return the cells of every row by the first one."""
    rows = [line.split("│") for line in capsys.readouterr().out.splitlines() if "│" in line]
    return {row[1].strip(): [cell.strip() for cell in row[2:-1]] for row in rows}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_types(capsys, lang):
    assert main(["--lang", lang, "types"]) == 0
    assert cells(capsys) == {name: [getattr(one, lang), str(one.item or "")] for name, one in types().items()}


def test_codes(capsys):
    assert main(["--lang", "en", "types", "--codes"]) == 0
    shown = cells(capsys)
    assert list(shown) == list(codes())
    assert shown["A6_1_RELIGION"] == ["RELIGION", "religion and faith", "1", "L1", "法2(3)信条"]


@pytest.mark.parametrize("name", shipped())
def test_policy(capsys, name):
    assert main(["policy", "show", "--policy", name]) == 0
    shown = cells(capsys)
    policy = Policy.load(name)
    assert {type_: row[1] for type_, row in shown.items()} == {type_: policy.operator(type_).name for type_ in types()}


def test_a_policy_of_ones_own(capsys, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('format = 1\nname = "own"\nversion = "1"\n[types]\nAGE = { operator = "remove" }\n')
    assert main(["policy", "show", "--policy", str(path)]) == 0
    assert cells(capsys)["AGE"] == ["age", "remove", "0.7", "0"]


def test_thresholds_of_ones_own_are_shown(capsys, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('format = 1\nname = "own"\nversion = "1"\n[found.special_care]\ntagger = 0.4\n')
    assert main(["policy", "show", "--policy", str(path)]) == 0
    shown = cells(capsys)
    assert (shown["HEALTH"][2], shown["UNION"][2], shown["AGE"][2]) == ("0.4", "0.4", "0.7")


@pytest.mark.parametrize("policy", ["nonsense", "missing.toml"])
def test_no_such_policy(capsys, policy):
    assert main(["policy", "show", "--policy", policy]) == 2
    assert capsys.readouterr().err.startswith("hairyo: ")
