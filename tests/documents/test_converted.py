"""Older formats by way of LibreOffice: without it, with a stand-in for it, and with itself where it is installed."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

import pytest
from document_builders import hits, pack, plain_docx
from office_beds import book_parts, cells, inline

from hairyo.documents import Limits, converted, open_document
from hairyo.errors import BrokenInput, OutputError, TooLarge

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
RTF = rb"{\rtf1\ansi x}"
NAME = "山田太郎"


def _ole(*streams):
    """Return what looks like an OLE file with these streams, wherever their names lie."""
    return OLE + bytes((1 << 20) - 20) + b"".join(name.encode("utf-16-le") + bytes(40) for name in streams)


def _file(folder, name, data):
    (folder / name).write_bytes(data)
    return folder / name


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a stand-in for LibreOffice before everything else; it does what the test writes into it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    converted._without_network.cache_clear()

    def write(script):
        path = folder / "soffice"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return write


COPY = """
while [ $# -gt 1 ]; do case "$1" in --outdir) out="$2";; --convert-to) made="${2%%:*}";; esac; shift; done
mkdir -p "$out"
"""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.doc", _ole("WordDocument")),
        ("a.xls", _ole("Workbook")),
        ("a.ppt", _ole("PowerPoint Document")),
        ("a.rtf", RTF),
    ],
)
def test_without_libreoffice_it_is_held(tmp_path, monkeypatch, name, data):
    monkeypatch.setattr(converted.shutil, "which", lambda _: None)
    document = open_document(_file(tmp_path, name, data))
    assert document.format == name[2:]
    assert document.unread == ("document that only LibreOffice opens, which is not installed",)
    assert list(document.blocks()) == []
    with pytest.raises(OutputError):
        document.write(tmp_path / "copy", [])


@pytest.mark.parametrize("name", ["a.doc", "a.xls", "a.docx", "a.xlsx", "a"])
def test_a_locked_document_is_refused_by_name(tmp_path, name):
    with pytest.raises(BrokenInput, match="password"):
        open_document(_file(tmp_path, name, _ole("EncryptionInfo", "EncryptedPackage")))


def test_what_no_older_format_holds_is_refused(tmp_path):
    with pytest.raises(BrokenInput, match="OLE"):
        open_document(_file(tmp_path, "a.doc", _ole("Something")))


@pytest.mark.parametrize(
    ("name", "streams", "kind"),
    [
        ("a.doc", ("WordDocument", "Workbook"), "doc"),
        ("a.xls", ("Workbook", "WordDocument"), "xls"),
        ("a.doc", ("Book",), "xls"),
        ("a.txt", ("PowerPoint Document",), "ppt"),
        ("a", ("WordDocument",), "doc"),
    ],
)
def test_the_streams_tell_the_kind(tmp_path, monkeypatch, name, streams, kind):
    monkeypatch.setattr(converted.shutil, "which", lambda _: None)
    assert open_document(_file(tmp_path, name, _ole(*streams))).format == kind


def test_the_converted_document_is_read_and_written(tmp_path, program):
    plain_docx(tmp_path / "made.docx")
    program(COPY + f'cp {tmp_path}/made.docx "$out/document.$made"')
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    document = open_document(_file(tmp_path, "a.rtf", RTF), limits=Limits(scratch=scratch))
    assert (document.format, document.converted) == ("docx", ".docx")
    assert "LibreOffice" in str(document.remarks[0])
    blocks = list(document.blocks())
    document.write(tmp_path / "b.docx", hits(blocks, NAME))
    assert NAME not in "".join(block.text for block in open_document(tmp_path / "b.docx").blocks())
    assert [path.name for folder in scratch.iterdir() for path in folder.iterdir()] == ["made"]
    del document
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("script", ["exit 1", "exit 0", COPY + 'printf x > "$out/document.$made"'])
def test_what_cannot_be_converted_is_refused(tmp_path, program, script):
    program(script)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(BrokenInput):
        open_document(_file(tmp_path, "a.rtf", RTF), limits=Limits(scratch=scratch))
    assert not list(scratch.iterdir())


def test_a_conversion_that_does_not_end_is_ended_with_all_it_started(tmp_path, program, monkeypatch):
    monkeypatch.setattr(converted, "_SECONDS", 1)
    program(f"(sleep 2; touch {tmp_path}/late) & sleep 600")
    with pytest.raises(TooLarge, match="1 seconds"):
        open_document(_file(tmp_path, "a.rtf", RTF))
    time.sleep(1.5)
    assert not (tmp_path / "late").exists()


def test_neither_key_nor_network_reach_the_program(tmp_path, program, monkeypatch):
    monkeypatch.setenv("HAIRYO_SECRET", "x")
    program(f"env > {tmp_path}/env; exit 1")
    with pytest.raises(BrokenInput):
        open_document(_file(tmp_path, "a.rtf", RTF))
    said = (tmp_path / "env").read_text()
    assert "HAIRYO" not in said
    assert "http_proxy=http://127.0.0.1:9" in said


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", ["a.doc", "a.rtf", "a.odt", "a.xls", "a.ods"])
def test_with_libreoffice(tmp_path, name):
    made = ".docx" if name in ("a.doc", "a.rtf", "a.odt") else ".xlsx"
    source = tmp_path / f"source{made}"
    if made == ".docx":
        plain_docx(source)
    else:
        pack(source, book_parts(cells(inline("氏名") + inline(NAME))))
    folder = tmp_path / "old"
    folder.mkdir()
    path = converted_back(source, folder, name[2:])
    document = open_document(path)
    assert (document.converted, document.unread) == (made, ())
    document.write(tmp_path / f"b{made}", hits(list(document.blocks()), NAME))
    copied = "".join(block.text for block in open_document(tmp_path / f"b{made}").blocks())
    assert NAME not in copied
    assert "[非開示]" in copied


def converted_back(source: Path, folder: Path, kind: str) -> Path:
    """Return what LibreOffice makes of a document in an older format."""
    filters = {
        "doc": "doc:MS Word 97",
        "xls": "xls:MS Excel 97",
        "rtf": "rtf:Rich Text Format",
        "odt": "odt:writer8",
        "ods": "ods:calc8",
    }
    original = dict(converted._FILTERS)
    try:
        converted._FILTERS = {kind: filters[kind]}
        return converted._convert(str(shutil.which("soffice")), source, source.suffix[1:], kind, folder)
    finally:
        converted._FILTERS = original
