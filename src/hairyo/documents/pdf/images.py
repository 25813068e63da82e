"""Pictures of a PDF (画像オブジェクト) as pixels, and pixels as pictures of a PDF.

pdfium decodes them, by showing one alone on a page of its own size, dot by dot: all filters and colour spaces, masks
and soft masks are then as a reader of the page sees them. What is written anew has one of four plain forms.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from hairyo.documents.pdf.objects import called, entry, name, number
from hairyo.errors import BrokenInput, TooLarge

MOST_DOTS = 80_000_000
_SMALL_FILE = 4_000_000  # dots of a picture that lets the ground shine through, up to which it is kept without loss
_QUALITY = 85
_LOSSY = ("/DCTDecode", "/DCT", "/JPXDecode")
_LOSSLESS = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/ASCII85Decode",
                       "/A85", "/ASCIIHexDecode", "/AHx"})  # fmt: skip
# What says how a picture is coded and what it lets shine through.
_CODING = (
    "/Filter", "/DecodeParms", "/ColorSpace", "/BitsPerComponent", "/Decode", "/ImageMask", "/Mask", "/SMask",
    "/SMaskInData", "/Width", "/Height", "/Intent", "/F", "/FFilter", "/FDecodeParms", "/DL",
)  # fmt: skip
_SHOWN = (*_CODING[:11], "/Subtype")
_COMPONENTS = {"DeviceGray": 1, "G": 1, "CalGray": 1, "Indexed": 1, "I": 1, "Separation": 1, "DeviceRGB": 3, "RGB": 3,
               "CalRGB": 3, "Lab": 3, "DeviceCMYK": 4, "CMYK": 4}  # fmt: skip


def is_stencil(picture: Any) -> bool:
    """Whether a picture is a stencil, which is painted in a colour that the page chooses."""
    return entry(picture, "/ImageMask") is True


def shines_through(picture: Any) -> bool:
    """Whether a picture has dots that are not seen, or not wholly."""
    return any(entry(picture, key) is not None for key in ("/SMask", "/Mask")) or bool(entry(picture, "/SMaskInData"))


def decoded(picture: Any) -> Image.Image:
    """Return a picture as it is seen, in mode 1, L, RGB or RGBA; what a stencil paints is black.

    Raises:
        TooLarge: it has too many dots.
        BrokenInput: it cannot be decoded.
    """
    wide, high = _size(picture)
    for mask in (entry(picture, "/SMask"), entry(picture, "/Mask")):
        if isinstance(mask, pikepdf.Stream):  # which may be finer than what it covers
            wide, high = (max(pair) for pair in zip((wide, high), _size(mask), strict=True))
    if wide < 1 or high < 1:
        raise BrokenInput("a picture in the PDF cannot be decoded; open it and save it anew")
    if wide * high > MOST_DOTS:
        raise TooLarge("a picture in the PDF has more than {dots} dots; print it to a new PDF", dots=MOST_DOTS)
    hidden = shines_through(picture) or is_stencil(picture)
    pixels = _shown(_alone(picture, wide, high), 1.0)
    seen = _shown(_alone(picture, wide, high, whole=True), 256 / max(wide, high, 256)) if hidden else pixels
    if not seen[..., 3].any() or not (hidden or seen[..., 3].all()):  # another program may well show it
        raise BrokenInput("a picture in the PDF cannot be decoded; open it and save it anew")
    if not shines_through(picture):
        pixels[pixels[..., 3] == 0] = 255  # where a stencil does not paint
        return _plain(pixels[..., :3])
    pixels[pixels[..., 3] == 0] = 0  # colours that nobody sees
    return Image.fromarray(pixels)


def _shown(data: bytes, scale: float) -> NDArray[np.uint8]:
    """Return the first page of a PDF as rows of RGBA, on nothing."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            page = document[0]
            bitmap = page.render(
                scale=scale, rev_byteorder=True, force_bitmap_format=pdfium.FPDFBitmap_BGRA, fill_color=(0, 0, 0, 0)
            )
            pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
            page.close()
    except pypdfium2.PdfiumError as error:
        raise BrokenInput("a picture in the PDF cannot be decoded; open it and save it anew") from error
    return pixels


