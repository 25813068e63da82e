"""The pictures of an open PDF, read by OCR: each once, wherever it is shown, and pages that are read as they look."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from hairyo.documents.base import Limits
from hairyo.documents.pdf import images, raster, scans
from hairyo.documents.pdf.content import INVISIBLE, Picture, inherited
from hairyo.documents.pdf.objects import IDENTITY, Key, Matrix, number
from hairyo.documents.pdf.scans import UNKNOWN_FONT, Look
from hairyo.documents.pdf.section import Section
from hairyo.documents.pdf.sights import Sight, Turn, resolution, square
from hairyo.documents.pictures import UNREADABLE, Seen, look_once
from hairyo.errors import BrokenInput, TooLarge

_MOST = 500
# Dots an inch of a page that is read as it looks: as many as its pictures have, within these bounds.
_LEAST_DPI, _MOST_DPI = 200, 300


class Album:
    """What is read by OCR in a PDF.

    Attributes:
        unread: kinds of what is not read.
        unused: pictures that the file holds and shows nowhere.
        pieced: pages that become one picture in every copy.
    """

    def __init__(self, path: Path, pdf: Any, limits: Limits) -> None:
        """Make an empty album of an open file; `fill` reads its pictures."""
        self._path, self._pdf, self._limits = path, pdf, limits
        self._sights: dict[Key, Sight] = {}
        self._pages: dict[int, Sight] = {}
        self._first: dict[int | None, list[Sight]] = defaultdict(list)
        self._relayered: set[int] = set()
        self._dpi: dict[int, float] = {}
        self.unread: set[str] = set()
        self.pieced: set[int] = set()
        self.unused: set[Key] = set()

    def fill(self, pages: Sequence[Look], alone: Sequence[Look], held: set[Key]) -> None:
        """Read what is to be read.

        Args:
            pages: the looks of the pages.
            alone: those of streams that no page shows by itself.
            held: the pictures in the file.

        Raises:
            TooLarge: there are too many, or one has too many dots.
        """
        plan = scans.planned(pages, alone)
        self.unread, self.pieced, self.unused = set(plan.unread), plan.pieced, held - plan.shown
        drawn = sorted(plan.pieced | plan.drawn)
        if len(plan.pictures) + len(drawn) > _MOST:
            raise TooLarge("the PDF has more than {most} pictures and scanned pages; split it", most=_MOST)
        shows = Counter(one.key for look in (*pages, *alone) for one in look.pictures)
        first: dict[Key, tuple[int, Picture]] = {}
        for at, look in enumerate(pages):
            for one in look.pictures:
                if one.key in plan.pictures:
                    first.setdefault(one.key, (at, one))
        for count, key in enumerate(plan.pictures, 1):
            self._read_picture(key, first.get(key), shows[key], count)
        try:
            with closing(pypdfium2.PdfDocument(self._path)) if drawn else nullcontext() as document:
                for at in drawn:
                    self._read_page(document, at, pages[at])
        except pypdfium2.PdfiumError as error:
            raise BrokenInput("the file is a damaged or cut off PDF; ask for it again") from error

    def _read_picture(self, key: Key, first: tuple[int, Picture] | None, shows: int, count: int) -> None:
        page, shown = (None, None) if first is None else first
        try:
            image = images.decoded(self._pdf.get_object(key))
        except BrokenInput:
            self.unread.add("image")
            return
        on_page = None if shown is None else shown.on_page
        rotation = 0 if page is None else _rotation(self._pdf.pages[page].obj)
        turn = Turn.of(on_page or IDENTITY, rotation)
        size, read = image.size, image.size if on_page is None else square(on_page, image.size)
        if read != size:
            image = image.convert("L" if image.mode == "1" else image.mode).resize(read, Image.Resampling.BICUBIC)
        seen = look_once(turn.upright(image), self._limits.unpacked.looks)
        place = f"picture {count}" if page is None else f"page {page + 1} picture {count}"
        sight = Sight(key, place, size, read, turn, seen, on_page, shows)
        self._sights[key] = sight
        self._first[page].append(sight)

    def _read_page(self, document: pypdfium2.PdfDocument, at: int, look: Look) -> None:
        dots = [resolution(one.on_page, one.dots) for one in look.pictures if at in self.pieced]
        self._dpi[at] = min(max([_LEAST_DPI, *dots]), _MOST_DPI)
        shown = self.rendered(document, at)
        turn = Turn.of(IDENTITY, _rotation(self._pdf.pages[at].obj))
        seen = look_once(turn.upright(shown.image), self._limits.unpacked.looks)
        on_page: Matrix = (shown.width, 0.0, 0.0, shown.height, shown.left, shown.low)
        size = shown.image.size
        sight = Sight(None, f"page {at + 1} as seen", size, size, turn, seen, on_page)
        self._pages[at] = sight
        self._first[at].append(sight)

    def finish(self) -> None:
        """Note in `unread` what cannot be read well; to be called after the last `tie`, which knows better."""
        if any(sight.seen.unreadable for sight in (*self._sights.values(), *self._pages.values())):
            self.unread.add(UNREADABLE)

    def rendered(self, document: pypdfium2.PdfDocument, page: int) -> raster.Rendered:
        """Return a page as it was read, of a file that is open."""
        return raster.rendered(document, page, round(self._dpi[page]), colour=True, annotations=False)

    def tie(self, section: Section) -> None:
        """Tie the text of a page to the pictures over which it lies; to be called once for each page, first."""
        self.place(section)
        if section.page is None:
            return
        for sight, on_page in section.shown:
            if sight.disagrees(section.reading.glyphs, on_page):
                self._relayered.add(section.page)
        if section.page in self._pages and not self._pages[section.page].shows_unknown(section.reading.glyphs):
            self.unread.add(UNKNOWN_FONT)
        letters = section.reading.glyphs
        if section.page in self._relayered:
            letters = [glyph for glyph in letters if glyph.show.mode not in INVISIBLE]
        for sight, on_page in section.shown:
            if sight.shows == 1:
                sight.tie(letters, on_page)

    def place(self, section: Section) -> None:
        """Tell a section what is read by OCR in it."""
        section.sights = self._first.get(section.page, []) if section.page is not None else []
        shown = [(self._sights[one.key], one.on_page) for one in section.reading.pictures if one.key in self._sights]
        if section.page in self._pages:
            page = self._pages[section.page]
            shown = [*shown, (page, page.on_page or IDENTITY)]
        section.shown = shown
        section.relayered = section.page in self._relayered

    @property
    def unplaced(self) -> list[Sight]:
        """The pictures that no page shows by itself."""
        return self._first.get(None, [])

    @property
    def sights(self) -> dict[Key, Sight]:
        """The pictures that are read by themselves."""
        return self._sights

    def page(self, at: int) -> Sight | None:
        """Return what is seen on a page that is read as it looks, None where it is not."""
        return self._pages.get(at)

    @property
    def has_pages(self) -> bool:
        """Whether pages are read as they look."""
        return bool(self._pages)

    @property
    def offered(self) -> list[Seen]:
        """What is seen in the pictures and on the pages that are read as they look."""
        return [sight.offered for sight in (*self._sights.values(), *self._pages.values())]


def _rotation(page: Any) -> int:
    """Return by how many degrees a page is shown turned to the right."""
    return round(number(inherited(page, "/Rotate")) / 90) * 90 % 360
