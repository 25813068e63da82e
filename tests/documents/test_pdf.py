from __future__ import annotations

import pikepdf
import pypdfium2
import pytest
from document_builders import edits_of, hits
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_builders import Everything, cid_font, hexed, latin_subset, lines, new_pdf, plain_pdf, saved, type3_font

from hairyo.documents import Edit, open_document
from hairyo.documents.pdf.objects import content
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy
from hairyo.redaction.verify.readers import READERS
from hairyo.redaction.verify.search import Search

NAME = "山田太郎"


def _texts(path):
    return [block.text for block in open_document(path).blocks()]


def _masked(source, target, *words):
    document = open_document(source)
    blocks = list(document.blocks())
    edits = sorted(edit for word in words for edit in hits(blocks, word))
    assert edits
    document.write(target, edits)
    return document


def _leaks(path, word):
    return check_copy(path, "pdf", {None: [Secret(word, "PERSON")]}).leaks


def _shown(path, words):
    """Return the places of `words` whose word the leak check's reader shows in a file."""
    pieces = list(READERS["pdf"](path))
    found = set()
    for place, word in words.items():
        search = Search([Secret(word, "PERSON")])
        finds = (
            search.find_bytes(p.content) if isinstance(p.content, bytes) else search.find(p.content) for p in pieces
        )
        if any(list(one) for one in finds):
            found.add(place)
    return found


def _page_text(path, number=0):
    with pypdfium2.PdfDocument(path) as document:
        return document[number].get_textpage().get_text_range()


def _pixels(path, number=0):
    with pypdfium2.PdfDocument(path) as document:
        return document[number].render(scale=1, grayscale=True).to_numpy().copy()


def test_every_place_is_read_and_emptied(tmp_path):
    bed = Everything()
    source = bed.build(tmp_path / "a.pdf")
    document = open_document(source)
    blocks = list(document.blocks())
    missed = [place for place, word in bed.edited.items() if not any(word in block.text for block in blocks)]
    assert not missed
    offered = [place for place, word in bed.dropped.items() if any(word in block.text for block in blocks)]
    assert not offered
    every = bed.edited | bed.dropped
    assert _shown(source, every) == set(every)
    edits = sorted({edit for word in bed.edited.values() for edit in hits(blocks, word)})
    document.write(tmp_path / "b.pdf", edits)
    assert _shown(tmp_path / "b.pdf", every) == set()
    text = _page_text(tmp_path / "b.pdf")
    for kept in ("残す本文です", "以後", "枠"):
        assert kept in text
    said = [str(words) for words in document.remarks]
    assert any("signed" in words for words in said)
    assert any("attached file" in words for words in said)
    assert not any("became pictures" in words for words in said)


def test_without_edits_pages_look_and_read_the_same(tmp_path):
    source = Everything().build(tmp_path / "a.pdf")
    document = open_document(source)
    blocks = [block.text for block in document.blocks()]
    document.write(tmp_path / "b.pdf", [])
    assert _page_text(tmp_path / "b.pdf") == _page_text(source)
    assert (_pixels(tmp_path / "b.pdf") == _pixels(source)).all()
    again = _texts(tmp_path / "b.pdf")
    assert [text for text in again if text not in blocks] == []


def test_the_same_input_gives_the_same_bytes(tmp_path):
    bed = Everything()
    document = open_document(bed.build(tmp_path / "a.pdf"))
    blocks = list(document.blocks())
    edits = sorted({edit for word in bed.edited.values() for edit in hits(blocks, word)})
    for stem in ("b", "c"):
        document.write(tmp_path / f"{stem}.pdf", edits)
    assert (tmp_path / "b.pdf").read_bytes() == (tmp_path / "c.pdf").read_bytes()
    assert list(document.blocks()) == blocks


def test_what_stands_around_a_removed_word_stays_in_its_place(tmp_path):
    _masked(plain_pdf(tmp_path / "a.pdf", f"氏名は{NAME}です", "次の行"), tmp_path / "b.pdf", NAME)
    assert "氏名は" in _page_text(tmp_path / "b.pdf")
    before, after = _pixels(tmp_path / "a.pdf"), _pixels(tmp_path / "b.pdf")
    rows, columns = (before != after).nonzero()
    assert rows.size
    assert 90 < columns.min() <= columns.max() < 60 + 12 * 8
    assert 842 - 780 - 15 < rows.min() <= rows.max() < 842 - 780 + 6


