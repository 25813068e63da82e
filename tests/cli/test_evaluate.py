"""`hairyo evaluate` as a user calls it."""

from __future__ import annotations

import json

import pytest

from hairyo.cli.main import main

ROWS = [
    {"id": "1", "genre": "profile", "author": "x", "markup": "⟦三年前にうつ病|HEALTH;self;affirmed⟧で休職しました。"},
    {"id": "2", "genre": "form", "author": "y", "markup": "電話：⟦090-1234-5678|PHONE⟧ <b>製品デモ</b>"},
]
RIGHT = [
    {"id": "1", "findings": [{"start": 0, "end": 7, "type": "HEALTH", "subject": "family", "polarity": "affirmed"}]},
    {"id": "2", "findings": [{"start": 3, "end": 16, "type": "PHONE"}, {"start": 20, "end": 22, "type": "POLITICAL"}]},
]


def lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def gold(tmp_path):
    return lines(tmp_path / "gold.jsonl", ROWS)


@pytest.fixture
def predictions(tmp_path):
    return lines(tmp_path / "found.jsonl", RIGHT)


def test_scores_of_the_detector_itself(gold, capsys):
    assert main(["--lang", "en", "evaluate", gold, "--json", "--intervals"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["texts"] == 2
    assert shown["figures"]["personal_f1"] == 1.0
    assert shown["types"]["type:PHONE"]["marks"] == 1
    assert set(shown["intervals"]) <= set(shown["figures"])


def test_scores_of_findings_made_elsewhere(gold, predictions, capsys):
    assert main(["--lang", "ja", "evaluate", gold, "--predictions", predictions, "--by", "author"]) == 0
    shown = capsys.readouterr().out
    assert "指標" in shown
    assert "著者ごと" in shown


@pytest.mark.parametrize(
    ("floor", "code"), [("personal_f1 = 0.9\nalarm = 1.0", 0), ("subject = 0.5", 3), ("alarm = 0.0", 3)]
)
def test_a_floor_that_does_not_hold_is_named(gold, predictions, tmp_path, capsys, floor, code):
    path = tmp_path / "floor.toml"
    path.write_text(floor, encoding="utf-8")
    assert main(["--lang", "en", "evaluate", gold, "--predictions", predictions, "--floor", str(path)]) == code
    assert (code == 3) == ("floor" in capsys.readouterr().err)


def test_the_error_view_shows_errors_in_place_and_escapes_the_text(gold, predictions, tmp_path):
    page = tmp_path / "view.html"
    assert (
        main(["--lang", "en", "evaluate", gold, "--predictions", predictions, "--html", str(page), "--intervals"]) == 0
    )
    shown = page.read_text(encoding="utf-8")
    assert '<span class="whose">三年前にうつ病</span>' in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


def test_a_missing_prediction_is_told(gold, tmp_path, capsys):
    path = lines(tmp_path / "some.jsonl", RIGHT[:1])
    assert main(["--lang", "en", "evaluate", gold, "--predictions", path]) == 2
    assert "1 of the texts" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["{", '{"id": "1"}', '{"id": "1", "findings": [{"type": "PHONE"}]}', "[]"])
def test_broken_predictions_are_refused(gold, tmp_path, capsys, line):
    path = tmp_path / "bad.jsonl"
    path.write_text(line, encoding="utf-8")
    assert main(["--lang", "en", "evaluate", gold, "--predictions", str(path)]) == 3
    assert "line 1" in capsys.readouterr().err


@pytest.mark.parametrize("floor", ["x = ", 'x = "high"'])
def test_a_broken_floor_is_refused(gold, predictions, tmp_path, floor):
    path = tmp_path / "floor.toml"
    path.write_text(floor, encoding="utf-8")
    assert main(["--lang", "en", "evaluate", gold, "--predictions", predictions, "--floor", str(path)]) == 2
