from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest
from document_builders import applied, edits_of, hits, pack, unpack
from hypothesis import given, settings
from hypothesis import strategies as st
from office_beds import S, book_parts, cells, inline, rel, rich_xlsx

from hairyo.documents import Edit, open_document
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy
from hairyo.redaction.verify.readers import READERS
from hairyo.redaction.verify.search import Search

pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no")  # these have no styles
RELAXED = settings(max_examples=30, deadline=None)
NUMBERS = ("9012345678", "09012345678", "33333", "1991年4月5日")


def _open(folder, sheet, **more):
    return open_document(pack(folder / "a.xlsx", book_parts(sheet, **more)))


def _texts(document):
    return [block.text for block in document.blocks()]


def _cell(document, place):
    return next(block for block in document.blocks() if block.locator.endswith(f"cell {place}"))


def _everything(path):
    """Return all that a package holds, decompressed, in the encodings of its parts."""
    found = ""
    for name, data in unpack(path).items():
        found += name + data.decode("utf-8", "ignore") + data.decode("utf-16-le", "ignore")
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                found += "".join(inner.read(one).decode("utf-8", "ignore") for one in inner.namelist())
    return found


def _mask(blocks, words, mask="[非開示]"):
    longest_first = "|".join(sorted(words, key=len, reverse=True))
    return [Edit(one.index, *hit.span(), mask) for one in blocks for hit in re.finditer(longest_first, one.text)]


def _sheet_xml(folder, name="b.xlsx"):
    return unpack(folder / name)["xl/worksheets/sheet1.xml"].decode()


def test_every_place_is_masked(tmp_path):
    source, secrets = rich_xlsx(tmp_path / "a.xlsx")
    before = _everything(source)
    joined = {"inline", "shared", "comment", "box", "literal"}  # split over runs or strings
    assert [place for place, secret in secrets.items() if secret not in before and place not in joined] == []
    document = open_document(source)
    assert document.unread == ()
    words = [*secrets.values(), *NUMBERS]
    document.write(tmp_path / "b.xlsx", _mask(list(document.blocks()), words))
    after = _everything(tmp_path / "b.xlsx")
    assert [place for place, secret in secrets.items() if secret in after] == []
    assert [place for place, secret in secrets.items() if f">{secret[2:]}<" in after] == []
    assert not any(number in after for number in NUMBERS)
    report = check_copy(tmp_path / "b.xlsx", "xlsx", {None: [Secret(word, "PERSON") for word in words]})
    assert report.leaks == 0, report.places


def test_the_check_sees_every_place(tmp_path):
    source, secrets = rich_xlsx(tmp_path / "a.xlsx")
    pieces = list(READERS["xlsx"](source))
    for place, secret in secrets.items():
        search = Search([Secret(secret, "PERSON")])
        found = (search.find_bytes if isinstance(piece.content, bytes) else search.find for piece in pieces)
        assert any(next(find(piece.content), None) for find, piece in zip(found, pieces, strict=True)), place


def test_untouched_parts_stay_byte_for_byte(tmp_path):
    source, _ = rich_xlsx(tmp_path / "a.xlsx")
    document = open_document(source)
    document.write(tmp_path / "b.xlsx", [])
    before, after = unpack(source), unpack(tmp_path / "b.xlsx")
    assert {name for name in after if after[name] != before[name]} == {
        "xl/workbook.xml",  # the path of the file
        "xl/_rels/workbook.xml.rels",  # the order of calculation
        "xl/worksheets/sheet1.xml",  # printer settings, an add-in's property
        "xl/worksheets/_rels/sheet1.xml.rels",
        "xl/sharedStrings.xml",  # a string that no cell shows
        "xl/pivotCache/pivotCacheDefinition1.xml",  # to be read anew
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels",
        "xl/externalLinks/externalLink1.xml",  # cells of the other workbook
        "customXml/item1.xml",  # a comment
    }
    assert set(before) - set(after) == {
        "xl/calcChain.xml",
        "xl/revisions/revisionLog1.xml",
        "xl/pivotCache/pivotCacheRecords1.xml",
        "xl/printerSettings/printerSettings1.bin",
        "xl/customProperty1.bin",
        "docProps/thumbnail.wmf",
    }
    gone = ("rId7", "rId8", "customPr", "absPath", "sheetDataSet", "printerSettings")
    kept = "".join(data.decode("utf-8", "ignore") for data in after.values())
    assert not any(f'="{word}"' in _sheet_xml(tmp_path) or f"<{word}" in kept for word in gone)


