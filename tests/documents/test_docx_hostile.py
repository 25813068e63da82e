from __future__ import annotations

import io
import tracemalloc
import warnings
import zipfile

import pytest
from document_builders import docx_parts, pack, plain_docx, relationships, runs, zip_bytes

from hairyo.documents import Limits, open_document
from hairyo.errors import BrokenInput, InputRefused, TooLarge, UnknownFormat

BODY = f"<w:p>{runs('山田太郎')}</w:p>"


def _refused(folder, parts, error, **options):
    path = pack(folder / "a.docx", parts)
    with pytest.raises(error) as caught:
        list(open_document(path, **options).blocks())
    assert "山田" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("word/vbaProject.bin", b"\xd0\xcf", "macro"),
        ("word/activeX/activeX1.xml", "<a/>", "ActiveX"),
        ("_xmlsignatures/sig1.xml", "<a/>", "signature"),
        ("word/secret.dat", b"x", "unknown kind"),
    ],
)
def test_refuses_what_it_does_not_read(tmp_path, name, data, said):
    assert said in _refused(tmp_path, docx_parts(BODY, {name: data}), UnknownFormat)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("word/embeddings/oleObject1.bin", b"\xd0\xcf", "embedded object or workbook"),
        ("word/embeddings/book.xlsx", b"PK", "embedded object or workbook"),
        ("word/afchunk.mht", b"x", "inserted foreign document"),
        ("word/media/image1.emf", b"x", "image"),
        ("word/media/film.mp4", b"x", "audio or video"),
    ],
)
def test_names_documents_within_that_are_not_read(tmp_path, name, data, kind):
    assert open_document(pack(tmp_path / "a.docx", docx_parts(BODY, {name: data}))).unread == (kind,)


@pytest.mark.parametrize(
    "xml",
    [
        "<!DOCTYPE d [<!ENTITY a 'x'>]><d>&a;</d>",
        "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><d/>",
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>'.encode("utf-16"),
        "<d>山田",
        "",
    ],
)
def test_refuses_doubtful_xml(tmp_path, xml):
    _refused(tmp_path, docx_parts(BODY, {"customXml/item1.xml": xml}), BrokenInput)


def test_refuses_bombs_quickly(tmp_path):
    zeros = b"<a>" + b" " * 100_000_000 + b"</a>"
    bomb = docx_parts(BODY, {"customXml/item1.xml": zeros})
    pack(tmp_path / "a.docx", bomb)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        open_document(tmp_path / "a.docx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
    _refused(tmp_path, docx_parts(BODY), TooLarge, limits=Limits(members=2))
    _refused(tmp_path, docx_parts(BODY), TooLarge, limits=Limits(unpacked_bytes=100))
    _refused(tmp_path, docx_parts(BODY), TooLarge, limits=Limits(file_bytes=100))
    for depth in (201, 250, 20_000):
        _refused(tmp_path, docx_parts(BODY, {"customXml/a.xml": "<a>" * depth + "</a>" * depth}), InputRefused)


@pytest.mark.parametrize("name", ["../evil.xml", "/evil.xml", "word\\evil.xml", "c:evil.xml", "word/../../e.xml"])
def test_refuses_wandering_names(tmp_path, name):
    _refused(tmp_path, docx_parts(BODY, {name: "<a/>"}), BrokenInput)


def test_refuses_doubled_and_encrypted_members(tmp_path):
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        warnings.simplefilter("ignore")
        for name, data in [*docx_parts(BODY).items(), ("Word/Document.xml", "<a/>")]:
            archive.writestr(name, data)
    with pytest.raises(BrokenInput):
        open_document(tmp_path / "a.docx")
    raw = bytearray(zip_bytes(docx_parts(BODY)))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.docx").write_bytes(raw)
    with pytest.raises(BrokenInput):
        open_document(tmp_path / "b.docx")


@pytest.mark.parametrize("kept", [4, 100, 1000, -1, -30])
def test_refuses_the_cut_off(tmp_path, kept):
    raw = plain_docx(tmp_path / "a.docx").read_bytes()
    (tmp_path / "b.docx").write_bytes(raw[:kept])
    with pytest.raises(BrokenInput):
        list(open_document(tmp_path / "b.docx").blocks())


def test_refuses_damaged_members(tmp_path):
    raw = bytearray(plain_docx(tmp_path / "a.docx").read_bytes())
    info = zipfile.ZipFile(io.BytesIO(raw)).getinfo("word/document.xml")
    start = info.header_offset + 40 + len(info.filename)
    raw[start : start + 50] = b"\xff" * 50
    (tmp_path / "b.docx").write_bytes(raw)
    with pytest.raises(BrokenInput):
        list(open_document(tmp_path / "b.docx").blocks())


@pytest.mark.parametrize(
    "change",
    [
        {"_rels/.rels": None},
        {"word/document.xml": None},
        {"_rels/.rels": relationships("")},
        {"[Content_Types].xml": '<Types xmlns="x"><Default Extension="xml" ContentType="text/xml"/></Types>'},
    ],
)
def test_refuses_other_packages(tmp_path, change):
    parts = {**docx_parts(BODY), **change}
    _refused(tmp_path, {name: data for name, data in parts.items() if data is not None}, BrokenInput)
