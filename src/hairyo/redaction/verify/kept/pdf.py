"""PDF for the comparison, by pdfium: pages, their boxes, their characters, links, outline, and how pages look.

Where a copy's page lacks characters, the look has to have become dark there, and no character may go more often than
was asked for. A page that became a picture has no characters, and is compared by its look alone.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import numpy.typing as npt
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.errors import PyPdfError

from hairyo.errors import OutputError
from hairyo.redaction.verify.kept.picture import Pixels
from hairyo.redaction.verify.piece import Kept, KeptReader, Looked
from hairyo.redaction.verify.readers.pdf import plain
from hairyo.redaction.verify.standins import folded, words

_SCALE = 0.5  # pixels a point: a letter of ten points is five dots high
_MOST_PIXELS = 4_000_000
_SEEN, _DARK, _WHITE, _FEW = 60, 110, 255, 3
_UNSEEN = (3, 7)  # modes of rendering text that leave no trace
_SHIFTED = 45  # a letter beside a bar may lie a fraction of a dot elsewhere
_PICTURE_SEEN, _PICTURE_BLOCK = 40, 5  # a page that became a picture is drawn anew: alike on average


def ways(path: Path, scratch: Path) -> Iterator[KeptReader]:
    """Yield the one way to read a PDF."""
    yield _kept


def _kept(path: Path) -> Iterator[Kept]:
    try:
        document = pypdfium2.PdfDocument(path)  # closes itself when the last of its pages has been looked at
        yield Kept("number of pages", str(len(document)))
        for number in range(len(document)):
            yield from _page(Page(document, path, number))
        for number, entry in enumerate(document.get_toc(max_depth=60), 1):
            target = entry.get_dest()
            where = "" if target is None else str(target.get_index())
            yield Kept(f"outline {number}", f"{entry.level} {where}")
            yield Kept(f"title of outline {number}", plain(entry.get_title()), kind="words", counted=False)
    except pypdfium2.PdfiumError as error:
        raise OutputError("the PDF copy cannot be read again; the input must be held") from error


def _page(page: Page) -> Iterator[Kept]:
    place, opened = f"page {page.number + 1}", page.opened()
    boxes = [round(side, 1) for box in (opened.get_mediabox(), opened.get_cropbox()) for side in box]
    yield Kept(f"{place} boxes", f"{boxes} {opened.get_rotation()}")
    for number, link in enumerate(_links(page.document, opened), 1):
        yield Kept(f"{place} link {number}", link, kind="words", counted=False)
    yield Kept(place, "", looks=page)


def _links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[str]:
    """Yield where the links of a page lead: an address, or a page."""
    at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page.raw, at, link):
        target = pdfium.FPDFLink_GetDest(document.raw, link)
        action = pdfium.FPDFLink_GetAction(link)
        if not target and action:
            target = pdfium.FPDFAction_GetDest(document.raw, action)
        if target:
            yield f"page {pdfium.FPDFDest_GetDestPageIndex(document.raw, target)}"
        elif action and pdfium.FPDFAction_GetType(action) == pdfium.PDFACTION_URI:
            size = pdfium.FPDFAction_GetURIPath(document.raw, action, None, 0)
            said = ctypes.create_string_buffer(size)
            pdfium.FPDFAction_GetURIPath(document.raw, action, said, size)
            yield unquote(said.value.decode("utf-8", "replace"))
        else:
            yield "another action"


@dataclass(slots=True)
class Page:
    """A page; it is open from when it is first needed until it has been compared.

    Attributes:
        document: the open document.
        path: of the document.
        number: of the page, from 0.
    """

    document: pypdfium2.PdfDocument = field(repr=False)
    path: Path
    number: int
    _page: pypdfium2.PdfPage | None = field(default=None, repr=False)

    def opened(self) -> pypdfium2.PdfPage:
        """Return the page as pdfium has it."""
        if self._page is None:
            self._page = self.document[self.number]
        return self._page

    def close(self) -> None:
        """Give back what it takes of memory."""
        if self._page is not None:
            self._page.close()
            self._page = None

    def against(self, copy: Page, added: Collection[str]) -> Looked:
        """Compare it with the copy's page; see `Looks`."""
        try:
            return self._against(copy, added)
        finally:
            self.close()
            copy.close()

    def _against(self, copy: Page, added: Collection[str]) -> Looked:
        scale = self._scale()
        one, other = self._dots(scale), copy._dots(scale)
        if one.shape != other.shape:
            return Looked(same=False)
        said, left = self.said(), copy.said()
        found = self._compared(said, left, one, other, added)
        if found.same and not found.removed:
            return found
        # A layer of text that nobody sees goes with the picture below it, and may have been made anew as OCR reads it.
        seen, still = self.said(hidden=False), copy.said(hidden=False)
        if (seen, still) == (said, left):
            return found
        if found.same:
            return replace(found, removed=folded(seen) - folded(still))
        return self._compared(seen, still, one, other, added)

    def _compared(self, said: str, left: str, one: Pixels, other: Pixels, added: Collection[str]) -> Looked:
        before, after = folded(said), folded(left)
        removed, more = before - after, after - before
        if not said and left:  # a scan, whose copy may bear the text that was read in it
            return Looked(*_alike(one, other))
        if not more and not _in_order(said, left):
            return Looked(same=False)
        if any(char not in added for char in more) and not self._speaks():
            return Looked(same=False)
        if not left and removed.total() > _FEW:
            return Looked(*_alike(one, other))
        same, bars = _same_but_dark(one, other)
        return Looked(same, bars, removed)

    def said(self, *, hidden: bool = True) -> str:
        """Return its characters, as pdfium reads them; with those that are not drawn, or without."""
        text = self.opened().get_textpage()
        try:
            if hidden:
                return words(plain(text.get_text_range()))
            drawn = (
                chr(pdfium.FPDFText_GetUnicode(text.raw, at)) for at in range(text.count_chars()) if _drawn(text, at)
            )
            return words(plain("".join(drawn)))
        finally:
            text.close()

    def _speaks(self) -> bool:
        """Whether other text is said of letters than they show (ActualText); without it, the letters are read."""
        try:
            with self.path.open("rb") as file:
                page = pypdf.PdfReader(file, strict=False).pages[self.number]
                contents, resources = page.get_contents(), page.get("/Resources")
                return b"/ActualText" in (contents.get_data() if contents else b"") or "/Properties" in (
                    resources.get_object() if resources else {}
                )
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            return False

    def _scale(self) -> float:
        wide, high = self.opened().get_size()
        return float(min(_SCALE, (_MOST_PIXELS / max(wide * high, 1.0)) ** 0.5))

    def _dots(self, scale: float) -> Pixels:
        bitmap = self.opened().render(scale=scale, grayscale=True, may_draw_forms=False)
        return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)


