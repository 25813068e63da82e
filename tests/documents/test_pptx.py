from __future__ import annotations

import io
import zipfile

import pptx
import pytest
from document_builders import hits, pack, unpack
from office_beds import rich_pptx

from hairyo.documents import open_document
from hairyo.errors import OutputError
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy
from hairyo.redaction.verify.readers import READERS
from hairyo.redaction.verify.search import Search

SPLIT = {"title", "modern comment"}  # over runs


def _everything(path):
    """Return all that a package holds, decompressed, its embedded workbooks too."""
    found = ""
    for name, data in unpack(path).items():
        found += name + data.decode("utf-8", "ignore") + data.decode("utf-16-le", "ignore")
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                found += "".join(inner.read(one).decode("utf-8", "ignore") for one in inner.namelist())
    return found


def _masked(source, target, words):
    document = open_document(source)
    edits = sorted(edit for block in document.blocks() for word in words for edit in hits([block], word))
    document.write(target, edits)
    return document


def test_every_place_is_masked(tmp_path):
    source, secrets = rich_pptx(tmp_path / "a.pptx")
    before = _everything(source)
    assert [place for place, secret in secrets.items() if secret not in before and place not in SPLIT] == []
    words = [*secrets.values(), "9012345678"]
    document = _masked(source, tmp_path / "b.pptx", words)
    assert document.unread == ()
    after = _everything(tmp_path / "b.pptx")
    assert [place for place, secret in secrets.items() if secret in after or f">{secret[2:]}<" in after] == []
    assert "9012345678" not in after
    report = check_copy(tmp_path / "b.pptx", "pptx", {None: [Secret(word, "PERSON") for word in words]})
    assert report.leaks == 0, report.places


def test_the_check_sees_every_place(tmp_path):
    source, secrets = rich_pptx(tmp_path / "a.pptx")
    pieces = list(READERS["pptx"](source))
    for place, secret in secrets.items():
        search = Search([Secret(secret, "PERSON")])
        found = (search.find_bytes if isinstance(piece.content, bytes) else search.find for piece in pieces)
        assert any(next(find(piece.content), None) for find, piece in zip(found, pieces, strict=True)), place


def test_what_is_not_edited_stays(tmp_path):
    source, _ = rich_pptx(tmp_path / "a.pptx")
    _masked(source, tmp_path / "b.pptx", [])
    before, after = unpack(source), unpack(tmp_path / "b.pptx")
    dropped = {"ppt/fonts/font1.fntdata", "docProps/thumbnail.jpeg", "ppt/printerSettings/printerSettings1.bin"}
    assert set(before) - set(after) == dropped
    changed = {name for name in after if after[name] != before[name]}
    book = "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"
    assert changed == {"_rels/.rels", "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", book}
    (tmp_path / "book.xlsx").write_bytes(before[book])
    (tmp_path / "copy.xlsx").write_bytes(after[book])
    assert unpack(tmp_path / "book.xlsx") == unpack(tmp_path / "copy.xlsx")
    assert b"rId900" not in after["ppt/presentation.xml"]


def test_the_copy_opens_with_its_text_and_chart(tmp_path):
    source, secrets = rich_pptx(tmp_path / "a.pptx")
    _masked(source, tmp_path / "b.pptx", secrets.values())
    for stem in ("c", "d"):
        _masked(source, tmp_path / f"{stem}.pptx", secrets.values())
    assert (tmp_path / "c.pptx").read_bytes() == (tmp_path / "d.pptx").read_bytes()
    slide = pptx.Presentation(tmp_path / "b.pptx").slides[0]
    assert slide.shapes.title.text == "題[非開示]"
    (chart,) = (shape.chart for shape in slide.shapes if shape.has_chart)
    assert list(chart.plots[0].categories) == ["[非開示]"]
    assert slide.notes_slide.notes_text_frame.text == "[非開示]"


def test_cells_of_a_table_answer_to_labels(tmp_path):
    source, secrets = rich_pptx(tmp_path / "a.pptx")
    cell = next(block for block in open_document(source).blocks() if block.text == secrets["table"])
    assert (cell.label, cell.joins) == ("氏名", "cell")


def test_slides_that_the_check_cannot_read_are_not_taken_for_clean(tmp_path):
    source, _ = rich_pptx(tmp_path / "a.pptx")  # found by fuzzing: a frame without its graphic
    parts = unpack(source)
    slide = parts["ppt/slides/slide1.xml"].decode()
    frame = slide[slide.index("<a:graphic ") if "<a:graphic " in slide else slide.index("<a:graphic>") :]
    frame = frame[: frame.index("</a:graphic>") + len("</a:graphic>")]
    pack(tmp_path / "b.pptx", {**parts, "ppt/slides/slide1.xml": slide.replace(frame, "")})
    with pytest.raises(OutputError):
        check_copy(tmp_path / "b.pptx", "pptx", {})
