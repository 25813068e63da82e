"""Places where secrets of other programs' files once stayed unread, and files that once broke a reader; by format."""

from __future__ import annotations

import io
import struct
import zipfile
from base64 import b64encode
from pathlib import Path

import pikepdf
import pytest
from document_builders import docx_parts, hits, pack, part, runs, unpack
from office_beds import book_parts, cells, inline, rel
from pdf_builders import plain_pdf
from PIL import Image
from test_msg import outlook

from hairyo.documents import Edit, open_document
from hairyo.documents.long_numbers import holds_long_number
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat

PHONE, MAIL, NAME = "090-1234-5678", "yamada@example.jp", "山田太郎"
REFUSED = (BrokenInput, UnknownFormat, TooLarge)


def _copied(path: Path, *words: str) -> bytes:
    """Mask the words wherever they are offered; return all that the copy holds."""
    document = open_document(path)
    copy = path.with_name(f"copy{path.suffix}")
    blocks = list(document.blocks())
    document.write(copy, sorted({edit for word in words for edit in hits(blocks, word)}))
    assert not document.unread
    list(open_document(copy).blocks())
    return b"\n".join(unpack(copy).values()) if zipfile.is_zipfile(copy) else copy.read_bytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PHONE, True), ("TEL:09012345678", True), ("+81 90 1234 5678", True), ("123456789018", True),
        ("1234 5678 9018", True), ("12192000", False), ("4294967295", False), ("2026-11-24T01:02:03Z", False),
        ("00AB12CD", False), ("0.123456789012", False), ("", False),
    ],
)  # fmt: skip
def test_long_numbers_are_told_from_measures(text, expected):
    assert holds_long_number(text) is expected


@pytest.mark.parametrize(
    "inside",
    [
        "<w:dropDownList><w:listItem w:displayText='a' w:value='{}'/></w:dropDownList>",
        "<w:smartTagPr><w:attr w:name='tel' w:val='{}'/></w:smartTagPr>",
        "<w:rPr><w:lang w:val='{}'/><w:rFonts w:ascii='{}'/></w:rPr>",
        "<w:p w:rsidR='{}'/>",
        "<v:shape id='{}' o:spid='{}'/>",
    ],
)
def test_word_attributes_that_hold_a_long_number(tmp_path, inside):
    path = pack(tmp_path / "a.docx", docx_parts(inside.replace("{}", PHONE)))
    assert PHONE.encode() not in _copied(path, PHONE)


def test_word_texts_of_lists(tmp_path):
    levels = f"<w:abstractNum><w:lvl><w:lvlText w:val='{NAME} %1'/></w:lvl></w:abstractNum>"
    path = pack(tmp_path / "a.docx", docx_parts("<w:p/>", {"word/numbering.xml": part("numbering", levels)}))
    assert NAME.encode() not in _copied(path, NAME)


@pytest.mark.parametrize("mode", ["", " TargetMode='external'", " TargetMode='External'"])
def test_links_of_any_mode(tmp_path, mode):
    rels = f"<Relationship Id='r7' Type='x/hyperlink' Target='mailto:{MAIL}'{mode}/>"
    assert MAIL.encode() not in _copied(pack(tmp_path / "a.docx", docx_parts("<w:p/>", rels=rels)), MAIL)


