"""Scanned pages and pictures in PDF: what they say is read, and goes from their pixels and from the text over them."""

from __future__ import annotations

import io
import zlib
from contextlib import closing

import numpy as np
import pikepdf
import pypdfium2
import pytest
from document_builders import hits
from hypothesis import given
from hypothesis import strategies as st
from pdf_builders import cid_font, hexed, lines, new_pdf, saved, secret
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image
from scan_builders import CODED, LINES, fax, flate, jbig2, jpeg, page_of, raw, scan, with_mask

from hairyo.documents import open_document
from hairyo.documents.pdf.images import MOST_DOTS
from hairyo.documents.pdf.sights import Sight, Turn
from hairyo.documents.pictures import Seen
from hairyo.documents.pictures.geometry import box
from hairyo.errors import TooLarge
from hairyo.redaction import Change
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import Original, check_copy
from hairyo.redaction.verify.compare import compare
from picture_builders import drawn, face

_BOMB = zlib.compress(b"\0" * 50_000_000)
NAME, KEPT = "山田太郎", "業務経歴書です"


def _texts(path):
    return [block.text for block in open_document(path).blocks()]


def _masked(source, *words):
    """Write the copy without the words; return it and the document."""
    target = source.with_name(f"{source.stem} copy.pdf")
    document = open_document(source)
    blocks = list(document.blocks())
    edits = sorted({edit for word in words for edit in hits(blocks, word)})
    assert edits
    assert document.unread == ()
    document.write(target, edits)
    texts = {block.index: block.text for block in blocks}
    changes = [Change(texts[one.block][one.start : one.end], one.replacement) for one in edits]
    original = Original(source, {None: changes}, source.parent)
    assert compare(target, "pdf", original).places == ()
    return target, document


def _leaks(path, *words):
    return check_copy(path, "pdf", {None: [Secret(word, "PERSON") for word in words or (NAME,)]}).leaks


def _page_text(path, number=0):
    with closing(pypdfium2.PdfDocument(path)) as document:
        return document[number].get_textpage().get_text_range()


def _pixels(path, number=0, scale=1.0):
    with closing(pypdfium2.PdfDocument(path)) as document:
        return document[number].render(scale=scale, grayscale=True).to_numpy().copy().astype(int)


def _squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("coded", [*CODED, "jbig2"])
def test_a_name_in_a_picture_goes_and_all_else_stays(tmp_path, coded):
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", (CODED | {"jbig2": jbig2})[coded](pdf, page_of()), pdf=pdf)
    assert [_squeezed(text) for text in _texts(source)] == [_squeezed(line) for line in LINES]
    assert _leaks(source)
    copy, document = _masked(source, NAME)
    assert not _leaks(copy)
    assert _leaks(copy, KEPT)
    assert document.remarks == ()
    before, after = _pixels(source), _pixels(copy)
    rows = np.flatnonzero((abs(before - after) > 60).any(axis=1))
    assert rows.size
    assert rows.max() < before.shape[0] / 2  # of three lines, the first
    assert b"SECRET" not in copy.read_bytes()