def test_a_plain_workbook_is_the_same_after_no_edit(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["氏名", "山田太郎", 12, 3.5, True, "=A1"])
    book.save(tmp_path / "a.xlsx")
    document = open_document(tmp_path / "a.xlsx")
    for stem in ("b", "c"):
        document.write(tmp_path / f"{stem}.xlsx", [])
    assert unpack(tmp_path / "a.xlsx") == unpack(tmp_path / "b.xlsx")
    assert (tmp_path / "b.xlsx").read_bytes() == (tmp_path / "c.xlsx").read_bytes()


def test_names_stay_in_step(tmp_path):
    source, secrets = rich_xlsx(tmp_path / "a.xlsx")
    document = open_document(source)
    document.write(tmp_path / "b.xlsx", _mask(list(document.blocks()), secrets.values()))
    parts = {name: data.decode("utf-8", "ignore") for name, data in unpack(tmp_path / "b.xlsx").items()}
    sheet = "［非開示］"
    assert f'<sheet name="{sheet}"' in parts["xl/workbook.xml"]
    assert f"'{sheet}'!$A$1</definedName>" in parts["xl/workbook.xml"]
    assert f"location=\"'{sheet}'!A1\"" in parts["xl/worksheets/sheet1.xml"]
    assert f"<c:f>'{sheet}'!$A$1</c:f>" in parts["xl/charts/chart1.xml"]
    assert f'sheet="{sheet}"' in parts["xl/pivotCache/pivotCacheDefinition1.xml"]
    assert f"textlink=\"'{sheet}'!A1\"" in parts["xl/drawings/drawing1.xml"]
    assert f"<f>'{sheet}'!A1+非開示+非開示2[[非開示]2]</f>" in parts["xl/worksheets/sheet1.xml"]
    table = parts["xl/tables/table1.xml"]
    assert 'name="非開示2" displayName="非開示2"' in table
    heads = [_cell(open_document(tmp_path / "b.xlsx"), place).text for place in ("A1", "B1", "C1")]
    assert heads == ["[非開示]", "[非開示]2", "見出し"]
    assert [f'<tableColumn name="{head}"' in table for head in heads] == [True] * 3


@pytest.mark.parametrize("edited", [(0,), (1,), (0, 1)])
def test_a_shared_string_is_edited_cell_by_cell(tmp_path, edited):
    sheet = '<c t="s"><v>0</v></c>'
    document = _open(tmp_path, cells(sheet, sheet), strings="<si><t>林さん</t></si>")
    blocks = [block for block in document.blocks() if block.text == "林さん"]
    document.write(tmp_path / "b.xlsx", [Edit(blocks[one].index, 0, 1, "■") for one in edited])
    copy = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert [copy.cell(row, 1).value for row in (1, 2)] == ["■さん" if row in edited else "林さん" for row in (0, 1)]
    assert ("林" in unpack(tmp_path / "b.xlsx")["xl/sharedStrings.xml"].decode()) is (len(edited) == 1)


def test_a_reading_goes_with_its_word(tmp_path):
    strings = "<si><t>山田です</t><rPh sb='0' eb='2'><t>ヤマダ</t></rPh><phoneticPr fontId='1'/></si>"
    document = _open(tmp_path, cells('<c t="s"><v>0</v></c>'), strings=strings)
    blocks = list(document.blocks())
    assert [block.text for block in blocks[-2:]] == ["山田です", "ヤマダ"] or _texts(document)[1:3] == [
        "山田です",
        "ヤマダ",
    ]
    document.write(tmp_path / "b.xlsx", hits(blocks, "山田", "■"))
    assert "ヤマダ" not in _everything(tmp_path / "b.xlsx")
    assert "<rPh" not in unpack(tmp_path / "b.xlsx")["xl/sharedStrings.xml"].decode()


