"""PDF files that mean harm, or that nobody meant: they end refused, held or read, in bounded time and memory."""

from __future__ import annotations

import contextlib
import time
import zlib

import pikepdf
import pytest
from document_builders import hits
from pdf_builders import Everything, cid_font, hexed, lines, new_pdf, plain_pdf, saved, type3_font

from hairyo.documents import Limits, open_document
from hairyo.errors import BrokenInput, HairyoError, TooLarge
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

NAME = "山田太郎"
SECONDS = 60  # far more than it takes, far less than what these files ask for


@pytest.fixture(autouse=True)
def _bounded():
    start = time.monotonic()
    yield
    assert time.monotonic() - start < SECONDS


def _form(pdf, data, **inner):
    form = pdf.make_stream(data)
    form["/Type"], form["/Subtype"], form["/BBox"] = (
        pikepdf.Name.XObject,
        pikepdf.Name.Form,
        pikepdf.Array([0, 0, 9, 9]),
    )
    form["/Resources"] = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(**inner), Font=pikepdf.Dictionary(F1=cid_font(pdf))
    )
    return form


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(range(256)) * 40, b"%PDF-1.4\n%%EOF\n"])
def test_what_only_begins_like_a_pdf_is_refused(tmp_path, data):
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(BrokenInput, match="damaged"):
        open_document(tmp_path / "a.pdf")