@pytest.mark.parametrize("coded", [*CODED, "jbig2"])
def test_a_picture_without_a_name_looks_the_same(tmp_path, coded):
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", (CODED | {"jbig2": jbig2})[coded](pdf, page_of("東京都")), pdf=pdf)
    open_document(source).write(tmp_path / "b.pdf", [])
    apart = abs(_pixels(source) - _pixels(tmp_path / "b.pdf"))
    assert apart.max() <= (60 if coded == "colour key" else 0)  # edges are smoothed in another way
    assert b"SECRET" not in (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_scans_that_lie_on_their_side_are_read(tmp_path, rotate):
    pdf = Pdf.new()
    lying = page_of().rotate(rotate, expand=True)
    source = scan(tmp_path / "a.pdf", flate(pdf, lying), pdf=pdf, rotate=rotate)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert _leaks(copy, KEPT)


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_fax_whose_dots_are_higher_than_wide_is_read(tmp_path, rotate):
    image = page_of().rotate(rotate, expand=True)
    flat = image.resize((image.width, image.height * 2 // 5), Image.Resampling.BOX)
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", fax(pdf, flat.point(lambda value: 255 * (value > 150))), pdf=pdf, rotate=rotate)
    page = pdf.pages[0].obj
    tall = 300 * image.height / image.width
    page["/MediaBox"] = Array([0, 0, 300, tall])
    page["/Contents"] = pdf.make_stream(f"q 300 0 0 {tall} 0 0 cm /Im Do Q".encode())
    pdf.save(source)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert _leaks(copy, KEPT)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_turn_and_back_is_where_it_was(quarters, mirrored):
    turn = Turn(quarters, mirrored)
    image = Image.new("L", (30, 20))
    image.paste(255, (3, 5, 9, 7))
    left, top, right, bottom = turn.upright(image).getbbox()
    back = turn.back(box(left, top, right, bottom), image.size)
    assert sorted(back) == sorted(box(3, 5, 9, 7))


_SIDE = st.floats(-300, 300).filter(lambda value: abs(value) > 1)


@given(_SIDE, _SIDE, st.floats(-0.9, 0.9), st.floats(-500, 500), st.floats(1, 50), st.floats(1, 50))
def test_dots_and_the_page_are_the_same_places(wide, high, slant, shift, x, y):
    on_page = (wide, slant * high, -slant * wide, high, shift, -shift)
    sight = Sight(None, "", (60, 60), (60, 60), Turn(), Seen(()), on_page)
    stretch = box(x, y, x + 5, y + 5)
    found = sight.dots(sight.area(stretch, on_page), on_page)
    assert np.allclose(found, stretch, atol=1e-3)
    assert sight.dots(sight.area(box(70, 70, 80, 80), on_page), on_page) is None


def test_a_picture_that_the_file_mirrors_is_read_as_it_is_seen(tmp_path):
    pdf, image = Pdf.new(), page_of()
    source = scan(tmp_path / "a.pdf", flate(pdf, image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)), pdf=pdf)
    wide, high = image.size
    tall = 300 * high / wide
    pdf.pages[0].obj["/Contents"] = pdf.make_stream(f"q 300 0 0 {-tall} 0 {tall} cm /Im Do Q".encode())
    pdf.save(source)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert _leaks(copy, KEPT)


def test_what_a_page_cuts_off_goes_too(tmp_path):
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", flate(pdf, page_of()), pdf=pdf)
    page = pdf.pages[0].obj
    high = float(page["/MediaBox"][3])
    page["/CropBox"] = Array([0, 0, 300, high * 0.6])
    pdf.save(source)
    assert _leaks(source)  # the check looks at what lies outside
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    clipped = tmp_path / "c.pdf"
    del page["/CropBox"]
    page["/Contents"] = pdf.make_stream(b"q 0 0 300 %f re W n 300 0 0 %f 0 0 cm /Im Do Q" % (high * 0.6, high))
    pdf.save(clipped)
    assert _leaks(clipped)
    assert not _leaks(_masked(clipped, NAME)[0])


def test_what_a_mask_hides_is_not_kept(tmp_path):
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", with_mask(pdf, page_of(NAME, "", "東京都", KEPT)), pdf=pdf)
    assert NAME not in "".join(_texts(source))
    open_document(source).write(tmp_path / "b.pdf", [])
    assert np.abs(_pixels(source) - _pixels(tmp_path / "b.pdf")).max() < 60
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        picture = copy.pages[0].obj["/Resources"]["/XObject"]["/Im"]
        assert "/Mask" not in picture
        dots = picture.read_bytes()
        assert not any(dots[: len(dots) // 3])


def test_one_picture_on_two_pages_is_read_once_and_goes_from_both(tmp_path):
    pdf = Pdf.new()
    picture = flate(pdf, page_of())
    source = scan(tmp_path / "a.pdf", picture, picture, pdf=pdf)
    assert len(_texts(source)) == 3
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert (_pixels(copy) == _pixels(copy, 1)).all()


def test_the_same_pixels_are_looked_at_once(tmp_path, monkeypatch):
    from hairyo.documents.pictures import document

    calls = []
    monkeypatch.setattr(document, "look", lambda picture: calls.append(picture) or look(picture))
    from hairyo.documents.pictures import look

    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", *(flate(pdf, page_of("東京都")) for _ in range(3)), pdf=pdf)
    assert _texts(source) == ["東京都"] * 3
    assert len(calls) == 1


def _layered(path, *texts, coded=flate, image=None, place=(30, 28)):
    """A scan with text over it that nobody sees."""
    pdf, image = Pdf.new(), image or page_of(NAME, "東京都大田区", KEPT)
    page = pdf.add_blank_page(page_size=image.size)
    page.obj["/Resources"] = Dictionary(XObject=Dictionary(Im=coded(pdf, image)), Font=Dictionary(F1=cid_font(pdf)))
    left, size = place
    body = b"q %d 0 0 %d 0 0 cm /Im Do Q BT 3 Tr /F1 %d Tf " % (*image.size, size)
    for number, text in enumerate(texts):
        body += b"1 0 0 1 %d %d Tm %s Tj " % (left, image.height - 49 - number * 48, hexed(text))
    page.obj["/Contents"] = pdf.make_stream(body + b"ET")
    pdf.save(path)
    return path


def test_an_ocr_layer_that_agrees_is_read_once_and_stays_but_for_the_name(tmp_path):
    source = _layered(tmp_path / "a.pdf", NAME, "東京都大田区", KEPT)
    assert sum(NAME in text for text in _texts(source)) == 1
    copy, document = _masked(source, NAME)
    assert not _leaks(copy)
    assert _page_text(copy).split() == ["東京都大田区", KEPT]
    assert document.remarks == ()


@pytest.mark.parametrize("there", ["山日大郎", "山田太郎"])
def test_what_the_picture_or_the_layer_alone_tells_goes_from_both(tmp_path, there):
    """The layer was read wrongly, or the picture is of a name that OCR does not read."""
    image = page_of(NAME if there != NAME else "山日大郎", "東京都大田区", KEPT)
    source = _layered(tmp_path / "a.pdf", there, "東京都大田区", KEPT, image=image)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy, NAME, "山日大郎")
    assert "東京都大田区" in _page_text(copy)


def test_a_layer_of_something_else_goes_and_is_made_anew(tmp_path):
    source = _layered(tmp_path / "a.pdf", "いろはにほへと", "ちりぬるをわか", secret(7))
    copy, document = _masked(source, NAME)
    assert _page_text(copy).split() == ["東京都大田区", KEPT]
    assert [str(one) for one in document.remarks] == [
        "pages whose text layer did not fit the picture and was made anew: 1"
    ]
    assert not _leaks(copy, NAME, secret(7))
    assert (abs(_pixels(copy) - _pixels(source)) > 60).any(axis=1).sum() < 60  # the bar alone


def test_a_layer_elsewhere_on_the_page_is_left_alone(tmp_path):
    pdf = new_pdf(lines("本文") + b" q 240 0 0 120 100 500 cm /Im Do Q BT 3 Tr /F1 12 Tf 50 300 Td "
                  + hexed("いろはにほへとちりぬるを") + b" Tj ET")  # fmt: skip
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=flate(pdf, page_of()))
    copy, document = _masked(saved(pdf, tmp_path / "a.pdf"), NAME)
    assert "いろはにほへとちりぬるを" in _page_text(copy)
    assert document.remarks == ()


def test_a_page_of_strips_becomes_one_picture_that_can_be_searched(tmp_path):
    pdf, image = Pdf.new(), page_of()
    page = pdf.add_blank_page(page_size=image.size)
    body, parts = b"", {}
    for top in range(0, image.height, 20):
        strip = image.crop((0, top, image.width, min(top + 20, image.height)))
        parts[f"/I{top}"] = flate(pdf, strip)
        low = image.height - top - strip.height
        body += b"q %d 0 0 %d 0 %d cm /I%d Do Q\n" % (image.width, strip.height, low, top)
    page.obj["/Resources"] = Dictionary(XObject=Dictionary(parts))
    page.obj["/Contents"] = pdf.make_stream(body)
    copy, document = _masked(saved(pdf, tmp_path / "a.pdf"), NAME)
    assert not _leaks(copy)
    assert KEPT in _page_text(copy)
    assert "090-1234-5678" in _page_text(copy)
    assert [str(one) for one in document.remarks] == ["pages that became pictures, with invisible text to search: 1"]
    with pikepdf.open(copy) as made:
        assert sum(one.get("/Subtype") == "/Image" for one in made.objects if isinstance(one, pikepdf.Stream)) == 1


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_picture_in_the_content_stream_is_read(tmp_path, rotate):
    image = page_of().rotate(rotate, expand=True).convert("1")
    size = b"%d 0 0 %d 0 0 cm BI /W %d /H %d /BPC 1 /CS /G ID " % (*image.size, *image.size)
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=image.size)
    page.obj["/Contents"] = pdf.make_stream(b"q " + size + image.tobytes() + b" EI Q")
    page.obj["/Rotate"] = rotate
    copy, _ = _masked(saved(pdf, tmp_path / "a.pdf"), NAME)
    assert not _leaks(copy)
    assert KEPT in _page_text(copy)


def _outlined(text):
    """A page on which text is drawn as boxes, dot by dot."""
    image = np.asarray(page_of(*text).convert("L")) < 128
    rows = []
    for y, x in np.argwhere(image):
        rows.append(b"%d %d 1 1 re" % (x, image.shape[0] - 1 - y))
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(image.shape[1], image.shape[0]))
    page.obj["/Contents"] = pdf.make_stream(b"\n".join(rows) + b" f")
    return pdf


