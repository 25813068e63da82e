"""What the pages of a PDF show as pixels, read again by OCR for the leak check (画像の再読).

Looked at are the parts of a page where pictures stand, as pdfium renders them, whole pages without letters that can be
seen, and pictures of which the page shows a part, as they lie in the file. The same pixels are read once.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium

from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers.picture import read_picture

_DPI, _MOST_PIXELS, _LONGEST = 200, 40_000_000, 20_000
# Points: pictures that lie nearer are read as one; a part that is lower is no text, nor one that is smaller in all.
_NEAR, _LOW, _SMALL = 4.0, 4.0, 60.0
# By how much a picture has to reach beyond what is seen of it, in points.
_BEYOND = 3.0
_UNSEEN = (3, 7)  # modes of rendering text that leave no trace
_LINK, _POPUP, _WIDGET = 2, 16, 20  # annotations without pictures of their own
_MOST_PICTURES, _MOST_BOXES = 2000, 500
_STROKES = 10  # paths of fewer are no text
_Box = tuple[float, float, float, float]
_Pixels = npt.NDArray[np.uint8]


def read(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, place: str, known: set[bytes]) -> Iterator[Piece]:
    """Yield the text that is seen in the pictures of a page, line by line and whole.

    Args:
        page: the page.
        text: its text, as pdfium reads it.
        place: where it is, in words.
        known: digests of the pixels that were read of the file before; this adds to them.
    """
    for what, pixels in _parts(page, text):
        digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
        if digest in known:
            continue
        known.add(digest)
        for lines in read_picture(pixels):
            yield from (Piece(f"{place} {what} line {row}", line) for row, line in enumerate(lines, 1))
            yield Piece(f"{place} {what}", "\n".join(lines))


def are_there(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> bool:
    """Whether a page has anything that `read` would look at."""
    pictures = (thing.type == pdfium.FPDF_PAGEOBJ_IMAGE for thing in page.get_objects(max_depth=1))
    return any(pictures) or bool(_boxes(page, text))


def _parts(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, _Pixels]]:
    """Yield what is to be read of a page."""
    whole: _Box = page.get_bbox()
    pictures = (thing for thing in page.get_objects(max_depth=1) if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE)
    for number, picture in enumerate(islice(pictures, _MOST_PICTURES), 1):
        if _reaches_beyond(picture.get_bounds(), _shown(picture, whole)):
            yield f"picture {number} as it lies in the file", _pixels(picture.get_bitmap())
    if boxes := _boxes(page, text):
        yield from _rendered(page, boxes)


def _boxes(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> list[_Box]:
    """Return the parts of a page that have to be seen to be read."""
    whole: _Box = page.get_bbox()
    boxes: list[_Box] = []
    seen = False
    strokes = 0
    for thing in page.get_objects(max_depth=1):
        if thing.type == pdfium.FPDF_PAGEOBJ_TEXT:
            seen |= pdfium.FPDFTextObj_GetTextRenderMode(thing.raw) not in _UNSEEN
        elif thing.type == pdfium.FPDF_PAGEOBJ_PATH:
            strokes += max(0, pdfium.FPDFPath_CountSegments(thing.raw))
        elif thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            boxes.append(thing.get_bounds())
        elif thing.type == pdfium.FPDF_PAGEOBJ_FORM:
            kinds = _kinds(thing.raw)
            seen |= pdfium.FPDF_PAGEOBJ_TEXT in kinds
            strokes += _STROKES * (pdfium.FPDF_PAGEOBJ_PATH in kinds)
            boxes += [thing.get_bounds()] * (pdfium.FPDF_PAGEOBJ_IMAGE in kinds)
    boxes += _annotations(page)
    if (strokes >= _STROKES and not seen) or _is_unclear(text):
        boxes.append(whole)
    if len(boxes) > _MOST_BOXES:
        boxes = [whole]
    return [box for box in _merged(boxes, whole) if _holds_text(box)]


def _kinds(form: Any, depth: int = 15) -> set[int]:
    """Return the kinds of what a form shows, of text that which can be seen."""
    found: set[int] = set()
    for at in range(pdfium.FPDFFormObj_CountObjects(form)):
        thing = pdfium.FPDFFormObj_GetObject(form, at)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
            found |= _kinds(thing, depth - 1)
        elif kind != pdfium.FPDF_PAGEOBJ_TEXT or pdfium.FPDFTextObj_GetTextRenderMode(thing) not in _UNSEEN:
            found.add(kind)
    return found


def _annotations(page: pypdfium2.PdfPage) -> list[_Box]:
    """Return where annotations stand that may show pictures."""
    found: list[_Box] = []
    for at in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if not annotation:
            continue
        rect = pdfium.FS_RECTF()
        plain = pdfium.FPDFAnnot_GetSubtype(annotation) in (_LINK, _POPUP, _WIDGET)
        if not plain and pdfium.FPDFAnnot_GetRect(annotation, rect):
            found.append((rect.left, rect.bottom, rect.right, rect.top))
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _is_unclear(text: pypdfium2.PdfTextPage) -> bool:
    """Whether there are letters whose font does not tell what they say."""
    has_error, raw = pdfium.FPDFText_HasUnicodeMapError, text.raw
    return any(has_error(raw, at) == 1 for at in range(text.count_chars()))


def _shown(picture: pypdfium2.PdfObject, whole: _Box) -> _Box:
    """Return the box to which a page and a clipping path confine a picture."""
    clip = pdfium.FPDFPageObj_GetClipPath(picture.raw)
    left, low, right, high = whole
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(max(0, pdfium.FPDFClipPath_CountPaths(clip)) if clip else 0):
        points: list[tuple[float, float]] = []
        for number in range(pdfium.FPDFClipPath_CountPathSegments(clip, at)):
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, at, number)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                points.append((x.value, y.value))
        if points:
            left, right = max(left, min(x for x, _ in points)), min(right, max(x for x, _ in points))
            low, high = max(low, min(y for _, y in points)), min(high, max(y for _, y in points))
    return left, low, right, high


def _reaches_beyond(box: _Box, shown: _Box) -> bool:
    less = (shown[0] - box[0], shown[1] - box[1], box[2] - shown[2], box[3] - shown[3])
    return max(less) > _BEYOND and _holds_text(box)


def _holds_text(box: _Box) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    return min(wide, high) >= _LOW and wide * high >= _SMALL


def _merged(boxes: list[_Box], whole: _Box) -> list[_Box]:
    """Return the boxes within the page, those as one that touch or nearly do."""
    found: list[_Box] = []
    for box in sorted(boxes):
        one = (max(box[0], whole[0]), max(box[1], whole[1]), min(box[2], whole[2]), min(box[3], whole[3]))
        if one[0] >= one[2] or one[1] >= one[3]:
            continue
        while near := next((other for other in found if _are_near(one, other)), None):
            found.remove(near)
            one = min(one[0], near[0]), min(one[1], near[1]), max(one[2], near[2]), max(one[3], near[3])
        found.append(one)
    return found


def _are_near(one: _Box, other: _Box) -> bool:
    return (
        one[0] - other[2] < _NEAR
        and other[0] - one[2] < _NEAR
        and one[1] - other[3] < _NEAR
        and other[1] - one[3] < _NEAR
    )


def _rendered(page: pypdfium2.PdfPage, boxes: list[_Box]) -> Iterator[tuple[str, _Pixels]]:
    """Yield the boxes of a page as they are seen, the page turned as its reader sees it."""
    wide, high = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(wide * high, 1.0)) ** 0.5, _LONGEST / max(wide, high, 1.0))
    pixels = _pixels(page.render(scale=scale, may_draw_forms=False))
    x, y = ctypes.c_int(), ctypes.c_int()
    for number, (left, low, right, top) in enumerate(boxes, 1):
        corners: list[tuple[int, int]] = []
        for point in ((left, low), (right, top)):
            pdfium.FPDF_PageToDevice(page.raw, 0, 0, pixels.shape[1], pixels.shape[0], 0, *point, x, y)
            corners.append((x.value, y.value))
        (x0, x1), (y0, y1) = (sorted(side) for side in zip(*corners, strict=True))
        part = pixels[max(0, y0 - 2) : y1 + 3, max(0, x0 - 2) : x1 + 3]
        if part.size:
            yield f"part {number} as seen", np.ascontiguousarray(part)


def _pixels(bitmap: pypdfium2.PdfBitmap) -> _Pixels:
    """Return a bitmap as rows of BGR."""
    return np.ascontiguousarray(np.asarray(bitmap.to_pil().convert("RGB"), dtype=np.uint8)[:, :, ::-1])
