from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from document_builders import applied, edits_of, hits
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import ColumnMap, Edit, Limits, open_document
from hairyo.errors import BrokenInput, OutputError, TooLarge, UnknownFormat, UsageError

NAME = "山田太郎"
RELAXED = settings(max_examples=30, deadline=None)


@pytest.fixture
def table():
    unused = pa.DictionaryArray.from_arrays(pa.array([0, 0, None, 1], pa.int8()), ["a", "b", "使われない佐藤"])
    return pa.table(
        {
            "氏名": pa.array([NAME, "", None, "佐藤"]),
            "区分": unused,
            "番号": pa.array([123456789012, None, 3, 4]),
            "語": [[NAME], None, [], ["b", None]],
            "組": [{"k": NAME, "m": [1]}, None, {"k": None, "m": None}, {"k": "z", "m": []}],
            "対": pa.array([[(NAME, "v")], None, [], [("a", None)]], pa.map_(pa.string(), pa.string())),
            "時": pa.array([1700000000123456789] * 4, pa.timestamp("ns", "Asia/Tokyo")),
            "日": [dt.date(1990, 4, 1), None, None, None],
            "像": [b"x", None, None, None],
        }
    )


def _open(folder, table, **options):
    pq.write_table(table, folder / "a.parquet", row_group_size=2, compression="zstd")
    return open_document(folder / "a.parquet", **options)


def test_copies_values_types_and_row_groups(tmp_path, table):
    document = _open(tmp_path, table)
    document.write(tmp_path / "b.parquet", [])
    copy = pq.ParquetFile(tmp_path / "b.parquet")
    assert copy.schema_arrow.types == table.schema.types
    assert copy.num_row_groups == 2
    assert copy.metadata.row_group(0).column(0).compression == "ZSTD"
    assert copy.metadata.row_group(0).column(0).statistics is None
    assert all(copy.read()[name].to_pylist() == table[name].to_pylist() for name in table.column_names[:6])
    assert copy.read()["時"].equals(table["時"])
    assert document.unread == ("binary column",)


def test_masks_everywhere_and_leaves_no_trace(tmp_path, table):
    table = table.replace_schema_metadata({"note": NAME, "pandas": f'{{"columns":[],"attributes":{{"a":"{NAME}"}}}}'})
    document = _open(tmp_path, table)
    document.write(tmp_path / "b.parquet", hits(list(document.blocks()), NAME))
    copy = pq.ParquetFile(tmp_path / "b.parquet")
    rows = copy.read().to_pylist()
    assert (rows[0]["氏名"], rows[0]["語"], rows[0]["組"]["k"]) == ("[非開示]", ["[非開示]"], "[非開示]")
    assert rows[0]["対"] == [("[非開示]", "v")]
    assert set(copy.schema_arrow.metadata) == {b"pandas"}
    raw = (tmp_path / "b.parquet").read_bytes()
    assert NAME.encode() not in raw
    assert "使われない".encode() not in raw


def test_an_edited_number_or_date_becomes_null(tmp_path, table):
    document = _open(tmp_path, table)
    blocks = [b for b in document.blocks() if b.record == 1 and b.field in ("番号", "日", "時", "組.m")]
    assert [b.text for b in blocks][:2] == ["123456789012", "1"]
    document.write(tmp_path / "b.parquet", [Edit(b.index, 0, 1, "■") for b in blocks])
    row = pq.read_table(tmp_path / "b.parquet").slice(0, 1)
    assert [row[name][0].as_py() for name in ("番号", "日", "時")] == [None] * 3
    assert row["組"][0].as_py() == {"k": NAME, "m": [None]}


def test_blocks_know_their_column(tmp_path, table):
    blocks = list(_open(tmp_path, table).blocks())
    assert [b.text for b in blocks[:9]] == table.column_names
    assert {b.record for b in blocks[:9]} == {None}
    inner = next(b for b in blocks if b.field == "組.k")
    assert (inner.text, inner.label, inner.record, inner.locator) == (NAME, "k", 1, "row 1, column 5")


def test_a_column_name_can_be_edited(tmp_path, table):
    _open(tmp_path, table).write(tmp_path / "b.parquet", [Edit(0, 0, 2, "■")])
    assert pq.read_schema(tmp_path / "b.parquet").names[0] == "■"


def test_column_map(tmp_path, table):
    _open(tmp_path, table, columns=ColumnMap(name="氏名"))
    with pytest.raises(UsageError, match="'text'"):
        _open(tmp_path, table, columns=ColumnMap(text=("備考",)))


def test_refusals(tmp_path, table):
    nested = pa.table({"x": [{"t": "山田", "b": b"x"}]})
    with pytest.raises(UnknownFormat, match="column 1"):
        _open(tmp_path, nested)
    with pytest.raises(TooLarge):
        list(_open(tmp_path, table, limits=Limits(unpacked_bytes=10)).blocks())
    strict = pa.table({"n": [12345]}, pa.schema([pa.field("n", pa.int64(), nullable=False)]))
    with pytest.raises(OutputError):
        _open(tmp_path, strict).write(tmp_path / "b.parquet", [Edit(1, 0, 5, "■")])
    assert not (tmp_path / "b.parquet").exists()
    path = tmp_path / "a.parquet"
    _open(tmp_path, table)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BrokenInput):
        open_document(path)


def test_an_empty_table_is_copied(tmp_path, table):
    document = _open(tmp_path, table.slice(0, 0))
    document.write(tmp_path / "b.parquet", [])
    assert pq.read_table(tmp_path / "b.parquet").num_rows == 0


@RELAXED
@given(
    data=st.data(),
    texts=st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=5), min_size=1, max_size=6),
    kind=st.sampled_from([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]),
)
def test_edits_survive_reading_again(tmp_path_factory, data, texts, kind):
    folder = tmp_path_factory.mktemp("t")
    document = _open(folder, pa.table({"名": pa.array(texts, kind), "語": [[text, "x"] for text in texts]}))
    blocks = list(document.blocks())
    edits = data.draw(edits_of(blocks, st.text(alphabet="■x", min_size=1, max_size=3)))
    document.write(folder / "b.parquet", edits)
    assert [b.text for b in open_document(folder / "b.parquet").blocks()] == applied(blocks, edits)