def test_a_page_of_outlines_is_read_and_stays_unless_something_goes(tmp_path):
    source = saved(_outlined((NAME, KEPT)), tmp_path / "a.pdf")
    assert _texts(source) == [NAME, KEPT]
    assert _leaks(source)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert _page_text(copy).split() == [KEPT]
    document = open_document(source)
    document.write(tmp_path / "c.pdf", [])
    assert document.remarks == ()
    with pikepdf.open(tmp_path / "c.pdf") as kept:
        assert "/XObject" not in kept.pages[0].obj.get("/Resources", {})


def test_a_font_without_a_map_is_read_as_it_looks(tmp_path):
    """The bundled font under codes that mean nothing."""
    source = _without_map(tmp_path / "a.pdf", NAME, KEPT)
    assert NAME in _texts(source)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert _page_text(copy).split() == [KEPT]


def _without_map(path, *texts):
    from fontTools.ttLib import TTFont

    from picture_builders import FONT

    font = TTFont(FONT)
    codes = font.getBestCmap()
    pdf = Pdf.new()
    program = pdf.make_stream(FONT.read_bytes(), Subtype=Name.OpenType)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/X"), Flags=4, FontBBox=Array([0, -120, 1000, 880]), ItalicAngle=0,
        Ascent=880, Descent=-120, CapHeight=700, StemV=80, FontFile3=program,
    )  # fmt: skip
    system = Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0)
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/X"), CIDSystemInfo=system, FontDescriptor=descriptor
    )
    top = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/X"), Encoding=Name("/Identity-H"),
        DescendantFonts=Array([descendant]),
    )  # fmt: skip
    page = pdf.add_blank_page(page_size=(400, 200))
    page.obj["/Resources"] = Dictionary(Font=Dictionary(F=pdf.make_indirect(top)))
    shown = [b"".join(b"%04x" % font.getGlyphID(codes[ord(char)]) for char in text) for text in texts]
    rows = b"".join(b"1 0 0 1 30 %d Tm <%s> Tj " % (150 - 50 * at, one) for at, one in enumerate(shown))
    page.obj["/Contents"] = pdf.make_stream(b"BT /F 28 Tf " + rows + b"ET")
    pdf.save(path)
    return path


