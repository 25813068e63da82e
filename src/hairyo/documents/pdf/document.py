"""PDF documents: text read by its glyphs, taken out of the content streams, and the copy compared with the input.

What a copy keeps is decided in `structure.toml` and done in `clean`. Pages come first, each with its annotations and
forms, then streams that no page shows, then every other string, then attached files.
"""

from __future__ import annotations

import gc
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.pdf import images, raster, scans
from hairyo.documents.pdf.album import Album
from hairyo.documents.pdf.clean import Cleaned, TextString, open_clean
from hairyo.documents.pdf.content import INVISIBLE, SPOKEN, Glyph, Mark, Reading, Streams, inherited, parsed
from hairyo.documents.pdf.fonts import Code
from hairyo.documents.pdf.layer import Letter, put_layer
from hairyo.documents.pdf.layout import blocks_of
from hairyo.documents.pdf.objects import Key, called, content, entry, key_of, numbers, text_of
from hairyo.documents.pdf.prune import prune
from hairyo.documents.pdf.rewrite import has_more, rewritten, silent_of
from hairyo.documents.pdf.section import Changes, Section
from hairyo.documents.pdf.sights import Area, centre_of, inside, letter_of, origin
from hairyo.documents.pictures import blacken
from hairyo.documents.pictures import remarks as remarks_of
from hairyo.errors import BrokenInput, InputRefused, OutputError, Words
from hairyo.pdfium_fonts import boxes_for_fonts

_KEPT_GLYPHS = 200_000
_NOTHING = Image.new("1", (1, 1), 1)
_RIM = 2.0  # dots into which the edge of a bar is blurred where a picture is shown larger than it is


