"""A run over pictures: what is in them is found, blackened, checked; a policy may keep faces."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from hairyo.batch.options import RunOptions
from hairyo.batch.run import run
from hairyo.documents.pictures import look
from picture_builders import drawn, face

POLICY = """
format = 1
name = "faces-stay"
version = "1"
[types.FACE]
operator = "keep"
"""


@pytest.fixture
def source(tmp_path):
    page = Image.new("RGB", (420, 330), "white")
    page.paste(face(), (280, 10))
    page.paste(drawn("氏名：山田太郎", "電話番号：090-1234-5678", size=24), (0, 180))
    folder = tmp_path / "in"
    folder.mkdir()
    page.save(folder / "a.png")
    return folder


def copy_of(source, out, **options):
    summary = run(source, out, options=RunOptions.of(**options))
    (row,) = map(json.loads, (out / "manifest.jsonl").read_text("utf-8").splitlines())
    assert (summary.exit_code, row["outcome"]) == (0, "copied"), row
    with Image.open(out / "copies" / "a.png") as picture:
        picture.load()
    return row, picture


@pytest.mark.usefixtures("here")
def test_a_picture_is_redacted_and_a_policy_may_keep_faces(source, tmp_path):
    row, picture = copy_of(source, tmp_path / "out")
    assert {"PERSON", "PHONE", "FACE"} <= set(row["findings"])
    seen = look(picture)
    texts = "".join(block.text for block in seen.blocks())
    assert not seen.faces
    assert "氏名" in texts
    assert not any(part in texts for part in ("山田", "太郎", "1234", "5678"))
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    _, kept = copy_of(source, tmp_path / "out2", policy=str(tmp_path / "policy.toml"))
    with Image.open(source / "a.png") as before:
        assert np.array_equal(np.asarray(kept)[:170], np.asarray(before)[:170])
    assert not np.array_equal(np.asarray(picture)[:170], np.asarray(kept)[:170])