def test_names_that_somebody_made_up_in_custom_xml(tmp_path):
    xml = f"<a><{NAME} x='1'>甲</{NAME}><b 担当{NAME}='2' c='3'/></a>"
    copy = _copied(pack(tmp_path / "a.docx", docx_parts("<w:p/>", {"customXml/item1.xml": xml})), NAME)
    assert NAME.encode() not in copy
    assert all(kept in copy for kept in ("甲".encode(), b"'2'" if b"'2'" in copy else b'"2"', "担当".encode()))


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"customXml/item1.xml": '<a xmlns="http://schemas.microsoft.com/DataMashup">UEsD</a>'}, "queries"),
        ({"customXml/item1.xml": f"<a>{'5bGx55Sw' * 12}</a>"}, "base64"),
        ({"word/media/a.svg": "<svg xmlns='http://www.w3.org/2000/svg'><a b='data:a;base64,YQ=='/></svg>"}, "base64"),
        ({f"word/{PHONE}.xml": "<a/>"}, "part name"),
    ],
)  # fmt: skip
def test_office_parts_that_no_detector_can_read_are_held(tmp_path, parts, kind):
    assert any(kind in one for one in open_document(pack(tmp_path / "a.docx", docx_parts("<w:p/>", parts))).unread)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("customXml/item1.xml", f'<a xmlns:b="urn:{PHONE}"/>'),
        ("customXml/item1.xml", "<?xml version='1.0' encoding='Shift_JIS'?><a>山田</a>".encode("cp932")),
    ],
)
def test_office_parts_that_no_program_writes_are_refused(tmp_path, name, data):
    with pytest.raises(REFUSED):
        list(open_document(pack(tmp_path / "a.docx", docx_parts("<w:p/>", {name: data}))).blocks())


def test_a_package_with_a_member_without_name_is_refused(tmp_path):
    path = pack(tmp_path / "a.docx", docx_parts("<w:p/>", {"x": b""}))
    path.write_bytes(
        path.read_bytes().replace(b"x" + b"PK\5", b"PK\5").replace(b"\1\0\0\0\0\0\0\0\0\0\0\0", b"\0" * 12)
    )
    with pytest.raises(REFUSED):
        list(open_document(path).blocks())


@pytest.mark.parametrize("leavings", ["[trash]/0000.dat", "__MACOSX/._a", "mimetype"])
def test_what_programs_leave_in_a_package_is_dropped(tmp_path, leavings):
    path = pack(tmp_path / "a.docx", docx_parts(f"<w:p>{runs('甲')}</w:p>", {leavings: NAME.encode()}))
    assert NAME.encode() not in _copied(path)


@pytest.mark.parametrize(
    "row",
    [
        inline("".join(f"_x{ord(char):04X}_" for char in NAME)),
        inline(f"担当_x000D_\n{NAME}_x000D_"),
        f"<c t='e'><v>{NAME}</v></c>",
        f"<c t='str'><v>{NAME[:2]}_x{ord(NAME[2]):04x}_{NAME[3:]}</v></c>",
        f"<c><v>1</v><extLst><ext><memo>{NAME}</memo></ext></extLst></c>",
        f'<c t=\'str\'><f>{{"{NAME}","b"}}</f><v>b</v></c>',
    ],
)
def test_what_cells_say_in_odd_ways(tmp_path, row):
    path = pack(tmp_path / "a.xlsx", book_parts(cells(row)))
    document = open_document(path)
    assert any(NAME in block.text for block in document.blocks())
    copy = _copied(path, NAME).decode("utf-8", "replace")
    assert NAME not in copy
    assert f"_x{ord(NAME[0]):04X}_" not in copy
    assert f"_x{ord(NAME[2]):04x}_" not in copy


def test_an_escaped_cell_keeps_its_other_escapes(tmp_path):
    copy = _copied(pack(tmp_path / "a.xlsx", book_parts(cells(inline(f"甲_x000D_\n{NAME}_x005F_x0041_")))), NAME)
    assert "甲_x000D_\n[非開示]_x005F_x0041_".encode() in copy


@pytest.mark.parametrize("coded", ["&amp;C@", "&amp;L&amp;14 @", '&amp;R&amp;"游明朝,太字"@', "&amp;C@&amp;P"])
def test_headers_of_sheets_are_read_without_their_codes(tmp_path, coded):
    sheet = cells(inline("甲")) + f"<headerFooter><oddHeader>{coded.replace('@', PHONE)}</oddHeader></headerFooter>"
    path = pack(tmp_path / "a.xlsx", book_parts(sheet))
    block = next(block for block in open_document(path).blocks() if PHONE in block.text)
    assert not block.text.replace(PHONE, "").replace("游明朝,太字", "").strip(" \n")
    assert coded.replace("@", "[非開示]").replace('"', "&quot;").encode() in _copied(path, PHONE).replace(
        b'"', b"&quot;"
    )


