"""Rows in memory: found and redacted like records of a table; what cannot be given out comes back empty."""

from __future__ import annotations

import traceback

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hairyo
from hairyo.batch import frames
from hairyo.batch.frames import REASON, RowRedaction, check_names, findings, quietly, redacted
from hairyo.consent import Keys
from hairyo.documents import ColumnMap
from hairyo.errors import HairyoError, ModelError, UsageError
from hairyo.redaction import Policy

POLICY = Policy.load("client-company")
SICK = "私は山田太郎です。三年前にうつ病で休職しました。"


def batch(**columns):
    return pa.RecordBatch.from_pydict(columns)


def rows(batches):
    return [row for one in batches for row in one.to_pylist()]


def test_findings_keep_the_columns_before_the_text():
    texts = [SICK, None, "", "本日は晴天です。"]
    found = rows(findings([batch(id=[7, 8, 9, 10], text=texts)], None))
    want = [{"id": 7} | one.to_json() | {"code": one.code} for one in hairyo.scan(SICK)]
    assert [row | {"score": round(row["score"], 4)} for row in found] == want
    assert {row["type"] for row in found} == {"PERSON", "HEALTH"}


def test_a_table_without_findings_gives_an_empty_table_of_the_same_columns():
    made = list(findings([batch(id=[1], text=["本日は晴天です。"])], None))
    assert [one.num_rows for one in made] == [0]
    assert made[0].schema.names == ["id", *frames.FINDINGS.names]


def test_a_row_is_redacted_as_a_record():
    given_rows = batch(
        n=[1, 2, 3],
        氏名=["山田太郎", None, "佐藤花子"],
        自己PR=["山田太郎です。うつ病で休職しました。", None, "本日は晴天です。"],
        電話=[9012345678, None, None],
    )
    made = rows(redacted([given_rows], RowRedaction(POLICY, kept=1)))
    assert [row["n"] for row in made] == [1, 2, 3]
    assert [row[REASON] for row in made] == [None] * 3
    assert made[0]["自己PR"] == f"{made[0]['氏名']}です。[非開示]で休職しました。"
    assert made[0]["電話"] is None, "a number cannot hold a mask"
    assert made[1] == {"n": 2, "氏名": None, "自己PR": None, "電話": None, REASON: None}
    assert made[2]["自己PR"] == "本日は晴天です。"
    assert "佐藤" not in made[2]["氏名"]


def test_nested_text_is_redacted_and_keeps_its_type():
    kind = pa.struct([("name", pa.string()), ("years", pa.list_(pa.int64()))])
    column = pa.array([{"name": "山田太郎", "years": [2001]}], kind)
    made = next(redacted([pa.RecordBatch.from_arrays([column], names=["profile"])], RowRedaction(POLICY)))
    assert made.schema.field("profile").type == kind
    assert made.to_pylist()[0]["profile"] == {"name": "人物A", "years": [2001]}


def test_the_column_map_tells_what_a_column_holds():
    told = RowRedaction(POLICY, ColumnMap.parse("user=番,text=文"))
    made = rows(redacted([batch(番=["AX-77"], 文=["本日は晴天です。"])], told))
    assert "AX-77" not in made[0]["番"]


@pytest.mark.parametrize("where", ["plan", "check", "read"])
def test_a_row_that_cannot_be_given_out_is_empty(monkeypatch, where):
    table = batch(n=[1, 2], 文=["佐藤花子です。", SICK])
    plain = frames.plan
    if where == "check":
        monkeypatch.setattr(frames, "leaking_rows", lambda shown, values: {2})
    if where == "plan":  # a plan that hides nothing: the check of the finished row must see it
        monkeypatch.setattr(frames, "plan", lambda text, *more: type(plain(text, *more))((), plain(text, *more).values))
    if where == "read":

        def broken(unit, *_):
            raise ValueError(unit.text)

        monkeypatch.setattr(frames, "findings_of", broken)
    made = rows(redacted([table], RowRedaction(POLICY, kept=1)))
    refused = made[1:] if where == "check" else made
    assert [row["文"] for row in refused] == [None] * len(refused)
    assert {row[REASON] for row in refused} == {"error" if where == "read" else "leak_found"}
    assert [row["n"] for row in made] == [1, 2]


def test_what_is_wrong_with_the_machine_ends_the_work(monkeypatch):
    def broken(*_):
        raise ModelError("the model is missing")

    monkeypatch.setattr(frames, "findings_of", broken)
    with pytest.raises(ModelError):
        rows(redacted([batch(文=[SICK])], RowRedaction(POLICY)))


def test_keyed_stand_ins_need_the_key_of_who_planned_the_work():
    policy = Policy.load("processor")
    assert policy.keyed
    assert not POLICY.keyed
    with pytest.raises(UsageError, match="another key"):
        rows(redacted([batch(文=["090-1234-5678"])], RowRedaction(policy, key_id="0" * 16)))
    how = RowRedaction(policy, recipient="p1", key_id=Keys.load().id)
    made, again = (rows(redacted([batch(文=["電話は090-1234-5678です。"] * 2)], how)) for _ in range(2))
    assert made == again
    assert made[0]["文"].startswith("電話はTEL-")
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ([("写真", pa.binary())], "binary"),
        ([(REASON, pa.string())], "already"),
        ([("x", pa.struct([("a", pa.string()), ("b", pa.binary())]))], "flatten"),
        ([("数", pa.int64()), ("山田太郎", pa.string())], "column 2"),
    ],
)
def test_tables_that_cannot_be_redacted_are_refused(schema, message):
    with pytest.raises(HairyoError, match=message) as caught:
        check_names(pa.schema(schema), RowRedaction(POLICY))
    assert "山田" not in str(caught.value)


def test_names_of_columns_may_be_ordinary_words():
    names = ["会員ID", "氏名", "電話番号", "自己PR", "備考", "text", "id"]
    check_names(pa.schema([(name, pa.string()) for name in names]), RowRedaction(POLICY))


def test_an_error_says_where_and_not_what():
    def broken():
        yield pa.RecordBatch.from_pydict({"a": [1]})
        raise ValueError("山田太郎はうつ病")

    with pytest.raises(RuntimeError, match=r"ValueError at test_frames\.py:\d+") as caught:
        list(quietly(broken()))
    assert "山田" not in "".join(traceback.format_exception(caught.value))


PIECES = st.sampled_from(
    ["山田太郎です。", "うつ病で休職しました。", "090-1234-5678", "晴天です。", "\0", "\n", "𠮷", ""]
)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(PIECES, max_size=4).map("".join) | st.none(), min_size=1, max_size=4))
def test_no_row_shows_what_was_found_in_it(texts):
    made = rows(redacted([batch(n=list(range(len(texts))), 文=texts)], RowRedaction(POLICY, kept=1)))
    assert [row["n"] for row in made] == list(range(len(texts)))
    for row, text in zip(made, texts, strict=True):
        assert row[REASON] is not None or (row["文"] is None) == (text is None)
        for one in hairyo.scan(text or ""):
            if POLICY.redacts(one) and one.type in ("PERSON", "HEALTH", "PHONE"):
                assert text[one.start : one.end] not in (row["文"] or "")