def test_only_the_reading_may_be_edited(tmp_path):
    strings = "<si><t>彼</t><rPh sb='0' eb='1'><t>ヤマダ</t></rPh></si>"
    document = _open(tmp_path, cells('<c t="s"><v>0</v></c>'), strings=strings)
    document.write(tmp_path / "b.xlsx", hits(list(document.blocks()), "ヤマダ", "■"))
    assert "ヤマダ" not in _everything(tmp_path / "b.xlsx")
    assert _cell(open_document(tmp_path / "b.xlsx"), "A1").text == "彼"


def test_numbers_are_read_as_shown_and_written_as_text(tmp_path):
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="000-0000-0000"/></numFmts>'
        '<cellXfs><xf/><xf numFmtId="170"/><xf numFmtId="14"/></cellXfs>'
    )
    row = '<c s="1"><v>9012345678</v></c><c s="2"><v>33333</v></c><c><v>5</v></c>'
    document = _open(tmp_path, cells(row), styles=styles)
    assert _texts(document)[1:4] == ["090-1234-5678", "1991/4/5", "5"]
    document.write(tmp_path / "b.xlsx", _mask(list(document.blocks()), ["090-1234-5678", "1991/4/5"]))
    values = [cell.value for cell in openpyxl.load_workbook(tmp_path / "b.xlsx").active[1]]
    assert values == ["[非開示]", "[非開示]", 5]
    assert 's="1"' in _sheet_xml(tmp_path)


def test_a_formula_stays_without_a_result_that_was_masked(tmp_path):
    row = '<c r="A1" t="str"><f>B1&amp;"様"</f><v>山田様</v></c><c r="B1" t="str"><v>山田</v></c>'
    row += '<c r="C1"><f>1+1</f><v>2</v></c>'
    document = _open(tmp_path, f"<sheetData><row r='1'>{row}</row></sheetData>")
    document.write(tmp_path / "b.xlsx", hits(list(document.blocks()), "山田"))
    assert '<c r="A1"><f>B1&amp;"様"</f></c>' in _sheet_xml(tmp_path)
    assert "<f>1+1</f><v>2</v>" in _sheet_xml(tmp_path)
    assert 'fullCalcOnLoad="1"' in unpack(tmp_path / "b.xlsx")["xl/workbook.xml"].decode()


@pytest.mark.parametrize(
    ("formula", "offered", "after"),
    [
        ('"山田"&amp;"太郎"', "山田太郎", '"■"&amp;""'),
        ('IF(A1="山田太郎","""様""","")', '山田太郎\n""様""\n', 'IF(A1="■","""様""","")'),
        ("'山田太郎'!A1", "山田太郎", "'■'!A1"),
        ("VLOOKUP(A1,山田太郎,2)", "山田太郎", "VLOOKUP(A1,_,2)"),
        ("表[山田太郎]", "山田太郎", "表[]"),
        ("SUM(A1:B2)+LOG10(3)", None, "SUM(A1:B2)+LOG10(3)"),
    ],
)
def test_text_in_formulas(tmp_path, formula, offered, after):
    document = _open(tmp_path, f"<sheetData><row r='1'><c r='A1'><f>{formula}</f></c></row></sheetData>")
    blocks = [block for block in document.blocks() if block.locator.endswith("formula")]
    assert offered in [block.text for block in blocks] or not blocks
    document.write(tmp_path / "b.xlsx", hits(blocks, "山田太郎", "■"))
    assert f"<f>{after}</f>" in _sheet_xml(tmp_path)