def test_the_letters_of_a_header_that_codes_part(tmp_path):
    coded = "&amp;B".join(NAME)
    sheet = cells(inline("甲")) + f"<headerFooter><oddHeader>&amp;C{coded}</oddHeader></headerFooter>"
    copy = _copied(pack(tmp_path / "a.xlsx", book_parts(sheet)), NAME)
    assert not any(char.encode() in copy for char in NAME)


@pytest.mark.parametrize(
    "beside",
    [
        "<scenarios><scenario name='a'><inputCells r='A1' val='{}'/></scenario></scenarios>",
        "<sortState ref='A1:A3'><sortCondition customList='{},x' ref='A1'/></sortState>",
        "<smartTags><cellSmartTag><cellSmartTagPr key='a' val='{}'/></cellSmartTag></smartTags>",
    ],
)
def test_values_beside_the_cells(tmp_path, beside):
    sheet = cells(inline("甲")) + beside.replace("{}", PHONE)
    assert PHONE.encode() not in _copied(pack(tmp_path / "a.xlsx", book_parts(sheet)), PHONE)


def test_a_workbook_that_does_not_say_its_sheets_is_refused(tmp_path):
    parts = book_parts(cells(f"<c t='str'><f>B1</f><v>{NAME}</v></c>"), rels=rel(9, "x", "y"))
    whole = str(parts["xl/workbook.xml"])
    parts["xl/workbook.xml"] = whole[: whole.index("<sheets>")] + "</workbook>"
    path = pack(tmp_path / "a.xlsx", parts)
    with pytest.raises(REFUSED):
        _copied(path, NAME)


@pytest.mark.parametrize(
    "inside",
    [
        "<input value='{}' placeholder='{}'>", "<meta name='a' content='{}'>", "<p title={}>x</p>", "<p id='{}'>x</p>",
        "<option label='{}'>x", "<svg><path d='M0 0 {}'/></svg>", "<p lang='{}'>x</p>",
    ],
)  # fmt: skip
def test_html_attributes_of_nothing_but_a_long_number(tmp_path, inside):
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><p>甲</p>{inside.replace('{}', PHONE)}</body></html>", "utf-8")
    assert PHONE.encode() not in _copied(path, PHONE)


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("".join(f"&amp;#{ord(char)};" for char in NAME), "[非開示]"),
        ("".join(f"&lt;b>{char}&lt;/b>" for char in NAME), "&lt;b>[非開示]&lt;/b>"),
        (f"&lt;i title='{NAME}'>a&lt;/i>", "&lt;i title='[非開示]'>a"),
        (f"&lt;iframe srcdoc='&amp;lt;b>{NAME}'>", "&amp;lt;b>[非開示]"),
    ],
)
def test_a_page_within_a_page(tmp_path, said, after):
    path = tmp_path / "a.html"
    path.write_text(f'<html><body><p>甲</p><iframe srcdoc="&lt;p>{said}&lt;/p>"></iframe></body></html>', "utf-8")
    assert NAME in [word for block in open_document(path).blocks() for word in (block.text,)]
    copy = _copied(path, NAME).decode()
    assert after in copy
    assert copy.endswith('&lt;/p>"></iframe></body></html>')


def _mail(path: Path, header: str, body: bytes) -> Path:
    path.write_bytes(f"From: a@example.com\r\nTo: b@example.com\r\n{header}\r\n\r\n".encode() + body)
    return path