def _size(picture: Any) -> tuple[int, int]:
    return int(number(entry(picture, "/Width"))), int(number(entry(picture, "/Height")))


def _alone(picture: Any, wide: int, high: int, *, whole: bool = False) -> bytes:
    """Return a PDF that shows the picture and nothing else; all its dots where it is to be `whole`."""
    pdf = pikepdf.Pdf.new()
    own = pdf.copy_foreign(picture)
    for key in list(own.keys()):
        if key not in _SHOWN and key not in ("/Type", "/Length"):
            del own[key]
    if whole:
        if is_stencil(own):
            own["/ColorSpace"], own["/BitsPerComponent"] = pikepdf.Name("/DeviceGray"), 1
        for key in ("/Mask", "/SMask", "/SMaskInData", "/ImageMask"):
            if key in own:
                del own[key]
    page = pdf.add_blank_page()
    page.obj["/MediaBox"] = pikepdf.Array([0, 0, wide, high])  # of any size
    page.obj["/Resources"] = pikepdf.Dictionary({"/XObject": pikepdf.Dictionary({"/I": own})})
    page.obj["/Contents"] = pdf.make_stream(f"{wide} 0 0 {high} 0 0 cm /I Do".encode())
    data = io.BytesIO()
    try:
        pdf.save(data, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    except (pikepdf.PdfError, RuntimeError) as error:
        raise BrokenInput("a picture in the PDF cannot be decoded; open it and save it anew") from error
    return data.getvalue()


def _plain(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return pixels in the smallest mode that holds them."""
    first = pixels[..., 0]
    if not ((first == pixels[..., 1]).all() and (first == pixels[..., 2]).all()):
        return Image.fromarray(pixels)
    grey = Image.fromarray(np.ascontiguousarray(first))
    two = bool(((first == 0) | (first == 255)).all())
    return grey.convert("1", dither=Image.Dither.NONE) if two else grey


def put(pdf: pikepdf.Pdf, picture: Any, image: Image.Image) -> None:
    """Let a picture show other pixels; a lossy one is coded with loss again.

    Args:
        pdf: the file.
        picture: its object, which keeps what does not say how it is coded.
        image: what it is to show, in a mode that `decoded` gives; black is what a stencil paints.
    """
    stencil, options = is_stencil(picture), _jpeg_options(picture)
    for key in _CODING:
        if key in picture:
            del picture[key]
    if stencil:
        _write(picture, image.convert("1", dither=Image.Dither.NONE), None)
        del picture["/ColorSpace"]
        picture["/ImageMask"] = True
    elif image.mode == "RGBA":
        *_, alpha = image.split()
        _write(picture, image.convert("RGB"), options if image.width * image.height > _SMALL_FILE else None)
        mask = pikepdf.Stream(pdf, b"")
        mask["/Type"], mask["/Subtype"] = pikepdf.Name("/XObject"), pikepdf.Name("/Image")
        _write(mask, alpha, None)
        picture["/SMask"] = pdf.make_indirect(mask)
    else:
        _write(picture, image, options)


def made(pdf: pikepdf.Pdf, image: Image.Image) -> Any:
    """Return a new picture of mode 1, L or RGB, without loss unless that makes it twice as large."""
    picture = pdf.make_indirect(pikepdf.Stream(pdf, b""))
    picture["/Type"], picture["/Subtype"] = pikepdf.Name("/XObject"), pikepdf.Name("/Image")
    image = _plain(np.asarray(image.convert("RGB")))
    _write(picture, image, None)
    if image.mode != "1":
        lossy = _jpeg(image, {"quality": _QUALITY})
        if 2 * len(lossy) < len(picture.read_raw_bytes()):
            _write(picture, image, {"quality": _QUALITY})
    return picture


def _write(picture: Any, image: Image.Image, options: dict[str, Any] | None) -> None:
    """Write pixels: CCITT for two colours; else JPEG where there are options for it, and Flate where not."""
    parameters: dict[str, Any] | None = None
    if image.mode == "1":
        data, coded = _fax(image), "/CCITTFaxDecode"
        parameters = {"/K": -1, "/Columns": image.width, "/Rows": image.height, "/BlackIs1": True}
    elif options is not None:
        data, coded = _jpeg(image, options), "/DCTDecode"
    else:
        data, coded = _packed(image), "/FlateDecode"
        parameters = {"/Predictor": 15, "/Colors": len(image.getbands()), "/Columns": image.width}
    picture.write(
        data, filter=pikepdf.Name(coded), decode_parms=None if parameters is None else pikepdf.Dictionary(parameters)
    )
    picture["/Width"], picture["/Height"] = image.size
    picture["/BitsPerComponent"] = 1 if image.mode == "1" else 8
    picture["/ColorSpace"] = pikepdf.Name("/DeviceRGB" if image.mode == "RGB" else "/DeviceGray")


def _fax(image: Image.Image) -> bytes:
    """Return a picture of two colours as CCITT group 4 (ITU-T T.6): what pillow puts into a TIFF of one strip.

    It takes light dots for the black ones of a fax, which `/BlackIs1` undoes.
    """
    file = io.BytesIO()
    image.save(file, format="TIFF", compression="group4", strip_size=image.width * image.height + 8)
    with Image.open(file) as tiff:
        places, sizes = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
        light_is_one = tiff.tag_v2[262] == 1  # type: ignore[attr-defined]
    data = file.getvalue()
    if len(places) != 1 or not light_is_one:  # never with pillow's settings
        raise BrokenInput("a picture in the PDF cannot be decoded; open it and save it anew")
    return data[places[0] : places[0] + sizes[0]]


def _packed(image: Image.Image) -> bytes:
    """Return rows with PNG's predictors, packed: the data chunks of a PNG."""
    file = io.BytesIO()
    image.save(file, format="PNG", compress_level=6)
    data, at, found = file.getvalue(), 8, b""
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            found += data[at + 8 : at + 8 + size]
        at += 12 + size
    return found


def _jpeg(image: Image.Image, options: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    image.save(file, format="JPEG", **options)
    return file.getvalue()


def _filters(picture: Any) -> list[str]:
    found = entry(picture, "/Filter")
    if isinstance(found, pikepdf.Array):
        return [called(one) for one in found]
    return [] if found is None else [called(found)]


def _jpeg_options(picture: Any) -> dict[str, Any] | None:
    """Return how a picture is to be coded as JPEG: with its own tables where it was one; None where it had no loss."""
    filters = _filters(picture)
    if not filters or filters[-1] not in _LOSSY:
        return None
    if filters in (["/DCTDecode"], ["/DCT"]):
        try:
            with Image.open(io.BytesIO(picture.read_raw_bytes()), formats=["JPEG"]) as jpeg:
                if isinstance(jpeg, JpegImagePlugin.JpegImageFile) and jpeg.mode in ("L", "RGB"):
                    return {"qtables": jpeg.quantization, "subsampling": JpegImagePlugin.get_sampling(jpeg)}
        except (OSError, ValueError, SyntaxError):
            return {"quality": _QUALITY}  # damaged, but not so that pdfium could show nothing of it
    return {"quality": _QUALITY}


# Pictures that stay as they are, but for what is no pixel.


def without_extras(picture: Any) -> bytes | None:
    """Return a picture's data without what lies beside its pixels, coded as it is.

    Gone are EXIF, XMP, comments and thumbnails of JPEG and JPEG 2000, and what stands behind the last dot.

    Returns:
        the data: raw where the last filter is JPEG's, else unpacked; None where nothing has to go.

    Raises:
        ValueError: its parts cannot be told apart; it must be written anew.
    """
    filters = _filters(picture)
    if filters and filters[-1] in _LOSSY:
        if len(filters) > 1:
            raise ValueError("packed twice")
        raw = bytes(picture.read_raw_bytes())
        plain = _bare_jpeg(raw) if filters[0] != "/JPXDecode" else _bare_jpx(raw)
        return None if plain == raw else plain
    if not _LOSSLESS.issuperset(filters):  # CCITT and JBIG2: what stands behind the last dot would stay
        raise ValueError("without a length")
    length = _length(picture)
    data = bytes(picture.read_bytes())
    if length is None:
        raise ValueError("unknown colours")
    return data[:length] if len(data) > length else None


def put_data(picture: Any, data: bytes) -> None:
    """Write what `without_extras` gave."""
    filters = _filters(picture)
    if filters and filters[-1] in _LOSSY:
        picture.write(data, filter=picture["/Filter"], decode_parms=picture.get("/DecodeParms"))
    else:
        picture.write(zlib.compress(data, 6), filter=pikepdf.Name("/FlateDecode"))


def _length(picture: Any) -> int | None:
    """Return how many bytes the dots of a picture without loss take; None where its colours are not known."""
    wide, high = _size(picture)
    if is_stencil(picture):
        return (wide + 7) // 8 * high
    space = entry(picture, "/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space):
        kind = name(space[0])
        if kind == "ICCBased" and len(space) > 1:
            components = int(number(entry(space[1], "/N")))
        elif kind == "DeviceN" and len(space) > 1:
            components = len(space[1])
        else:
            components = _COMPONENTS.get(kind, 0)
    else:
        components = _COMPONENTS.get(name(space), 0)
    bits = int(number(entry(picture, "/BitsPerComponent"), 8.0)) or 8
    return (wide * components * bits + 7) // 8 * high if components else None


def _bare_jpeg(data: bytes) -> bytes:
    """Return a JPEG file without all that is neither picture nor needed to decode it (ITU-T T.81, annex B)."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    out, at = bytearray(b"\xff\xd8"), 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        mark, kind = data[at : at + 2], data[at + 1 : at + 2]
        if len(mark) < 2 or mark[0] != 0xFF:
            raise ValueError("cut off")
        if kind == b"\xd9":
            return bytes(out + mark)
        size = int.from_bytes(data[at + 2 : at + 4])
        end = at + 2 + size
        if size < 2 or end > len(data):
            raise ValueError("cut off")
        # Adobe's segment tells the colours; JFIF's without a thumbnail the resolution.
        needed = data[at + 4 : at + 9] == b"Adobe" if kind == b"\xee" else kind == b"\xe0" and size == 16
        if not (0xE0 <= kind[0] <= 0xEF or kind == b"\xfe") or needed:
            out += data[at:end]
        at = end
        if kind == b"\xda":
            scan = _SCAN_END.search(data, at)
            if scan is None:
                raise ValueError("cut off")
            out += data[at : scan.start()]
            at = scan.start()


_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _bare_jpx(data: bytes) -> bytes:
    """Return a JPEG 2000 file with the boxes alone that show its picture, and without comments (ITU-T T.800)."""
    if data[:4] == b"\xff\x4f\xff\x51":
        return _bare_codestream(data)
    return b"".join(_boxes(data))


def _boxes(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(data):
        size, kind, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        end = len(data) if size == 0 else at + size
        if end > len(data) or end < at + head:
            raise ValueError("cut off")
        body = data[at + head : end]
        if kind == b"jp2c":
            body = _bare_codestream(body)
        if kind in (b"jP  ", b"ftyp", b"jp2h", b"jp2c"):
            yield (8 + len(body)).to_bytes(4) + kind + body
        at = end


def _bare_codestream(data: bytes) -> bytes:
    out, at = bytearray(data[:2]), 2
    while data[at : at + 2] != b"\xff\x90":  # the first tile
        size = int.from_bytes(data[at + 2 : at + 4])
        if data[at : at + 1] != b"\xff" or size < 2 or at + 2 + size > len(data):
            raise ValueError("cut off")
        if data[at : at + 2] != b"\xff\x64":  # a comment
            out += data[at : at + 2 + size]
        at += 2 + size
    end = data.rfind(b"\xff\xd9")
    return bytes(out + data[at : end + 2 if end >= at else len(data)])
