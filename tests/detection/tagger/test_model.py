"""The shipped model: its files are checked, and it reads any text, alone or with others, the same."""

from __future__ import annotations

import re
import shutil
import time

import numpy as np
import pytest

from hairyo.detection.passage import Passage
from hairyo.detection.tagger.model import OVERLAP, WINDOW, TaggerModel, covered, model_folder, shared_model
from hairyo.errors import ModelError
from hairyo.taxonomy import types

TEXT = "三年前にうつ病で休職しました。父は町会議員です。"


@pytest.fixture(scope="module")
def model():
    return shared_model()


def close(one, other):
    return all(
        np.allclose(np.exp(getattr(one, head)), np.exp(getattr(other, head)), atol=0.08)
        for head in ("tags", "kinds", "subjects", "polarities")
    )


def test_its_classes_are_those_of_the_taxonomy(model):
    assert {*model.labels[:-1], *model.kinds} == {name for name, one in types().items() if not one.pictured}
    assert model.labels[-1] == "special care"
    assert all(types()[name].item for name in model.kinds)


def test_every_piece_has_probabilities(model):
    reading = model.read(Passage(TEXT, "profile"), [])
    for head in (reading.tags, reading.kinds, reading.subjects, reading.polarities):
        assert len(head) == len(reading.pieces)
        assert np.allclose(np.exp(head).sum(axis=1), 1, atol=1e-3)


def test_the_same_text_is_read_the_same(model):
    first = model.read(Passage(TEXT), [])
    model.read(Passage("別の長い文章。" * 50, "form"), [])
    assert (model.read(Passage(TEXT), []).tags == first.tags).all()


def test_a_window_that_comes_again_is_not_read_again(model):
    text = "本日は晴天なり。" * 20_000
    started = time.perf_counter()
    reading = model.read(Passage(text), [])
    assert len(reading.tags) == len(reading.pieces)
    assert time.perf_counter() - started < 30  # some 300 windows; read each anew, they take minutes


def test_a_long_text_is_read_whole(model):
    text = "今日は晴れです。" * 200 + TEXT
    reading = model.read(Passage(text), [])
    assert len(reading.pieces) > 2 * WINDOW
    assert reading.pieces[-1].end == len(text)
    assert not (reading.tags == 0).all(axis=1).any()
    assert 0 < OVERLAP < WINDOW


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ud800", "😊" * 30, "a" * 3000, "髙\u200b橋"])
def test_any_text_can_be_read(model, text):
    passage = Passage(text)
    reading = model.read(passage, [(0, len(passage.normal), 0)])
    assert all(0 <= one.start < one.end <= len(passage.normal) for one in reading.pieces)


def test_a_hint_is_given_to_the_pieces_that_it_covers_by_half():
    starts, ends = np.array([0, 2, 5]), np.array([2, 5, 6])
    assert covered(starts, ends, 1, 5).tolist() == [0, 1]
    assert covered(starts, ends, 4, 6).tolist() == [2]


@pytest.mark.parametrize("name", ["encoder.onnx", "words.npz", "pieces.tsv"])
def test_an_altered_file_is_not_used(tmp_path, name):
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match="altered"):
        TaggerModel(folder)


def test_a_temperature_changes_how_sure_it_is_and_not_what_it_says(tmp_path, model):
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    described = (folder / "tagger.toml").read_text(encoding="utf-8")
    cooler = ", ".join(str(one * 2) for one in model.temperatures)
    changed = re.sub(r"(?m)^temperatures = .*$", f"temperatures = [{cooler}]", described)
    (folder / "tagger.toml").write_text(changed, encoding="utf-8")
    text = "三年前にうつ病で休職しました。"
    before, after = model.read(Passage(text), []), TaggerModel(folder).read(Passage(text), [])
    assert (before.tags.argmax(axis=1) == after.tags.argmax(axis=1)).all()
    assert after.tags.max(axis=1).mean() < before.tags.max(axis=1).mean()
    assert np.allclose(np.exp(after.tags).sum(axis=1), 1, atol=1e-4)


def test_a_manifest_without_its_temperatures_is_of_another_version(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    described = (folder / "tagger.toml").read_text(encoding="utf-8")
    (folder / "tagger.toml").write_text(re.sub(r"(?m)^temperatures = .*\n", "", described), encoding="utf-8")
    with pytest.raises(ModelError, match="missing or damaged"):
        TaggerModel(folder)


@pytest.mark.parametrize("damage", ["missing", "cut", "folder"])
def test_missing_files_are_told(tmp_path, damage):
    folder = tmp_path / "model"
    if damage != "folder":
        shutil.copytree(model_folder(), folder)
        (folder / ("words.npz" if damage == "missing" else "tagger.toml")).unlink()
        if damage == "cut":
            (folder / "tagger.toml").write_text("labels = [", encoding="utf-8")
    with pytest.raises(ModelError, match="missing or damaged"):
        TaggerModel(folder)
