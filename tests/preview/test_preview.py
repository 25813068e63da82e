from __future__ import annotations

import base64
import io
import re
import shutil
import stat
import tempfile

import pytest
from document_builders import plain_docx
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from hairyo.cli import main
from hairyo.documents import Block
from hairyo.errors import InputRefused, OutputError, UsageError
from hairyo.preview import make, preview
from hairyo.preview.frames import frame_of
from hairyo.preview.marks import marked
from hairyo.preview.pages import _drawn, pages_of
from hairyo.preview.sides import Mark, rows

TEXT = "氏名：山田太郎\n\n私は糖尿病です。<script>alert(1)</script>\n電話：090-1234-5678\n"


def sides(one, other, marks=None, limit=100):
    return [
        ([(s.text, s.style) for s in row.before], [(s.text, s.style) for s in row.after])
        for row in rows(one, other, marks or {}, limit)
    ]


def test_a_text_is_shown_line_by_line_with_what_differs():
    one, other = [Block(0, "氏名：山田\n\nあ\nい", "line 1")], [Block(0, "氏名：人物A\n\nあ\nい", "line 1")]
    marks = {0: [Mark(3, 5, "氏名", False), Mark(7, 8, "x", False)]}
    assert sides(one, other, marks) == [
        ([("氏名：", ""), ("山田", "gone")], [("氏名：", ""), ("人物A", "new")]),
        ([("あ", "kept")], [("あ", "")]),
        ([("い", "")], [("い", "")]),
    ]


def test_special_care_data_is_marked_as_such():
    one, other = [Block(0, "うつ病", "line 1")], [Block(0, "[非開示]", "line 1")]
    (row,) = rows(one, other, {0: [Mark(0, 3, "健康", True)]}, 9)
    assert (row.before[0].style, row.before[0].title) == ("special", "健康")


def test_what_vanished_from_a_table_leaves_the_rest_in_its_place():
    one = [Block(n, text, f"row 1, column {n + 1}", record=1, field=f"{n}") for n, text in enumerate(("35", "あ"))]
    assert sides(one, one[1:]) == [([("35", "gone")], []), ([("あ", "")], [("あ", "")])]
    lines = [Block(n, text, f"line 1, character {n * 9}", "a", 1, "a") for n, text in enumerate(("あ", "い"))]
    moved = [Block(n, text, f"line 1, character {n * 30}", "a", 1, "a") for n, text in enumerate(("[x]", "い"))]
    assert sides(lines, moved)[1] == ([("い", "")], [("い", "")])


def test_no_more_is_read_than_is_shown():
    def endless():
        n = 0
        while True:
            yield Block(n, "あ", f"row {n}, column 1", record=n)
            n += 1

    assert len(sides(endless(), endless(), limit=7)) == 7


@pytest.fixture
def made(tmp_path):
    def run(name, data, **settings):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        found = preview(path, tmp_path / "out", **settings)
        return found, found.page.read_text(encoding="utf-8")

    return run


def test_the_page_shows_both_sides_and_fetches_nothing(made):
    found, html = made("山田.txt", TEXT)
    assert found.changes == 3
    assert not found.cut
    assert '<mark class="gone" title="氏名">山田太郎</mark>' in html
    assert '<mark class="new">[電話番号]</mark>' in html
    assert 'class="special"' in html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert not re.search(r"(?:src|href)=\"(?!data:)|url\(|@import|//", html.replace("<!DOCTYPE html>", ""))
    assert "default-src 'none'" in html


def test_the_page_says_what_it_holds_and_is_for_its_owner_alone(made):
    for lang, words in (("ja", "個人情報がそのまま"), ("en", "personal data in clear")):
        found, html = made("a.txt", TEXT, lang=lang)
        assert words in html
        assert stat.S_IMODE(found.page.stat().st_mode) == 0o600


def test_an_older_page_that_others_may_read_is_replaced(made, tmp_path):
    (tmp_path / "out").mkdir()
    old = tmp_path / "out" / "a.txt.preview.html"
    old.write_text("x", encoding="utf-8")
    old.chmod(0o644)
    found, html = made("a.txt", TEXT)
    assert stat.S_IMODE(found.page.stat().st_mode) == 0o600
    assert html.startswith("<!DOCTYPE html>")