class PdfDocument(Document):
    """A PDF document; see `Document`."""

    format = "pdf"

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the file, clean it, and read all of it once.

        Raises:
            BrokenInput: it is damaged, locked, or keeps its text where it cannot be read.
            TooLarge: it unfolds too far.
        """
        self._path, self._limits = path, limits
        self._stamp = Stamp.of(path)
        self._cleaned = open_clean(path)
        self._streams = Streams(self._cleaned.names)
        self._inners, self._dropped = self._open_files()
        self._kept: dict[int, Section] = {}
        self._shown_on: list[frozenset[Key]] = []  # by page, the streams and pictures that it shows
        self._alone: list[Key] = []
        self._drawn: set[Key] = set()
        self._album = Album(path, self._cleaned.pdf, limits)
        self._look()
        self.remarks = (*self._cleaned.remarks, *self._said_of_files(), *self._said_of_pictures())

    def blocks(self) -> Iterator[Block]:
        """Yield the text of the pages, then of everything else; see `Document.blocks`."""
        index = 0
        for section in self._sections():
            for made, _ in section.offered(index):
                yield from made
                index += len(made)
        for string in self._cleaned.strings:
            yield _string_block(index, string)
            index += 1
        for inner in self._inners.values():
            for block in inner.blocks(index):
                yield block
                index = block.index + 1

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed = EditFeed(edits)
        changes, index = Changes(), 0
        for section in self._sections():
            index = section.take(feed, index, changes)
        copy = open_clean(self._path)
        for string in copy.strings:
            if due := feed.of(_string_block(index, string)):
                string.put(apply_edits(string.text, due))
            index += 1
        for key, inner in self._inners.items():
            data, index = inner.copied(feed, index)
            _put_file(copy.pdf.get_object(key), data, inner.converted)
        feed.finish()
        self._drop_files(copy)
        self._apply(copy, changes)
        folder = Path(mkdtemp(dir=self._limits.scratch, prefix="pdf-"))
        try:
            self._put_pictures(copy, changes)
            made = self._saved(copy, folder / "copy.pdf")
            made, remarks = self._compared(copy, made, changes)
            with new_file(target) as file, made.open("rb") as source:
                shutil.copyfileobj(source, file)
                self._stamp.check(self._path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.remarks = (*self._cleaned.remarks, *self._said_of_files(), *self._said_of_pictures(), *remarks)

    # Reading.

    def _look(self) -> None:
        """Read everything once: find what is read by OCR, what cannot be read, and what no page shows."""
        looks: list[scans.Look] = []
        alone: list[scans.Look] = []
        seen: set[Key] = set()
        glyphs = 0
        for number, page in enumerate(self._cleaned.pdf.pages):
            section = self._page(number, page.obj)
            seen |= section.reading.streams
            shown = (one.key for one in section.reading.pictures)
            self._shown_on.append(frozenset({*section.reading.streams, *shown}))
            looks.append(scans.Look.of(section.reading, _area(page.obj)))
            glyphs += len(section.reading.glyphs) + 20
            if glyphs < _KEPT_GLYPHS:
                self._kept[number] = section
        for key, (stream, resources) in sorted(self._cleaned.forms.items()):
            if key not in seen:
                reading = self._streams.alone(stream, resources)
                seen |= reading.streams
                self._alone.append(key)
                alone.append(scans.Look(tuple(reading.pictures), False, reading.unknown))
        self._album.fill(looks, alone, set(self._cleaned.images))
        for number, look in enumerate(looks):
            if look.pictures or self._album.page(number):
                section = self._kept.get(number) or self._page(number, self._cleaned.pdf.pages[number].obj)
                self._album.tie(section)
                self._album.place(section)
                _leave_out_layer(section)
        self._album.finish()
        self.unread = tuple(sorted(self._album.unread))

    def _section(self, number: int, page: Any) -> Section:
        """Return a page, with what is seen on it in its place."""
        if number in self._kept:
            return self._kept[number]
        section = self._page(number, page)
        self._album.place(section)
        _leave_out_layer(section)
        return section

    def _page(self, number: int, page: Any) -> Section:
        with _no_collection():
            reading = self._streams.page(page)
            return Section(f"page {number + 1}", number, reading, blocks_of(reading.glyphs))

    def _sections(self) -> Iterator[Section]:
        for number, page in enumerate(self._cleaned.pdf.pages):
            yield self._section(number, page.obj)
        for number, key in enumerate(self._alone, 1):
            stream, resources = self._cleaned.forms[key]
            reading = self._streams.alone(stream, resources)
            yield Section(f"hidden part {number}", None, reading, blocks_of(reading.glyphs))
        if self._album.unplaced:
            yield Section("pictures", None, Reading(), [], self._album.unplaced)

    # Attached files.

    def _open_files(self) -> tuple[dict[Key, Inner], list[Key]]:
        """Open the attached files; return those that are read, and those that are not."""
        inners: dict[Key, Inner] = {}
        dropped: list[Key] = []
        for number, spec in enumerate(self._cleaned.files, 1):
            name = next(
                (text_of(one) for key in ("/UF", "/F") if isinstance(one := entry(spec, key), pikepdf.String)), ""
            )
            try:
                data = _file_bytes(spec)
                inner = Inner(data, name, f"attached file {number}", self._limits)
            except InputRefused:
                dropped.append(key_of(spec))
                continue
            if inner.unread:
                dropped.append(key_of(spec))
            else:
                inners[key_of(spec)] = inner
        return inners, dropped

    def _said_of_files(self) -> Iterator[Words]:
        if self._dropped:
            yield Words("{count} attached file(s) that cannot be read were left out", count=len(self._dropped))
        for inner in self._inners.values():
            yield from inner.remarks

    def _drop_files(self, copy: Cleaned) -> None:
        """Leave out the attached files that are not read, and list the others anew."""
        held: list[Any] = []
        for number, spec in enumerate(copy.files, 1):
            if key_of(spec) in self._dropped:
                for key in list(spec.keys()):
                    del spec[key]
            else:
                held += [pikepdf.String(f"file {number:06d}"), spec]
        if held:
            copy.pdf.Root["/Names"]["/EmbeddedFiles"] = pikepdf.Dictionary({"/Names": pikepdf.Array(held)})
        for page in copy.pdf.pages if self._dropped else ():
            annotations = entry(page.obj, "/Annots")
            if isinstance(annotations, pikepdf.Array):
                kept = [one for one in annotations if key_of(entry(one, "/FS") or one) not in self._dropped]
                page.obj["/Annots"] = pikepdf.Array(kept)

    # Writing.

    def _apply(self, copy: Cleaned, changes: Changes) -> None:
        """Take glyphs, replacement texts and font entries out of the copy."""
        silent = silent_of(changes.marks)
        pages = {key_of(page.obj): page.obj for page in copy.pdf.pages}
        everything = set(pages) | set(copy.forms)
        renamed = everything if copy.names else set()
        commented = {key for key in everything if _has_more(pages.get(key) or copy.forms[key][0])}
        fonts_removed: dict[Key, Counter[Code]] = defaultdict(Counter)
        for key in sorted(set(changes.glyphs) | set(silent) | renamed | commented):
            owner = pages.get(key) or copy.pdf.get_object(key)
            glyphs = changes.glyphs.get(key, {})
            for glyph in glyphs.values():
                fonts_removed[glyph.show.font.key][glyph.code] += 1
            instructions = parsed(owner)
            _silence_resources(owner, instructions, silent.get(key, set()))
            unmarked = {id(glyph) for at, glyph in glyphs.items() if at in changes.unmarked}
            data = rewritten(instructions, glyphs.values(), silent.get(key, set()), copy.names, unmarked)
            if key in pages:
                owner["/Contents"] = copy.pdf.make_stream(data)
            else:
                owner.write(data)
        _silence_structure(copy.pdf, changes.ids)
        failed = prune(copy.pdf, self._streams.fonts, self._streams.used, fonts_removed) if fonts_removed else []
        self._failed_fonts = len(failed)

    @staticmethod
    def _saved(copy: Cleaned, path: Path) -> Path:
        try:
            copy.pdf.save(
                path, deterministic_id=True, encryption=False, preserve_pdfa=False, fix_metadata_version=False
            )
        except (pikepdf.PdfError, RuntimeError) as error:
            raise BrokenInput("the file is a damaged or cut off PDF; ask for it again") from error
        return path

    def _put_pictures(self, copy: Cleaned, changes: Changes) -> None:
        """Blacken the pictures of the copy, and take out of all of them what is no pixel."""
        for key in sorted(copy.images):
            picture, bars = copy.images[key], changes.dots.get(key)
            if key in self._album.unused:
                images.put(copy.pdf, picture, _NOTHING)
            elif bars or images.shines_through(picture):
                shown = images.decoded(picture)
                images.put(copy.pdf, picture, blacken(shown, bars or []))
                self._drawn.add(key)
            else:
                self._strip(copy, picture)

    @staticmethod
    def _strip(copy: Cleaned, picture: Any) -> None:
        """Leave of a picture that stays as it is nothing but its pixels."""
        try:
            data = images.without_extras(picture)
        except (ValueError, pikepdf.PdfError):
            try:
                shown = images.decoded(picture)
            except BrokenInput:  # too small to be read, or the document were held
                shown = _NOTHING
            images.put(copy.pdf, picture, shown)
            return
        if data is not None:
            images.put_data(picture, data)

    def _put_pages(
        self, copy: Cleaned, before: pypdfium2.PdfDocument, changes: Changes
    ) -> tuple[set[int], dict[int, list[Letter]]]:
        """Make pictures of the pages that are read as they look; return them, and the layers that are made anew."""
        done: set[int] = set()
        layers: dict[int, list[Letter]] = {}
        for section in self._sections():
            at = section.page
            if at is None:
                continue
            covered = section.covered(changes)
            if self._album.page(at) and (at in self._album.pieced or changes.pages.get(at)):
                areas = [*covered, *section.bars(changes)]
                look = self._album.rendered(before, at)
                raster.cover(look, areas)
                raster.put_picture(copy.pdf, at, look)
                layers[at] = _letters(section, changes, areas)
                done.add(at)
            elif section.relayered:
                layers[at] = [one for sight, on_page in section.shown for one in sight.letters(on_page, covered)]
        return done, layers

    def _compared(self, copy: Cleaned, made: Path, changes: Changes) -> tuple[Path, list[Words]]:
        """Compare the pages that were changed with the input's; make pictures of those that came out wrong."""
        gone = {one for glyphs in changes.glyphs.values() for one in glyphs}
        shows = {(stream, op) for stream, op, _, _ in gone}
        touched_streams = {stream for stream, _ in shows} | self._drawn
        doubted: dict[int, tuple[list[raster.Corners], Counter[str] | None]] = {}
        wrong: set[int] = set()
        remarks: list[Words] = []
        if self._failed_fonts:
            remarks.append(
                Words("{count} font(s) still hold the shapes of removed characters", count=self._failed_fonts)
            )
        if not gone and not self._drawn and not self._album.has_pages:
            return made, remarks
        try:
            with self._side_by_side(made) as (before, _):
                done, layers = self._put_pages(copy, before, changes)
            with boxes_for_fonts(), self._side_by_side(made) as (before, after):
                for number, page in enumerate(self._cleaned.pdf.pages):
                    if number in done or touched_streams.isdisjoint(self._shown_on[number]):
                        continue  # every stream and picture that it shows is the input's
                    section = self._section(number, page.obj)
                    touched = [one for one in section.reading.glyphs if (one.show.stream, one.show.op) in shows]
                    removed = [glyph for glyph in touched if origin(glyph) in gone]
                    if not removed and not any(sight.key in self._drawn for sight, _ in section.shown):
                        continue
                    areas = [*section.bars(changes), *section.covered(changes, _RIM)]
                    spoken_for = any(stream in section.reading.streams for stream, _ in changes.marks)
                    lost = None if spoken_for else _characters(removed)
                    if not raster.same_but_for(before, after, number, areas, lost):
                        doubted[number] = areas, lost
            if doubted:
                with self._side_by_side(made) as (before, after):
                    for number, (areas, lost) in doubted.items():
                        if raster.same_but_for(before, after, number, areas, lost):
                            continue  # boxes may reach into each other where letters do not
                        wrong.add(number)
                        section = self._section(number, self._cleaned.pdf.pages[number].obj)
                        raster.replaced(copy.pdf, number, before, after, areas)
                        layers[number] = _letters(section, changes, areas)
        except pypdfium2.PdfiumError as error:
            raise OutputError("the PDF copy cannot be compared with the input; the input must be held") from error
        for number, letters in sorted(layers.items()):
            put_layer(copy.pdf, copy.pdf.pages[number].obj, letters)
        pictured = done | wrong
        if pictured:
            pages = ", ".join(str(number + 1) for number in sorted(pictured))
            remarks.append(Words("pages that became pictures, with invisible text to search: {pages}", pages=pages))
        if relayered := sorted(number + 1 for number in layers if number not in pictured):
            pages = ", ".join(map(str, relayered))
            remarks.append(
                Words("pages whose text layer did not fit the picture and was made anew: {pages}", pages=pages)
            )
        return self._saved(copy, made.with_name("pictures.pdf")) if layers or pictured else made, remarks

    @contextmanager
    def _side_by_side(self, made: Path) -> Iterator[tuple[pypdfium2.PdfDocument, pypdfium2.PdfDocument]]:
        """Open the input and the copy with pdfium."""
        with closing(pypdfium2.PdfDocument(self._path)) as before, closing(pypdfium2.PdfDocument(made)) as after:
            yield before, after

    def _said_of_pictures(self) -> Iterator[Words]:
        yield from remarks_of(self._album.offered)
        if unused := len(self._album.unused):
            yield Words("{count} picture(s) that the PDF holds and does not show were left out", count=unused)


