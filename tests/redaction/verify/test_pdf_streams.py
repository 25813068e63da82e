from __future__ import annotations

import time

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from hairyo.redaction.verify.readers.pdf_streams import Streams

MAP = b"1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfchar <0001> <5c71> <0002> <7530> endbfchar"


def _font(**entries):
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    font[NameObject("/Encoding")] = NameObject("/WinAnsiEncoding")
    font.update({NameObject(f"/{key}"): value for key, value in entries.items()})
    return font


def _stream(data, **entries):
    stream = DecodedStreamObject()
    stream.set_data(data)
    stream.update({NameObject(f"/{key}"): value for key, value in entries.items()})
    return stream


def _resources(**groups):
    fonts = {
        "F1": _font(),
        "J 1": _font(Subtype=NameObject("/Type0"), Encoding=NameObject("/Identity-H"), ToUnicode=_stream(MAP)),
    }
    return DictionaryObject(
        {
            NameObject(f"/{group}"): DictionaryObject({NameObject(f"/{key}"): one for key, one in things.items()})
            for group, things in {"Font": fonts, **groups}.items()
        }
    )


def _text(data, **groups):
    return Streams().text(data, _resources(**groups))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (rb"/F1 9 Tf (ab) Tj (c) Tj", "abc"),
        (rb"/F1 9 Tf (a\(b\)\\ (c (d)) \101\n) Tj", "a(b)\\ (c (d)) A"),
        (b"/F1 9 Tf (a\\\r\nb) Tj <63 6> Tj", "abc`"),
        (rb"/J#201 9 Tf <0001 0002> Tj", "山田"),
        (rb"/J#201 9 Tf [(\000\001) -200 <0002>] TJ", "山田"),
        (rb"q /J#201 9 Tf q /F1 9 Tf (x) Tj Q <0001> Tj Q", "x山"),
        (rb"/F1 9 Tf 10 0 0 10 5 700 Tm (a) Tj 10 0 0 10 14 700 Tm (b) Tj 9 0 Td (c) Tj", "abc"),
        (b"/F1 9 Tf BI /W 1 /H 1 ID \x00(\x01( EI (after) Tj", "after"),
        (b"/F1 9 Tf % (no) Tj\n(yes) Tj", "yes"),
    ],
)
def test_what_is_shown_is_read_as_one(content, text):
    assert _text(content).strip() == text


@pytest.mark.parametrize(
    "content",
    [
        rb"/F1 9 Tf 0 700 Td (12) Tj 200 0 Td (34) Tj",
        rb"/F1 9 Tf 0 700 Td (12) Tj 0 -12 Td (34) Tj",
        rb"/F1 9 Tf (12) Tj (34) '",
        rb"/F1 9 Tf [(12) -4000 (34)] TJ",
        rb"BT /F1 9 Tf (12) Tj ET BT (34) Tj ET",
    ],
)
def test_what_stands_apart_is_kept_apart(content):
    assert _text(content).split() == ["12", "34"]


def test_strings_that_are_not_shown_are_read_too():
    said = _text(b"/Span <</ActualText <FEFF5C717530>>> BDC /F1 9 Tf (x) Tj EMC")
    assert said.split() == ["x", "山田"]


def test_names_do_nothing():
    assert _text(b"/F1 9 Tf /Q <</MCID 0>> BDC /Tf /T* (ab) Tj (c) Tj").strip().startswith("abc")


def test_forms_are_read_in_their_place_and_end():
    form = _stream(b"/F1 9 Tf (within) Tj /X Do", Subtype=NameObject("/Form"))
    resources = _resources(XObject={"X": form})
    form[NameObject("/Resources")] = resources
    said = Streams().text(b"/F1 9 Tf (before) Tj /X Do (after) Tj", resources)
    assert said.split()[:2] == ["before", "within"]
    assert said.split()[-1] == "after"
    assert said.count("within") < 10


@pytest.mark.parametrize(
    "content",
    [
        b"(" * 200_000,
        b"(a" * 200_000,
        b"(((((" + b"()" * 200_000,
        b"[(a)" * 200_000,
        b"1 " * 300_000,
        b"/a " * 200_000,
        b"<00" * 200_000,
        b"BI " * 200_000,
        b"\\" * 300_000,
        b"(" + b"\\(" * 200_000,
    ],
    ids=range(10),
)
def test_hostile_streams_take_no_more_than_their_length(content):
    began = time.process_time()
    _text(content)
    assert time.process_time() - began < 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab()\\ \n\r09<>[]/%'", min_size=1, max_size=12), max_size=6))
def test_any_string_is_read_as_pypdf_reads_it(words):
    content = b"/F1 9 Tf " + b" ".join(
        b"(" + word.encode().replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)") + b") Tj"
        for word in words
    )
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(100, 100)
    page[NameObject("/Resources")] = _resources()
    page[NameObject("/Contents")] = writer._add_object(_stream(content))
    shown = "".join(Streams().text(content, page["/Resources"]).split())
    assert shown == "".join(page.extract_text().split())