def test_a_mixed_page_is_read_from_the_top_down(tmp_path):
    pdf = new_pdf(lines("候補者", f"{NAME}です") + b" q 240 0 0 120 100 500 cm /Im Do Q")
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=jpeg(pdf, page_of()))
    body = pdf.pages[0].obj["/Contents"].read_bytes() + b" BT /F1 12 Tf 50 300 Td " + hexed("以上のとおり") + b" Tj ET"
    pdf.pages[0].obj["/Contents"] = pdf.make_stream(body)
    source = saved(pdf, tmp_path / "a.pdf")
    assert [_squeezed(text) for text in _texts(source)] == [
        "候補者", f"{NAME}です", *(_squeezed(line) for line in LINES), "以上のとおり"
    ]  # fmt: skip
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)
    assert "以上のとおり" in _page_text(copy)
    with pikepdf.open(copy) as made:
        assert made.pages[0].obj["/Resources"]["/XObject"]["/Im"]["/Filter"] == "/DCTDecode"


def test_a_form_gives_its_labels(tmp_path):
    image = Image.new("L", (700, 200), 255)
    for at, (label, value) in enumerate((("氏名", NAME), ("住所", "東京都大田区"))):
        image.paste(drawn(label, mode="L"), (10, 10 + 90 * at))
        image.paste(drawn(value, mode="L"), (250, 10 + 90 * at))
    pdf = Pdf.new()
    document = open_document(scan(tmp_path / "a.pdf", flate(pdf, image), pdf=pdf))
    assert {block.text: block.label for block in document.blocks()}[NAME] == "氏名"


