"""What every test shares: no network (pyproject), a data folder and a key of its own."""

from __future__ import annotations

import base64

import pytest


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("HAIRYO_DATA", str(tmp_path / "hairyo-data"))
    monkeypatch.setenv("HAIRYO_KEY", base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
