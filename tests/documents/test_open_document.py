from __future__ import annotations

import os
from pathlib import Path

import pytest
from document_builders import plain_docx

from hairyo.documents import ColumnMap, Edit, Limits, kinds, open_document, shares_of
from hairyo.documents import output as output_module
from hairyo.errors import BrokenInput, OutputError, TooLarge, UnknownFormat, UsageError


def _file(folder, name, raw):
    (folder / name).write_bytes(raw)
    return folder / name


@pytest.mark.parametrize("name", ["a.TXT", "a.md", "a.csv", "a.tsv", "a.markdown"])
def test_the_suffix_picks_the_reader(tmp_path, name):
    assert open_document(_file(tmp_path, name, "氏名\n山田".encode())).format in {kind.name for kind in kinds()}


@pytest.mark.parametrize(("name", "said"), [("a.xyz", r"\.xyz"), ("a.山田", "such files")])
def test_an_unknown_suffix_is_named_with_what_is_read(tmp_path, name, said):
    with pytest.raises(UnknownFormat, match=rf"{said}.*\.docx") as caught:
        open_document(_file(tmp_path, name, b"abc"))
    assert "山田" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.txt", b"\x1f\x8b\x08", "gzip"),
        ("a.csv", b"PK\x03\x04rest", "zip archive"),
        ("a.jsonl", b"PAR1abc", "Parquet"),
        ("a.docx", b"%PDF-1.7\n", "damaged"),
        ("a.docx", b"plain text", "something else"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound file"),
        ("a.doc", b"\r\n<HTML><body>", "HTML"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "XML"),
        ("a.doc", b"MIME-Version: 1.0\n", "MHTML"),
        ("a.parquet", b"PK\x03\x04", "zip"),
        ("a.txt", b"", "empty"),
        ("a.parquet", b"PAR1", "damaged"),
        ("a.docx", b"PK\x03\x04", "damaged"),
        ("a.txt", bytes(range(256)), "binary"),
    ],
)
def test_name_and_content_must_agree(tmp_path, name, raw, said):
    with pytest.raises(BrokenInput, match=said):
        open_document(_file(tmp_path, name, raw))


@pytest.mark.parametrize("name", ["a.txt", "a.parquet"])
def test_the_content_decides_and_both_are_told(tmp_path, name):
    plain_docx(tmp_path / "a.docx").rename(tmp_path / name)
    document = open_document(tmp_path / name)
    assert document.format == "docx"
    assert "Word document (DOCX)" in str(document.remarks[0])
    assert {"txt": "plain text", "parquet": "Parquet"}[name[2:]] in str(document.remarks[0])


def test_a_file_without_suffix_is_known_by_its_content(tmp_path):
    plain_docx(tmp_path / "a.docx").rename(tmp_path / "a")
    assert (open_document(tmp_path / "a").format, open_document(tmp_path / "a").remarks) == ("docx", ())
    with pytest.raises(UnknownFormat, match="no suffix"):
        open_document(_file(tmp_path, "b", b"abc"))


def test_missing_and_large_files(tmp_path):
    with pytest.raises(BrokenInput):
        open_document(tmp_path / "山田.txt")
    (tmp_path / "d.txt").mkdir()
    with pytest.raises(BrokenInput):
        open_document(tmp_path / "d.txt")
    with pytest.raises(TooLarge):
        open_document(_file(tmp_path, "a.txt", b"abcdef"), limits=Limits(file_bytes=5))


def test_a_copy_appears_whole_or_not_at_all(tmp_path):
    document = open_document(_file(tmp_path, "a.txt", "山田太郎".encode()))
    (tmp_path / "b.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        document.write(tmp_path / "b.txt", [])
    assert (tmp_path / "b.txt").read_text() == "mine"
    with pytest.raises(OutputError):
        document.write(tmp_path / "nowhere" / "c.txt", [])
    bad = (
        [Edit(0, 0, 9, "x")],
        [Edit(1, 0, 1, "x")],
        [Edit(0, 1, 2, "x"), Edit(0, 0, 1, "y")],
        [Edit(0, 1, 1, "x")],
    )
    for edits in bad:
        with pytest.raises(ValueError, match="block"):
            document.write(tmp_path / "c.txt", edits)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_without_hard_links_nothing_is_overwritten(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr(output_module.Path, "hardlink_to", no_links)
    document = open_document(_file(tmp_path, "a.txt", "山田太郎".encode()))
    document.write(tmp_path / "b.txt", [])
    with pytest.raises(OutputError, match="exists"):
        document.write(tmp_path / "b.txt", [])
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_changes_meanwhile_is_refused(tmp_path):
    path = _file(tmp_path, "a.txt", "山田太郎".encode())
    document = open_document(path)
    path.write_bytes("佐藤花子".encode())
    os.utime(path, (1, 1))
    with pytest.raises(BrokenInput, match="changed"):
        document.write(tmp_path / "b.txt", [Edit(0, 0, 2, "■")])
    assert not (tmp_path / "b.txt").exists()


def test_column_maps_are_parsed():
    found = ColumnMap.parse("text=自己PR, text=備考,user=会員ID,header=no")
    assert found == ColumnMap(text=("自己PR", "備考"), user="会員ID", header=False)
    assert found.roles == {"自己PR": "text", "備考": "text", "会員ID": "user"}


@pytest.mark.parametrize("words", ["", "自己PR", "text=", "=x", "shoe=x", "user=a,user=b", "header=maybe", "text=a,"])
def test_bad_column_maps_are_refused(words):
    with pytest.raises(UsageError):
        ColumnMap.parse(words)


@pytest.mark.parametrize(
    ("name", "size", "shares"),
    [
        ("a.txt", 0, 1),
        ("a.csv", 3_999_999, 1),
        ("a.txt", 8_000_000, 3),
        ("a.pdf", 1_000_000, 5),
        ("a.unknown", 500_000, 3),
    ],
)
def test_large_files_have_more_time_and_those_with_pictures_most(name, size, shares):
    assert shares_of(Path(name), size) == shares
