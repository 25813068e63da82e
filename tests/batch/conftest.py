"""A small folder of submissions, and runs over it in this process, for the tests of what goes wrong."""

from __future__ import annotations

import pytest

from hairyo.batch import process
from hairyo.batch.pool import guarded
from hairyo.detection import Detector

FACTS = ("三年前にうつ病で休職しました。", "糖尿病で通院しています。", "前科はありません。", "本日は晴天です。")


@pytest.fixture(scope="session")
def rules():
    """The detector without the tagger, which these tests are not about."""
    return Detector(rules_only=True)


@pytest.fixture
def here(monkeypatch, rules):
    """Let runs do their work in this process, one input after the other."""

    def run_tasks(make, setup, tasks, *, workers, timeout):
        work = make(setup)
        for task in tasks:
            if task is None:  # all results before it have been taken
                continue
            yield guarded(work, task)

    monkeypatch.setattr(process, "shared_detector", lambda **_: rules)
    monkeypatch.setattr("hairyo.batch.local.run_tasks", run_tasks)


@pytest.fixture
def source(tmp_path):
    """Return a folder of four profiles, a table and two files that are refused."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, fact in enumerate(FACTS):
        text = f"私は山田太郎です。{fact}電話は090-1234-567{number}です。\n"
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    (folder / "t.csv").write_text("会員ID,自己PR\r\n7,うつ病で休職しました。\r\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "slides.key").write_bytes(b"something")
    return folder