def test_a_list_of_persons_is_told_by_its_headings(tmp_path):
    rows = [("No", "氏名", "備考"), ("1", "山田太郎", "なし"), ("2", "佐藤花子", "うつ病")]
    document = _open(tmp_path, cells(*("".join(map(inline, row)) for row in rows)))
    cell = _cell(document, "B3")
    assert (cell.text, cell.label, cell.field, cell.joins, cell.listed) == ("佐藤花子", "氏名", "氏名", "line", True)
    assert not _cell(document, "B1").listed


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        ([("氏名", "山田")], "B1", ("氏名", "cell", False)),
        ([("氏名", "", "山田")], "C1", ("氏名", "cell", False)),
        ([("氏名", "山田"), ("住所", "東京都"), ("電話番号", "090")], "B2", ("住所", "cell", False)),
        ([("氏名", "山田", "年齢", "30")], "D1", ("年齢", "cell", False)),
        ([("氏名", "年齢"), ("山田", "30")], "B2", ("年齢", "line", False)),
        ([("商品", "在庫"), ("林檎", "3"), ("梨", "4")], "A2", ("", "line", False)),
        ([("氏名",), ("山田",)], "A2", ("氏名", "line", False)),
        ([("これは", "山田")], "B1", ("", "cell", False)),
        ([("年", "月", "学歴"), ("2001", "4", "大学入学"), ("2005", "3", "卒業")], "C2", ("学歴", "line", False)),
    ],
)
def test_cells_answer_to_labels(tmp_path, rows, place, expected):
    document = _open(tmp_path, cells(*("".join(inline(text) for text in row) for row in rows)))
    cell = _cell(document, place)
    assert (cell.label, cell.joins, cell.listed) == expected


def test_a_sheet_name_that_is_masked_stays_a_name(tmp_path):
    document = _open(tmp_path, cells(inline("x")), title="山田")
    document.write(tmp_path / "b.xlsx", hits(list(document.blocks()), "山田", "[a/b]" * 9))
    (name,) = openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames
    assert name == ("［a／b］" * 9)[:31]


@RELAXED
@given(data=st.data(), texts=st.lists(st.text(alphabet="山田 a1", max_size=4), min_size=1, max_size=6))
def test_edits_survive_reading_again(tmp_path_factory, data, texts):
    folder = tmp_path_factory.mktemp("t")
    strings = "".join(f"<si><t xml:space='preserve'>{text}</t></si>" for text in texts)
    shared = "".join(f'<c t="s"><v>{number}</v></c>' for number in (*range(len(texts)), 0))
    row = shared + inline("始" + texts[0]) + "<c><v>12</v></c>"
    document = _open(folder, cells(row, row), strings=strings)
    blocks = list(document.blocks())
    edits = data.draw(edits_of(blocks[1:], st.text(alphabet="■x&<", min_size=1, max_size=3)))
    document.write(folder / "b.xlsx", edits)
    assert _texts(open_document(folder / "b.xlsx")) == applied(blocks, edits)


def test_picks_up_parts_of_two_kinds_of_sheets(tmp_path):
    sheets = '<sheet name="次" sheetId="2" r:id="rId4"/>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    document = _open(
        tmp_path,
        cells(inline("一")),
        sheets=sheets,
        rels=rel(4, "worksheet", "worksheets/sheet10.xml"),
        overrides={"xl/worksheets/sheet10.xml": kind},
        extra={"xl/worksheets/sheet10.xml": f'<worksheet xmlns="{S}">{cells(inline("十"))}</worksheet>'},
    )
    assert _texts(document)[:4] == ["Sheet1", "次", "一", "十"]


def test_comments_of_xml_among_names_and_columns_are_none_of_them(tmp_path):
    """Found by fuzzing: the comments go when the part is read."""
    source, secrets = rich_xlsx(tmp_path / "a.xlsx")
    parts = unpack(source)
    for name, group in (("xl/workbook.xml", b"definedNames"), ("xl/tables/table1.xml", b"tableColumns")):
        parts[name] = re.sub(rb"(<%b[^>]*>)" % group, rb"\1<!-- -->", parts[name])
        assert b"<!-- -->" in parts[name]
    pack(tmp_path / "c.xlsx", parts)
    document = open_document(tmp_path / "c.xlsx")
    document.write(tmp_path / "b.xlsx", _mask(list(document.blocks()), secrets.values()))
    assert not {*secrets.values()} & {block.text for block in open_document(tmp_path / "b.xlsx").blocks()}


def test_a_word_with_an_empty_reading_goes(tmp_path):
    """Found by fuzzing."""
    strings = "<si><r><t>山田</t></r><r><t>です</t></r><rPh sb='0' eb='2'><t/></rPh></si>"
    document = _open(tmp_path, cells('<c t="s"><v>0</v></c>'), strings=strings)
    document.write(tmp_path / "b.xlsx", hits(list(document.blocks()), "山田", "■"))
    assert "■です" in _texts(open_document(tmp_path / "b.xlsx"))