@pytest.mark.parametrize("label", ["us-ascii", "utf-8", "iso-8859-1", "Shift_JIS"])
def test_mail_in_iso_2022_jp_under_another_name(tmp_path, label):
    header = f"Content-Type: text/plain; charset={label}"
    path = _mail(tmp_path / "a.eml", header, f"担当は{NAME}です。".encode("iso2022_jp"))
    assert any(NAME in block.text for block in open_document(path).blocks())
    assert NAME.encode("iso2022_jp")[3:-3] not in _copied(path, NAME)


@pytest.mark.parametrize(
    "header",
    [f"X-{PHONE}: a\r\nContent-Type: text/plain", f'Content-Type: text/plain; charset="{PHONE}"'],
)
def test_long_numbers_where_a_mail_has_names(tmp_path, header):
    assert PHONE.encode() not in _copied(_mail(tmp_path / "a.eml", header, b"a"), PHONE)


def test_a_mail_whose_charset_holds_a_nul(tmp_path):
    path = _mail(tmp_path / "a.eml", 'Content-Type: text/plain; charset="utf\0-8"', "甲".encode())
    assert any("甲" in block.text for block in open_document(path).blocks())


def test_an_empty_encoded_word_within_a_name(tmp_path):
    path = tmp_path / "a.eml"
    coded = b64encode(NAME.encode()).decode()
    path.write_bytes(f"From: =?utf-8?B?{coded}?==?utf-8?B??=  =?utf-8?B?{coded}?= <a@example.com>\r\n\r\na".encode())
    document = open_document(path)
    blocks = list(document.blocks())
    document.write(tmp_path / "b.eml", [Edit(block.index, 0, len(block.text), "x") for block in blocks])
    assert coded.encode() not in (tmp_path / "b.eml").read_bytes()


def test_an_outlook_mail_with_a_stream_larger_than_itself(tmp_path):
    data = bytearray(outlook(tmp_path).read_bytes())
    at = data.index("__substg1.0_0037001F".encode("utf-16-le"))
    struct.pack_into("<Q", data, at + 120, 1 << 31)  # [MS-CFB] 2.6.1: the size of the stream
    path = tmp_path / "bomb.msg"
    path.write_bytes(bytes(data))
    with pytest.raises(REFUSED):
        list(open_document(path).blocks())


def test_a_pdf_page_of_endless_height(tmp_path):
    path = plain_pdf(tmp_path / "a.pdf", NAME, "残す")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj["/MediaBox"] = pikepdf.Array([0, 0, 595, 10**15])
        pdf.save(path)
    assert NAME.encode("utf-16-be") not in _copied(path, NAME)


def test_a_pdf_that_calls_what_it_does_not_have_by_odd_bytes(tmp_path):
    path = plain_pdf(tmp_path / "a.pdf", NAME, "残す")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].contents_add(b"/Fm#be Do")
        pdf.save(path)
    _copied(path, NAME)


@pytest.mark.parametrize(
    "more",
    [
        b"({}) q Q", b"q Q ({})", b"q Q <{hex}>", b"BX ({}) foo EX", b"BT ({}) 1 0 0 RG ET",
        b"/P <</MCID 0 /X ({})>> DP",
        b"/Span <</Memo ({}) /Sub [<</Y ({})>>]>> BDC EMC", b"/T{} BMC EMC", b"/T{} MP", b"/T /N{} BDC EMC",
    ],
)  # fmt: skip
def test_what_a_content_stream_does_not_show(tmp_path, more):
    path = plain_pdf(tmp_path / "a.pdf", "甲", "乙")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].contents_add(more.replace(b"{}", PHONE.encode()).replace(b"{hex}", PHONE.encode().hex().encode()))
        pdf.save(path)
    assert any(said in _streams(path) for said in (PHONE, PHONE.encode().hex()))
    _copied(path)
    said = _streams(path.with_name("copy.pdf"))
    assert PHONE not in said
    assert PHONE.encode().hex() not in said


