"""A part of a PDF that is read by itself, mostly a page, and what edits ask of it.

Text and pixels are kept in step: what is taken out of an OCR layer is blackened in the picture that it lies over, and
what is blackened is taken out of the layer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from hairyo.documents.base import Block
from hairyo.documents.output import EditFeed
from hairyo.documents.pdf.content import INVISIBLE, Glyph, Mark, Reading
from hairyo.documents.pdf.layout import TextBlock
from hairyo.documents.pdf.objects import Key, Matrix
from hairyo.documents.pdf.rewrite import bars
from hairyo.documents.pdf.sights import Area, Origin, Sight, centre_of, inside, origin, wider
from hairyo.documents.pictures.geometry import Corners, box


@dataclass(slots=True)
class Changes:
    """What the edits ask for.

    Attributes:
        glyphs: those that go, by stream.
        marks, ids: marked content that falls silent.
        unmarked: those that go and get no bar of their own: nobody sees them, and the picture under them gets one.
        dots: what is blackened of pictures, in their own dots.
        pages: what is blackened of pages that are read as they look, in dots of what was read.
        layers: pages whose OCR layer is made anew.
    """

    glyphs: dict[Key, dict[Origin, Glyph]] = field(default_factory=lambda: defaultdict(dict))
    marks: set[Mark] = field(default_factory=set)
    ids: set[Mark] = field(default_factory=set)
    unmarked: set[Origin] = field(default_factory=set)
    dots: dict[Key, list[Corners]] = field(default_factory=lambda: defaultdict(list))
    pages: dict[int, list[Corners]] = field(default_factory=lambda: defaultdict(list))
    layers: set[int] = field(default_factory=set)

    def take(self, glyph: Glyph) -> None:
        """Let a glyph go, and what speaks for it."""
        self.glyphs[glyph.show.stream][origin(glyph)] = glyph
        self.marks.update(glyph.show.marks)
        self.ids.update(glyph.show.ids)

    def takes(self, glyph: Glyph) -> bool:
        """Whether a glyph goes."""
        return origin(glyph) in self.glyphs.get(glyph.show.stream, ())

    def of(self, sight: Sight, page: int | None) -> list[Corners]:
        """Return what is blackened of a picture, or of a page that is read as it looks."""
        return self.dots[sight.key] if sight.key is not None else self.pages[page or 0]


@dataclass(slots=True)
class Section:
    """A page, or a stream that no page shows.

    Attributes:
        place: where it is, in words.
        page: the page's number, from 0; None for a stream.
        reading: what was read of it.
        blocks: its text.
        sights: what is read by OCR and offered here.
        shown: what is read by OCR and shown here, and where: from the unit square to the page.
        relayered: whether its OCR layer goes and is made anew, since it does not say what the picture shows.
    """

    place: str
    page: int | None
    reading: Reading
    blocks: list[TextBlock]
    sights: list[Sight] = field(default_factory=list)
    shown: list[tuple[Sight, Matrix]] = field(default_factory=list)
    relayered: bool = False

    def offered(self, index: int) -> Iterator[tuple[list[Block], TextBlock | Sight | Mark]]:
        """Yield what is offered as blocks, numbered from `index` on, and what each is of.

        A picture follows the text that stands wholly above it.
        """
        waiting = sorted(((self._place_of(sight), at) for at, sight in enumerate(self.sights)))
        number = 0
        for at, text in enumerate([*self.blocks, None]):
            while waiting and waiting[0][0] <= at:
                sight = self.sights[waiting.pop(0)[1]]
                made = list(sight.blocks(index))
                index += len(made)
                yield made, sight
            if text is not None:
                number += 1
                joins = text.joins if number > 1 else "line"
                yield [Block(index, text.text, f"{self.place} block {number}", text.label, joins=joins)], text
                index += 1
        for number, (stream, op, _, said) in enumerate(self.reading.spoken, 1):
            yield [Block(index, said, f"{self.place} replacement text {number}")], (stream, op)
            index += 1

    def _place_of(self, sight: Sight) -> int:
        """Return before which block a picture is read."""
        if sight.on_page is None:
            return len(self.blocks)
        top = max(y for _, y in sight.area(box(0, 0, *sight.size), sight.on_page))
        below = (at for at, one in enumerate(self.blocks) if one.glyphs and one.glyphs[0][0].y < top)
        return next(below, len(self.blocks))

    def take(self, feed: EditFeed, index: int, changes: Changes) -> int:
        """Note what the edits ask for; return the number of the block after its last."""
        for made, source in self.offered(index):
            due = [edit for block in made for edit in feed.of(block)]
            if isinstance(source, TextBlock):
                for edit in due:
                    for shown in source.glyphs[edit.start : edit.end]:
                        for glyph in shown:
                            changes.take(glyph)
            elif isinstance(source, Sight):
                changes.of(source, self.page).extend(source.bars(due, index))
            elif due:
                changes.marks.add(source)
            index += len(made)
        self._keep_in_step(changes)
        return index

    def _keep_in_step(self, changes: Changes) -> None:
        if not self.shown:
            return
        hidden = [glyph for glyph in self.reading.glyphs if glyph.show.mode in INVISIBLE]
        for sight, on_page in self.shown:
            for area in (sight.area(one, on_page) for one in changes.of(sight, self.page)):
                for glyph in hidden:
                    if inside(centre_of(glyph), area):
                        changes.take(glyph)
        if self.relayered and self.page is not None:
            changes.layers.add(self.page)
            for glyph in hidden:
                changes.take(glyph)
                changes.unmarked.add(origin(glyph))
            return
        gone = [glyph for glyph in self.reading.glyphs if changes.takes(glyph)]
        for sight, on_page in self.shown:
            found = changes.of(sight, self.page)
            found += sight.bars_of(origin(glyph) for glyph in gone)
            for glyph in gone:
                unseen = glyph.show.mode in INVISIBLE
                # A picture that is shown more than once may lie under other text elsewhere.
                if sight.key is None or not (unseen or sight.shows == 1):
                    continue
                for bar in bars([glyph], on_page=True):
                    own = sight.dots(bar.corners, on_page)
                    if own is None:
                        continue
                    if origin(glyph) not in sight.tied:
                        found.append(own)
                    if unseen:
                        changes.unmarked.add(origin(glyph))

    def covered(self, changes: Changes, rim: float = 0.0) -> list[Area]:
        """Return the areas of the page in which its pictures are blackened, and so many dots around them."""
        return [
            sight.area(wider(one, rim), on_page)
            for sight, on_page in self.shown
            for one in changes.of(sight, self.page)
        ]

    def bars(self, changes: Changes) -> list[Area]:
        """Return where bars stand for glyphs that went."""
        gone = [glyph for glyph in self.reading.glyphs if changes.takes(glyph)]
        return [bar.corners for bar in bars([one for one in gone if origin(one) not in changes.unmarked], on_page=True)]
