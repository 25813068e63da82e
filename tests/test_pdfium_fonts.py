from __future__ import annotations

from contextlib import closing

import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hairyo.pdfium_fonts import boxes_for_fonts


@pytest.fixture
def brings_no_font(tmp_path):
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    canvas = Canvas(str(tmp_path / "a.pdf"), invariant=1)
    canvas.setFont("HeiseiMin-W3", 10)
    for row, text in enumerate(("山田太郎 090-1234", "1", "11", "𠮷野家 ｶﾅ")):
        canvas.drawString(50, 800 - 20 * row, text)
    canvas.save()
    return tmp_path / "a.pdf"


def _text_and_pixels(path):
    with closing(pypdfium2.PdfDocument(path)) as document:
        page = document[0]
        text_page = page.get_textpage()
        text, pixels = text_page.get_text_range(), page.render().to_numpy().copy()
        text_page.close()
        page.close()
        return text, pixels


def test_the_text_is_the_same_and_every_character_takes_its_room(brings_no_font):
    as_it_looks, _ = _text_and_pixels(brings_no_font)
    with boxes_for_fonts():
        text, pixels = _text_and_pixels(brings_no_font)
    assert text == as_it_looks
    assert (pixels < 128).any()


def test_what_looks_as_ever_does_so_again_afterwards(brings_no_font):
    _, before = _text_and_pixels(brings_no_font)
    with boxes_for_fonts():
        _, within = _text_and_pixels(brings_no_font)
    _, after = _text_and_pixels(brings_no_font)
    assert (before == after).all()
    assert (before != within).any()
