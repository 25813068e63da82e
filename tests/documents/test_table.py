from __future__ import annotations

import csv
import io

import pytest
from document_builders import applied, edits_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hairyo.documents import ColumnMap, Edit, Limits, open_document
from hairyo.errors import BrokenInput, TooLarge, UsageError

TABLE = '会員ID,氏名,"自己""PR"\r\n1,"山田\r\n太郎",x\r\n\r\n2,佐藤,"持病,喘息",余り\r\n3\r\n'
RELAXED = settings(max_examples=60, deadline=None)


def _open(folder, text, name="a.csv", encoding="utf-8", **options):
    (folder / name).write_bytes(text.encode(encoding))
    return open_document(folder / name, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc-jp", "iso2022_jp"])
@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.tsv", "\t"), ("a.csv", ";")])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_copies_byte_for_byte(tmp_path, encoding, name, mark, newline):
    document = _open(tmp_path, TABLE.replace(",", mark).replace("\r\n", newline), name, encoding)
    document.write(tmp_path / "copy", [])
    assert (tmp_path / "copy").read_bytes() == (tmp_path / name).read_bytes()
    assert [b.text for b in document.blocks()][:5] == ["会員ID", "氏名", '自己"PR', "1", f"山田{newline}太郎"]


def test_cells_know_their_row_and_column(tmp_path):
    blocks = list(_open(tmp_path, TABLE).blocks())
    places = [(b.text, b.record, b.field, b.label, b.locator) for b in blocks]
    assert places[1] == ("氏名", None, None, "", "row 1, column 2")
    assert places[7] == ("佐藤", 4, "氏名", "氏名", "row 4, column 2")
    assert places[9] == ("余り", 4, "column 4", "", "row 4, column 4")
    assert places[10] == ("3", 5, "会員ID", "会員ID", "row 5, column 1")
    assert len(places) == 11


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("名\n山田\n", Edit(1, 0, 2, "a,b"), '名\n"a,b"\n'),
        ("名\n山田\n", Edit(1, 0, 2, 'a"b'), '名\na"b\n'),
        ("名\n山田\n", Edit(1, 0, 1, '"'), '名\n"""田"\n'),
        ("名\n山田\n", Edit(1, 0, 2, "a\nb"), '名\n"a\nb"\n'),
        ("名\n山田\n", Edit(1, 0, 2, ""), '名\n""\n'),
        ("名,年\n山田,3\n", Edit(2, 0, 2, ""), "名,年\n,3\n"),
        ('名\n"山""田"\n', Edit(1, 1, 2, '"x'), '名\n"山""x田"\n'),
        ('名\n"山"田\n', Edit(1, 1, 2, "x"), '名\n"山x"\n'),
        ('名\n5" 山田\n', Edit(1, 3, 5, "x"), '名\n5" x\n'),
    ],
)
def test_quotes_where_needed(tmp_path, text, edit, expected):
    _open(tmp_path, text).write(tmp_path / "b.csv", [edit])
    assert (tmp_path / "b.csv").read_bytes().decode() == expected


def test_column_map(tmp_path):
    columns = ColumnMap.parse("name=氏名,user=会員ID")
    assert columns.roles == {"氏名": "name", "会員ID": "user"}
    _open(tmp_path, TABLE, columns=columns)
    with pytest.raises(UsageError, match="'birth'") as caught:
        _open(tmp_path, TABLE, columns=ColumnMap.parse("birth=生年月日"))
    assert "氏名" not in str(caught.value)
    bare = _open(tmp_path, TABLE, columns=ColumnMap(name="column 2", header=False))
    assert [b.field for b in bare.blocks()][:3] == ["column 1", "column 2", "column 3"]
    assert next(bare.blocks()).record == 1


def test_refuses_an_open_quote(tmp_path):
    with pytest.raises(BrokenInput, match="quote"):
        list(_open(tmp_path, '名\n"山田\n' + "x\n" * 100).blocks())
    with pytest.raises(TooLarge):
        list(_open(tmp_path, '名\n"山田\n' + "x\n" * 200_000, limits=Limits(record_chars=1000)).blocks())


def test_long_tables_are_read_in_pieces(tmp_path):
    rows = "".join(f'{n},"山田\n太郎",①\n' for n in range(20_000))
    document = _open(tmp_path, "番号,氏名,印\n" + rows, encoding="cp932")
    blocks = list(document.blocks())
    assert [b.index for b in blocks] == list(range(60_003))
    document.write(tmp_path / "b.csv", (Edit(b.index, 0, 5, "■") for b in blocks if b.field == "氏名"))
    assert (tmp_path / "b.csv").read_bytes().decode("cp932") == "番号,氏名,印\n" + rows.replace("山田\n太郎", "■")


@RELAXED
@given(text=st.text(alphabet='山ab", \r\n', max_size=40))
def test_cells_are_those_of_the_csv_module(tmp_path_factory, text):
    text = "x,y\n" + text
    try:
        expected = list(csv.reader(io.StringIO(text, newline=""), strict=False))
        cells = [b.text for b in _open(tmp_path_factory.mktemp("t"), text).blocks()]
    except BrokenInput:
        assume(False)
    assert cells == [cell for row in expected for cell in row]


@RELAXED
@given(
    data=st.data(),
    cells=st.lists(
        st.lists(st.text(alphabet='山a", \r\n', max_size=6), min_size=1, max_size=3), min_size=1, max_size=5
    ),
    encoding=st.sampled_from(["utf-8", "cp932", "iso2022_jp", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_edits_survive_reading_again(tmp_path_factory, data, cells, encoding, quoting):
    folder, buffer = tmp_path_factory.mktemp("t"), io.StringIO(newline="")
    csv.writer(buffer, quoting=quoting).writerows([["番号", "氏名"], *cells])
    document = _open(folder, buffer.getvalue(), encoding=encoding)
    blocks = list(document.blocks())
    edits = data.draw(edits_of(blocks, st.text(alphabet='■",\n', max_size=3)))
    document.write(folder / "b.csv", edits)
    assert [b.text for b in open_document(folder / "b.csv").blocks()] == applied(blocks, edits)
