"""Pictures drawn for the tests: lines of text in a font of our own, a face, files with everything hidden in them."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, PngImagePlugin
from PIL.TiffImagePlugin import ImageFileDirectory_v2

FONT = Path(__file__).parent / "files" / "fonts" / "NotoSansJP-subset.otf"
LINES = ("氏名：山田太郎", "電話 090-1234-5678")
SAVED = {
    "png": {},
    "jpeg": {"quality": 85},
    "tiff": {"compression": "tiff_lzw"},
    "gif": {},
    "bmp": {},
    "webp": {"lossless": True},
}
LOSSLESS = [kind for kind in SAVED if kind != "jpeg"]


def drawn(*lines: str, size: int = 28, ink: str = "black", paper: str = "white", mode: str = "RGB") -> Image.Image:
    """A picture with lines of text."""
    font = ImageFont.truetype(str(FONT), size)
    wide = max(font.getlength(line) for line in lines)
    picture = Image.new("RGBA" if mode == "RGBA" else "RGB", (int(wide) + 60, int(len(lines) * size * 1.7) + 30), paper)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((30, 15 + number * size * 1.7), line, font=font, fill=ink)
    return picture.convert(mode)


def saved(path: Path, picture: Image.Image, kind: str = "png", **more: object) -> Path:
    """Write a picture as a file of a kind."""
    picture.save(path, format=kind.upper(), **SAVED[kind] | more)
    return path


def face(side: int = 120) -> Image.Image:
    """A drawn portrait that the network takes for a face."""
    picture = Image.new("RGB", (480, 480), (200, 205, 210))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((165, 130, 315, 260), fill=(30, 25, 25))
    draw.rectangle((210, 300, 270, 380), fill=(214, 170, 140))
    draw.ellipse((120, 350, 360, 570), fill=(40, 50, 90))
    draw.ellipse((175, 150, 305, 335), fill=(228, 186, 158))
    draw.pieslice((165, 128, 315, 250), 180, 360, fill=(30, 25, 25))
    for x in (212, 268):
        draw.line((x - 16, 208, x + 16, 206), fill=(50, 35, 30), width=5)
        draw.ellipse((x - 13, 220, x + 13, 236), fill=(250, 250, 250))
        draw.ellipse((x - 7, 221, x + 7, 235), fill=(40, 25, 20))
    draw.line((240, 232, 234, 266, 248, 268), fill=(190, 140, 115), width=4)
    draw.ellipse((216, 286, 264, 300), fill=(180, 80, 80))
    draw.line((216, 293, 264, 293), fill=(120, 40, 40), width=2)
    return picture.filter(ImageFilter.GaussianBlur(2)).resize((side, side))


def profile(text: str) -> bytes:
    """A colour profile whose description is `text`."""
    from PIL import ImageCms

    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", data, 128)
    for number in range(count):
        name, at, size = struct.unpack_from(">4sII", data, 132 + 12 * number)
        if name == b"cprt":
            data[at + size - 28 : at + size] = text.encode("utf-16-be").ljust(28, b"\0")[:28]
    return bytes(data)


def hidden_png(path: Path, picture: Image.Image) -> list[str]:
    """A PNG with a secret in every place beside its pixels; returns the secrets."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "SECRET-text")
    info.add_text("Comment", "SECRET-ztxt", zip=True)
    info.add_itxt("Title", "SECRET-itxt", lang="ja", zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<x>SECRET-xmp</x>")
    info.add(b"prVt", b"SECRET-private", after_idat=True)
    exif = Image.Exif()
    exif[0x013B] = "SECRET-exif"
    picture.save(path, "PNG", pnginfo=info, exif=exif, icc_profile=profile("SECRET-icc"), dpi=(200, 200))
    path.write_bytes(path.read_bytes() + b"SECRET-trailing")
    return ["text", "ztxt", "itxt", "xmp", "private", "exif", "icc", "trailing"]


def hidden_jpeg(path: Path, picture: Image.Image) -> list[str]:
    """A JPEG with a secret in every place beside its pixels; returns the secrets."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET-exif"
    exif.get_ifd(0x8825)[1] = "SECRET-gps"
    thumbnail = io.BytesIO()
    picture.resize((32, 16)).save(thumbnail, "JPEG", comment=b"SECRET-thumbnail")
    picture.save(
        path,
        "JPEG",
        quality=85,
        exif=exif.tobytes() + thumbnail.getvalue(),
        comment=b"SECRET-comment",
        icc_profile=profile("SECRET-icc"),
        xmp=b"<x>SECRET-xmp</x>",
        dpi=(200, 200),
    )
    data = path.read_bytes()
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", 14) + b"SECRET-iptc\0\0\0"
    path.write_bytes(data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:] + b"SECRET-trailing")
    return ["exif", "gps", "thumbnail", "comment", "icc", "xmp", "iptc", "trailing"]


def hidden_tiff(path: Path, picture: Image.Image) -> list[str]:
    """A TIFF with a secret in every place beside its pixels; returns the secrets."""
    tags = ImageFileDirectory_v2()
    places = {270: "description", 315: "artist", 316: "computer", 33432: "copyright", 269: "document", 285: "page"}
    for tag, name in places.items():
        tags[tag] = f"SECRET-{name}"
    for tag, name in ((700, "xmp"), (33723, "iptc"), (34377, "photoshop"), (37724, "layers"), (65000, "private")):
        tags[tag] = f"SECRET-{name}".encode()
        tags.tagtype[tag] = 7
        places[tag] = name
    picture.save(path, "TIFF", compression="tiff_lzw", tiffinfo=tags, icc_profile=profile("SECRET-icc"), dpi=(200, 200))
    path.write_bytes(path.read_bytes() + b"SECRET-trailing")
    return [*places.values(), "icc", "trailing"]


def hidden_gif(path: Path, picture: Image.Image) -> list[str]:
    """A GIF with a secret in its comment and behind its end."""
    picture.save(path, "GIF", comment=b"SECRET-comment")
    path.write_bytes(path.read_bytes() + b"SECRET-trailing")
    return ["comment", "trailing"]


def hidden_webp(path: Path, picture: Image.Image) -> list[str]:
    """A WebP with a secret in every chunk beside its pixels."""
    exif = Image.Exif()
    exif[0x013B] = "SECRET-exif"
    picture.save(path, "WEBP", lossless=True, exif=exif, xmp=b"SECRET-xmp", icc_profile=profile("SECRET-icc"))
    return ["exif", "xmp", "icc"]


def hidden_bmp(path: Path, picture: Image.Image) -> list[str]:
    """A BMP with a secret behind its pixels."""
    picture.save(path, "BMP")
    path.write_bytes(path.read_bytes() + b"SECRET-trailing")
    return ["trailing"]


def holds(path: Path, secret: str) -> bool:
    """Whether a secret stands in a file: in its bytes, or in anything that unpacks."""
    data = path.read_bytes()
    found = [data]
    for at in range(len(data) - 1):
        if data[at] == 0x78 and (data[at] * 256 + data[at + 1]) % 31 == 0:
            try:
                found.append(zlib.decompressobj().decompress(data[at:], 1_000_000))
            except zlib.error:
                continue
    forms = (f"SECRET-{secret}".encode(), f"SECRET-{secret}".encode("utf-16-be"))
    return any(form in one for one in found for form in forms)


def differing(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    """The box in which two pictures differ; None where they are the same."""
    first, second = (np.asarray(picture.convert("RGBA")).astype(int) for picture in (one, other))
    places = np.argwhere(np.abs(first - second).max(axis=2) > 0)
    if not len(places):
        return None
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
    return int(left), int(top), int(right), int(bottom)