def test_faces_are_offered_and_blackened(tmp_path):
    portrait = Image.new("RGB", (300, 200), "white")
    portrait.paste(face(160), (20, 20))
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", jpeg(pdf, portrait), pdf=pdf)
    document = open_document(source)
    (block,) = document.blocks()
    assert block.shows == "FACE"
    document.write(tmp_path / "b.pdf", sorted(hits([block], block.text)))
    assert _pixels(tmp_path / "b.pdf")[100, 100] == 0
    document.write(tmp_path / "c.pdf", [])
    assert _pixels(tmp_path / "c.pdf")[100, 100] > 60


def test_small_pictures_are_kept_and_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("hairyo.documents.pictures.document.look", lambda picture: pytest.fail("read"))
    pdf = new_pdf(lines("本文") + b"".join(b" q 9 0 0 9 %d 300 cm /Im Do Q" % (50 + 20 * at) for at in range(20)))
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=flate(pdf, page_of().resize((40, 40))))
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    assert [block.text for block in document.blocks()] == ["本文"]
    assert document.unread == ()


def test_a_picture_that_is_shown_nowhere_goes(tmp_path):
    pdf = new_pdf(lines("本文"))
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=flate(pdf, page_of()))
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    document.write(tmp_path / "b.pdf", [])
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        assert copy.pages[0].obj["/Resources"]["/XObject"]["/Im"]["/Width"] == 1
    assert [str(one) for one in document.remarks] == ["1 picture(s) that the PDF holds and does not show were left out"]


def test_what_stands_behind_the_last_dot_goes(tmp_path):
    pdf = Pdf.new()
    image = page_of("東京都")
    picture = raw(
        pdf, zlib.compress(image.tobytes() + b"SECRET" * 9), image.size, Name.DeviceGray, Filter=Name.FlateDecode
    )
    open_document(scan(tmp_path / "a.pdf", picture, pdf=pdf)).write(tmp_path / "b.pdf", [])
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        picture = copy.pages[0].obj["/Resources"]["/XObject"]["/Im"]
        assert picture.read_bytes() == image.tobytes()


