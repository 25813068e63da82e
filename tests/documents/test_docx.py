from __future__ import annotations

import docx
import pytest
from document_builders import (
    applied,
    docx_parts,
    edits_of,
    hits,
    pack,
    part,
    plain_docx,
    rich_docx,
    runs,
    unpack,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import Edit, open_document
from hairyo.errors import OutputError

NAME = "山田太郎"
RELAXED = settings(max_examples=30, deadline=None)


def _open(folder, body, extra=None, rels=""):
    return open_document(pack(folder / "a.docx", docx_parts(body, extra, rels)))


def _texts(document):
    return [block.text for block in document.blocks()]


def test_untouched_parts_stay_byte_for_byte_and_word_readers_agree(tmp_path):
    document = open_document(plain_docx(tmp_path / "a.docx"))
    blocks = list(document.blocks())
    assert blocks[0].text == "氏名：山田太郎\t持病\n喘息"
    document.write(tmp_path / "same.docx", [])
    document.write(tmp_path / "b.docx", [Edit(0, 3, 7, "[非開示]")])
    before, same, after = (unpack(tmp_path / f"{stem}.docx") for stem in ("a", "same", "b"))
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"word/document.xml", "_rels/.rels"}
    assert {name for name in same if same[name] != before[name]} == {"_rels/.rels"}
    assert set(before) - set(after) == {"docProps/thumbnail.jpeg"}
    read = docx.Document(str(tmp_path / "b.docx"))
    assert read.paragraphs[0].text == "氏名：[非開示]\t持病\n喘息"
    assert read.paragraphs[0].runs[1].bold
    assert read.paragraphs[0].runs[1].text == "[非開示]"


def test_the_same_input_gives_the_same_bytes(tmp_path):
    document = open_document(rich_docx(tmp_path / "a.docx"))
    for stem in ("b", "c"):
        document.write(tmp_path / f"{stem}.docx", hits(list(document.blocks()), NAME))
    assert (tmp_path / "b.docx").read_bytes() == (tmp_path / "c.docx").read_bytes()
    assert list(document.blocks()) == list(document.blocks())


def test_reads_and_masks_every_place(tmp_path):
    source = rich_docx(tmp_path / "a.docx")
    document = open_document(source)
    blocks = list(document.blocks())
    document.write(tmp_path / "b.docx", hits(blocks, NAME))
    places = {block.locator.rpartition(" ")[0] for block in blocks if NAME in block.text}
    for place in (
        "word/document.xml bookmarkStart name",
        "word/document.xml docPr descr",
        "word/document.xml ins author",
        "word/document.xml del author",
        "word/document.xml alias val",
        "word/document.xml fldSimple instr",
        "word/comments.xml comment author",
        "word/people.xml person author",
        "word/settings.xml query val",
        "word/settings.xml docVar val",
        "word/_rels/document.xml.rels link",
        "customXml/item1.xml element",
        "docProps/core.xml creator",
        "docProps/custom.xml property name",
        *(
            f"word/{name}.xml paragraph"
            for name in ("header1", "footer1", "footnotes", "endnotes", "glossary/document")
        ),
        "word/charts/chart1.xml paragraph",
        "word/charts/chart1.xml v",
    ):
        assert place in places
    copy = open_document(tmp_path / "b.docx")
    assert not any(NAME in text for text in _texts(copy))
    for name, data in unpack(tmp_path / "b.docx").items():
        for word in ("山田", "太郎", "やまだ", "UEsDBB", "%E5%B1%B1"):
            if not (name == "word/document.xml" and word == "山田"):
                assert word not in data.decode("utf-8", errors="ignore"), (name, word)
    assert document.unread == ("image",)
    assert {"docProps/thumbnail.jpeg", "word/printerSettings1.bin"}.isdisjoint(unpack(tmp_path / "b.docx"))


def test_authors_are_labelled(tmp_path):
    blocks = list(open_document(rich_docx(tmp_path / "a.docx")).blocks())
    labels = {b.locator.rpartition(" ")[0]: b.label for b in blocks}
    assert labels["word/comments.xml comment author"] == labels["docProps/core.xml creator"] == "作成者"
    assert "氏名" in {b.label for b in blocks if b.locator.startswith("customXml")}


def test_tracked_changes_are_read_both_ways(tmp_path):
    body = (
        f"<w:p>{runs('山')}<w:del>{runs('田', tag='delText')}</w:del><w:ins>{runs('口')}"
        f"<w:del>{runs('秘', tag='delText')}</w:del></w:ins>{runs('太郎です')}</w:p>"
    )
    document = _open(tmp_path, body)
    assert _texts(document) == ["山口太郎です", "山田秘太郎です"]
    document.write(tmp_path / "b.docx", [Edit(0, 0, 4, "■"), Edit(1, 0, 2, "●"), Edit(1, 3, 5, "")])
    assert _texts(open_document(tmp_path / "b.docx")) == ["■です", "■秘です"]