def test_cut_off_files_are_refused_or_read(tmp_path):
    data = Everything().build(tmp_path / "a.pdf").read_bytes()
    for part in range(1, 8):
        path = tmp_path / f"{part}.pdf"
        path.write_bytes(data[: len(data) * part // 8])
        try:
            document = open_document(path)
            document.write(tmp_path / f"{part}-copy.pdf", hits(list(document.blocks()), "残す"))
        except HairyoError:
            assert not (tmp_path / f"{part}-copy.pdf").exists()


@pytest.mark.slow
def test_streams_that_unfold_too_far_are_refused(tmp_path):
    pdf = new_pdf(b"")
    packed = zlib.compress(zlib.compress(bytes(250_000_000), 9), 9)
    stream = pikepdf.Stream(pdf, packed)
    stream["/Filter"] = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    pdf.pages[0].obj["/Contents"] = pdf.make_indirect(stream)
    pdf.save(tmp_path / "a.pdf", stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    with pytest.raises((TooLarge, BrokenInput)):
        open_document(tmp_path / "a.pdf")


def test_loops_of_pages_and_forms_end(tmp_path):
    pdf = new_pdf(b"/Again Do " + lines("本文"))
    form = _form(pdf, b"/Again Do BT /F1 9 Tf " + hexed(NAME) + b" Tj ET")
    form["/Resources"]["/XObject"]["/Again"] = form
    pdf.pages[0].obj.Resources["/XObject"] = pikepdf.Dictionary(Again=form)
    source = saved(pdf, tmp_path / "a.pdf")
    assert sorted(block.text for block in open_document(source).blocks()) == sorted([NAME, "本文"])
    pdf.Root.Pages["/Kids"] = pikepdf.Array([pdf.Root.Pages, pdf.pages[0].obj])
    saved(pdf, tmp_path / "b.pdf")
    with pytest.raises(BrokenInput):
        open_document(tmp_path / "b.pdf")


@pytest.mark.slow
def test_forms_that_multiply_are_refused(tmp_path):
    pdf = new_pdf(b"/In Do")
    form = _form(pdf, b"BT /F1 9 Tf " + hexed(NAME) + b" Tj ET")
    for _ in range(9):
        form = _form(pdf, b"/In Do " * 20, In=form)
    pdf.pages[0].obj.Resources["/XObject"] = pikepdf.Dictionary(In=form)
    with pytest.raises(TooLarge, match="holds too much"):
        open_document(saved(pdf, tmp_path / "a.pdf"))


def test_deep_forms_are_read_to_the_limit(tmp_path):
    pdf = new_pdf(b"/In Do")
    form = _form(pdf, b"BT /F1 9 Tf " + hexed(NAME) + b" Tj ET")
    for _ in range(60):
        form = _form(pdf, b"/In Do", In=form)
    pdf.pages[0].obj.Resources["/XObject"] = pikepdf.Dictionary(In=form)
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    blocks = list(document.blocks())
    assert [block.text for block in blocks] == [NAME]
    document.write(tmp_path / "b.pdf", hits(blocks, NAME))
    assert not check_copy(tmp_path / "b.pdf", "pdf", {None: [Secret(NAME, "PERSON")]}).leaks


def test_maps_and_widths_that_unfold_to_gigabytes_stay_small(tmp_path):
    pdf = new_pdf(b"BT /X 12 Tf 60 700 Td <00005c71> Tj ET")
    font = cid_font(pdf, encoding="Identity-H")
    font["/ToUnicode"] = pdf.make_stream(
        b"begincmap 1 beginbfrange <0000> <FFFFFFFF> <0000> <0000> <FFFF> <0000> endbfrange"
    )
    font.DescendantFonts[0]["/W"] = pikepdf.Array([0, 2_000_000_000, 500])
    pdf.pages[0].obj.Resources.Font["/X"] = font
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    assert [block.text.strip("\ufffd ") for block in document.blocks()] == ["山"]


def test_deep_arrays_are_refused_or_read(tmp_path):
    pdf = new_pdf(lines("本文"))
    pdf.pages[0].obj["/Group"] = pikepdf.Object.parse(b"<< /A " + b"[" * 400 + b"]" * 400 + b" >>")
    assert [block.text for block in open_document(saved(pdf, tmp_path / "a.pdf")).blocks()] == ["本文"]
    data = (tmp_path / "a.pdf").read_bytes().replace(b"[ [", b"[" * 50_000)
    (tmp_path / "b.pdf").write_bytes(data)
    with contextlib.suppress(BrokenInput):
        list(open_document(tmp_path / "b.pdf").blocks())


def test_ten_thousand_tiny_texts_are_read(tmp_path):
    tiny = b"".join(
        b"BT /F1 3 Tf 1 0 0 1 %d %d Tm %s Tj ET\n" % (20 + at % 140 * 4, 800 - at // 140 * 9, hexed(NAME[at % 4]))
        for at in range(10_000)
    )
    document = open_document(saved(new_pdf(tiny), tmp_path / "a.pdf"))
    assert sum(len(block.text.replace(" ", "")) for block in document.blocks()) == 10_000


@pytest.mark.slow
def test_ten_thousand_pages_are_read_and_written(tmp_path):
    pdf = new_pdf(lines("氏名 " + NAME), pages=10_000)
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    blocks = list(document.blocks())
    assert len(blocks) == 10_000
    document.write(tmp_path / "b.pdf", hits(blocks[:3], NAME))


def test_a_font_that_says_something_else_shows_nothing_of_it_in_the_copy(tmp_path):
    pdf = new_pdf(b"")
    font, shown = type3_font(pdf, NAME)
    font["/ToUnicode"] = pdf.make_stream(b"begincmap 1 beginbfrange <01> <04> <0041> endbfrange endcmap")
    pdf.pages[0].obj.Resources.Font["/T3"] = font
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /T3 12 Tf 60 700 Td %s Tj ET" % shown)
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    blocks = list(document.blocks())
    assert [block.text for block in blocks] == ["ABCD"]  # docs/limits.md: what a font says is believed


def test_names_and_strings_in_old_encodings_are_read(tmp_path):
    pdf = new_pdf(lines("本文"))
    pdf.trailer["/Info"] = pdf.make_indirect(pikepdf.Dictionary(Title=pikepdf.String(NAME.encode("cp932"))))
    pdf.pages[0].obj.Resources["/ExtGState"] = pikepdf.Object.parse(b"<< /#8eR << /ca 1 >> >>")
    pdf.pages[0].obj.Contents = pdf.make_stream(b"/#8eR gs " + lines("本文"))
    source = saved(pdf, tmp_path / "a.pdf")
    document = open_document(source)
    blocks = list(document.blocks())
    assert [block.text for block in blocks] == ["本文", NAME]
    document.write(tmp_path / "b.pdf", hits(blocks, NAME))
    assert NAME.encode("cp932") not in (tmp_path / "b.pdf").read_bytes()
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        assert all(name.isascii() for name in copy.pages[0].obj.Resources.ExtGState)


def test_text_kept_in_another_file_is_refused(tmp_path):
    pdf = new_pdf(lines("本文"))
    form = _form(pdf, b"")
    form["/F"] = pikepdf.String("/etc/hostname")
    pdf.pages[0].obj.Resources["/XObject"] = pikepdf.Dictionary(In=form)
    with pytest.raises(BrokenInput, match="other files"):
        open_document(saved(pdf, tmp_path / "a.pdf"))


def test_attached_files_nest_no_deeper_than_the_limit(tmp_path):
    data = plain_pdf(tmp_path / "0.pdf", "底 " + NAME).read_bytes()
    for level in range(1, 8):
        pdf = new_pdf(lines(f"段{level}"))
        attached = pikepdf.AttachedFileSpec(pdf, data, filename="inner.pdf")
        pdf.attachments["inner.pdf"] = attached
        data = saved(pdf, tmp_path / f"{level}.pdf").read_bytes()
    document = open_document(tmp_path / "7.pdf", limits=Limits(scratch=tmp_path))
    assert not any(NAME in block.text for block in document.blocks())
    document.write(tmp_path / "copy.pdf", [])
    assert any("left out" in str(words) for words in document.remarks)
    shallow = open_document(tmp_path / "2.pdf", limits=Limits(scratch=tmp_path))
    assert any(NAME in block.text for block in shallow.blocks())
