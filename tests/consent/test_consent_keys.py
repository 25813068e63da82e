from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.consent.keys import Keys, _create, data_folder
from hairyo.errors import LedgerError, UsageError

SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_key_around(monkeypatch, tmp_path):
    monkeypatch.delenv("HAIRYO_KEY", raising=False)
    monkeypatch.setenv("HAIRYO_DATA", str(tmp_path / "data"))


def test_key_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HAIRYO_KEY", base64.b64encode(SECRET).decode() + "\n")
    assert Keys.load().id == Keys(SECRET).id
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("value", ["short", "あ" * 40, base64.b64encode(SECRET[:31]).decode(), "====", "x" * 43, " "])
def test_bad_key_of_the_environment_is_refused_without_showing_it(monkeypatch, value):
    monkeypatch.setenv("HAIRYO_KEY", value)
    with pytest.raises(UsageError) as caught:
        Keys.load()
    assert value.strip() == "" or value not in str(caught.value)
    assert "openssl" in str(caught.value)
    assert caught.value.__cause__ is None


def test_key_file_is_made_once_with_mode_0600(tmp_path):
    first = Keys.load()
    path = tmp_path / "data" / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(path.read_bytes())) == 32
    assert Keys.load().id == first.id
    assert [one.name for one in path.parent.iterdir()] == ["key"]


def test_two_folders_have_two_keys(tmp_path):
    assert Keys.load(tmp_path / "a").id != Keys.load(tmp_path / "b").id


def test_no_key_file_is_made_unasked(tmp_path):
    with pytest.raises(LedgerError, match="no key file"):
        Keys.load(create=False)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 32, base64.b64encode(b"short"), "鍵".encode(), b"\xff" * 50])
def test_broken_key_file(tmp_path, content):
    path = tmp_path / "data" / "key"
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(LedgerError, match="restore the key"):
        Keys.load()
    assert path.read_bytes() == content


def test_key_file_open_to_others_is_refused(tmp_path):
    Keys.load()
    (tmp_path / "data" / "key").chmod(0o640)
    with pytest.raises(LedgerError, match="0600"):
        Keys.load()


def test_key_file_that_is_a_folder(tmp_path):
    (tmp_path / "data" / "key").mkdir(parents=True, mode=0o700)
    with pytest.raises(LedgerError, match="cannot be read"):
        Keys.load()


def test_data_folder_that_is_a_file(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(LedgerError, match="data folder"):
        Keys.load()


def test_processes_that_start_together_share_one_key(tmp_path):
    script = "from hairyo.consent.keys import Keys; print(Keys.load().id)"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    running = [subprocess.Popen([sys.executable, "-c", script], env=env, stdout=-1) for _ in range(4)]
    assert len({one.communicate(timeout=60)[0] for one in running}) == 1


def test_a_key_made_meanwhile_by_another_process_stands(tmp_path):
    path = tmp_path / "data" / "key"
    Keys.load()
    before = path.read_bytes()
    _create(path)  # as the slower of two processes does that both saw no key
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["key"]


def test_too_short_master_and_repr():
    with pytest.raises(UsageError):
        Keys(SECRET[:31])
    keys = Keys(SECRET)
    assert repr(keys) == f"Keys(id='{keys.id}')"
    assert pickle.loads(pickle.dumps(keys)).id == keys.id


def test_data_folder(monkeypatch, tmp_path):
    assert data_folder(tmp_path) == tmp_path
    assert data_folder() == tmp_path / "data"
    monkeypatch.delenv("HAIRYO_DATA")
    assert isinstance(data_folder(), Path)
    assert data_folder().name == "hairyo"


parts = st.lists(st.one_of(st.text(), st.integers(), st.none()), max_size=4)


@given(parts, parts)
def test_mac_tells_parts_apart(one, other):
    keys = Keys(SECRET)
    assert (keys.mac("x", *one) == keys.mac("x", *other)) == (one == other)
    assert keys.mac("x", *one) != keys.mac("y", *one)
    assert keys.mac("x", *one) != Keys(SECRET[::-1]).mac("x", *one)


def test_mac_takes_lone_surrogates_and_nul():
    assert len({Keys(SECRET).mac("x", text) for text in ("\ud800", "\udc00", "\0", "")}) == 4