def _streams(path: Path) -> str:
    with pikepdf.open(path) as pdf:
        return "".join(one.read_bytes().decode("latin-1") for one in pdf.objects if isinstance(one, pikepdf.Stream))


def _set(pdf, place, value):
    page = pdf.pages[0].obj
    if place == "/ID":
        pdf.trailer["/ID"] = pikepdf.Array([pikepdf.String(value), pikepdf.String(value)])
    elif place == "/Lang":
        pdf.Root["/Lang"] = pikepdf.String(value)
    elif place == "state":
        page["/Resources"]["/ExtGState"] = pikepdf.Dictionary({f"/{value}": pikepdf.Dictionary({"/CA": 1})})
    elif place == "mode":
        page["/Resources"]["/ExtGState"] = pikepdf.Dictionary({"/G": {"/BM": pikepdf.Name(f"/{value}")}})
    else:
        kind = pikepdf.Dictionary({"/Type": pikepdf.Name("/StructElem"), "/S": pikepdf.Name(f"/{value}")})
        pdf.Root["/StructTreeRoot"] = pikepdf.Dictionary({"/K": kind})


@pytest.mark.parametrize("place", ["/ID", "/Lang", "state", "mode", "structure"])
def test_names_and_keys_of_a_pdf_that_tell_something(tmp_path, place):
    path = plain_pdf(tmp_path / "a.pdf", "甲", "乙")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        _set(pdf, place, PHONE)
        pdf.save(path)
    copy = _copied(path, PHONE)
    assert PHONE.encode() not in copy
    assert PHONE.encode().hex().encode() not in copy


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
def test_strings_of_a_pdf_in_encodings_of_old(tmp_path, encoding):
    path = plain_pdf(tmp_path / "a.pdf", "甲", "乙")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        said = f"担当は{NAME}です".encode(encoding)
        note = {"/Subtype": pikepdf.Name("/Text"), "/Rect": [0, 0, 9, 9], "/Contents": said}
        pdf.pages[0].obj["/Annots"] = pikepdf.Array([pikepdf.Dictionary(note)])
        pdf.save(path)
    assert any(NAME in block.text for block in open_document(path).blocks())


def test_pictures_of_a_pdf_keep_no_words(tmp_path):
    path, file = plain_pdf(tmp_path / "a.pdf", "甲", "乙"), io.BytesIO()
    picture = Image.new("RGB", (16, 16), "red")
    exif = picture.getexif()
    exif[0x9C9D] = NAME.encode("utf-16-le")
    picture.save(file, "JPEG", exif=exif, comment=NAME.encode())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        space = [pikepdf.Name("/ICCBased"), pdf.make_stream(bytes(128) + NAME.encode(), {"/N": 3})]
        setting = {"/Type": "/XObject", "/Subtype": "/Image", "/Filter": "/DCTDecode"}
        stream = pikepdf.Stream(pdf, file.getvalue(), {key: pikepdf.Name(name) for key, name in setting.items()})
        stream["/Width"], stream["/Height"], stream["/BitsPerComponent"] = 16, 16, 8
        stream["/ColorSpace"] = pikepdf.Array(space)
        pdf.pages[0].obj["/Resources"]["/XObject"] = pikepdf.Dictionary({"/I": stream})
        pdf.pages[0].contents_add(b"q 9 0 0 9 0 0 cm /I Do Q")
        pdf.save(path)
    _copied(path)
    with pikepdf.open(path.with_name("copy.pdf")) as pdf:
        raw = [one.read_raw_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        said = [one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream) and "/Filter" not in one]
    assert not any(NAME.encode() in one or NAME.encode("utf-16-le") in one for one in [*raw, *said])
    made = next(one for one in raw if one.startswith(b"\xff\xd8"))
    assert Image.open(io.BytesIO(made)).tobytes() == Image.open(io.BytesIO(file.getvalue())).tobytes()