def _drawn(text: pypdfium2.PdfTextPage, at: int) -> bool:
    """Whether a character is drawn; one that pdfium puts between others is none of any text."""
    thing = pdfium.FPDFText_GetTextObject(text.raw, at)
    return bool(thing) and pdfium.FPDFTextObj_GetTextRenderMode(thing) not in _UNSEEN


def _same_but_dark(one: Pixels, other: Pixels) -> tuple[bool, int]:
    """Return whether two looks are the same but where the second is dark, and whether it is anywhere."""
    differ = cv2.absdiff(one, other) > _SEEN
    if not differ.any():
        return True, 0
    dark = (differ & _stands_out(one, other)).astype(np.uint8)
    around = cv2.dilate(dark, np.ones((5, 5), np.uint8))
    differ &= cv2.absdiff(cv2.blur(one, (3, 3)), cv2.blur(other, (3, 3))) > _SHIFTED
    return int((differ & (around == 0)).sum()) <= _FEW, int(dark.any())


def _stands_out(one: Pixels, other: Pixels) -> npt.NDArray[np.bool_]:
    """Return where a look is as a bar is: dark, or as far from the page's ground, where a stencil paints the bar."""
    ground = np.full_like(other, np.uint8(np.median(one)))
    return (other < _DARK) | (cv2.absdiff(other, ground) > _WHITE - _DARK)


def _in_order(said: str, left: str) -> bool:
    """Whether a text is what is left of another."""
    characters = iter(said)
    return all(char in characters for char in left)


def _alike(one: Pixels, other: Pixels) -> tuple[bool, int]:
    """Return the same for a page that was drawn anew."""
    block = (_PICTURE_BLOCK, _PICTURE_BLOCK)
    distance = cv2.absdiff(cv2.blur(one, block), cv2.blur(other, block))
    dark = ((distance > _PICTURE_SEEN) & _stands_out(one, other)).astype(np.uint8)
    around = cv2.dilate(dark, np.ones((2 * _PICTURE_BLOCK + 1,) * 2, np.uint8))
    return int(((distance > _PICTURE_SEEN) & (around == 0)).sum()) <= _FEW, int(dark.any())