@pytest.mark.parametrize(
    "shown",
    [
        b"BT /F1 12 Tf 60 700 Td 5 Tc 150 Tz %s Tj ET",
        b"q 2 0 0 2 10 10 cm BT /F1 6 Tf 1 0 0.3 1 60 300 Tm [%s] TJ ET Q",
        b"BT /F1 -12 Tf -1 0 0 -1 60 700 Tm %s Tj ET",
        b"BT /F1 12 Tf 0.7 0.7 -0.7 0.7 200 300 Tm 4 Ts %s Tj ET",
        b"BT /V1 12 Tf 1 0 0 1 300 700 Tm 2 Tc %s Tj ET",
        b"Q Q q BT /F1 12 Tf 60 700 Td %s Tj ET",
    ],
)
def test_widths_and_matrices_are_right(tmp_path, shown):
    source = saved(new_pdf(shown % hexed(f"前の{NAME}の後")), tmp_path / "a.pdf")
    document = _masked(source, tmp_path / "b.pdf", NAME)
    assert not document.remarks
    assert [text for text in _texts(tmp_path / "b.pdf") if "前の" in text]
    assert not _leaks(tmp_path / "b.pdf", NAME)


def test_a_bar_tells_no_count_of_glyphs(tmp_path):
    source = saved(
        new_pdf(b"BT /F1 12 Tf 60 700 Td [%s 200 %s] TJ ET" % (hexed("山田"), hexed("太郎です"))), tmp_path / "a.pdf"
    )
    _masked(source, tmp_path / "b.pdf", NAME)
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        shown = [one for one in pikepdf.parse_content_stream(pdf.pages[0]) if str(one.operator) in ("TJ", "Tj")]
        paths = [one for one in pikepdf.parse_content_stream(pdf.pages[0]) if str(one.operator) == "h"]
    assert len(shown[0].operands[0]) == 2
    assert len(paths) == 1


def test_lines_of_a_paragraph_are_joined_and_others_not(tmp_path):
    full = "あ" * 38
    source = plain_pdf(tmp_path / "a.pdf", full + "山田", "太郎と" + "い" * 37, "終わり。", "氏名：佐藤", "・一つ")
    assert _texts(source) == [full + "山田太郎と" + "い" * 37 + "終わり。", "氏名：佐藤", "・一つ"]


def test_cells_of_a_row_answer_to_labels(tmp_path):
    cells = b"BT /F1 12 Tf 60 700 Td %s Tj 100 0 Td %s Tj ET" % (hexed("氏名"), hexed(NAME))
    blocks = list(open_document(saved(new_pdf(cells), tmp_path / "a.pdf")).blocks())
    assert [(block.text, block.label, block.joins) for block in blocks] == [
        ("氏名", "", "line"),
        (NAME, "氏名", "cell"),
    ]


def test_two_columns_are_read_one_after_the_other(tmp_path):
    rows = b"".join(
        b"BT /F1 10 Tf 1 0 0 1 %d %d Tm %s Tj ET\n" % (x, 700 - 16 * row, hexed(f"{side}{row}" + "の文" * 9 + "。"))
        for row in range(7)
        for x, side in ((50, "左"), (320, "右"))
    )
    texts = _texts(saved(new_pdf(rows), tmp_path / "a.pdf"))
    assert [text[:2] for text in texts] == [f"左{row}" for row in range(7)] + [f"右{row}" for row in range(7)]


def test_spread_doubled_and_stacked_characters_are_one_word(tmp_path):
    spread = b"".join(
        b"BT /F1 12 Tf 1 0 0 1 %d 700 Tm %s Tj ET\n" % (60 + 30 * at, hexed(c)) for at, c in enumerate(NAME)
    )
    doubled = b"".join(
        b"BT /F1 12 Tf 1 0 0 1 %.1f 650 Tm %s Tj ET\n" % (60 + 12 * at + dx, hexed(c))
        for at, c in enumerate(NAME)
        for dx in (0, 0.4)
    )
    stacked = b"".join(
        b"BT /F1 12 Tf 1 0 0 1 400 %d Tm %s Tj ET\n" % (600 - 14 * at, hexed(c)) for at, c in enumerate(NAME)
    )
    source = saved(new_pdf(spread + doubled + stacked), tmp_path / "a.pdf")
    assert _texts(source) == [NAME] * 3
    _masked(source, tmp_path / "b.pdf", NAME)
    assert not _page_text(tmp_path / "b.pdf").strip()


