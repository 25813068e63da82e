from __future__ import annotations

import json

import pytest
from document_builders import applied, edits_of
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import ColumnMap, Edit, Limits, open_document
from hairyo.documents.encodings import START, Encoding
from hairyo.errors import BrokenInput, InputRefused, TooLarge, UsageError

LINES = (
    '{"name" : "山田\\u592a郎", "n":123456789012, "x":[{"鍵 a":"v\\n"}, null, true]}\r\n'
    '\n"abc\\ud800d"\n12.5\n{"name":"\\ud83d\\ude00"}'
)
RELAXED = settings(max_examples=60, deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cc"]), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def _open(folder, text, encoding="utf-8", **options):
    (folder / "a.jsonl").write_bytes(text.encode(encoding))
    return open_document(folder / "a.jsonl", **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc-jp", "iso2022_jp"])
def test_copies_byte_for_byte(tmp_path, encoding):
    document = _open(tmp_path, LINES, encoding)
    document.write(tmp_path / "copy", [])
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_offers_strings_numbers_and_telling_keys(tmp_path):
    blocks = list(_open(tmp_path, LINES).blocks())
    assert [(b.text, b.record, b.field, b.label) for b in blocks] == [
        ("山田太郎", 1, "name", "name"),
        ("123456789012", 1, "n", "n"),
        ("鍵 a", 1, None, ""),
        ("v\n", 1, "x.鍵 a", "鍵 a"),
        ("abc\ud800d", 3, None, ""),
        ("12.5", 4, None, ""),
        ("😀", 5, "name", "name"),
    ]
    assert not any("鍵" in b.locator for b in blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16", "iso2022_jp"])
def test_splices_literals(tmp_path, encoding):
    edits = [Edit(0, 2, 3, '髙"'), Edit(1, 0, 12, "[非開示]"), Edit(3, 1, 2, "😀"), Edit(4, 0, 3, "")]
    _open(tmp_path, LINES, encoding).write(tmp_path / "b.jsonl", edits)
    raw = (tmp_path / "b.jsonl").read_bytes()
    iso = Encoding("iso-2022-jp")  # Python's codec lacks 髙
    lines = (iso.decode(raw, START, True)[0] if "iso" in encoding else raw.decode(encoding)).split("\n")
    assert json.loads(lines[0]) == {"name": '山田髙"郎', "n": "[非開示]", "x": [{"鍵 a": "v😀"}, None, True]}
    assert lines[0].startswith('{"name" : "山田')
    assert lines[2] == '"\\ud800d"'


@pytest.mark.parametrize(
    "line",
    ['{"a":1', '{"a" 1}', "[1,]", '{"a":1,}', "{1:2}", '"\t"', '"\\x"', "01", "[1 2]", "}", "[}", "{]", "1 2",
     "nul", '{"a"}', '{,"a":1}', "[,1]", '"山田'],
)  # fmt: skip
def test_malformed_lines_are_named_by_number(tmp_path, line):
    with pytest.raises(json.JSONDecodeError):
        json.loads(line)
    with pytest.raises(BrokenInput, match="line 2 ") as caught:
        list(_open(tmp_path, '{"ok":1}\n' + line + "\n").blocks())
    assert "山田" not in str(caught.value)


def test_deep_nesting_is_too_large(tmp_path):
    list(_open(tmp_path, "[" * 200 + "]" * 200).blocks())
    with pytest.raises(TooLarge):
        list(_open(tmp_path, "[" * 100_000).blocks())
    with pytest.raises(TooLarge):
        list(_open(tmp_path, '"' + "a" * 100_000 + '"', limits=Limits(record_chars=1000)).blocks())


def test_column_map(tmp_path):
    _open(tmp_path, '{"a":"x"}\n{"b":{"c":"y"}}', columns=ColumnMap.parse("text=b.c,name=a"))
    with pytest.raises(UsageError, match="'text'"):
        _open(tmp_path, '{"a":"x"}\n{"b":"y"}', columns=ColumnMap.parse("text=c"))


@RELAXED
@given(data=st.data(), values=st.lists(VALUES, min_size=1, max_size=4))
def test_edits_survive_reading_again(tmp_path_factory, data, values):
    folder = tmp_path_factory.mktemp("t")
    lone = any("\ud800" <= char <= "\udfff" for char in json.dumps(values, ensure_ascii=False))
    document = _open(folder, "\n".join(json.dumps(value, ensure_ascii=lone) for value in values))
    blocks = list(document.blocks())
    edits = data.draw(edits_of(blocks, st.text(alphabet='■"\\\n', min_size=1, max_size=3)))
    document.write(folder / "b.jsonl", edits)
    assert [b.text for b in open_document(folder / "b.jsonl").blocks()] == applied(blocks, edits)


@settings(max_examples=200, deadline=None)
@given(line=st.text(alphabet='{}[]:,"a1 \\n', min_size=1, max_size=12))
def test_accepts_what_json_accepts(tmp_path_factory, line):
    try:
        json.loads(line)
        good = True
    except ValueError:
        good = not line.strip()
    try:
        list(_open(tmp_path_factory.mktemp("t"), "1\n" + line).blocks())
        read = True
    except InputRefused:
        read = False
    assert read == good
