"""A pandas user gets an accessor."""

from __future__ import annotations

import pandas as pd
import pytest

import hairyo.pandas  # noqa: F401  (registers the accessor)

TEXTS = ["うつ病で休職しました。", None, "本日は晴天です。", "山田太郎と申します。"]


def test_scan_keeps_the_index():
    frame = pd.Series(TEXTS, index=pd.Index(["a", "b", "c", "d"], name="id")).hairyo.scan()
    assert list(frame.index) == ["a", "d"]
    assert frame.index.name == "id"
    assert list(frame["type"]) == ["HEALTH", "PERSON"]


def test_redact_keeps_what_is_missing():
    series = pd.Series(TEXTS, index=[4, 3, 2, 1])
    made = series.hairyo.redact()
    assert list(made.index) == [4, 3, 2, 1]
    assert pd.isna(made[3])
    assert made[2] == TEXTS[2]
    assert "うつ病" not in made[4]
    assert series[4] == TEXTS[0], "the caller's data is never changed"


def test_nothing_found_is_an_empty_frame():
    frame = pd.Series(["本日は晴天です。"]).hairyo.scan()
    assert frame.empty
    assert "polarity" in frame.columns


def test_numbers_are_refused_with_advice():
    with pytest.raises(AttributeError, match="astype"):
        _ = pd.Series([1, 2]).hairyo
