"""PDF files with pictures of text, coded and placed in every way; everybody in them is invented."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from picture_builders import drawn

LINES = ("氏名：山田太郎", "電話 090-1234-5678", "業務経歴書です")


def page_of(*lines: str, mode: str = "L", size: int = 28) -> Image.Image:
    """A scanned sheet."""
    return drawn(*(lines or LINES), size=size, mode="RGB").convert(mode, dither=Image.Dither.NONE)


def raw(pdf: Pdf, data: bytes, size: tuple[int, int], space: object, bits: int = 8, **more: object) -> Stream:
    """A picture of bytes."""
    stream = Stream(pdf, data)
    stream["/Type"], stream["/Subtype"] = Name.XObject, Name.Image
    stream["/Width"], stream["/Height"] = size
    if space is not None:
        stream["/ColorSpace"] = space
    stream["/BitsPerComponent"] = bits
    for key, value in more.items():
        stream[f"/{key}"] = value
    return pdf.make_indirect(stream)


def flate(pdf: Pdf, image: Image.Image, **more: object) -> Stream:
    """A picture without loss, grey or in colours."""
    space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    return raw(pdf, zlib.compress(image.tobytes()), image.size, space, Filter=Name.FlateDecode, **more)


def jpeg(pdf: Pdf, image: Image.Image, **options: object) -> Stream:
    """A picture as JPEG; with EXIF and a comment."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "SECRET-exif"
    image.save(file, format="JPEG", quality=85, exif=exif, comment=b"SECRET-comment", **options)
    space = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}[image.mode]
    more = {"Decode": Array([1, 0] * 4)} if image.mode == "CMYK" else {}
    return raw(pdf, file.getvalue() + b"SECRET-tail", image.size, space, Filter=Name.DCTDecode, **more)


def jpx(pdf: Pdf, image: Image.Image) -> Stream:
    """A picture as JPEG 2000, with a box of XML."""
    file = io.BytesIO()
    image.save(file, format="JPEG2000", comment="SECRET-comment")
    data = file.getvalue()
    box = b"SECRET-xml"
    data = data + (8 + len(box)).to_bytes(4) + b"xml " + box
    return raw(pdf, data, image.size, None, Filter=Name.JPXDecode)


def fax(pdf: Pdf, image: Image.Image, group: int = 4, **more: object) -> Stream:
    """A picture of two colours as CCITT."""
    file = io.BytesIO()
    kind = f"group{group}"
    image.convert("1", dither=Image.Dither.NONE).save(file, format="TIFF", compression=kind, strip_size=1 << 26)
    with Image.open(file) as tiff:
        at, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    parms = Dictionary(K=-1 if group == 4 else 0, Columns=image.width, Rows=image.height, BlackIs1=True)
    if group == 3:
        parms["/EndOfLine"] = True
    data = file.getvalue()[at : at + size]
    return raw(pdf, data, image.size, Name.DeviceGray, 1, Filter=Name.CCITTFaxDecode, DecodeParms=parms, **more)


def stencil(pdf: Pdf, image: Image.Image) -> Stream:
    """A stencil, which paints where the picture is dark."""
    bits = image.convert("1", dither=Image.Dither.NONE)
    return raw(pdf, bits.tobytes(), image.size, None, 1, ImageMask=True)


def indexed(pdf: Pdf, image: Image.Image) -> Stream:
    """A picture with a table of sixteen colours, two dots a byte."""
    dots = np.asarray(image.convert("L")) // 16
    wide = np.pad(dots, ((0, 0), (0, dots.shape[1] % 2)))
    data = (wide[:, ::2] * 16 + wide[:, 1::2]).astype(np.uint8).tobytes()
    table = bytes(value for grey in range(16) for value in (grey * 17, grey * 17, 200 + grey * 3))
    space = Array([Name.Indexed, Name.DeviceRGB, 15, pikepdf.String(table)])
    return raw(pdf, zlib.compress(data), image.size, space, 4, Filter=Name.FlateDecode)


def cmyk(pdf: Pdf, image: Image.Image) -> Stream:
    """A picture in the inks of print."""
    return raw(pdf, image.convert("CMYK").tobytes(), image.size, Name.DeviceCMYK)


def with_soft_mask(pdf: Pdf, image: Image.Image) -> Stream:
    """A black picture whose text is in what it lets shine through, in twice as many dots."""
    mask = Image.eval(image.convert("L"), lambda value: 255 - value)
    below = Image.new("L", (image.width // 2, image.height // 2), 0)
    return flate(pdf, below, SMask=flate(pdf, mask))


def with_mask(pdf: Pdf, image: Image.Image) -> Stream:
    """A picture of which a stencil shows the lower half alone."""
    mask = Image.new("1", image.size, 1)
    mask.paste(0, (0, image.height // 2, *image.size))
    return flate(pdf, image, Mask=stencil(pdf, mask))


def keyed(pdf: Pdf, image: Image.Image) -> Stream:
    """A picture whose light dots let the ground shine through."""
    return flate(pdf, image.convert("L"), Mask=Array([200, 255]))


CODED = {
    "flate": flate,
    "colour": lambda pdf, image: flate(pdf, image.convert("RGB")),
    "jpeg": jpeg,
    "colour jpeg": lambda pdf, image: jpeg(pdf, image.convert("RGB")),
    "cmyk jpeg": lambda pdf, image: jpeg(pdf, image.convert("CMYK")),
    "jpx": jpx,
    "fax 4": fax,
    "fax 3": lambda pdf, image: fax(pdf, image, 3),
    "indexed": indexed,
    "cmyk": cmyk,
    "stencil": stencil,
    "soft mask": with_soft_mask,
    "colour key": keyed,
}


def scan(path: Path, *pictures: object, pdf: Pdf, width: float = 300, rotate: int = 0, more: bytes = b"") -> Path:
    """A PDF with a page for each picture, which fills it."""
    for picture in pictures:
        wide, high = int(picture["/Width"]), int(picture["/Height"])
        mask = picture.get("/SMask")
        if mask is not None:
            wide, high = int(mask["/Width"]), int(mask["/Height"])
        height = width * high / wide
        page = pdf.add_blank_page(page_size=(width, height))
        page.obj["/Resources"] = Dictionary(XObject=Dictionary(Im=picture))
        page.obj["/Contents"] = pdf.make_stream(b"q %f 0 0 %f 0 0 cm /Im Do Q " % (width, height) + more)
        if rotate:
            page.obj["/Rotate"] = rotate
    pdf.save(path)
    return path


def jbig2(pdf: Pdf, image: Image.Image) -> Stream:
    """A picture of two colours as JBIG2 (ITU-T T.88): one generic region, coded as a fax is (7.4.6, flag MMR)."""
    file = io.BytesIO()
    bits = Image.eval(image.convert("L"), lambda value: 0 if value > 127 else 255).convert("1")
    bits.save(file, format="TIFF", compression="group4", strip_size=1 << 26)
    with Image.open(file) as tiff:
        at, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    data = file.getvalue()[at : at + size]
    wide, high = (side.to_bytes(4) for side in image.size)
    page = wide + high + bytes(8) + b"\0" + bytes(2)
    region = wide + high + bytes(8) + b"\0" + b"\1" + data
    parts = ((0, 48, page), (1, 38, region))
    body = b"".join(n.to_bytes(4) + bytes([kind, 0, 1]) + len(part).to_bytes(4) + part for n, kind, part in parts)
    return raw(pdf, body, image.size, Name.DeviceGray, 1, Filter=Name.JBIG2Decode)
