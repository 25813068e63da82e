from __future__ import annotations

import argparse
import base64
import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from hairyo.cli import consent as consent_command
from hairyo.cli import ledger as ledger_command
from hairyo.consent import Keys, Ledger
from hairyo.errors import LedgerError, UsageError

SECRET = b"an invented key of 32 bytes or so"


@pytest.fixture(autouse=True)
def _key_around(monkeypatch, tmp_path):
    monkeypatch.setenv("HAIRYO_KEY", base64.b64encode(SECRET).decode())
    monkeypatch.setenv("HAIRYO_DATA", str(tmp_path / "data"))


@pytest.fixture
def filled(ledger, disclose, finding):
    ledger.append(
        disclose(
            finding(code="A6_5_DISEASE"),
            finding(30, type="CRIMINAL_RECORD", item=2, polarity="negated"),
            finding(50, subject="family"),
            channel="phone",
        )
    )
    return ledger


@pytest.fixture
def call(url, capsys):
    """Return a caller of a command on the ledger: its exit code and its output."""

    def run(module, *arguments, lang="en", place=True):
        parser = argparse.ArgumentParser()
        module.configure(parser)
        args = parser.parse_args([*arguments, *(["--ledger", url] if place else [])])
        args.lang = lang
        return module.run(args), capsys.readouterr().out

    return run


def test_verify(call, filled):
    code, out = call(ledger_command, "verify")
    assert code == 0
    assert f"verified: 3 events, head {filled.head()}" in out
    assert "--expect" in out


@pytest.mark.parametrize(("lang", "word"), [("en", "verified"), ("ja", "検証できました")])
def test_verify_against_the_head_printed_before(call, filled, lang, word):
    _, head = call(ledger_command, "head")
    assert head == f"{filled.head()}\n"
    code, out = call(ledger_command, "verify", "--expect", head.strip(), lang=lang)
    assert code == 0
    assert word in out
    assert "--expect" not in out


@pytest.mark.parametrize(("lang", "word"), [("en", "event 2 was changed"), ("ja", "2 番目の記録で内容が書き換え")])
def test_verify_a_changed_ledger(call, filled, url, lang, word):
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        raw.execute("DROP TRIGGER events_no_update")
        raw.execute("UPDATE events SET body = '{}' WHERE seq = 2")
        raw.commit()
    code, out = call(ledger_command, "verify", lang=lang)
    assert code == 5
    assert word in out
    with pytest.raises(LedgerError):
        call(consent_command, "list", "--user", "user-0001")


def test_verify_with_another_head(call, filled):
    code, out = call(ledger_command, "verify", "--expect", f"9:{filled.head().hash}")
    assert code == 5
    assert "event 4 and those up to" in out
    with pytest.raises(UsageError):
        call(ledger_command, "verify", "--expect", "latest")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["given (deemed", "illness", "T1", "recorded call", "2018-09-01", "other people: 1"]),
        ("ja", ["同意あり", "病歴", "T1", "電話", "2018-09-01", "本人以外の情報 1 件"]),
    ],
)
def test_list(call, filled, lang, words):
    code, out = call(consent_command, "list", "--user", "user-0001", lang=lang)
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == 4
    assert {line.count("\t") for line in lines} == {5}
    assert all(word in out for word in words)
    assert "user-0001" not in out


def test_list_as_json(call, filled):
    _, out = call(consent_command, "list", "--user", "user-0001", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert [row["category"] for row in rows] == ["A6_5_DISEASE", "A6_2_CRIME_CONV", None]
    assert rows[2]["hash"] == filled.head().hash


def test_list_of_nobody(call, filled):
    assert call(consent_command, "list", "--user", "user-9999") == (0, "There are no records of this user.\n")
    assert call(consent_command, "list", "--user", "user-9999", "--json") == (0, "")


@pytest.mark.parametrize(
    ("module", "action"), [(ledger_command, ["verify"]), (consent_command, ["list", "--user", "x"])]
)
def test_without_a_ledger_nothing_is_made(call, module, action, tmp_path):
    with pytest.raises(LedgerError, match="no ledger"):
        call(module, *action, place=False)
    assert not (tmp_path / "data").exists()


def test_without_a_key_none_is_made(call, filled, monkeypatch, tmp_path):
    monkeypatch.delenv("HAIRYO_KEY")
    with pytest.raises(LedgerError, match="no key file"):
        call(ledger_command, "verify")
    assert not (tmp_path / "data").exists()


def test_default_ledger(call, many):
    with Ledger.open(keys=Keys(SECRET)) as ledger:
        ledger.append(many(2))
    assert call(ledger_command, "verify", place=False)[0] == 0


@pytest.mark.parametrize("action", [[], ["list"], ["nothing"]])
def test_wrong_usage(action, capsys):
    parser = argparse.ArgumentParser()
    consent_command.configure(parser)
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(action)
    assert caught.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("module", ["hairyo.cli.ledger", "hairyo.cli.consent"])
def test_the_commands_load_nothing_heavy(module):
    heavy = "('sqlalchemy', 'sudachi', 'rich')"
    script = f"import sys, {module}; print([m for m in sys.modules if m.startswith({heavy})])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_verifying_needs_no_dictionary():
    script = "import sys, hairyo.consent; print([m for m in sys.modules if m.startswith('hairyo.detection')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
