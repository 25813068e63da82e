"""QR codes and bar codes in pictures: found, decoded, blackened whole, and looked for again in the copy."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from hairyo.documents import Edit, open_document
from hairyo.documents.pictures import blacken, look
from hairyo.documents.pictures.cards import readable
from hairyo.documents.pictures.codes import find_codes
from hairyo.redaction import Secret
from hairyo.redaction.verify import check_copy
from hairyo.redaction.verify.readers.picture import read
from picture_builders import drawn

CARD = "MECARD:N:山田,太郎;TEL:09012345678;EMAIL:taro@example.jp;;"
# 山田太郎 in kanji mode (JIS X 0510), version 1, a row a number; made by segno.
KANJI = [
    2080895, 1065793, 1530461, 1529437, 1527389, 1066305, 2086271, 2816, 221964, 210711, 773344,
    1612949, 1754296, 4707, 2088356, 1068601, 1531015, 1529272, 1525183, 1065643, 2081227,
]  # fmt: skip
TOLD = "氏名：山田太郎\n電話番号：09012345678\nメールアドレス：taro@example.jp"


def code(content: str, kind: str = "QRCode", scale: int = 3) -> Image.Image:
    made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat[kind])
    return Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=scale)))


def page(*codes: Image.Image, text: str = "東京都千代田区") -> Image.Image:
    whole = Image.new("RGB", (620, 760), "white")
    whole.paste(drawn(text), (20, 20))
    for number, one in enumerate(codes):
        whole.paste(one.convert("RGB"), (60 + 260 * (number % 2), 120 + 260 * (number // 2)))
    return whole


def pixels(picture: Image.Image):
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def says(picture: Image.Image) -> list[str]:
    """What any of the decoders reads in a picture."""
    grey = np.asarray(picture.convert("L"))
    contents = cv2.QRCodeDetectorAruco().detectAndDecodeBytesMulti(grey)[1]
    return [one.text for one in zxingcpp.read_barcodes(grey)] + [one.decode("utf-8", "replace") for one in contents]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 20])
def test_a_qr_code_is_read_and_blackened_whole(turn):
    picture = page(code(CARD).rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=255))
    assert CARD in says(picture)
    seen = look(picture)
    blocks = list(seen.blocks(4, "page 2"))
    assert [(one.index, one.text, one.locator) for one in blocks][1:] == [(5, TOLD, "page 2 code 1")]
    assert len(seen) == 2
    assert seen.poor == []
    after = blacken(picture, seen.bars([Edit(5, 3, 7, "x")], 4))
    assert says(after) == []
    assert find_codes(pixels(after)) == []
    assert look(after).placed[0].line.text == "東京都千代田区"
    assert says(blacken(picture, seen.bars([Edit(4, 0, 3, "x")], 4))) != []


@pytest.mark.parametrize("kind", ["Code128", "Code39", "EAN13", "ITF", "Codabar", "DataMatrix", "PDF417", "Aztec"])
@pytest.mark.parametrize("turn", [0, 90, 10])
def test_other_codes_are_blackened_in_their_whole_height(kind, turn):
    content = {"Codabar": "A4901234567894B", "ITF": "49012345678901"}.get(kind, "4901234567894")
    if (kind, turn) == ("PDF417", 10):
        turn = 3  # what lies more askew is not found
    one = code(content, kind, 2).convert("L")
    if one.height < 60:
        one = one.resize((one.width, 60), Image.Resampling.NEAREST)
    picture = page(one.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=255))
    found = find_codes(pixels(picture))
    assert [content in each.text for each in found] == [True]
    after = blacken(picture, [each.corners for each in found])
    left = np.asarray(after.convert("L"))[110:]
    # What is left beside the bar, a frame at most, is too little to be read.
    assert find_codes(pixels(after)) == []
    bar = np.asarray(blacken(Image.new("L", picture.size, 255), [each.corners for each in found]))[110:]
    assert ((left < 100) & (bar == 255)).sum() < 0.08 * (np.asarray(picture.convert("L"))[110:] < 100).sum()


def test_a_code_in_shift_jis_and_in_kanji_mode_is_read():
    for encoding in ("Shift_JIS", "UTF-8"):
        made = zxingcpp.create_barcode("山田太郎", zxingcpp.BarcodeFormat.QRCode, options=f"eci={encoding}")
        picture = page(Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=4))))
        assert [one.text for one in find_codes(pixels(picture))] == ["山田太郎"]
    kanji = np.array([[row >> (20 - column) & 1 for column in range(21)] for row in KANJI], dtype=np.uint8)
    picture = page(Image.fromarray(255 * (1 - np.pad(kanji, 4))).resize((174, 174), Image.Resampling.NEAREST))
    assert [one.text for one in find_codes(pixels(picture))] == ["山田太郎"]


def test_a_code_that_cannot_be_decoded_is_blackened_and_told(tmp_path):
    broken = code(CARD, scale=4)
    ImageDraw.Draw(broken).ellipse((50, 50, 125, 125), fill=128)
    page(broken).save(tmp_path / "a.png")
    document = open_document(tmp_path / "a.png")
    assert [block.text for block in document.blocks()] == ["東京都千代田区"]
    assert "1 code(s)" in str(document.remarks[0])
    document.write(tmp_path / "b.png", [])
    with Image.open(tmp_path / "b.png") as after:
        assert find_codes(pixels(after)) == []
        assert after.getpixel((75, 135)) == (0, 0, 0)


def test_several_codes_are_told_apart():
    picture = page(code("https://example.jp/1"), code("https://example.jp/2"), code("090-1234-5678", "Code128", 2))
    seen = look(picture)
    assert [one.text for one in seen.codes] == ["https://example.jp/1", "https://example.jp/2", "090-1234-5678"]
    after = blacken(picture, seen.bars([Edit(2, 0, 1, "x")]))
    assert {one.text for one in find_codes(pixels(after))} == {"https://example.jp/1", "090-1234-5678"}


def test_text_forms_noise_and_seals_are_no_codes():
    blank = Image.new("RGB", (500, 400), "white")
    draw = ImageDraw.Draw(blank)
    for x in range(20, 480, 30):
        draw.line((x, 20, x, 380), fill="black", width=2)
        draw.rectangle((x, x % 300, x + 12, x % 300 + 12), outline="black", width=3)
    draw.ellipse((300, 200, 380, 280), outline="red", width=6)
    random = np.random.default_rng(1)
    noise = Image.fromarray(random.integers(0, 256, (300, 400), dtype=np.uint8))
    grain = np.asarray(drawn("氏名：山田太郎", "電話 090-1234-5678", mode="L"), dtype=float) * 0.8
    scan = Image.fromarray((grain + random.normal(20, 15, grain.shape)).clip(0, 255).astype(np.uint8))
    for picture in (blank, noise, scan, page()):
        assert find_codes(pixels(picture)) == []


def test_tiny_pictures_have_no_codes():
    for size in ((1, 1), (15, 400), (16, 16)):
        assert find_codes(pixels(Image.new("RGB", size, "white"))) == []


def test_codes_survive_what_scanners_do():
    picture = page(code(CARD, scale=3)).filter(ImageFilter.GaussianBlur(0.8)).rotate(3, fillcolor="white")
    assert [one.text for one in find_codes(pixels(picture))] == [TOLD]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (CARD, TOLD),
        (
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:山田;太郎;;;\r\nTEL;TYPE=CELL:090-1234-5678\r\n"
            "ADR;TYPE=HOME:;;麹町1-2-3;千代田区;東京都;102-0083;日本\r\nNOTE:糖尿病で\r\n 通院中\r\nEND:VCARD\r\n",
            "氏名：山田太郎\n電話番号：090-1234-5678\n"
            "住所：麹町1-2-3 千代田区 東京都 102-0083 日本\n備考：糖尿病で通院中",
        ),
        (
            "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8E=52=93=63;=91=BE=98=59\nEND:VCARD",
            "氏名：山田太郎",
        ),
        ("BEGIN:VCARD\nitem1.TEL:1234\\;5\nX-\nEND:VCARD", "電話番号：1234;5"),
        ("https://example.jp/?n=%E5%B1%B1", "https://example.jp/?n=%E5%B1%B1\nhttps://example.jp/?n=山"),
        ("そのまま", "そのまま"),
        ("", ""),
    ],
)
def test_cards_are_told_field_by_field(content, told):
    assert readable(content) == told


def test_what_a_code_in_a_copy_says_is_searched(tmp_path):
    page(code("TEL:09012345678")).save(tmp_path / "a.png")
    secrets = {None: [Secret("山田太郎", "PERSON"), Secret("090-1234-5678", "PHONE")]}
    places = check_copy(tmp_path / "a.png", "png", secrets).places
    assert len(places) > 2  # by either library, and in the text as a whole
    page(code(CARD.replace("TEL:090", "TEL:080"))).save(tmp_path / "d.png")
    assert check_copy(tmp_path / "d.png", "png", secrets).leaks
    page(code("佐藤花子")).save(tmp_path / "b.png")
    assert check_copy(tmp_path / "b.png", "png", secrets).leaks == 0
    page(code("4901234567894", "EAN13", 2)).save(tmp_path / "c.png")
    assert any(piece.content == "4901234567894" for piece in read(tmp_path / "c.png"))


def test_letters_with_many_bars_are_no_codes():
    """Found in 業務経歴書, where OpenCV takes 書 for a bar code."""
    seen = [look(drawn("業務経歴書です", "冊皿川三圭書", size=size)) for size in (18, 28, 40)]
    assert [one.mute for one in seen] == [()] * 3