def _letters(section: Section, changes: Changes, areas: list[Area]) -> list[Letter]:
    """Return the letters that a page shows once the areas are covered."""
    stay = [glyph for glyph in section.reading.glyphs if not changes.takes(glyph)]
    letters = [
        letter
        for glyph in stay
        if (letter := letter_of(glyph)) and not any(inside(centre_of(glyph), area) for area in areas)
    ]
    # A page that was read as it looks shows its pictures, too.
    whole = [one for one in section.shown if one[0].key is None] or section.shown
    return [*letters, *(one for sight, on_page in whole for one in sight.letters(on_page, areas))]


def _area(page: Any) -> float:
    """Return the area of a page, in square points."""
    left, low, right, high = [*numbers(inherited(page, "/CropBox") or inherited(page, "/MediaBox")), 0, 0, 0, 0][:4]
    return abs((right - left) * (high - low))


def _leave_out_layer(section: Section) -> None:
    """Leave an OCR layer that goes out of what is offered."""
    if section.relayered:
        section.blocks = blocks_of(one for one in section.reading.glyphs if one.show.mode not in INVISIBLE)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let Python look for no cycles within it: many small things are made, none that hold each other."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _string_block(index: int, string: TextString) -> Block:
    return Block(index, string.text, string.locator, string.label)


