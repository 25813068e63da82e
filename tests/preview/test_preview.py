from __future__ import annotations

import io
import re
import shutil
import stat

import pytest
from document_builders import plain_docx
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from hairyo.cli import main
from hairyo.documents import Block
from hairyo.errors import InputRefused, OutputError, UsageError
from hairyo.preview import make, preview
from hairyo.preview.pages import pages_of
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
    assert pages.images[0].startswith("data:image/png;base64,")


def test_pictures_are_shown_as_they_are(tmp_path):
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data.getvalue())
    assert len(pages_of(path, tmp_path).images) == 1
    assert pages_of(tmp_path / "a.txt", tmp_path).images == ()


def test_without_libreoffice_office_files_are_shown_as_text(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert pages_of(plain_docx(tmp_path / "a.docx"), tmp_path).images == ()


def test_libreoffice_that_fails_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")
    assert pages_of(plain_docx(tmp_path / "a.docx"), tmp_path).images == ()
