"""The leak check on pictures: what is still to be seen, and what is hidden beside the pixels."""

from __future__ import annotations

import pytest
from PIL import Image, PngImagePlugin

from hairyo.errors import OutputError
from hairyo.redaction import Secret
from hairyo.redaction.verify import check_copy
from picture_builders import SAVED, drawn, saved

SECRETS = {None: [Secret("山田太郎", "PERSON"), Secret("090-1234-5678", "PHONE")]}


@pytest.mark.parametrize("kind", SAVED)
def test_what_can_be_seen_is_found_and_nothing_else(tmp_path, kind):
    shown = check_copy(saved(tmp_path / "a", drawn("氏名：山田太郎", "東京都"), kind), kind, SECRETS)
    assert {place.form for place in shown.places} == {"text"}
    assert "page 1 line 1" in {place.where for place in shown.places}
    assert check_copy(saved(tmp_path / "b", drawn("氏名：佐藤花子", "東京都"), kind), kind, SECRETS).leaks == 0


def test_all_pages_are_searched(tmp_path):
    drawn("東京都").save(tmp_path / "a.tif", save_all=True, append_images=[drawn("090-1234-5678")])
    assert {place.where.split(" line")[0] for place in check_copy(tmp_path / "a.tif", "tiff", SECRETS).places} == {
        "page 2"
    }


def test_what_stands_beside_the_pixels_is_searched(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "あ" * 50 + "山田太郎", zip=True)
    info.add_itxt("Title", "あ" * 50 + "山田太郎", zip=True)
    drawn("東京都").save(tmp_path / "a.png", pnginfo=info)
    assert check_copy(tmp_path / "a.png", "png", SECRETS).leaks == 2
    for kind in SAVED:
        saved(tmp_path / "b", drawn("東京都"), kind)
        (tmp_path / "b").write_bytes((tmp_path / "b").read_bytes() + "山田太郎".encode("cp932"))
        assert check_copy(tmp_path / "b", kind, SECRETS).leaks >= 1


def test_what_transparency_hides_is_seen(tmp_path):
    picture = drawn("山田太郎", mode="RGB").convert("RGBA")
    picture.putalpha(0)
    picture.save(tmp_path / "a.png")
    assert check_copy(tmp_path / "a.png", "png", SECRETS).leaks


def test_a_copy_that_is_no_picture_is_not_passed(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n and more")
    with pytest.raises(OutputError, match="cannot be read again"):
        check_copy(tmp_path / "a.png", "png", SECRETS)


def test_long_pages_are_read_in_pieces(tmp_path):
    page = Image.new("L", (200, 2600), 255)
    page.paste(drawn("山田太郎", mode="L"), (0, 2500))
    page.save(tmp_path / "a.png")
    assert check_copy(tmp_path / "a.png", "png", SECRETS).leaks
