"""Each format: a right copy passes, and whatever was lost or changed beside the redactions is told."""

from __future__ import annotations

import io
import re
import zipfile
from email.message import EmailMessage

import openpyxl
import pikepdf
import pptx
import pytest
from document_builders import docx_parts, hits, pack, rich_docx, runs
from office_beds import rich_pptx, rich_xlsx
from openpyxl.chart import BarChart, Reference
from pdf_builders import Everything, lines, new_pdf
from pdf_builders import saved as saved_pdf
from PIL import Image, ImageDraw

from hairyo.documents import open_document
from hairyo.errors import OutputError
from hairyo.redaction import Change
from hairyo.redaction.verify import Original, compare
from picture_builders import SAVED, drawn, saved

NAME, MASK = "山田太郎", "[非開示]"


def copied(path, *words, suffix=""):
    """Write the copy of a file with words masked, and return it with what it is to be compared with."""
    document = open_document(path)
    blocks = list(document.blocks())
    edits = sorted(edit for word in words for edit in hits(blocks, word))
    copy = path.with_name("copy" + (suffix or path.suffix))
    copy.unlink(missing_ok=True)
    document.write(copy, edits)
    texts = {block.index: block.text for block in blocks}
    changes = [Change(texts[edit.block][edit.start : edit.end], edit.replacement) for edit in edits]
    return copy, Original(document.basis or path, {None: changes} if changes else {}, path.parent)


def kind_of(path):
    return path.suffix[1:]


def lost(copy, original, kind=""):
    """Return how much is lost; what cannot be read again is told, too."""
    try:
        return compare(copy, kind or kind_of(copy), original).lost
    except OutputError:
        return 1


def repacked(copy, change):
    """Return a copy whose members `change` has changed: given name and bytes, it returns bytes, or None to drop."""
    with zipfile.ZipFile(copy) as archive:
        assert any(change(info.filename, data := archive.read(info)) != data for info in archive.infolist())
        parts = {info.filename: change(info.filename, archive.read(info)) for info in archive.infolist()}
    made = copy.with_name("changed" + copy.suffix)
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)
    return made


def replacing(pattern, old, new):
    """Return a change for `repacked` that has to find something."""

    def change(name, data):
        if not re.search(pattern, name):
            return data
        assert old in data
        return data.replace(old, new, 1)

    return change


def dropping(pattern):
    return lambda name, data: None if re.search(pattern, name) else data


# --- everything in one file


@pytest.mark.parametrize("make", [rich_xlsx, rich_pptx])
def test_a_document_with_text_in_every_place_passes(tmp_path, make):
    path, secrets = make(tmp_path / f"original.{make.__name__[5:]}")
    words = [word for word in secrets.values() if word]
    for chosen in (words, words[::2], words[1::3]):
        copy, original = copied(path, *chosen)
        found = compare(copy, kind_of(copy), original)
        assert (found.lost, found.places) == (0, ())


# --- DOCX


@pytest.fixture
def letter(tmp_path):
    picture = io.BytesIO()
    drawn("電話 090-1234-5678").save(picture, "PNG")
    body = f"<w:p>{runs('氏名は', NAME, 'です。')}</w:p><w:p>{runs('担当は', NAME, 'ではない。')}</w:p>"
    table = f"<w:tbl><w:tr><w:tc><w:p>{runs('金額')}</w:p></w:tc><w:tc><w:p>{runs('12')}</w:p></w:tc></w:tr></w:tbl>"
    parts = docx_parts(body + table, {"word/media/image1.png": picture.getvalue()})
    types = parts["[Content_Types].xml"].replace(
        "<Override", '<Default Extension="png" ContentType="image/png"/><Override', 1
    )
    return pack(tmp_path / "original.docx", parts | {"[Content_Types].xml": types})


def test_a_letter_passes(letter):
    copy, original = copied(letter, NAME)
    assert compare(copy, "docx", original).changed == 2
    assert lost(copy, original) == 0


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        (r"document\.xml$", b">12<", b">21<"),
        (r"document\.xml$", "ではない".encode(), "である".encode()),
        (r"document\.xml$", MASK.encode(), b""),
        (r"document\.xml$", MASK.encode(), NAME.encode()),
        (r"document\.xml$", b"<w:tc>", b"<w:tc><w:tcPr/>"),
        (r"image1\.png$", b"IDAT", b"IDAS"),
        (r"document\.xml$", b"</w:body>", b""),
    ],
)
def test_a_letter_that_changed_is_told(letter, pattern, old, new):
    """Also where a word that was redacted elsewhere is gone, or left."""
    copy, original = copied(letter, NAME)
    assert lost(repacked(copy, replacing(pattern, old, new)), original)


