"""A pandas user gets an accessor."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import hairyo.pandas  # noqa: F401  (registers the accessor)
from hairyo.detection import Finding
from hairyo.errors import LeakFound, UsageError

TEXTS = ["うつ病で休職しました。", None, "本日は晴天です。", "山田太郎と申します。"]
MISSING = [None, np.nan, pd.NA, pd.NaT]
ARROW = pd.ArrowDtype(pa.string())
STRINGS = [object, "str", "string", "string[python]", "string[pyarrow]", ARROW, pd.ArrowDtype(pa.large_string())]


class FakeDetector:
    """Takes 太郎 for a name, and remembers what it was given."""

    def __init__(self):
        self.scanned = []

    def scan(self, text, *, role=None):
        self.scanned.append((text, role))
        at = text.find("太郎")
        return [Finding(at, at + 2, "PERSON", rule="fake", subject="self")] if at >= 0 else []


@pytest.fixture
def fake(monkeypatch):
    detector = FakeDetector()
    monkeypatch.setattr("hairyo.batch.texts.shared_detector", lambda **_: detector)
    return detector


def test_scan_keeps_the_index():
    frame = pd.Series(TEXTS, index=pd.Index(["a", "b", "c", "d"], name="id")).hairyo.scan()
    assert list(frame.index) == ["a", "d"]
    assert frame.index.name == "id"
    assert list(frame["type"]) == ["HEALTH", "PERSON"]
    assert list(frame["item"].fillna(0)) == [5, 0]


def test_redact_keeps_what_is_missing():
    series = pd.Series(TEXTS, index=[4, 3, 2, 1], name="本文")
    made = series.hairyo.redact()
    assert list(made.index) == [4, 3, 2, 1]
    assert made.name == "本文"
    assert pd.isna(made[3])
    assert made[2] == TEXTS[2]
    assert "うつ病" not in made[4]
    assert series[4] == TEXTS[0], "the caller's data is never changed"


def test_nothing_found_is_an_empty_frame(fake):
    frame = pd.Series(["本日は晴天です。"]).hairyo.scan()
    assert frame.empty
    assert list(frame.columns) == [*Finding(0, 1, "PERSON").to_json(), "code"]


def test_findings_have_the_same_kinds_of_numbers_whatever_is_found(fake):
    for texts in ([], ["太郎です"]):
        kinds = pd.Series(texts, dtype=object).hairyo.scan().dtypes
        assert [str(kinds[name]) for name in ("start", "end", "item", "score")] == ["int64"] * 2 + ["float64"] * 2


@pytest.mark.parametrize("dtype", STRINGS, ids=str)
def test_redact_keeps_the_kind_of_strings(dtype, fake):
    series = pd.Series(["太郎です", None, "", "はい"], dtype=dtype)
    made = series.hairyo.redact()
    assert made.dtype == series.dtype
    assert list(made.dropna()) == ["人物Aです", "", "はい"]
    assert list(made.isna()) == [False, True, False, False]
    assert list(series.hairyo.scan().index) == [0]
    assert series[0] == "太郎です"


@pytest.mark.parametrize("dtype", ["category", pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))], ids=str)
def test_what_lists_its_values_apart_comes_back_as_plain_strings(dtype, fake):
    series = pd.Series(["太郎です", None, "はい", "太郎です"], dtype=ARROW).astype(dtype)
    made = series.hairyo.redact()
    assert list(made.fillna("-")) == ["人物Aです", "-", "はい", "人物Aです"]
    assert pd.api.types.is_string_dtype(made.dtype)
    assert not isinstance(made.dtype, pd.CategoricalDtype)
    assert list(series.hairyo.scan().index) == [0, 3]


def test_every_kind_of_missing_stays_what_it_is(fake):
    made = pd.Series(["太郎", *MISSING], dtype=object).hairyo.redact()
    assert made[0] == "人物A"
    assert [one is other for one, other in zip(made[1:], MISSING, strict=True)] == [True] * 4
    assert fake.scanned == [("太郎", None)]


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([], dtype=object),
        pd.Series([], dtype="string"),
        pd.Series([], dtype=float),
        pd.Series([], dtype="category"),
        pd.Series([np.nan, np.nan]),
        pd.Series([pd.NaT]),
        pd.Series([None], dtype=pd.ArrowDtype(pa.null())),
        pd.Series([None, None], dtype=object),
        pd.Series(pd.Categorical([None], categories=[1, 2])),
    ],
    ids=lambda series: f"{series.dtype}-{len(series)}",
)
def test_there_may_be_no_text_at_all(series, fake):
    made = series.hairyo.redact()
    assert made.index.equals(series.index)
    assert made.isna().all()
    assert made is not series
    assert series.hairyo.scan().empty
    assert fake.scanned == []


def test_labels_may_repeat_and_have_levels(fake):
    for index in (
        pd.Index(["u", "u", "v"], name="id"),
        pd.MultiIndex.from_tuples([("u", 1), ("u", 1), ("v", 2)], names=["id", "n"]),
        pd.DatetimeIndex(["2026-04-01", "2026-04-01", "2026-04-02"], tz="Asia/Tokyo"),
    ):
        series = pd.Series(["太郎", "はい", "太郎と太郎"], index=index)
        assert series.hairyo.redact().index.equals(index)
        assert list(series.hairyo.redact()) == ["人物A", "はい", "人物Aと人物A"]
        frame = series.hairyo.scan()
        assert frame.index.equals(index[[0, 2]])
        assert frame.index.names == index.names


@pytest.mark.parametrize(
    "values",
    [[1, 2], ["太郎", 1], ["太郎", b"x"], ["太郎", ["太郎"]], ["太郎", np.array(["太郎", None])], [{"a": 1}], [True]],
    ids=str,
)
def test_what_is_no_string_is_refused_with_advice(values):
    with pytest.raises(AttributeError, match="astype"):
        _ = pd.Series(values).hairyo
    assert not hasattr(pd.Series(values), "hairyo")


def test_what_has_come_in_since_is_refused_too(fake):
    series = pd.Series(["太郎", "はい"], dtype=object)
    accessor = series.hairyo
    series[1] = 7
    for go in (accessor.scan, accessor.redact):
        with pytest.raises(AttributeError, match="astype") as caught:
            go()
        assert "太郎" not in str(caught.value)


# --- roles


def test_one_role_is_for_all_texts(fake):
    pd.Series(["はい", None, "いいえ"]).hairyo.scan(role="referral")
    assert fake.scanned == [("はい", "referral"), ("いいえ", "referral")]


@pytest.mark.parametrize("dtype", [object, "str", "category", ARROW], ids=str)
def test_roles_are_aligned_by_the_index(dtype, fake):
    series = pd.Series(["一", "二", "三", "四"], index=list("abcd"))
    series.hairyo.redact(role=pd.Series(["form", "profile", None], index=list("cax"), dtype=dtype))
    assert fake.scanned == [("一", "profile"), ("二", None), ("三", "form"), ("四", None)]


def test_roles_under_the_same_labels_need_no_aligning(fake):
    series = pd.Series(["一", "二", "三"], index=list("aab"))
    series.hairyo.scan(role=pd.Series(["form", "profile", "form"], index=series.index))
    assert [role for _, role in fake.scanned] == ["form", "profile", "form"]


def test_a_label_of_the_texts_may_repeat(fake):
    series = pd.Series(["一", "二", "三"], index=list("aab"))
    series.hairyo.scan(role=pd.Series(["form", "profile"], index=list("ab")))
    assert [role for _, role in fake.scanned] == ["form", "form", "profile"]


@pytest.mark.parametrize(
    "role",
    ["letter", 1, ["form"], pd.Series(["form", "太郎"]), pd.Series([1, 2]), pd.Series(["form"] * 3, index=[0, 0, 1])],
    ids=["word", "number", "list", "series", "numbers", "repeated labels"],
)
def test_wrong_roles_are_refused(role, fake):
    series = pd.Series(["一", "二"])
    for go in (series.hairyo.scan, series.hairyo.redact):
        with pytest.raises(UsageError, match="role") as caught:
            go(role=role)
        assert "太郎" not in str(caught.value)
    assert fake.scanned == []


def test_the_same_text_in_another_role_is_scanned_again(fake):
    series = pd.Series(["太郎", "太郎", "太郎"])
    series.hairyo.scan(role=pd.Series(["form", "profile", "form"]))
    assert fake.scanned == [("太郎", "form"), ("太郎", "profile")]


# --- many texts


def test_the_same_text_is_scanned_once(fake):
    series = pd.Series(["太郎", "はい"] * 500)
    frame = series.hairyo.scan()
    assert len(frame) == 500
    assert fake.scanned == [("太郎", None), ("はい", None)]


def test_progress_is_told(fake, capsys):
    steps = []
    series = pd.Series(["太郎", None, "はい"] * 100)
    series.hairyo.redact(progress=steps.append)
    assert sum(steps) == 300
    steps.clear()
    series.hairyo.scan(progress=steps.append)
    assert sum(steps) == 300
    assert capsys.readouterr() == ("", "")


def test_a_bar_is_shown_on_request(fake, capsys):
    pd.Series(["太郎"] * 3).hairyo.scan(progress=True)
    shown = capsys.readouterr()
    assert "3/3" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("workers", [0, -1])
def test_there_must_be_a_worker(workers, fake):
    for go in (pd.Series(["太郎"]).hairyo.scan, pd.Series(["太郎"]).hairyo.redact):
        with pytest.raises(UsageError, match="worker"):
            go(workers=workers)


@pytest.mark.slow
def test_more_processes_give_the_same():
    texts = [f"{TEXTS[number % 4]}{number}番です。" if TEXTS[number % 4] else None for number in range(200)]
    series = pd.Series(texts, index=range(200, 0, -1))
    roles = pd.Series("form", index=range(50, 100))
    pd.testing.assert_frame_equal(series.hairyo.scan(role=roles, workers=2), series.hairyo.scan(role=roles))
    key = bytes(range(32))
    one, two = (series.hairyo.redact(role=roles, policy="processor", key=key, workers=workers) for workers in (1, 2))
    pd.testing.assert_series_equal(one, two)


@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_memory_does_not_grow_with_the_rows(dtype, fake, monkeypatch):
    """Beside the result, the work takes no more memory for ten times the rows."""
    monkeypatch.setattr(fake, "scan", lambda text, *, role=None: [])

    def peak(rows):
        series = pd.Series([f"本日は晴天です。{row % 97}" for row in range(rows)], dtype=dtype)
        tracemalloc.start()
        frame = series.hairyo.scan()
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert frame.empty
        return used

    peak(1_000)  # what is loaded on the way
    few, many = peak(5_000), peak(25_000)
    assert many < few + 100_000, "a list of the rows takes 160 KB more"


def test_findings_take_little_more_memory_than_their_table(monkeypatch):
    class Every:
        def scan(self, text, *, role=None):
            return [Finding(0, 1, "PERSON", rule="fake", subject="self")]

    monkeypatch.setattr("hairyo.batch.texts.shared_detector", Every)
    series = pd.Series([f"{row % 97}番" for row in range(10_000)], dtype=object)
    tracemalloc.start()
    frame = series.hairyo.scan()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(frame) == 10_000
    assert peak < 1.5 * frame.memory_usage(deep=True).sum()


# --- redaction


def test_a_policy_with_keyed_stand_ins_needs_the_key():
    series = pd.Series(["電話は090-1234-5678です。"])
    with pytest.raises(UsageError, match="key") as caught:
        series.hairyo.redact(policy="processor")
    assert "090" not in str(caught.value)
    made = series.hairyo.redact(policy="processor", key=bytes(range(32)))
    assert "090" not in made[0]
    assert made[0] != series.hairyo.redact()[0]


def test_a_text_that_cannot_be_hidden_is_told_by_its_row(fake, monkeypatch):
    def leak(text, findings, **_):
        if "太郎" in text:
            raise LeakFound("no plan hides every redacted value of this text; hold the input and look at it by hand")
        raise AssertionError("the first of them ends it")

    monkeypatch.setattr("hairyo.batch.texts.redact", leak)
    with pytest.raises(LeakFound) as caught:
        pd.Series([None, "太郎"], index=["u1", "u2"]).hairyo.redact()
    assert caught.value.__notes__ == ["row 1, counted from 0"]
