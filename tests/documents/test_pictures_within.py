"""Pictures within other documents: read, blackened in their places, and looked at again by the leak check."""

from __future__ import annotations

import base64
import io
import zipfile
from email.message import EmailMessage

import docx
import openpyxl
import pptx
import pytest
from document_builders import hits
from openpyxl.drawing.image import Image as SheetImage
from scan_builders import flate, scan

from hairyo.documents import open_document
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy
from picture_builders import drawn

NAME, KEPT = "山田太郎", "業務経歴書です"


def _file(kind="PNG", *lines):
    file = io.BytesIO()
    drawn(*(lines or (NAME, KEPT))).save(file, format=kind)
    return file.getvalue()


def _docx(path, *pictures):
    document = docx.Document()
    document.add_paragraph("本文")
    for picture in pictures:
        document.add_picture(io.BytesIO(picture))
    document.save(path)


def _xlsx(path, picture):
    book = openpyxl.Workbook()
    book.active["A1"] = "本文"
    book.active.add_image(SheetImage(io.BytesIO(picture)), "B2")
    book.save(path)


def _pptx(path, picture):
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_picture(io.BytesIO(picture), 0, 0)
    deck.save(path)


def _html(path, picture):
    uri = base64.b64encode(picture).decode()
    path.write_text(f'<meta charset="utf-8"><p>本文</p><img src="data:image/png;base64,{uri}">', "utf-8")


def _mail(picture):
    mail = EmailMessage()
    mail["From"] = "hanako@example.jp"
    mail["Subject"] = "card"
    mail.set_content("本文")
    mail.add_attachment(picture, maintype="image", subtype="png", filename="card.png")
    return mail.as_bytes()


def _eml(path, picture):
    path.write_bytes(_mail(picture))


def _mbox(path, picture):
    head = b"From hanako@example.jp Mon Jan  5 09:00:00 2026\n"
    path.write_bytes(b"".join(head + _mail(picture) + b"\n" for _ in range(2)))


def _zip(path, picture):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("card.png", picture)


def _pdf_in_zip(path, picture):
    import pikepdf
    from PIL import Image

    pdf = pikepdf.Pdf.new()
    scan(path.with_name("inner.pdf"), flate(pdf, Image.open(io.BytesIO(picture)).convert("L")), pdf=pdf)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(path.with_name("inner.pdf"), "inner.pdf")


def _attached(path, picture):
    import pikepdf
    from pdf_builders import lines, new_pdf

    pdf = new_pdf(lines("本文"))
    pdf.attachments["card.png"] = pikepdf.AttachedFileSpec(pdf, picture, filename="card.png")
    pdf.save(path)


BUILT = {
    "docx": _docx, "xlsx": _xlsx, "pptx": _pptx, "html": _html, "eml": _eml, "mbox": _mbox, "zip": _zip,
    "pdf": _attached,
}  # fmt: skip


def _leaks(path, kind, word=NAME):
    return check_copy(path, kind, {None: [Secret(word, "PERSON")]}).leaks


@pytest.mark.parametrize(("kind", "build"), [*BUILT.items(), ("zip", _pdf_in_zip)])
def test_a_name_in_a_picture_within_goes(tmp_path, kind, build):
    source, copy = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    build(source, _file())
    document = open_document(source)
    blocks = list(document.blocks())
    edits = hits(blocks, NAME)
    assert edits
    assert document.unread == ()
    assert _leaks(source, kind)
    document.write(copy, sorted(edits))
    assert not _leaks(copy, kind)
    assert _leaks(copy, kind, KEPT)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF"])
def test_all_kinds_of_pictures_in_a_document_are_read(tmp_path, kind):
    _docx(tmp_path / "a.docx", _file(kind))
    document = open_document(tmp_path / "a.docx")
    assert NAME in [block.text for block in document.blocks()]
    assert document.unread == ()


def _renamed(path, suffix, kind, picture):
    """A document whose picture is of another kind."""
    _docx(path.with_name("plain.docx"), _file())
    with zipfile.ZipFile(path.with_name("plain.docx")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = f'Extension="{suffix}" ContentType="image/{kind}"'.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            data = picture if name.startswith("word/media/") else data
            data = data.replace(b"image1.png", f"image1.{suffix}".encode())
            data = data.replace(b'Extension="png" ContentType="image/png"', types)
            archive.writestr(name.replace(".png", f".{suffix}"), data)


@pytest.mark.parametrize(("suffix", "head"), [("emf", b"\1\0\0\0" + bytes(36) + b" EMF"), ("wmf", b"\xd7\xcd\xc6\x9a")])
def test_drawings_of_other_kinds_hold_a_document(tmp_path, suffix, head):
    _renamed(tmp_path / "b.docx", suffix, f"x-{suffix}", head + bytes(60))
    assert open_document(tmp_path / "b.docx").unread == ("image",)


@pytest.mark.parametrize(("inner", "held"), [("", ()), ("picture", ("base64 data", "image"))])
def test_a_drawing_with_a_picture_in_it_holds_a_document(tmp_path, inner, held):
    uri = f"data:image/png;base64,{base64.b64encode(_file()).decode()}" if inner else "https://example.jp/a.png"
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{KEPT}</text><image href="{uri}"/></svg>'.encode()
    _renamed(tmp_path / "b.docx", "svg", "svg+xml", drawing)
    document = open_document(tmp_path / "b.docx")
    assert document.unread == held
    assert KEPT in [block.text for block in document.blocks()]


def test_pictures_within_are_looked_at_once(tmp_path, monkeypatch):
    from hairyo.documents.pictures import document, look

    calls = []
    monkeypatch.setattr(document, "look", lambda picture: calls.append(picture) or look(picture))
    picture = _file()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.png", picture)
    assert len(list(open_document(tmp_path / "a.zip").blocks())) == 60  # a name and two lines each
    assert len(calls) == 1