def test_a_reading_goes_with_its_word(tmp_path):
    ruby = f"<w:r><w:ruby><w:rt>{runs('やま', 'だ')}</w:rt><w:rubyBase>{runs('山田')}</w:rubyBase></w:ruby>"
    document = _open(tmp_path, f"<w:p>{ruby}</w:r>{runs('です')}</w:p>")
    assert _texts(document) == ["山田です", "やまだ"]
    document.write(tmp_path / "b.docx", [Edit(0, 0, 2, "■")])
    assert _texts(open_document(tmp_path / "b.docx")) == ["■です"]


def test_tabs_and_breaks_inside_an_edit_vanish(tmp_path):
    stops = "<w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>"
    body = f"<w:p>{stops}{runs('山')}<w:r><w:tab/><w:br/></w:r>{runs('田と')}</w:p>"
    document = _open(tmp_path, body)
    assert _texts(document) == ["山\t\n田と"]
    document.write(tmp_path / "b.docx", [Edit(0, 0, 4, "■")])
    document.write(tmp_path / "c.docx", [Edit(0, 1, 2, "●")])
    assert _texts(open_document(tmp_path / "b.docx")) == ["■と"]
    assert _texts(open_document(tmp_path / "c.docx")) == ["山●\n田と"]


@pytest.mark.parametrize(
    ("rows", "label"),
    [
        ([["氏名", "山田"]], "氏名"),
        ([["氏名：", "山田"]], "氏名："),
        ([["番号", "氏名"], ["1", "山田"]], "氏名"),
        ([["昨日は", "山田"]], ""),
        ([["私の住所や電話番号はこの紙に書いた氏名", "山田"]], ""),
    ],
)
def test_cells_answer_to_labels(tmp_path, rows, label):
    table = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p>{runs(cell)}</w:p></w:tc>" for cell in row) + "</w:tr>" for row in rows
    )
    blocks = list(_open(tmp_path, f"<w:tbl>{table}</w:tbl>").blocks())
    assert (blocks[-1].text, blocks[-1].label, blocks[-1].joins) == ("山田", label, "cell")
    assert (blocks[0].label, blocks[0].joins) == ("", "line")


def test_a_link_is_read_without_its_escapes(tmp_path):
    rel = '<Relationship Id="r" Type="x/hyperlink" TargetMode="External" Target="mailto:%E5%B1%B1%E7%94%B0"/>'
    document = _open(tmp_path, f"<w:p>{runs('x')}</w:p>", rels=rel)
    assert _texts(document) == ["x", "mailto:山田"]
    document.write(tmp_path / "b.docx", [Edit(1, 7, 9, "[非開示]")])
    assert _texts(open_document(tmp_path / "b.docx")) == ["x", "mailto:[非開示]"]
    assert b"%5B" in unpack(tmp_path / "b.docx")["word/_rels/document.xml.rels"]


def test_comments_in_the_xml_never_leave(tmp_path):
    head = f"<!-- {NAME} --><?x {NAME}?><d>a<!-- {NAME} -->b</d><!-- {NAME} -->"
    document = _open(tmp_path, f"<w:p>{runs('x')}</w:p>", {"customXml/item1.xml": head})
    document.write(tmp_path / "b.docx", [])
    assert unpack(tmp_path / "b.docx")["customXml/item1.xml"].endswith(b"<d>ab</d>")


def test_refuses_a_mask_that_xml_lacks(tmp_path):
    with pytest.raises(OutputError):
        _open(tmp_path, f"<w:p>{runs('山田')}</w:p>").write(tmp_path / "b.docx", [Edit(0, 0, 1, "\x01")])
    assert not (tmp_path / "b.docx").exists()


@RELAXED
@given(data=st.data(), texts=st.lists(st.text(alphabet="山田 a", max_size=4), min_size=1, max_size=6))
def test_edits_survive_reading_again(tmp_path_factory, data, texts):
    folder = tmp_path_factory.mktemp("t")
    paragraph = f"<w:p>{runs('始', *texts)}<w:r><w:tab/></w:r>{runs(*texts)}</w:p>"
    extra = {
        "word/header1.xml": part("hdr", paragraph),
        "docProps/app.xml": f"<p><Manager>x{texts[0]}</Manager></p>",
    }
    document = _open(folder, paragraph * 2, extra)
    blocks = list(document.blocks())
    edits = data.draw(edits_of(blocks, st.text(alphabet="■x&<", min_size=1, max_size=3)))
    document.write(folder / "b.docx", edits)
    assert _texts(open_document(folder / "b.docx")) == applied(blocks, edits)