def test_what_cannot_be_read_well_is_blackened_or_holds(tmp_path):
    cut = page_of("東京都大田区")
    cut.paste(255, (0, 0, cut.width, cut.height * 48 // 100))  # the lower half of a line
    image = Image.new("L", (500, 600), 255)
    image.paste(page_of(KEPT), (20, 20))
    for at in range(5):
        image.paste(cut, (20, 120 + 90 * at))
    pdf = Pdf.new()
    document = open_document(scan(tmp_path / "a.pdf", flate(pdf, image), pdf=pdf))
    assert document.unread == ("text that cannot be read well",)
    image.paste(255, (0, 200, 500, 600))
    pdf = Pdf.new()
    document = open_document(scan(tmp_path / "b.pdf", flate(pdf, image), pdf=pdf))
    assert document.unread == ()
    document.write(tmp_path / "c.pdf", [])
    assert [str(one) for one in document.remarks] == ["1 line(s) that could not be read well were blackened"]
    assert (_pixels(tmp_path / "c.pdf") < 30).sum() > (_pixels(tmp_path / "b.pdf") < 30).sum() + 1000


def test_the_same_input_gives_the_same_bytes(tmp_path):
    source = _layered(tmp_path / "a.pdf", "いろはにほへと", "ちりぬるをわか", secret(7), coded=jpeg)
    copies = []
    for _ in range(2):
        copy, _ = _masked(source, NAME)
        copies.append(copy.read_bytes())
        copy.unlink()
    assert copies[0] == copies[1]


# Hostile files.


def test_a_picture_that_says_to_be_huge_is_refused(tmp_path):
    pdf = Pdf.new()
    picture = raw(pdf, b"\0", (9000, MOST_DOTS // 8999), Name.DeviceGray)
    with pytest.raises(TooLarge, match="dots"):
        open_document(scan(tmp_path / "a.pdf", picture, pdf=pdf))


@pytest.mark.parametrize(
    ("size", "data"),
    [
        ((2000, 3000), b"\0"),
        ((20, 30), zlib.compress(b"\0" * 50_000_000)),
        ((0, 0), b""),
        ((-5, 7), b"x"),
        ((9, 9), b""),
    ],
)
def test_pictures_whose_sizes_lie_harm_nobody(tmp_path, size, data):
    pdf = new_pdf(lines("本文") + b" q 200 0 0 200 100 100 cm /Im Do Q")
    packed = {"Filter": Name.FlateDecode} if data[:1] == b"x" and len(data) > 1 else {}
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=raw(pdf, data, size, Name.DeviceGray, **packed))
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    document.write(tmp_path / "b.pdf", [])
    assert _page_text(tmp_path / "b.pdf").split() == ["本文"]


def test_thousands_of_pictures_in_the_stream_are_one_page(tmp_path):
    piece = b"BI /W 8 /H 8 /BPC 8 /CS /G ID " + bytes(range(64)) + b" EI Q\n"
    pdf = new_pdf(b"".join(b"q 5 0 0 5 %d %d cm " % (at % 100 * 5, at // 100 * 5) + piece for at in range(2000)))
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    assert "image" not in document.unread


def test_too_many_pictures_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("hairyo.documents.pdf.album._MOST", 2)
    pdf = Pdf.new()
    with pytest.raises(TooLarge, match="split it"):
        open_document(scan(tmp_path / "a.pdf", *(flate(pdf, page_of(str(at))) for at in range(3)), pdf=pdf))


@pytest.mark.parametrize("data", [b"\xff\xd8", b"\xff\xd8\xff\xe0\xff\xff", b"no picture at all"])
@pytest.mark.parametrize("coded", ["DCTDecode", "JPXDecode"])
def test_pictures_that_cannot_be_decoded_hold_a_document(tmp_path, coded, data):
    """Another program may well show them."""
    pdf = new_pdf(lines("本文") + b" q 200 0 0 200 100 100 cm /Im Do Q")
    picture = raw(pdf, data, (60, 60), Name.DeviceGray, Filter=Name("/" + coded))
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=picture)
    assert open_document(saved(pdf, tmp_path / "a.pdf")).unread == ("image",)


@pytest.mark.parametrize("coded", ["JBIG2Decode", "CCITTFaxDecode"])
def test_what_is_no_picture_does_not_stay_as_one(tmp_path, coded):
    pdf = new_pdf(lines("本文") + b" q 200 0 0 200 100 100 cm /Im Do Q")
    picture = raw(pdf, b"\xff\xd8\xff SECRET", (60, 60), Name.DeviceGray, 1, Filter=Name("/" + coded))
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=picture)
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    if document.unread == ():
        document.write(tmp_path / "b.pdf", [])
        assert b"SECRET" not in (tmp_path / "b.pdf").read_bytes()
    else:
        assert document.unread == ("image",)


def test_a_small_picture_that_cannot_be_decoded_is_emptied(tmp_path):
    pdf = new_pdf(lines("本文") + b" q 4 0 0 4 100 100 cm /Im Do Q")
    picture = raw(pdf, b"\xff\xd8\xff SECRET", (60, 60), Name.DeviceGray, Filter=Name.DCTDecode)
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=picture)
    document = open_document(saved(pdf, tmp_path / "a.pdf"))
    document.write(tmp_path / "b.pdf", [])
    assert b"SECRET" not in (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (16_000, 8)])
def test_masked_pictures_of_any_size_are_written(tmp_path, size):
    pdf = new_pdf(lines("本文") + b" q 50 0 0 40 100 100 cm /Im Do Q")
    picture = flate(pdf, Image.new("L", size, 90), SMask=flate(pdf, Image.new("L", size, 128)))
    pdf.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=picture)
    source = saved(pdf, tmp_path / "a.pdf")
    open_document(source).write(tmp_path / "b.pdf", [])
    assert abs(_pixels(source) - _pixels(tmp_path / "b.pdf")).max() < 3


def test_pictures_in_annotations_are_read(tmp_path):
    pdf, image = new_pdf(lines("本文")), page_of()
    look = pdf.make_stream(b"q 200 0 0 100 0 0 cm /Im Do Q", Subtype=Name.Form, BBox=Array([0, 0, 200, 100]))
    look["/Resources"] = Dictionary(XObject=Dictionary(Im=flate(pdf, image)))
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([100, 100, 300, 200]), AP=Dictionary(N=look))
    pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(stamp)])
    source = saved(pdf, tmp_path / "a.pdf")
    assert _leaks(source)
    copy, _ = _masked(source, NAME)
    assert not _leaks(copy)


