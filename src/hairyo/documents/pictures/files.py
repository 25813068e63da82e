"""Picture files (画像ファイル): their pages as pictures, and new files of the same kind that hold pixels alone."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageOps, JpegImagePlugin
from PIL.TiffImagePlugin import AppendingTiffWriter

from hairyo.documents.pictures.icc import without_words
from hairyo.documents.pictures.seen import MODES
from hairyo.errors import BrokenInput, HairyoError, TooLarge, UnknownFormat

# Pixels of a page (A3 at 600 dpi has 70 million), how much longer than wide it may be, pages of a file.
_PIXELS, _SHAPE, _PAGES = 80_000_000, 60, 500
_LONG = 3000  # shorter ones may be of any shape
_PLUGINS = {"png": "PNG", "jpeg": "JPEG", "tiff": "TIFF", "gif": "GIF", "bmp": "BMP", "webp": "WEBP"}
# What pillow may be asked to write into a TIFF without loss.
_LOSSLESS = frozenset({"raw", "packbits", "group3", "group4", "tiff_ccitt", "tiff_lzw", "tiff_deflate"})
_WEBP_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a picture file.

    Attributes:
        picture: the upright picture, without anything but its pixels and palette.
        options: how pillow is to write it, so that it comes out as it was.
    """

    picture: Image.Image
    options: dict[str, Any] = field(repr=False)


class PictureFile:
    """A picture file, opened anew for every reading."""

    def __init__(self, path: Path, kind: str) -> None:
        """Look at its head.

        Raises:
            BrokenInput: it is damaged, or no picture of that kind.
            TooLarge: it has too many pixels or pages.
        """
        self._path, self._kind = path, kind
        with self._opened() as picture:
            with _decoding():
                self.frames = int(getattr(picture, "n_frames", 1))
            # The pictures that a camera hides behind the first (previews, depth) are no pages.
            self.hidden = self.frames - 1 if picture.format == "MPO" else 0
        self.frames -= self.hidden
        if self.frames > _PAGES:
            raise TooLarge(
                "the picture has {pages} pages, over the limit of {most}; split it", pages=self.frames, most=_PAGES
            )

    def pages(self) -> Iterator[Page]:
        """Yield its pages.

        Raises:
            BrokenInput, TooLarge, UnknownFormat: a page is damaged, too large, or of a kind that is not read.
        """
        with self._opened() as picture:
            for number in range(self.frames):
                with _decoding():
                    picture.seek(number)
                _check_size(picture)
                with _decoding():
                    picture.load()
                    page = _page(picture, self._kind, self._path)
                yield page

    @contextmanager
    def _opened(self) -> Iterator[Image.Image]:
        plugin = _PLUGINS[self._kind]
        with _decoding():
            picture = Image.open(self._path, formats=[plugin, *["MPO"] * (plugin == "JPEG")])
        with picture:
            _check_size(picture)
            yield picture


def write(pages: Iterator[Page], kind: str, file: BinaryIO) -> None:
    """Write pages into a new file; all but TIFF have one."""
    if kind != "tiff":
        page = next(pages)
        page.picture.save(file, format=_PLUGINS[kind], **page.options)
        return
    with tempfile.TemporaryFile() as whole:  # the writer of pages reads what it has written
        with AppendingTiffWriter(whole, new=True) as writer:
            for page in pages:
                page.picture.save(writer, format="TIFF", **page.options)
                writer.newFrame()
        whole.seek(0)
        shutil.copyfileobj(whole, file)


