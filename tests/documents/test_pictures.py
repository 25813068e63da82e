"""Picture files: text and faces seen, blackened, everything else kept or dropped as promised."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from document_builders import hits
from PIL import Image, ImageCms, ImageDraw

import picture_builders as builders
from hairyo.documents import Edit, Limits, open_document
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed
from hairyo.documents.pictures import blacken, look
from hairyo.documents.pictures.geometry import box
from hairyo.documents.pictures.icc import without_words
from hairyo.documents.pictures.ocr import Reading, _flat
from hairyo.documents.pictures.seen import Seen
from hairyo.documents.pictures.stamps import under_stamps
from hairyo.errors import BrokenInput, InputRefused, TooLarge
from picture_builders import LINES, LOSSLESS, SAVED, differing, drawn, face, holds, saved

NAME = "山田太郎"


@pytest.fixture(scope="module")
def picture():
    return drawn(*LINES)


def opened(path):
    with Image.open(path) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("kind", SAVED)
def test_a_redacted_line_is_black_and_the_rest_as_it_was(tmp_path, picture, kind):
    document = open_document(saved(tmp_path / "a", picture, kind))
    blocks = list(document.blocks())
    assert (document.format, document.unread, document.remarks) == (kind, (), ())
    assert [block.text.replace(" ", "") for block in blocks] == [line.replace(" ", "") for line in LINES]
    assert [(block.locator, block.joins) for block in blocks] == [("page 1 line 1", "line"), ("page 1 line 2", "line")]
    document.write(tmp_path / "b", hits(blocks, NAME))
    before, after = opened(tmp_path / "a"), opened(tmp_path / "b")
    assert after.format == before.format
    assert (after.size, after.mode) == (before.size, before.mode)
    seen = [block.text for block in look(after).blocks()]
    assert not any(char in text for text in seen for char in NAME)
    assert any("090" in text for text in seen)
    if kind in LOSSLESS:
        left, top, right, bottom = differing(before, after)
        assert left > 30 + 28  # 氏 stays
        assert 10 < top < bottom < 15 + 28 * 1.7 + 5  # and so does the other line
        assert right < before.width


@pytest.mark.parametrize("kind", LOSSLESS)
def test_without_edits_no_pixel_changes_and_all_runs_agree(tmp_path, picture, kind):
    for name in ("b", "c"):
        open_document(saved(tmp_path / "a", picture, kind)).write(tmp_path / name, [])
    assert differing(opened(tmp_path / "a"), opened(tmp_path / "b")) is None
    assert (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()


def test_jpeg_is_coded_again_with_its_own_tables(tmp_path, picture):
    for subsampling in (0, 2):
        document = open_document(
            saved(tmp_path / f"a{subsampling}", picture, "jpeg", subsampling=subsampling, dpi=(200, 200))
        )
        document.write(tmp_path / f"b{subsampling}", [])
        before, after = opened(tmp_path / f"a{subsampling}"), opened(tmp_path / f"b{subsampling}")
        assert after.quantization == before.quantization
        assert after.info["dpi"] == before.info["dpi"]
        difference = np.abs(np.asarray(before).astype(int) - np.asarray(after).astype(int))
        assert difference.mean() < 0.5
        assert difference.max() < 40


@pytest.mark.parametrize("kind", SAVED)
def test_nothing_but_pixels_is_copied(tmp_path, picture, kind):
    secrets = getattr(builders, f"hidden_{kind}")(tmp_path / "a", picture)
    assert all(holds(tmp_path / "a", secret) for secret in secrets)
    document = open_document(tmp_path / "a")
    document.write(tmp_path / "b", hits(list(document.blocks()), NAME))
    assert [secret for secret in secrets if holds(tmp_path / "b", secret)] == []
    if "icc" in secrets:
        assert opened(tmp_path / "b").info["icc_profile"]
    if kind in ("png", "jpeg", "tiff"):
        assert [round(dots) for dots in opened(tmp_path / "b").info["dpi"]] == [200, 200]


@pytest.mark.parametrize("kind", ["jpeg", "tiff", "png", "webp"])
def test_a_turned_picture_is_turned_upright(tmp_path, picture, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    saved(tmp_path / "a", picture.rotate(90, expand=True), kind, exif=exif)
    document = open_document(tmp_path / "a")
    assert NAME in next(document.blocks()).text
    document.write(tmp_path / "b", [])
    assert opened(tmp_path / "b").size == picture.size
    assert opened(tmp_path / "b").getexif().get(0x0112) in (None, 1)


def test_every_page_of_a_tiff_is_read_and_blackened(tmp_path, picture):
    second = drawn("住所：東京都千代田区", mode="1")
    picture.save(tmp_path / "a.tif", save_all=True, append_images=[second], compression="tiff_deflate")
    document = open_document(tmp_path / "a.tif")
    blocks = list(document.blocks())
    assert [block.index for block in blocks] == [0, 1, 2]
    assert blocks[2].locator == "page 2 line 1"
    document.write(tmp_path / "b.tif", hits(blocks, "東京都千代田区"))
    with Image.open(tmp_path / "b.tif") as after:
        assert after.n_frames == 2
        assert differing(after, picture) is None
        after.seek(1)
        assert after.mode == "1"
        assert differing(after, second)[0] > 60


def test_an_animation_is_held(tmp_path, picture):
    picture.save(tmp_path / "a.gif", save_all=True, append_images=[drawn("別の絵")])
    document = open_document(tmp_path / "a.gif")
    assert (document.unread, list(document.blocks())) == (("animation",), [])


def test_what_a_camera_keeps_behind_a_picture_goes(tmp_path, picture):
    picture.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[drawn(NAME)])
    document = open_document(tmp_path / "a.jpg")
    document.write(tmp_path / "b.jpg", [])
    assert "1 picture(s)" in str(document.remarks[0])
    assert opened(tmp_path / "b.jpg").format == "JPEG"
    assert (tmp_path / "b.jpg").read_bytes().count(b"\xff\xd8\xff") == 1


def test_what_transparency_hides_does_not_stay(tmp_path):
    colours = drawn(NAME, ink="black").convert("RGBA")
    colours.putalpha(0)
    colours.save(tmp_path / "a.png")
    document = open_document(tmp_path / "a.png")
    assert list(document.blocks()) == []
    document.write(tmp_path / "b.png", [])
    assert not np.asarray(opened(tmp_path / "b.png")).any()


@pytest.mark.parametrize("ink", ["white", "black"])
def test_text_on_a_transparent_ground_is_seen(tmp_path, ink):
    drawn(NAME, ink=ink, paper="#00000000", mode="RGBA").save(tmp_path / "a.png")
    document = open_document(tmp_path / "a.png")
    blocks = list(document.blocks())
    assert NAME in "".join(block.text for block in blocks)
    document.write(tmp_path / "b.png", [Edit(block.index, 0, len(block.text), "x") for block in blocks])
    assert list(look(opened(tmp_path / "b.png")).blocks()) == []


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_mode_are_read_and_blackened(mode):
    depth = drawn(NAME, mode="L")
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(depth).astype(np.uint16) * 257)
    else:
        picture = drawn(NAME, mode="RGB").convert(mode)
    seen = look(picture)
    (block,) = seen.blocks()
    assert block.text == NAME
    after = blacken(picture, seen.bars([Edit(0, 0, 4, "x")]))
    assert look(after).placed == ()
    assert after.mode == picture.mode


def test_a_palette_without_black_becomes_colours():
    picture = drawn(NAME, ink="#800000", paper="#ffff00").quantize(8)
    after = blacken(picture, look(picture).bars([Edit(0, 0, 4, "x")]))
    assert after.mode == "RGB"
    assert (0, 0, 0) in {colour for _, colour in after.getcolors()}


def test_vertical_lines_are_read_from_right_to_left():
    lines = ("佐藤花子は三月", "大阪で生まれた", "連絡は平日の夜")
    picture = Image.new("L", (330, 400), 255)
    for number, line in enumerate(lines):
        for row, char in enumerate(line):
            picture.paste(drawn(char, size=40, mode="L").crop((28, 22, 72, 72)), (250 - number * 100, 20 + row * 50))
    seen = look(picture)
    assert [one.line.text for one in seen.placed] == list(lines)
    tops = [y for _, y in seen.bars([Edit(0, 0, 2, "x")])[0]]
    assert min(tops) < 40
    assert 100 < max(tops) < 170  # 佐藤 and a margin, not the whole line


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270])
def test_a_page_on_its_side_or_head_is_read(picture, turn):
    turned = picture.transpose(turn)
    seen = look(turned)
    texts = [block.text for block in seen.blocks()]
    assert NAME in texts[0]
    assert "5678" in texts[1]
    start = texts[0].index(NAME)
    after = blacken(turned, seen.bars([Edit(0, start, start + 4, "x")]))
    back = {2: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.ROTATE_90}[int(turn)]
    left, *_ = differing(after.transpose(back), picture)
    assert left > 60


@pytest.mark.slow
def test_a_whole_page_with_noise_is_read_in_order():
    lines = [f"{number}番地です。連絡は平日の夜七時以降、または土曜日の午前中にお願いします。" for number in range(20)]
    page = np.asarray(drawn(*lines, size=22, mode="L"), dtype=np.float32) * 0.85 + 20
    page += np.random.default_rng(1).normal(0, 15, page.shape)
    seen = look(Image.fromarray(page.clip(0, 255).astype(np.uint8)))
    assert [one.line.text for one in seen.placed] == lines
    assert seen.poor == []


def test_small_text_is_read_at_twice_its_size():
    picture = drawn("復職してからは、後輩の指導に力を入れています。", size=9)
    assert "復職してからは" in "".join(block.text for block in look(picture).blocks())


def test_faces_are_found_and_hidden_and_text_is_none(tmp_path, picture):
    page = Image.new("RGB", (400, 300), "white")
    page.paste(face(), (250, 20))
    page.paste(picture.resize((240, 70)), (0, 200))
    page.save(tmp_path / "a.png")
    document = open_document(tmp_path / "a.png")
    faces = [block for block in document.blocks() if block.shows]
    assert [(block.text, block.shows, block.locator) for block in faces] == [("\ufffc", "FACE", "page 1 face 1")]
    document.write(tmp_path / "b.png", [Edit(faces[0].index, 0, 1, "[顔]")])
    left, _, right, bottom = differing(page, opened(tmp_path / "b.png"))
    assert left > 240
    assert right < 380
    assert bottom < 160
    assert look(opened(tmp_path / "b.png")).faces == ()
    assert look(picture).faces == ()


def test_a_blank_or_tiny_picture_has_nothing():
    for size in ((1, 1), (7, 300), (300, 300)):
        assert len(look(Image.new("RGB", size, "white"))) == 0


def test_a_picture_within_another_document(tmp_path, picture):
    saved(tmp_path / "a.png", picture)
    inner = Inner((tmp_path / "a.png").read_bytes(), "media/image1.png", "picture 1", Limits(scratch=tmp_path))
    blocks = list(inner.blocks(5))
    assert blocks[0].locator == "picture 1: page 1 line 1"
    data, after = inner.copied(EditFeed(hits(blocks, NAME)), 5)
    assert after == 7
    (tmp_path / "b.png").write_bytes(data)
    assert differing(opened(tmp_path / "b.png"), picture) is not None


@pytest.mark.parametrize("kind", SAVED)
def test_a_picture_that_is_cut_off_is_refused(tmp_path, picture, kind):
    data = saved(tmp_path / "a", picture, kind).read_bytes()
    for size in (16, 40, len(data) // 3, len(data) // 2):
        (tmp_path / "b").write_bytes(data[:size])
        with pytest.raises(InputRefused):
            open_document(tmp_path / "b")


def _png(wide, high, body):
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 9_000), (1, 100_000), (30_000, 40)])
def test_bombs_are_refused_unopened(tmp_path, size):
    (tmp_path / "a.png").write_bytes(_png(*size, bytes(1000)))
    with pytest.raises(TooLarge):
        open_document(tmp_path / "a.png")


def test_lying_sizes_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(_png(5000, 5000, bytes(1000)))
    with pytest.raises(BrokenInput, match="damaged"):
        open_document(tmp_path / "a.png")


def test_too_many_pages_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("hairyo.documents.pictures.files._PAGES", 2)
    dot = Image.new("1", (10, 10))
    dot.save(tmp_path / "a.tif", save_all=True, append_images=[dot, dot])
    with pytest.raises(TooLarge, match="3 pages"):
        open_document(tmp_path / "a.tif")


def test_depths_that_are_not_read_are_refused(tmp_path):
    Image.fromarray(np.zeros((20, 20), dtype=np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(InputRefused, match="depth"):
        open_document(tmp_path / "a.tif")


def test_the_content_decides_and_text_is_no_picture(tmp_path, picture):
    document = open_document(saved(tmp_path / "a.jpg", picture, "png"))
    assert document.format == "png"
    assert "PNG" in str(document.remarks[0])
    (tmp_path / "b.txt").write_text("BMIは22です。RIFFも書く。", encoding="utf-8")
    assert open_document(tmp_path / "b.txt").format == "txt"


def test_colours_stay_and_words_go():
    before = builders.profile("SECRET")
    plain = without_words(before)
    assert "SECRET".encode("utf-16-be") in before
    assert b"S\0E\0C" not in plain
    assert "SECRET".encode("utf-16-be") not in plain
    colours = Image.fromarray(np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8))
    lab = ImageCms.createProfile("LAB")
    done = []
    for one in (before, plain):
        source = ImageCms.ImageCmsProfile(__import__("io").BytesIO(one))
        done.append(np.asarray(ImageCms.profileToProfile(colours, source, lab, outputMode="LAB")).astype(int))
    assert np.abs(done[0] - done[1]).max() <= 1


@pytest.mark.parametrize("data", [b"", b"x" * 200, b"\0" * 36 + b"acsp" + b"\xff" * 200])
def test_a_damaged_profile_goes_whole(data):
    assert without_words(data) is None


def test_a_damaged_second_page_is_refused(tmp_path, monkeypatch):
    """Found by fuzzing: pillow raises TypeError and SyntaxError while it counts pages."""
    monkeypatch.setattr("hairyo.documents.pictures.document.look", lambda picture: Seen(()))
    page = Image.new("L", (40, 40), 255)
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page])
    data = (tmp_path / "a.tif").read_bytes()
    second = struct.unpack_from("<I", data, 8 + 2 + 12 * struct.unpack_from("<H", data, 8)[0])[0]
    refused = 0
    for at in range(second, min(second + 130, len(data))):
        for value in (0, 255):
            (tmp_path / "b.tif").write_bytes(data[:at] + bytes((value,)) + data[at + 1 :])
            try:
                open_document(tmp_path / "b.tif")
            except InputRefused:
                refused += 1
    assert refused > 20


def stamped(picture, left):
    """A picture with a red seal over its first line."""
    draw = ImageDraw.Draw(picture)
    draw.ellipse((left, 2, left + 70, 72), outline=(210, 40, 30), width=5)
    for number, x in enumerate(range(left + 18, left + 60, 14)):
        draw.line((x, 12 + 3 * number, x, 62), fill=(210, 40, 30), width=4)
    return picture


def test_text_under_a_red_stamp_is_read_and_blackened():
    picture = stamped(drawn("氏名：山田太郎", "電話番号"), 130)
    seen = look(picture)
    (at,) = [number for number, one in enumerate(seen.placed) if "山" in one.line.text]
    start, end = (seen.placed[at].line.text.index(char) for char in "山郎")
    assert end > start + 1  # what is under the stamp makes the line whole
    after = look(blacken(picture, seen.bars([Edit(at, start, end + 1, "x")])))
    assert not any(char in one.line.text for one in after.placed for char in NAME)
    assert any("電話番号" in one.line.text for one in after.placed)


def test_an_upright_line_is_not_taken_for_one_upside_down(monkeypatch):
    read = iter([Reading("渡邉二郎", ((0.0, 1.0),) * 4, 0.88), Reading("二二", ((0.0, 1.0),) * 2, 0.9)])
    monkeypatch.setattr("hairyo.documents.pictures.ocr.read_strip", lambda strip: next(read))
    assert _flat(np.zeros((40, 200, 3), dtype=np.uint8), box(10, 10, 180, 30)).text == "渡邉二郎"
    read = iter([Reading("渠三〉遁", ((0.0, 1.0),) * 4, 0.6), Reading("渡邉二郎", ((0.0, 1.0),) * 4, 0.9)])
    assert _flat(np.zeros((40, 200, 3), dtype=np.uint8), box(10, 10, 180, 30)).text == "渡邉二郎"


def test_only_red_ink_on_a_page_is_taken_for_a_stamp():
    plain = np.full((400, 300, 3), 255, dtype=np.uint8)
    assert under_stamps(plain) is None
    skin = plain.copy()
    skin[100:200, 100:200] = (158, 186, 228)
    assert under_stamps(skin) is None
    assert under_stamps(np.full((400, 300, 3), (30, 30, 220), dtype=np.uint8)) is None
    skin[250:280, 100:130] = (30, 40, 210)
    skin[260:265, 100:130] = 0
    stretch, top = under_stamps(skin)
    assert (top, len(stretch)) == (250 - 18, 30 - 1 + 2 * 18)
    assert stretch.max(axis=(1, 2)).min() == 255
    assert (stretch[260 - top : 265 - top, 100:130] == 0).all()
    assert (stretch[270 - top, 100:130] == 255).all()