def test_radicals_and_vertical_signs_are_read_as_what_is_meant(tmp_path):
    pdf = new_pdf(b"")
    font, shown = type3_font(pdf, "⼭⽥⺠郎︒")
    pdf.pages[0].obj.Resources.Font["/T3"] = font
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /T3 12 Tf 60 700 Td %s Tj ET" % shown)
    source = saved(pdf, tmp_path / "a.pdf")
    assert _texts(source) == ["山田民郎。"]
    assert _leaks(source, "山田民郎")
    _masked(source, tmp_path / "b.pdf", "山田民郎")
    assert not _leaks(tmp_path / "b.pdf", "山田民郎")


def test_fonts_forget_characters_that_are_gone(tmp_path):
    source = latin_subset(tmp_path / "a.pdf", "Yamada Taro", "Sumo")
    document = _masked(source, tmp_path / "b.pdf", "Yamada Taro")
    assert not document.remarks
    with pikepdf.open(source) as before, pikepdf.open(tmp_path / "b.pdf") as after:
        old, new = (b"".join(content(one) for one in pdf.objects if _is_map(one)) for pdf in (before, after))
    for char in "YadTr":
        assert f"<{ord(char):04X}>".encode() in old.upper()
        assert f"<{ord(char):04x}>".encode() not in new
    for char in "Sumo":
        assert f"<{ord(char):04x}>".encode() in new
    assert _filled(source) - _filled(tmp_path / "b.pdf") == len(set("YadTr"))
    assert "Sumo" in _page_text(tmp_path / "b.pdf")


def _is_map(thing):
    return isinstance(thing, pikepdf.Stream) and b"beginbf" in content(thing)


def _filled(path):
    """Return how many outlines the embedded fonts of a file have."""
    import io

    from fontTools.ttLib import TTFont

    found = 0
    with pikepdf.open(path) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream) and "/Length1" in thing:
                font = TTFont(io.BytesIO(content(thing)))
                found += sum(font["glyf"][name].numberOfContours != 0 for name in font.getGlyphOrder())
    return found


def test_type3_glyphs_that_are_gone_leave_the_font(tmp_path):
    pdf = new_pdf(b"")
    font, shown = type3_font(pdf, "山田残")
    pdf.pages[0].obj.Resources.Font["/T3"] = font
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /T3 12 Tf 60 700 Td %s Tj ET" % shown)
    _masked(saved(pdf, tmp_path / "a.pdf"), tmp_path / "b.pdf", "山田")
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        left = copy.pages[0].obj.Resources.Font["/T3"]
        assert list(left.CharProcs.keys()) == ["/g2"]
    assert _texts(tmp_path / "b.pdf") == ["残"]


def test_actual_text_that_covers_a_hit_goes_and_other_stays(tmp_path):
    def span(said, text, y):
        return b"/Span <</ActualText <feff%s>>> BDC BT /F1 12 Tf 60 %d Td %s Tj ET EMC\n" % (
            said.encode("utf-16-be").hex().encode(), y, hexed(text),
        )  # fmt: skip

    source = saved(new_pdf(span("やまだたろう", NAME, 700) + span("ほかのよみ", "他の読み", 600)), tmp_path / "a.pdf")
    _masked(source, tmp_path / "b.pdf", NAME)
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        data = content(copy.pages[0].obj.Contents)
    assert "やまだ".encode("utf-16-be") not in data
    assert data.count(b"ActualText") == 1


def test_structure_that_speaks_for_a_hit_falls_silent(tmp_path):
    pdf = new_pdf(b"/P <</MCID 3>> BDC BT /F1 12 Tf 60 700 Td %s Tj ET EMC" % hexed(NAME))
    page = pdf.pages[0].obj
    leaf = pikepdf.Dictionary(S=pikepdf.Name.Span, Pg=page, K=3, ActualText=pikepdf.String("やまたろ"))
    other = pikepdf.Dictionary(S=pikepdf.Name.Span, Pg=page, K=4, Alt=pikepdf.String("そのまま"))
    above = pikepdf.Dictionary(S=pikepdf.Name.P, K=pikepdf.Array([leaf, other]), Alt=pikepdf.String("やまさん"))
    pdf.Root["/StructTreeRoot"] = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=above)
    _masked(saved(pdf, tmp_path / "a.pdf"), tmp_path / "b.pdf", NAME)
    assert _texts(tmp_path / "b.pdf") == ["そのまま"]