def _characters(glyphs: Iterable[Glyph]) -> Counter[str]:
    """Return the characters that go, one where it is shown twice in one place."""
    once = {(glyph.code.text, round(glyph.x / 2), round(glyph.y / 2)) for glyph in glyphs}
    return raster.folded("".join(text for text, _, _ in once))


def _file_bytes(spec: Any) -> bytes:
    holder = entry(spec, "/EF")
    for key in ("/UF", "/F", "/DOS", "/Mac", "/Unix"):
        stream = entry(holder, key)
        if isinstance(stream, pikepdf.Stream):
            return content(stream)
    raise BrokenInput("an attached file is not there")


def _put_file(spec: Any, data: bytes, converted: str) -> None:
    """Put the copy of an attached file in its place."""
    holder = entry(spec, "/EF")
    streams = [entry(holder, key) for key in list(holder.keys())]
    first = next(one for one in streams if isinstance(one, pikepdf.Stream))
    first.write(data)
    spec["/EF"] = pikepdf.Dictionary({"/F": first, "/UF": first})
    for key in ("/F", "/UF"):
        if converted and key in spec:
            spec[key] = pikepdf.String(str(Path(text_of(spec[key])).with_suffix(converted)))


def _has_more(owner: Any) -> bool:
    """Whether a page or stream may hold what is no part of what is shown; see `has_more`."""
    contents = entry(owner, "/Contents") if isinstance(owner, pikepdf.Dictionary) else owner
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return has_more(b"\n".join(content(part) for part in parts if isinstance(part, pikepdf.Stream)))