def test_a_long_table_is_cut(made, monkeypatch):
    monkeypatch.setattr(make, "MAX_ROWS", 5)
    found, html = made("a.csv", "氏名,話\n" + "山田太郎,よろしく\n" * 9, lang="en")
    assert found.cut
    assert "Only the first 5 pieces" in html
    assert html.count('class="row') == 5


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [("a.txt", b"\0\1\2\xff", InputRefused), ("a.key", b"x", InputRefused), ("", b"", UsageError)],
)
def test_what_has_no_copy_has_no_preview(made, tmp_path, name, data, error):
    with pytest.raises(error):
        made(name, data) if name else preview(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        preview(tmp_path / "a.txt", tmp_path / "out")


def test_the_command_tells_where_the_page_is(tmp_path, capsys):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert main(["--lang", "en", "preview", str(tmp_path / "a.txt"), "--out", str(tmp_path / "out")]) == 0
    assert "a.txt.preview.html" in capsys.readouterr().out
    assert main(["preview", str(tmp_path / "a.key")]) == 2


def test_pdf_pages_are_drawn(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path))
    for _ in range(22):
        canvas.drawString(100, 100, "x")
        canvas.showPage()
    canvas.save()
    pages = pages_of(path, tmp_path)
    assert (len(pages.images), pages.cut) == (20, True)
    assert pages.places[0] is None


def test_pictures_are_shown_as_they_are(tmp_path):
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data.getvalue())
    assert len(pages_of(path, tmp_path).images) == 1
    assert pages_of(tmp_path / "a.txt", tmp_path).images == ()


def test_the_lines_of_a_page_are_compared_as_one():
    one = [Block(n, text, f"page 1 line {n + 1}") for n, text in enumerate(("氏名：山田", "あいう"))]
    other = [Block(n, text, f"page 1 line {n + 1}") for n, text in enumerate(("氏名：", "あ", "いう"))]
    face = Block(2, "\ufffc", "page 1 face 1", shows="FACE")
    (before, after), shown = sides([*one, face], other, {0: [Mark(3, 5, "氏名", False)], 2: [Mark(0, 1, "顔", False)]})
    assert ("山田", "gone") in before
    assert "".join(text for text, _ in after) == "氏名：\nあ\nいう"
    assert shown == ([("顔", "gone")], [])


def test_a_renamed_column_stays_in_its_place():
    one = [Block(n, text, f"row 2, column {n + 1}", "佐藤", field="佐藤") for n, text in enumerate("あい")]
    other = [Block(n, text, f"row 2, column {n + 1}", "人物A", field="人物A") for n, text in enumerate("あい")]
    assert sides(one, other) == [([("あ", "")], [("あ", "")]), ([("い", "")], [("い", "")])]
    one = [Block(n, text, f"character {9 * n + 4}") for n, text in enumerate("あい")]
    other = [Block(n, text, f"character {7 * n + 4}") for n, text in enumerate("あい")]
    assert sides(one, other) == [([("あ", "")], [("あ", "")]), ([("い", "")], [("い", "")])]


def test_a_finding_is_shown_as_one_though_its_mask_has_letters_of_it():
    one, other = [Block(0, "宛先 hanako@example.jp 様", "a")], [Block(0, "宛先 redacted@redacted.invalid 様", "a")]
    ((before, after),) = sides(one, other, {0: [Mark(3, 20, "メール", False)]})
    assert [style for _, style in before] == ["", "gone", ""]
    assert [text for text, style in after if style] == ["redacted@redacted.invalid"]