def test_a_form_used_on_many_pages_is_rewritten_once(tmp_path):
    pdf = new_pdf(b"/Head Do", pages=3)
    form = pdf.make_stream(b"BT /F1 12 Tf 60 700 Td %s Tj ET" % hexed("頭書 " + NAME))
    form["/Type"], form["/Subtype"], form["/BBox"] = (
        pikepdf.Name.XObject,
        pikepdf.Name.Form,
        pikepdf.Array([0, 0, 595, 842]),
    )
    form["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=cid_font(pdf)))
    for page in pdf.pages:
        page.obj.Resources["/XObject"] = pikepdf.Dictionary(Head=form)
    source = saved(pdf, tmp_path / "a.pdf")
    document = open_document(source)
    first = next(edit for edit in hits(list(document.blocks()), NAME))
    document.write(tmp_path / "b.pdf", [first])
    assert not _leaks(tmp_path / "b.pdf", NAME)
    assert not document.remarks


def test_a_page_that_comes_out_wrong_becomes_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr("hairyo.documents.pdf.raster.same_but_for", lambda *_: False)
    source = plain_pdf(tmp_path / "a.pdf", f"氏名は{NAME}です", "次の行")
    document = _masked(source, tmp_path / "b.pdf", NAME)
    assert [str(words) for words in document.remarks] == [
        "pages that became pictures, with invisible text to search: 1"
    ]
    assert "".join(_page_text(tmp_path / "b.pdf").split()) == "氏名はです次の行"
    before, after = _pixels(tmp_path / "a.pdf").astype(int), _pixels(tmp_path / "b.pdf").astype(int)
    assert (abs(before - after)[80:, :] < 130).all()
    assert (after[54:63, 98:142] < 60).all()


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_that_becomes_a_picture_looks_the_same(tmp_path, monkeypatch, rotation):
    monkeypatch.setattr("hairyo.documents.pdf.raster.same_but_for", lambda *_: False)
    pdf = new_pdf(lines(f"氏名は{NAME}です", "次の行"))
    pdf.pages[0].obj["/Rotate"] = rotation
    pdf.pages[0].obj["/CropBox"] = pikepdf.Array([20, 30, 500, 830])
    _masked(saved(pdf, tmp_path / "a.pdf"), tmp_path / "b.pdf", NAME)
    before, after = _pixels(tmp_path / "a.pdf").astype(int), _pixels(tmp_path / "b.pdf").astype(int)
    assert before.shape == after.shape
    assert (abs(before - after) > 130).sum() < 48 * 14 * 1.2


def test_text_that_pdfium_still_sees_makes_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr("hairyo.documents.pdf.document.rewritten", lambda *_: lines(f"氏名は{NAME}です"))
    document = _masked(plain_pdf(tmp_path / "a.pdf", f"氏名は{NAME}です"), tmp_path / "b.pdf", NAME)
    assert any("became pictures" in str(words) for words in document.remarks)
    assert not _leaks(tmp_path / "b.pdf", NAME)
    assert (_pixels(tmp_path / "b.pdf")[54:63, 98:142] < 60).all()


def test_what_no_font_tells_and_no_looks_show_holds_a_document(tmp_path):
    assert open_document(saved(new_pdf(b"0 0 m 9 9 l S"), tmp_path / "a.pdf")).unread == ()
    assert open_document(saved(new_pdf(b""), tmp_path / "b.pdf")).unread == ()
    pdf = new_pdf(b"BT /X 12 Tf 60 700 Td <00010002> Tj ET")
    font = cid_font(pdf, encoding="Identity-H")
    font.DescendantFonts[0].CIDSystemInfo["/Ordering"] = pikepdf.String("Identity")
    pdf.pages[0].obj.Resources.Font["/X"] = font
    pdf.pages[0].obj["/MediaBox"] = pikepdf.Array([0, 650, 200, 750])
    assert open_document(saved(pdf, tmp_path / "c.pdf")).unread == ("text in a font that does not tell its characters",)


@pytest.mark.parametrize("encoding", ["90ms-RKSJ-H", "90ms-RKSJ-V", "EUC-H", "UniJIS-UCS2-H"])
def test_codes_of_other_encodings_are_read(tmp_path, encoding):
    codec = {"9": "cp932", "E": "euc_jp", "U": "utf-16-be"}[encoding[0]]
    pdf = new_pdf(b"BT /X 12 Tf 300 700 Td <%s> Tj ET" % f"A前{NAME}後".encode(codec).hex().encode())
    pdf.pages[0].obj.Resources.Font["/X"] = cid_font(pdf, encoding=encoding)
    source = saved(pdf, tmp_path / "a.pdf")
    assert _texts(source) == [f"A前{NAME}後"]
    document = _masked(source, tmp_path / "b.pdf", NAME)
    assert not document.remarks
    assert _texts(tmp_path / "b.pdf")[0].replace(" ", "").startswith("A前")


def test_an_empty_password_opens_and_another_refuses(tmp_path):
    from hairyo.errors import BrokenInput

    pdf = new_pdf(lines(NAME))
    saved(pdf, tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="x", user=""))
    saved(pdf, tmp_path / "b.pdf", encryption=pikepdf.Encryption(owner="x", user="y"))
    document = _masked(tmp_path / "a.pdf", tmp_path / "c.pdf", NAME)
    assert any("protected" in str(words) for words in document.remarks)
    with pikepdf.open(tmp_path / "c.pdf") as copy:
        assert not copy.is_encrypted
    with pytest.raises(BrokenInput, match="password"):
        open_document(tmp_path / "b.pdf")