def test_a_picture_dropped_or_exchanged_is_told(letter):
    copy, original = copied(letter, NAME)
    assert lost(repacked(copy, dropping("image1")), original)
    other = io.BytesIO()
    drawn("電話 090-1234-5679").save(other, "PNG")
    assert lost(repacked(copy, lambda name, data: other.getvalue() if "image1" in name else data), original)


def test_a_word_redacted_elsewhere_may_not_go(tmp_path):
    """A word that one place lost, and that stays where it was to go, is told by neither place alone."""
    path = pack(tmp_path / "original.docx", docx_parts("".join(f"<w:p>{runs(NAME)}</w:p>" for _ in range(3))))
    copy, _ = copied(path, NAME)
    one = Original(path, {None: [Change(NAME, MASK)] * 2}, tmp_path)
    assert lost(copy, one)
    assert lost(copy, Original(path, {None: [Change(NAME, MASK)] * 4}, tmp_path))
    assert not lost(copy, Original(path, {None: [Change(NAME, MASK)] * 3}, tmp_path))


def test_tracked_changes_fields_and_ruby_pass(tmp_path):
    path = rich_docx(tmp_path / "original.docx")
    for words in ((), (NAME,), ("山田",), ("太郎", "佐藤花子")):
        copy, original = copied(path, *words)
        assert lost(copy, original) == 0


# --- XLSX


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "一覧"
    for row in (["氏名", "点", "計"], [NAME, 35, "=B2*2"], ["佐藤花子", 53, '=IF(B3>50,"優","可")'], [NAME, 35, None]):
        sheet.append(row)
    sheet["B2"].number_format = "0.0"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E5")
    made.create_sheet("別").append(["=一覧!B2"])
    made.save(tmp_path / "original.xlsx")
    return tmp_path / "original.xlsx"


@pytest.mark.parametrize("words", [(), (NAME,), ("35",), ("優",), ("一覧",), (NAME, "35", "佐藤", "一覧", "氏名")])
def test_a_workbook_passes(book, words):
    copy, original = copied(book, *words)
    found = compare(copy, "xlsx", original)
    assert (found.lost, found.places) == (0, ())
    assert bool(found.changed) == bool(words)


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("sheet1.xml$", b"<v>53</v>", b"<v>35</v>"),
        ("sheet1.xml$", b"<v>53</v>", b""),
        ("sheet1.xml$", b"B2*2", b"B2*3"),
        ("sheet1.xml$", b"50,", b"60,"),
        ("sheet1.xml$", "優".encode(), "良".encode()),
        ("sheet1.xml$", b' s="1"', b""),
        ("sheet2.xml$", b"B2", b"B3"),
        ("sheet1.xml$", "佐藤".encode(), "鈴木".encode()),
        ("sheet1.xml$", "花子".encode(), b""),
        ("workbook.xml$", "別".encode(), "他".encode()),
        ("chart1.xml$", b"$B$2", b"$A$2"),
        ("styles.xml$", b"0.0", b"0.00"),
    ],
)
def test_a_workbook_that_changed_is_told(book, pattern, old, new):
    copy, original = copied(book, NAME)
    assert lost(repacked(copy, replacing(pattern, old, new)), original)


def test_a_string_that_cells_share_is_compared_where_it_is_shown(tmp_path):
    path, _ = rich_xlsx(tmp_path / "original.xlsx")
    copy, original = copied(path, NAME)
    with zipfile.ZipFile(copy) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
    shown = re.findall(r"<t[^>]*>([^<]{2,})</t>", strings)
    assert len(shown) > 3
    told = [
        lost(repacked(copy, replacing("sharedStrings.xml$", said.encode(), said[1:].encode())), original)
        for said in shown
    ]
    assert sum(map(bool, told)) == len(told)


@pytest.mark.parametrize("pattern", ["chart1", "drawing1.xml$", "sheet2", "styles"])
def test_a_workbook_that_lost_a_part_is_told(book, pattern):
    copy, original = copied(book, NAME)
    assert lost(repacked(copy, dropping(pattern)), original)