def _silence_resources(owner: Any, instructions: list[Any], silent: set[int]) -> None:
    """Take what stands for removed text out of property lists among the resources."""
    properties = entry(entry(owner, "/Resources"), "/Properties")
    for number in silent:
        operands = instructions[number].operands
        named = (
            entry(properties, called(operands[1]))
            if len(operands) > 1 and isinstance(operands[1], pikepdf.Name)
            else None
        )
        _fall_silent(named)


def _silence_structure(pdf: pikepdf.Pdf, ids: set[Mark]) -> None:
    """Take what stands for removed text out of the structure tree, from its element up to the root."""
    root = entry(pdf.Root, "/StructTreeRoot")
    if not ids or root is None:
        return
    stack: list[tuple[Any, tuple[Any, ...], Any]] = [(kid, (), None) for kid in _kids(root)]
    seen: set[Key] = set()
    while stack:
        node, above, page = stack.pop()
        if isinstance(node, int):
            if page is not None and (key_of(page), node) in ids:
                for one in above:
                    _fall_silent(one)
            continue
        if not isinstance(node, pikepdf.Dictionary):
            continue
        page = entry(node, "/Stm") or entry(node, "/Pg") or page
        if isinstance(entry(node, "/MCID"), int):
            stack.append((int(node["/MCID"]), above, page))
        elif key_of(node) == (0, 0) or key_of(node) not in seen:
            seen.add(key_of(node))
            stack += [(kid, (*above, node), page) for kid in _kids(node)]


def _kids(node: Any) -> list[Any]:
    kids = entry(node, "/K")
    return list(kids) if isinstance(kids, pikepdf.Array) else [] if kids is None else [kids]


def _fall_silent(thing: Any) -> None:
    for key in SPOKEN:
        if entry(thing, key) is not None:
            del thing[key]