def test_every_kind_of_picture_is_shown_upright_page_by_page(tmp_path):
    page = Image.new("RGB", (40, 20), "red")
    for name in ("a.png", "a.bmp", "a.jpg", "a.gif", "a.webp"):
        page.save(tmp_path / name)
        assert [one.size for one in pages_of(tmp_path / name, tmp_path).images] == [(40, 20)]
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page] * 22)
    assert (len(pages_of(tmp_path / "a.tif", tmp_path).images), pages_of(tmp_path / "a.tif", tmp_path).cut) == (
        20,
        True,
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    page.save(tmp_path / "b.jpg", exif=exif)
    assert pages_of(tmp_path / "b.jpg", tmp_path).images[0].size == (20, 40)
    for name in ("c.png", "c.pdf"):
        (tmp_path / name).write_text("no picture", encoding="utf-8")
        assert pages_of(tmp_path / name, tmp_path).images == ()


def picture(address):
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")


def test_what_differs_is_framed_on_both_pages_and_blank_paper_cut_off():
    one = Image.new("RGB", (300, 400), "white")
    one.paste("grey", (40, 40, 120, 60))
    other = one.copy()
    other.paste("black", (40, 40, 120, 60))
    before, after = (picture(address) for address in marked(one, other, None, None))
    assert before.size == after.size == (300, 100)
    assert before.getpixel((38, 50)) != (255, 255, 255)
    assert before.getpixel((200, 50)) == after.getpixel((200, 50)) == (255, 255, 255)
    other = one.copy()
    for x in range(40, 120, 9):
        other.paste("black", (x, 40, x + 2, 60))  # the edges of letters
    assert picture(marked(one, other, None, None)[0]).tobytes() == one.crop((0, 0, 300, 100)).tobytes()
    same = [picture(address) for address in marked(one, one, None, None)]
    assert same[0].tobytes() == same[1].tobytes() == one.crop((0, 0, 300, 100)).tobytes()


def test_words_are_marked_where_lines_break_anew():
    one, other = Image.new("RGB", (60, 60), "white"), Image.new("RGB", (60, 80), "white")
    before, after = (picture(address) for address in marked(one, other, [(10, 10, 20, 20)], []))
    assert before.getpixel((15, 15)) != (255, 255, 255)
    assert after.getcolors() == [(60 * 80, (255, 255, 255))]


def test_words_are_found_on_drawn_pages(tmp_path):
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(300, 300))
    canvas.drawString(100, 200, "Yamada and Sato")
    canvas.save()
    (found,) = _drawn(tmp_path / "a.pdf", ["Sato", "x"]).places
    ((left, top, right, bottom),) = found
    assert 100 * 110 / 72 < left < right < 300
    assert 130 < top < bottom < 160


def test_an_html_page_is_shown_without_anything_that_runs_or_loads(made):
    _, html = made(
        "a.html",
        "<html><head><meta http-equiv=refresh content='0;url=https://evil.example'><script>alert(1)</script>"
        "<link rel=stylesheet href='https://evil.example/a.css'></head><body onload='alert(2)'><h1>履歴書</h1>"
        "<p>氏名：山田太郎</p><a href='https://evil.example/b'>x</a><img src='https://evil.example/c.png'>"
        "<iframe src='https://evil.example'></iframe></body></html>",
    )
    frames = re.findall(r'<iframe sandbox="" [^>]*srcdoc="([^"]*)"', html)
    assert len(frames) == 2
    assert "山田太郎" in frames[0]
    assert "山田太郎" not in frames[1]
    assert all("&lt;h1&gt;履歴書" in one for one in frames)
    assert not any(word in one for one in frames for word in ("alert", "evil", "refresh", "onload"))


def test_other_and_broken_files_have_no_frames(tmp_path):
    for name, data in (("a.txt", b"<p>x</p>"), ("a.html", b"\0\xff\xfe\1"), ("b.html", b"<p>" + b"x" * 2_000_000)):
        (tmp_path / name).write_bytes(data)
        assert frame_of(tmp_path / name) == ""


def test_nothing_is_written_but_the_page(tmp_path, monkeypatch):
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "a.html").write_text("<p>氏名：山田太郎</p>", encoding="utf-8")
    preview(tmp_path / "a.html", tmp_path / "out")
    assert list((tmp_path / "scratch").iterdir()) == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.html.preview.html"]


def test_without_libreoffice_office_files_are_shown_as_text(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert pages_of(plain_docx(tmp_path / "a.docx"), tmp_path).images == ()


def test_libreoffice_that_fails_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")
    assert pages_of(plain_docx(tmp_path / "a.docx"), tmp_path).images == ()