def test_a_thumbnail_in_a_jpeg_goes(tmp_path):
    pdf = Pdf.new()
    file = io.BytesIO()
    page_of("東京都").save(file, format="JPEG")
    data = file.getvalue()
    extra = b"JFXX\x00\x10SECRET"
    data = data[:2] + b"\xff\xe0" + (2 + len(extra)).to_bytes(2) + extra + data[2:]
    picture = raw(pdf, data, page_of("東京都").size, Name.DeviceGray, Filter=Name.DCTDecode)
    source = scan(tmp_path / "a.pdf", picture, pdf=pdf)
    open_document(source).write(tmp_path / "b.pdf", [])
    assert b"SECRET" not in (tmp_path / "b.pdf").read_bytes()
    assert (_pixels(source) == _pixels(tmp_path / "b.pdf")).all()


@pytest.mark.slow
@pytest.mark.parametrize("sides", [(2**31, 0.01), (10**9, 10**9), (1, 10**7)])
def test_pages_of_absurd_sizes_take_bounded_memory(tmp_path, sides):
    pdf = Pdf.new()
    source = scan(tmp_path / "a.pdf", flate(pdf, page_of("東京都")), pdf=pdf)
    pdf.pages[0].obj["/MediaBox"] = Array([0, 0, *sides])
    pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q %d 0 0 %d 0 0 cm /Im Do Q" % sides + b" 1 1 5 5 re f" * 20)
    pdf.save(source)
    document = open_document(source)
    document.write(tmp_path / "b.pdf", [])
    assert not _leaks(tmp_path / "b.pdf")
