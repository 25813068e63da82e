"""Render pages, compare a copy's with the input's, and put pages back as pixels (墨消しの照合と画像化)."""

from __future__ import annotations

import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from hairyo.documents.pdf.radicals import without_radicals

COMPARE_DPI, PAGE_DPI = 50, 150
_PAD = 2.5  # points around a bar: letters reach beyond their boxes
_VISIBLE, _FEW = 60, 3
_MOST_PIXELS, _LONGEST_SIDE = 40_000_000, 40_000
_BAR = (38, 38, 38)
Corners = list[tuple[float, float]]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as pixels, not turned: `scale` pixels a point; its lower left corner is (`left`, `low`) on the page."""

    image: Image.Image
    scale: float
    left: float
    low: float
    width: float
    height: float

    def mask(self, areas: Iterable[Corners], pad: float) -> Image.Image:
        """Return where areas of the page lie, with `pad` points around them."""
        mask = Image.new("L", self.image.size)
        draw = ImageDraw.Draw(mask)
        for corners in areas:
            points = [((x - self.left) * self.scale, (self.low + self.height - y) * self.scale) for x, y in corners]
            draw.polygon(points, fill=255)
            if pad:
                draw.line([*points, points[0]], fill=255, width=max(2, round(2 * pad * self.scale)), joint="curve")
        return mask


def rendered(document: pypdfium2.PdfDocument, number: int, dpi: int, *, colour: bool, annotations: bool) -> Rendered:
    """Render a page as it lies in the file, whatever its rotation.

    Args:
        document: the open file.
        number: the page, from 0.
        dpi: pixels an inch; fewer for a huge page.
        colour: in colour, else in grey.
        annotations: with annotations and form fields.
    """
    page = document[number]
    try:
        return _rendered(page, dpi, colour=colour, annotations=annotations)
    finally:
        page.close()


def _rendered(page: pypdfium2.PdfPage, dpi: int, *, colour: bool, annotations: bool) -> Rendered:
    page.set_rotation(0)
    left, low, right, high = page.get_bbox()
    width, height = right - left, high - low
    scale = min(dpi / 72, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5, _LONGEST_SIDE / max(width, height, 1.0))
    bitmap = page.render(
        scale=scale, grayscale=not colour, draw_annots=annotations, may_draw_forms=False, rev_byteorder=colour
    )
    image = bitmap.to_pil().convert("RGB" if colour else "L")
    return Rendered(image, image.width / max(width, 1e-6), left, low, width, height)


def _seen(document: pypdfium2.PdfDocument, number: int) -> tuple[Counter[str], Rendered]:
    """Return the characters that pdfium reads on a page, folded, and its looks."""
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            said = folded(text_page.get_text_range())
        finally:
            text_page.close()
        return said, _rendered(page, COMPARE_DPI, colour=False, annotations=True)
    finally:
        page.close()


def folded(text: str) -> Counter[str]:
    """Return the characters of a text without spaces and controls, in their plain forms."""
    plain = without_radicals(unicodedata.normalize("NFKC", text))
    return Counter(char for char in plain if char.isprintable() and not char.isspace() and char != "-")


def same_but_for(
    before: pypdfium2.PdfDocument,
    after: pypdfium2.PdfDocument,
    number: int,
    areas: list[Corners],
    removed: Counter[str] | None,
) -> bool:
    """Whether a page of the copy lost the removed characters and nothing else, in its text and in its looks.

    Args:
        before: the input.
        after: the copy.
        number: the page, from 0.
        areas: where removed text stood.
        removed: its characters; None where pdfium reads other text in their stead (ActualText).
    """
    (there, one), (left, other) = _seen(before, number), _seen(after, number)
    if removed is not None:
        lost = there - left
        if left - there or lost - removed:
            return False
        if any(lost[char] < min(count, there[char]) for char, count in removed.items()):
            return False
    return not bool(_changed(one, other, areas).any())


def _changed(one: Rendered, other: Rendered, areas: list[Corners]) -> NDArray[np.bool_]:
    """Return which pixels differ outside the areas; none where they are too few to be seen."""
    if one.image.size != other.image.size:
        return np.ones((one.image.height, one.image.width), dtype=np.bool_)
    outside = np.asarray(one.mask(areas, _PAD)) == 0
    apart = np.abs(np.asarray(one.image, dtype=np.int16) - np.asarray(other.image, dtype=np.int16)) > _VISIBLE
    differ: NDArray[np.bool_] = apart & outside
    if differ.any():
        differ &= _stands_out(one.image, other.image) | _stands_out(other.image, one.image)
    return differ if differ.sum() > _FEW else np.zeros_like(differ)


def _stands_out(one: Image.Image, other: Image.Image) -> NDArray[np.bool_]:
    """Return which pixels of `one` are like none around them in `other`: pdfium may draw a letter a pixel beside."""
    pixels = np.asarray(one, dtype=np.int16)
    darkest, lightest = (
        np.asarray(other.filter(way(3)), np.int16) for way in (ImageFilter.MinFilter, ImageFilter.MaxFilter)
    )
    found: NDArray[np.bool_] = (pixels < darkest - _VISIBLE) | (pixels > lightest + _VISIBLE)
    return found


def replaced(
    pdf: pikepdf.Pdf,
    number: int,
    before: pypdfium2.PdfDocument,
    after: pypdfium2.PdfDocument,
    areas: list[Corners],
) -> None:
    """Make a page a picture: as it was, with the areas covered, and whatever else the copy's page does not show.

    Args:
        pdf: the copy.
        number: the page, from 0.
        before: the input.
        after: the copy as it was written.
        areas: where removed text stood.
    """
    look = rendered(before, number, PAGE_DPI, colour=True, annotations=False)
    one, other = (rendered(it, number, COMPARE_DPI, colour=False, annotations=True) for it in (before, after))
    changed = Image.fromarray(_changed(one, other, areas).astype(np.uint8) * 255)
    cover = look.mask(areas, 0.5)
    cover.paste(255, mask=changed.resize(look.image.size).filter(ImageFilter.MaxFilter(9)).point(lambda v: v and 255))
    look.image.paste(_BAR, mask=cover)
    put_picture(pdf, number, look)


def put_picture(pdf: pikepdf.Pdf, number: int, look: Rendered) -> None:
    """Let a page show a picture and nothing else."""
    image = look.image
    pixels: Pixels = np.asarray(image)
    grey = bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all())
    data = np.ascontiguousarray(pixels[..., 0] if grey else pixels).tobytes()
    stream = pikepdf.Stream(pdf, zlib.compress(data, 6))
    settings: dict[str, Any] = {
        "/Type": pikepdf.Name("/XObject"),
        "/Subtype": pikepdf.Name("/Image"),
        "/Width": image.width,
        "/Height": image.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": pikepdf.Name("/DeviceGray" if grey else "/DeviceRGB"),
        "/Filter": pikepdf.Name("/FlateDecode"),
    }
    for key, value in settings.items():
        stream[key] = value
    page = pdf.pages[number].obj
    page["/Resources"] = pikepdf.Dictionary({"/XObject": pikepdf.Dictionary({"/Page": pdf.make_indirect(stream)})})
    placed = f"q {look.width:.4f} 0 0 {look.height:.4f} {look.left:.4f} {look.low:.4f} cm /Page Do Q"
    page["/Contents"] = pdf.make_stream(placed.encode())
    if "/StructParents" in page:
        del page["/StructParents"]
