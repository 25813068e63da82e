from __future__ import annotations

import pptx
import pytest
from document_builders import pack, unpack
from office_beds import book_parts, cells, inline, rel, rich_pptx, rich_xlsx

from hairyo.documents import Limits, open_document
from hairyo.errors import BrokenInput, InputRefused, TooLarge, UnknownFormat


def _copied(path, **options):
    document = open_document(path, **options)
    list(document.blocks())
    document.write(path.parent / f"copy{path.suffix}", [])


def _refused(path, error, **options):
    with pytest.raises(error) as caught:
        _copied(path, **options)
    assert "山田" not in str(caught.value)
    assert not (path.parent / f"copy{path.suffix}").exists()


@pytest.mark.parametrize(
    "row",
    [
        '<c t="s"><v>9</v></c>',
        '<c t="s"><v>-1</v></c>',
        '<c t="s"><v>9999999999999999999999</v></c>',
        '<c t="s"><v>山田</v></c>',
        '<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>',
        '<c r="A1"><v>1</v></c><c r="A1"><v>1</v></c>',
        '<c r="A2"><v>1</v></c>',
        '<c r="山田"><v>1</v></c>',
        '<c r="A99999999999999999999"><v>1</v></c>',
    ],
)
def test_refuses_cells_that_are_nowhere(tmp_path, row):
    _refused(pack(tmp_path / "a.xlsx", book_parts(cells(row))), BrokenInput)


def test_refuses_rows_out_of_order(tmp_path):
    data = '<sheetData><row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row></sheetData>'
    _refused(pack(tmp_path / "a.xlsx", book_parts(data)), BrokenInput)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "abc", "1" * 5000, "-1", "99999999", "²"])
@pytest.mark.parametrize("style", ["0", "1", "2", "9", "-1", "²"])
def test_odd_numbers_are_still_offered(tmp_path, value, style):
    styles = (
        '<numFmts><numFmt numFmtId="200" formatCode="[$-411]ggge&quot;年&quot;"/></numFmts>'
        '<cellXfs><xf/><xf numFmtId="200"/><xf numFmtId="²"/></cellXfs>'
    )
    parts = book_parts(cells(f'<c s="{style}"><v>{value}</v></c>'), styles=styles)
    blocks = list(open_document(pack(tmp_path / "a.xlsx", parts)).blocks())
    assert blocks[1].text.strip()


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("xl/vbaProject.bin", b"\xd0\xcf", UnknownFormat),
        ("xl/macrosheets/sheet1.xml", "<a/>", UnknownFormat),
        ("xl/activeX/activeX1.xml", "<a/>", UnknownFormat),
        ("_xmlsignatures/sig1.xml", "<a/>", UnknownFormat),
        ("xl/model/item.data", b"x", UnknownFormat),
        ("xl/a.xml", "<!DOCTYPE d [<!ENTITY a '山田'>]><d>&a;</d>", BrokenInput),
        ("xl/a.xml", "<a>" * 201 + "</a>" * 201, TooLarge),
        ("xl/a.xml", b"<a>" + b" " * 100_000_001 + b"</a>", TooLarge),
    ],
)
def test_refuses_what_it_does_not_read(tmp_path, name, data, error):
    _refused(pack(tmp_path / "a.xlsx", book_parts(cells(inline("山田")), extra={name: data})), error)


@pytest.mark.slow
def test_a_part_that_is_too_long_is_refused(tmp_path):
    text = "".join(f"<si><t>{'山田' * 9}{number:07}</t></si>" for number in range(1_600_000))
    path = pack(tmp_path / "a.xlsx", book_parts(cells(inline("x")), strings=text))
    assert len(text.encode()) > 100_000_000
    _refused(path, TooLarge)


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({"xl/embeddings/oleObject1.bin": b"\xd0\xcf"}, "embedded object or workbook"),
        ({"xl/media/image1.emf": b"x"}, "image"),
        ({"xl/media/a.mp3": b"x"}, "audio or video"),
        ({"xl/山田.xml": "<a/>"}, "part name"),
    ],
)
def test_holds_what_is_kept_but_not_read(tmp_path, extra, kind):
    path = pack(tmp_path / "a.xlsx", book_parts(cells(inline("x")), extra=extra))
    assert open_document(path).unread == (kind,)


def test_a_workbook_within_a_workbook_without_end(tmp_path):
    data = b"x"
    for _ in range(8):
        parts = book_parts(cells(inline("x")), extra={"xl/embeddings/book.xlsx": data})
        data = pack(tmp_path / "a.xlsx", parts).read_bytes()
    assert open_document(tmp_path / "a.xlsx", limits=Limits(nesting=20)).unread == ("embedded object or workbook",)
    _refused(tmp_path / "a.xlsx", TooLarge)


def test_refuses_other_packages_by_their_names(tmp_path):
    template = book_parts(cells(inline("x")))
    template["[Content_Types].xml"] = str(template["[Content_Types].xml"]).replace("sheet.main", "template.main")
    _refused(pack(tmp_path / "a.xlsx", template), BrokenInput)
    assert open_document(pack(tmp_path / "b.pptx", {"a.txt": "山田"})).format == "zip"


def test_relationships_in_circles_and_to_nowhere(tmp_path):
    circle = rel(4, "table", "../worksheets/sheet1.xml") + rel(5, "table", "../../../../x") + rel(6, "table", "")
    path = pack(tmp_path / "a.xlsx", book_parts(cells(inline("山田")), sheet_rels=circle))
    document = open_document(path)
    assert "山田" in [block.text for block in document.blocks()]
    document.write(tmp_path / "b.xlsx", [])


@pytest.mark.parametrize("kept", [4, 100, 1000, -1, -30])
@pytest.mark.parametrize("bed", [rich_xlsx, rich_pptx])
def test_refuses_the_cut_off(tmp_path, bed, kept):
    path, _ = bed(tmp_path / ("a.xlsx" if bed is rich_xlsx else "a.pptx"))
    path.write_bytes(path.read_bytes()[:kept])
    _refused(path, InputRefused)


def test_an_empty_presentation_and_workbook(tmp_path):
    pptx.Presentation().save(tmp_path / "a.pptx")
    pack(tmp_path / "a.xlsx", book_parts("<sheetData/>"))
    for name in ("a.pptx", "a.xlsx"):
        document = open_document(tmp_path / name)
        document.write(tmp_path / f"b{name[1:]}", [])
        assert unpack(tmp_path / f"b{name[1:]}")