# --- PPTX


@pytest.fixture
def deck(tmp_path):
    made = pptx.Presentation()
    for number in range(3):
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = f"第{number}回 {NAME}"
        box = slide.shapes.add_textbox(100, 100, 300000, 300000).text_frame
        box.text = "一行目"
        box.add_paragraph().text = f"講師は{NAME}です"
    made.save(tmp_path / "original.pptx")
    return tmp_path / "original.pptx"


@pytest.mark.parametrize("words", [(), (NAME,), ("一行目", "太郎")])
def test_a_deck_passes(deck, words):
    copy, original = copied(deck, *words)
    assert lost(copy, original) == 0


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("slide2.xml$", "一行目".encode(), "二行目".encode()),
        ("slide2.xml$", b'x="100"', b'x="900"'),
        ("slide2.xml$", "講師は".encode(), b""),
        ("presentation.xml$", b'id="257"', b'id="999"'),
        ("presentation.xml.rels$", b"slide2.xml", b"slide3.xml"),
    ],
)
def test_a_deck_that_changed_is_told(deck, pattern, old, new):
    copy, original = copied(deck, NAME)
    assert lost(repacked(copy, replacing(pattern, old, new)), original)
    assert lost(repacked(copy, dropping("slides/slide3")), original)


# --- HTML, JSON

