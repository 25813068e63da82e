from __future__ import annotations

import json

import pytest
from document_builders import applied, edits_of, hits
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import Limits, open_document
from hairyo.errors import BrokenInput, OutputError, TooLarge
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

SOURCE = (
    '\ufeff{\r\n  "氏名" : "\\u5c71田太郎",\t"n": 0.10e+2, "n": 1, '
    '"big": 123456789012345678901234567890,\n "a":[ {"b":"x"} ]}\n'
)


def file(folder, source, encoding="utf-8"):
    (folder / "a.json").write_bytes(source.encode(encoding))
    return folder / "a.json"


def copied(path, edits):
    target = path.with_name("b.json")
    target.unlink(missing_ok=True)
    open_document(path).write(target, edits)
    return target.read_bytes().decode()


def test_layout_doubled_keys_and_big_numbers_stay(tmp_path):
    path = file(tmp_path, SOURCE)
    assert copied(path, []) == SOURCE
    blocks = list(open_document(path).blocks())
    assert [block.text for block in blocks] == [
        "山田太郎", "0.10e+2", "1", "123456789012345678901234567890", "x", "氏名",
    ]  # fmt: skip
    assert (blocks[0].label, blocks[0].record, blocks[4].listed) == ("氏名", None, False)
    made = copied(path, hits(blocks, "山田太郎") + hits(blocks, "123456789012345678901234567890"))
    assert made == SOURCE.replace("\\u5c71田太郎", "[非開示]").replace("123456789012345678901234567890", '"[非開示]"')


def test_objects_of_a_list_are_a_list_of_persons(tmp_path):
    source = '{"会": "研究会", "members": [{"氏名": "山田"}, {"氏名": "佐藤", "家族": ["花子"]}], "x": [{"y": "z"}]}'
    listed = {block.text: block.listed for block in open_document(file(tmp_path, source)).blocks()}
    assert listed == {
        "研究会": False, "山田": True, "佐藤": True, "花子": True, "z": False,
        "会": False, "氏名": False, "家族": False,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp", "utf-16", "iso-2022-jp"])
def test_other_encodings(tmp_path, encoding):
    path = file(tmp_path, '{"氏名": "山田太郎は東京の人です。"}', encoding)
    document = open_document(path)
    document.write(tmp_path / "b.json", hits(list(document.blocks()), "山田太郎"))
    assert (tmp_path / "b.json").read_bytes().decode(encoding) == '{"氏名": "[非開示]は東京の人です。"}'


@pytest.mark.parametrize("source", ["{", "[1,]", "{} {}", "nul", '{"a" 1}', '{"山田"}', "[" * 50, "\\", '"a\nb"'])
def test_refuses_what_is_not_json(tmp_path, source):
    with pytest.raises(BrokenInput) as caught:
        list(open_document(file(tmp_path, source)).blocks())
    assert "山田" not in str(caught.value)


def test_refuses_the_deep_and_the_long(tmp_path):
    with pytest.raises(TooLarge):
        open_document(file(tmp_path, "[" * 300 + "]" * 300))
    with pytest.raises(TooLarge):
        open_document(file(tmp_path, json.dumps("山" * 100)), limits=Limits(record_chars=50))


@pytest.mark.parametrize("data", ["data:image/png;base64,iVBORw0KGgo=", "QUJDREVGR0hJSktM" * 20])
def test_data_in_base64_holds_the_file(tmp_path, data):
    assert open_document(file(tmp_path, json.dumps({"photo": data}))).unread == ("base64 data",)
    assert open_document(file(tmp_path, json.dumps({"photo": "QUJD"}))).unread == ()


@pytest.mark.parametrize("place", ['{"0": 1}', '{"a": "0"}', '["0"]', '{"a": {"b": ["x", "0"]}}', '"{escaped}"'])
def test_the_check_sees_every_place(tmp_path, place):
    name = "山田太郎"
    escaped = "".join(f"\\u{ord(char):04x}" for char in name)
    path = file(tmp_path, place.replace("0", name).replace("{escaped}", escaped))
    assert check_copy(path, "json", {None: [Secret(name, "PERSON")]}).leaks
    blocks = list(open_document(path).blocks())
    copied(path, hits(blocks, name))
    assert not check_copy(tmp_path / "b.json", "json", {None: [Secret(name, "PERSON")]}).leaks


def test_the_check_refuses_a_broken_copy(tmp_path):
    with pytest.raises(OutputError):
        check_copy(file(tmp_path, '{"a": '), "json", {None: [Secret("山田", "PERSON")]})


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=5)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(st.data(), VALUES, st.booleans())
@settings(max_examples=100, deadline=None)
def test_edits_do_what_they_say_and_nothing_else(tmp_path_factory, data, value, ascii_only):
    path = file(tmp_path_factory.mktemp("j"), json.dumps(["山", value], ensure_ascii=ascii_only).replace("\x7f", ""))
    blocks = list(open_document(path).blocks())
    edits = data.draw(edits_of(blocks, st.sampled_from(["伏", 'a"b\\'])))
    copied(path, edits)
    again = list(open_document(path.with_name("b.json")).blocks())
    assert _told(again, [block.text for block in again]) == _told(blocks, applied(blocks, edits))


def _told(blocks, texts):
    """Return values, and keys once each: an edit may make two keys one."""
    said = [(block.locator.startswith("key"), text) for block, text in zip(blocks, texts, strict=True) if text]
    return sorted(text for key, text in said if not key), {text for key, text in said if key}
