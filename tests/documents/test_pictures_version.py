"""What read the pictures stands in every record, so that new networks do not resume on old results."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hairyo.batch.process import versions_of
from hairyo.documents.pictures import faces, version
from hairyo.documents.pictures.version import pictures_version
from hairyo.errors import ModelError
from hairyo.redaction import Policy


@pytest.fixture(autouse=True)
def fresh():
    pictures_version.cache_clear()
    yield
    pictures_version.cache_clear()


def test_every_record_names_what_reads_pictures():
    assert pictures_version() in versions_of(Policy.load("client-company"), "1").detector.split("+")


def test_other_networks_or_libraries_are_another_version(monkeypatch, tmp_path):
    seen = {pictures_version()}
    monkeypatch.setattr(faces, "SHA256", "0" * 64)
    pictures_version.cache_clear()
    seen.add(pictures_version())
    (tmp_path / "a.onnx").write_bytes(b"one")
    monkeypatch.setattr(version, "_networks", lambda: [tmp_path / "a.onnx"])
    pictures_version.cache_clear()
    seen.add(pictures_version())
    (tmp_path / "a.onnx").write_bytes(b"two")
    pictures_version.cache_clear()
    seen.add(pictures_version())
    monkeypatch.setattr(version, "version", lambda name: "0")
    pictures_version.cache_clear()
    seen.add(pictures_version())
    assert len(seen) == 5
    assert all(one.startswith("pictures.") for one in seen)


def test_missing_networks_are_told(monkeypatch):
    monkeypatch.setattr(version, "find_spec", lambda name: None)
    with pytest.raises(ModelError):
        pictures_version()


def test_no_network_is_loaded_to_name_it():
    code = "from hairyo.documents.pictures.version import pictures_version as p; p(); import sys; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "rapidocr" not in names
    assert "onnxruntime" not in names