PAGE = f"""<!DOCTYPE html><html lang="ja"><head><title>{NAME}の頁</title><style>.a{{color:red}}</style></head>
<body><p class="a" title="{NAME}">名は<b>山田</b>太郎、<ruby>佐藤<rt>さとう</rt></ruby>と
<ruby>鈴木<rt>すずき</rt></ruby>。</p>
<a href="https://example.jp/?q=%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E">連絡</a><!-- {NAME}の控え -->
<table><tr><th>金額</th><td>12</td></tr></table><script>var a = "\\u5c71\\u7530太郎", b = 3;</script></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("words", [(), (NAME,), ("佐藤",), (NAME, "佐藤", "控え", "金額")])
def test_a_page_passes(tmp_path, encoding, words):
    path = tmp_path / "original.html"
    path.write_bytes(PAGE.encode(encoding))
    copy, original = copied(path, *words)
    found = compare(copy, "html", original)
    assert (found.lost, found.places) == (0, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12", "21"), ("鈴木", ""), ("すずき", "すすき"), ('class="a"', 'class="b"'), ("<b>", "<i>"), ("red", "blue"),
        ("b = 3", "b = 4"), ("の控え", ""), ("example.jp", "example.com"), ("<td>12</td>", ""), ('lang="ja" ', ""),
        ("連絡", "連格"),
    ],
)  # fmt: skip
def test_a_page_that_changed_is_told(tmp_path, old, new):
    path = tmp_path / "original.html"
    path.write_text(PAGE.replace("lang", "lang", 1).replace('<html lang="ja">', '<html lang="ja" >'), encoding="utf-8")
    copy, original = copied(path, NAME)
    text = copy.read_text(encoding="utf-8")
    assert old in text
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert lost(copy, original)


@pytest.mark.parametrize(
    ("old", "new"),
    [("1.50", "1.5"), ("12", "21"), ("true", "false"), ('"b"', '"c"'), ("[\n", "["), ('"x", "y"', '"y", "x"'),
     ('"k": 1, ', ""), (MASK, ""), ("\\u3042", "い"), ("null", '"null"')],
)  # fmt: skip
def test_a_json_file_that_changed_is_told(tmp_path, old, new):
    path = tmp_path / "original.json"
    path.write_text(
        f'{{"a": [\n1.50, 12, true, null], "b": ["x", "y", "\\u3042"], "k": 1, "k": 2, '
        f'"{NAME}": "{NAME}", "c": "{NAME}"}}',
        encoding="utf-8",
    )
    copy, original = copied(path, NAME)
    assert lost(copy, original) == 0
    text = copy.read_text(encoding="utf-8")
    assert old in text
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert lost(copy, original)


# --- mails and archives


def mail(**headers):
    made = EmailMessage()
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(f"{NAME}様\n\n打合せは12日です。\n")
    made.add_alternative(f"<p>{NAME}様</p><p>打合せは<b>12日</b>です。</p>", subtype="html")
    made.add_attachment("名,点\r\n佐藤,35\r\n".encode(), "text", "csv", filename=f"{NAME}の表.csv")
    picture = io.BytesIO()
    drawn("図面").save(picture, "PNG")
    made.add_attachment(picture.getvalue(), "image", "png", filename="図.png")
    return made


HEADERS = {
    "From": f"{NAME} <yamada@example.jp>", "To": "info@example.jp", "Cc": "佐藤 <sato@example.jp>",
    "Subject": f"打合せの件({NAME})", "Message_ID": "<1@example.jp>", "Received": "from a by b", "X_Note": "覚書",
}  # fmt: skip


def test_a_mail_passes(tmp_path):
    path = tmp_path / "original.eml"
    path.write_bytes(mail(**HEADERS).as_bytes())
    for words in ((), (NAME,), (NAME, "yamada@example.jp", "sato"), ("打合せ", "佐藤", "35")):
        copy, original = copied(path, *words)
        found = compare(copy, "eml", original)
        assert (found.lost, found.places) == (0, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.replace_header("Subject", "打合せの件"),
        lambda one: one.replace_header("Cc", "鈴木 <sato@example.jp>"),
        lambda one: one.replace_header("Cc", "佐藤 <other@example.jp>"),
        lambda one: one.replace_header("To", "redacted@redacted.invalid"),
        lambda one: one.__delitem__("X-Note"),
        lambda one: one.__setitem__("X-More", "a"),
        lambda one: one.get_payload()[0].get_payload()[0].set_content(f"{MASK}様\n\n打合せは21日です。\n"),
        lambda one: one.get_payload()[0].get_payload()[1].set_content(f"<p>{MASK}様</p>", subtype="html"),
        lambda one: one.get_payload()[1].set_content("名,点\r\n佐藤,53\r\n", subtype="csv"),
        lambda one: one.get_payload()[1].replace_header("Content-Disposition", 'attachment; filename="a.csv"'),
        lambda one: one.get_payload().pop(),
        lambda one: one.get_payload().reverse(),
    ],
)
def test_a_mail_that_changed_is_told(tmp_path, change):
    import email.policy

    path = tmp_path / "original.eml"
    path.write_bytes(mail(**HEADERS).as_bytes())
    copy, original = copied(path, NAME)
    one = email.message_from_bytes(copy.read_bytes(), policy=email.policy.default)
    copy.write_bytes(one.as_bytes())
    assert lost(copy, original) == 0
    change(one)
    copy.write_bytes(one.as_bytes())
    assert lost(copy, original)


def test_mailers_of_all_kinds_pass(tmp_path):
    """Encodings, transfer encodings, split encoded words, flowed text, raw headers, mails within mails."""
    bodies = {
        "jis": (b"iso-2022-jp", b"7bit", f"{NAME}です。\r\n12日\r\n".encode("iso2022_jp")),
        "sjis": (b"shift_jis", b"8bit", f"{NAME}です。\r\n12日\r\n".encode("cp932")),
        "qp": (b"utf-8", b"quoted-printable", b"=E5=B1=B1=E7=94=B0=E5=A4=AA=E9=83=8E=\r\nabc\r\n"),
        "none": (b"us-ascii", b"7bit", b"Taro Yamada\r\n"),
        "flowed": (b"utf-8; format=flowed", b"8bit", "長い文は \r\n山田太 \r\n郎の話。\r\n".encode()),
        "raw": (b"", b"8bit", f"{NAME}です。\r\n".encode("euc_jp")),
    }
    for name, (charset, how, body) in bodies.items():
        kind = b"Content-Type: text/plain; charset=" + charset + b"\r\n" if charset else b""
        head = b"From: =?utf-8?B?5bGx55Sw?= =?utf-8?B?5aSq6YOO?= <a@example.jp>\r\nSubject: " + NAME.encode() + b"\r\n"
        path = tmp_path / f"{name}.eml"
        path.write_bytes(head + kind + b"Content-Transfer-Encoding: " + how + b"\r\n\r\n" + body)
        copy, original = copied(path, NAME, "Yamada", "山田太 郎")
        found = compare(copy, "eml", original)
        assert (name, found.lost, found.places) == (name, 0, ())
        copy.write_bytes(copy.read_bytes().replace(b"\r\n\r\n", b"\r\n\r\nmore", 1))
        assert lost(copy, original), name


def test_archives_pass_and_a_member_that_changed_is_told(tmp_path):
    path = tmp_path / "original.zip"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("奥.txt", f"{NAME}、12")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{NAME}/名簿.csv", f"名,点\r\n{NAME},35\r\n")
        archive.writestr(f"{NAME}.txt", "あ")
        archive.writestr(".DS_Store", b"x")
        archive.writestr("中.zip", inner.getvalue())
        archive.writestr("頁.html", PAGE)
        archive.writestr("便.eml", mail(**HEADERS).as_bytes())
    copy, original = copied(path, NAME)
    found = compare(copy, "zip", original)
    assert (found.lost, found.places) == (0, ())
    with zipfile.ZipFile(copy) as archive:
        names = archive.namelist()
    assert not any("山田" in name for name in names)
    assert lost(repacked(copy, lambda name, data: data.replace(b"35", b"53")), original)
    for number in range(len(names)):
        assert lost(repacked(copy, lambda name, data, number=number: None if name == names[number] else data), original)
    nested = repacked(copy, lambda name, data: data.replace(b"12", b"21") if name == "頁.html" else data)
    assert lost(nested, original)


# --- PDF


def report(folder, *pages):
    pdf = new_pdf(b"", pages=len(pages))
    for page, texts in zip(pdf.pages, pages, strict=True):
        page.obj["/Contents"] = pdf.make_stream(lines(*texts) + b"60 100 200 50 re S")
    with pdf.open_outline() as outline:
        outline.root += [pikepdf.OutlineItem("第一章", 0), pikepdf.OutlineItem(f"{NAME}の章", 1)]
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[60, 60, 90, 90],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.jp/a")),
    )  # fmt: skip
    pdf.pages[0].obj["/Annots"] = pikepdf.Array([pdf.make_indirect(link)])
    return saved_pdf(pdf, folder / "original.pdf")


PAGES = (["報告書", f"氏名：{NAME}", "金額は一二三円"], ["次の頁", f"{NAME}と佐藤", "以上"])


def repaged(copy, change):
    with pikepdf.open(copy) as pdf:
        change(pdf)
        pdf.save(copy.with_name("changed.pdf"))
    return copy.with_name("changed.pdf")


def recontent(page, old, new):
    def change(pdf):
        owner = pdf.pages[page].obj
        data = owner["/Contents"].read_bytes()
        assert old in data
        owner["/Contents"] = pdf.make_stream(data.replace(old, new, 1))

    return change


def test_a_pdf_passes(tmp_path):
    path = report(tmp_path, *PAGES)
    for words in ((), (NAME,), ("佐藤", "報告"), (NAME, "example.jp")):
        copy, original = copied(path, *words)
        found = compare(copy, "pdf", original)
        assert (found.lost, found.places) == (0, ())


def _swap(pdf):
    pdf.pages.reverse()


def _box(pdf):
    pdf.pages[0].obj["/MediaBox"] = pikepdf.Array([0, 0, 500, 842])


def _turn(pdf):
    pdf.pages[1].obj["/Rotate"] = 90


def _drop(pdf):
    del pdf.pages[1]


def _link(pdf):
    pdf.pages[0].obj["/Annots"][0]["/A"]["/URI"] = pikepdf.String("https://example.com/")


def _no_link(pdf):
    del pdf.pages[0].obj["/Annots"]


def _outline(pdf):
    with pdf.open_outline() as outline:
        outline.root[0].title = "第二章"


@pytest.mark.parametrize(
    "change",
    [
        _swap, _box, _turn, _drop, _link, _no_link, _outline,
        recontent(0, b"60 100 200 50 re\nS", b""),
        recontent(0, b"60 100 200 50 re\nS", b"60 300 200 50 re\nS"),
        recontent(0, "三円".encode("utf-16-be").hex().encode(), "円三".encode("utf-16-be").hex().encode()),
        recontent(1, "以上".encode("utf-16-be").hex().encode(), b""),
        recontent(1, "以上".encode("utf-16-be").hex().encode(), "以下".encode("utf-16-be").hex().encode()),
    ],
)  # fmt: skip
def test_a_pdf_that_changed_is_told(tmp_path, change):
    copy, original = copied(report(tmp_path, *PAGES), NAME)
    assert lost(repaged(copy, lambda pdf: None), original) == 0
    assert lost(repaged(copy, change), original)


def test_a_page_that_became_a_picture_is_compared_by_its_look(tmp_path, monkeypatch):
    monkeypatch.setattr("hairyo.documents.pdf.raster.same_but_for", lambda *_: False)
    copy, original = copied(report(tmp_path, *PAGES), NAME)
    assert lost(copy, original) == 0
    other = tmp_path / "other"
    other.mkdir()
    told, _ = copied(report(other, PAGES[0], ["次の頁", f"{NAME}と佐藤", "以上です、また"]), NAME)
    assert lost(told, original)


def test_a_word_redacted_elsewhere_may_not_go_from_a_page(tmp_path):
    path = report(tmp_path, *PAGES)
    copy, original = copied(path, NAME)
    few = Original(path, {None: [Change(NAME, MASK)]}, tmp_path)
    assert lost(copy, few)
    assert not lost(copy, original)


def test_a_pdf_with_everything_passes(tmp_path):
    everything = Everything()
    copy, original = copied(everything.build(tmp_path / "original.pdf"), *everything.edited.values())
    found = compare(copy, "pdf", original)
    assert (found.lost, found.places) == (0, ())


# --- pictures


def barred(picture):
    covered = picture.copy()
    ImageDraw.Draw(covered).rectangle((100, 15, 230, 50), fill="black")
    return covered


ASKED = {None: [Change(NAME, "")]}


@pytest.mark.parametrize("kind", [*SAVED, "webp lossy"])
def test_a_picture_under_a_bar_passes_and_another_is_told(tmp_path, kind):
    more = {"lossless": False, "quality": 90} if kind == "webp lossy" else {}
    kind = kind.split()[0]
    picture = drawn(f"氏名：{NAME}", "電話 090-1234-5678")
    path = saved(tmp_path / f"a.{kind}", picture, kind, **more)
    with Image.open(path) as opened:
        covered = barred(opened.convert("RGB"))
    original = Original(path, ASKED, tmp_path)
    found = compare(saved(tmp_path / f"b.{kind}", covered, kind, **more), kind, original)
    assert (found.lost, found.changed) == (0, 1)
    other = barred(drawn(f"氏名：{NAME}", "電話 090-1234-5670"))
    assert lost(saved(tmp_path / f"c.{kind}", other, kind, **more), original, kind)
    white = covered.copy()
    ImageDraw.Draw(white).rectangle((100, 15, 230, 50), fill="white")
    assert lost(saved(tmp_path / f"d.{kind}", white, kind, **more), original, kind)
    assert lost(saved(tmp_path / f"e.{kind}", covered.crop((0, 0, 200, 90)), kind, **more), original, kind)


def test_a_photo_turned_upright_passes(tmp_path):
    picture = drawn("上", "右下の文")
    exif = Image.Exif()
    exif[274] = 6
    for kind in ("jpeg", "png"):
        path = saved(tmp_path / f"a.{kind}", picture, kind, exif=exif)
        with Image.open(path) as opened:
            turned = opened.transpose(Image.Transpose.ROTATE_270)
        assert lost(saved(tmp_path / f"b.{kind}", turned, kind), Original(path, {}, tmp_path), kind) == 0
        plain = Original(saved(tmp_path / f"c.{kind}", picture, kind), {}, tmp_path)
        assert lost(tmp_path / f"b.{kind}", plain, kind)


def test_pages_of_a_scan_are_counted(tmp_path):
    one, other = drawn("一頁"), drawn("二頁")
    path, copy = tmp_path / "a.tiff", tmp_path / "b.tiff"
    one.save(path, save_all=True, append_images=[other])
    original = Original(path, {}, tmp_path)
    for pages, same in (([one, other], True), ([one], False), ([other, one], False), ([one, other, one], False)):
        pages[0].save(copy, save_all=True, append_images=pages[1:])
        assert (lost(copy, original, "tiff") == 0) == same


def test_a_picture_redacted_by_ocr_passes(tmp_path):
    path = saved(tmp_path / "original.png", drawn(f"氏名：{NAME}", "電話 090-1234-5678"))
    copy, original = copied(path, NAME)
    found = compare(copy, "png", original)
    assert (found.lost, found.changed) == (0, 1)