def test_a_link_inside_keeps_its_target(tmp_path):
    pdf = new_pdf(lines("本文"), pages=2)
    action = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.String("第二"))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=pikepdf.Array([0, 0, 9, 9]), A=action
    )
    pdf.pages[0].obj["/Annots"] = pikepdf.Array([link])
    target = pikepdf.Array([pdf.pages[1].obj, pikepdf.Name.Fit])
    pdf.Root["/Names"] = pikepdf.Dictionary(
        Dests=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("第二"), target]))
    )
    open_document(saved(pdf, tmp_path / "a.pdf")).write(tmp_path / "b.pdf", [])
    with pikepdf.open(tmp_path / "b.pdf") as copy:
        named = pikepdf.NameTree(copy.Root.Names.Dests)
        wanted = str(copy.pages[0].obj.Annots[0].A.D)
        assert named[wanted][0].objgen == copy.pages[1].obj.objgen
        assert wanted.isascii()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_edits_take_out_what_they_cover_and_nothing_else(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("pdf")
    alphabet = st.sampled_from("山田太郎花子の会社ABcd 12、。")
    texts = data.draw(st.lists(st.text(alphabet, min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=4))
    document = open_document(plain_pdf(folder / "a.pdf", *texts))
    blocks = list(document.blocks())
    edits = data.draw(edits_of(blocks, st.just("■")))
    document.write(folder / "b.pdf", edits)
    covered = {block.index: set() for block in blocks}
    for edit in edits:
        covered[edit.block] |= set(range(edit.start, edit.end))
    left = "".join(c for block in blocks for at, c in enumerate(block.text) if at not in covered[block.index])
    shown = "".join(_texts(folder / "b.pdf"))
    assert sorted(left.replace(" ", "")) == sorted(shown.replace(" ", ""))
    assert not document.remarks


@pytest.mark.parametrize(("texts", "span"), [(["111111"], (4, 5)), (["c山郎太B太B郎太山田2", "1"], (4, 5))])
def test_pages_of_fonts_that_the_file_lacks_stay_pages(tmp_path, texts, span):
    """The boxes that stand for their letters reach into each other."""
    document = open_document(plain_pdf(tmp_path / "a.pdf", *texts))
    document.write(tmp_path / "b.pdf", [Edit(0, *span, "■")])
    assert not document.remarks


def test_bad_edits_are_refused(tmp_path):
    document = open_document(plain_pdf(tmp_path / "a.pdf", "本文"))
    with pytest.raises(ValueError, match="lies outside"):
        document.write(tmp_path / "b.pdf", [Edit(0, 1, 9, "x")])
    with pytest.raises(ValueError, match="no block 7"):
        document.write(tmp_path / "b.pdf", [Edit(7, 0, 1, "x")])
    assert not (tmp_path / "b.pdf").exists()