@contextmanager
def _decoding() -> Iterator[None]:
    """Refuse what pillow cannot decode: of a damaged file its decoders raise nearly anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except HairyoError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except Exception as error:
        raise BrokenInput("the picture is damaged or cut off; ask for it again") from error


def _too_large() -> TooLarge:
    return TooLarge("the picture has a page of more than {pixels} pixels; make it smaller", pixels=_PIXELS)


def _check_size(picture: Image.Image) -> None:
    wide, high = picture.size
    if wide * high > _PIXELS:
        raise _too_large()
    if max(wide, high) > max(_LONG, _SHAPE * min(wide, high)):
        raise TooLarge("the picture is more than {times} times longer than wide; cut it up", times=_SHAPE)


def _page(picture: Image.Image, kind: str, path: Path) -> Page:
    """Return a page without anything but its pixels, and how to write it."""
    options: dict[str, Any] = {}
    info = picture.info
    if kind == "jpeg" and isinstance(picture, JpegImagePlugin.JpegImageFile):
        # The tables and the sampling of the original: what was lost once is not lost again, and no more is.
        options |= {"qtables": picture.quantization, "subsampling": JpegImagePlugin.get_sampling(picture)}
        options |= {"progressive": True} if info.get("progressive") else {}
    elif kind == "tiff":
        compression = info.get("compression", "raw")
        options["compression"] = compression if compression in _LOSSLESS else "tiff_deflate"
    elif kind == "webp":
        options |= {"lossless": True, "exact": True} if _is_lossless(path) else {"quality": _WEBP_QUALITY}
    if kind in ("png", "jpeg", "tiff", "bmp") and _is_resolution(info.get("dpi")):
        options["dpi"] = tuple(float(one) for one in info["dpi"])
    profile = info.get("icc_profile")
    if kind in ("png", "jpeg", "tiff", "webp") and isinstance(profile, bytes) and (plain := without_words(profile)):
        options["icc_profile"] = plain
    bare = _of_known_mode(ImageOps.exif_transpose(picture)).copy()
    bare.info = {key: bare.info[key] for key in ("transparency",) if key in bare.info and bare.mode == "P"}
    return Page(_seen_only(bare), options)


def _of_known_mode(picture: Image.Image) -> Image.Image:
    """Return a picture in one of our modes, without loss where there is one.

    Raises:
        UnknownFormat: its dots have values that no mode of ours holds.
    """
    transparency = picture.info.get("transparency")
    if picture.mode == "P" and isinstance(transparency, bytes):  # colours that hide behind being transparent
        return picture.convert("RGBA")
    if picture.mode in ("1", "L", "RGB") and transparency is not None:  # one colour is: a bar must not be of it
        return picture.convert("RGBA" if picture.mode == "RGB" else "LA")
    if picture.mode in MODES:
        return picture
    if picture.mode in ("YCbCr", "LAB", "HSV", "RGBX"):
        return picture.convert("RGB")
    if picture.mode in ("PA", "La", "RGBa"):
        return picture.convert("RGBA")
    if picture.mode.startswith("I;16"):
        return picture.convert("I;16")
    raise UnknownFormat("pictures of this depth of colour are not read; save it with 8 bits a colour")


def _seen_only(picture: Image.Image) -> Image.Image:
    """Return a picture without the colours of dots that are wholly transparent: they may show what nobody sees."""
    if picture.mode not in ("RGBA", "LA"):
        return picture
    *colours, alpha = picture.split()
    there = alpha.point(lambda value: 255 if value else 0).convert("1", dither=Image.Dither.NONE)
    nothing = Image.new("L", picture.size, 0)
    return Image.merge(picture.mode, [*(Image.composite(band, nothing, there) for band in colours), alpha])


def _is_resolution(dpi: object) -> bool:
    return isinstance(dpi, tuple) and len(dpi) == 2 and all(0 < float(one) < 65_535 for one in dpi)


def _is_lossless(path: Path) -> bool:
    """Whether a WebP file holds its picture without loss (RFC 9649, 2.6: the chunk `VP8L`)."""
    with path.open("rb") as file:
        head = file.read(30)
        if head[12:16] != b"VP8X":
            return head[12:16] == b"VP8L"
        return b"VP8L" in head + file.read(1 << 16)
