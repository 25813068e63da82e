"""PDF documents: text read by its glyphs, taken out of the content streams, and the copy compared with the input.

What a copy keeps is decided in `structure.toml` and done in `clean`. Pages come first, each with its annotations and
forms, then streams that no page shows, then every other string, then attached files.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pikepdf
import pypdfium2

from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.pdf import raster, scans
from hairyo.documents.pdf.clean import Cleaned, TextString, open_clean
from hairyo.documents.pdf.content import SPOKEN, Glyph, Mark, Reading, Streams, parsed
from hairyo.documents.pdf.fonts import Code
from hairyo.documents.pdf.layout import TextBlock, blocks_of
from hairyo.documents.pdf.objects import Key, called, content, entry, key_of, text_of
from hairyo.documents.pdf.prune import prune
from hairyo.documents.pdf.rewrite import bars, has_more, rewritten, silent_of
from hairyo.errors import BrokenInput, InputRefused, OutputError, Words

_KEPT_GLYPHS = 200_000
Origin = tuple[Key, int, int, int]


@dataclass(slots=True)
class _Section:
    """A page, or a stream that no page shows: where it is, its blocks, and what stands for its text."""

    place: str
    page: int | None
    reading: Reading
    blocks: list[TextBlock]


@dataclass(slots=True)
class _Changes:
    """What the edits ask for: glyphs by stream, marked content that falls silent, strings, attached files."""

    glyphs: dict[Key, dict[Origin, Glyph]] = field(default_factory=lambda: defaultdict(dict))
    marks: set[Mark] = field(default_factory=set)
    ids: set[Mark] = field(default_factory=set)

    def take(self, glyph: Glyph) -> None:
        self.glyphs[glyph.show.stream][origin(glyph)] = glyph
        self.marks.update(glyph.show.marks)
        self.ids.update(glyph.show.ids)


def origin(glyph: Glyph) -> Origin:
    """Return where a glyph stands in its stream."""
    show = glyph.show
    return show.stream, show.op, show.item, glyph.start


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
        self._kept: dict[int, _Section] = {}
        self._alone: list[Key] = []
        self._look()
        self.remarks = (*self._cleaned.remarks, *self._said_of_files())

    def blocks(self) -> Iterator[Block]:
        """Yield the text of the pages, then of everything else; see `Document.blocks`."""
        index = 0
        for section in self._sections():
            for block in self._blocks_of(section, index):
                yield block
                index = block.index + 1
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
        changes, index = _Changes(), 0
        for section in self._sections():
            index = self._take(section, feed, index, changes)
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
            made = self._saved(copy, folder / "copy.pdf")
            made, remarks = self._compared(copy, made, changes)
            with new_file(target) as file, made.open("rb") as source:
                shutil.copyfileobj(source, file)
                self._stamp.check(self._path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.remarks = (*self._cleaned.remarks, *self._said_of_files(), *remarks)

    # Reading.

    def _look(self) -> None:
        """Read everything once: find what cannot be read, and what no page shows."""
        looks: list[scans.Look] = []
        seen: set[Key] = set()
        glyphs = 0
        for number, page in enumerate(self._cleaned.pdf.pages):
            section = self._page(number, page.obj)
            seen |= section.reading.streams
            looks.append(scans.Look.of(section.reading))
            glyphs += len(section.reading.glyphs) + 20
            if glyphs < _KEPT_GLYPHS:
                self._kept[number] = section
        for key, (stream, resources) in sorted(self._cleaned.forms.items()):
            if key not in seen:
                reading = self._streams.alone(stream, resources)
                seen |= reading.streams
                self._alone.append(key)
                looks.append(scans.Look(tuple(reading.pictures), False, reading.unknown))
        self.unread = tuple(sorted(scans.unread(looks)))

    def _page(self, number: int, page: Any) -> _Section:
        reading = self._streams.page(page)
        return _Section(f"page {number + 1}", number, reading, blocks_of(reading.glyphs))

    def _sections(self) -> Iterator[_Section]:
        for number, page in enumerate(self._cleaned.pdf.pages):
            yield self._kept[number] if number in self._kept else self._page(number, page.obj)
        for number, key in enumerate(self._alone, 1):
            stream, resources = self._cleaned.forms[key]
            reading = self._streams.alone(stream, resources)
            yield _Section(f"hidden part {number}", None, reading, blocks_of(reading.glyphs))

    @staticmethod
    def _blocks_of(section: _Section, index: int) -> Iterator[Block]:
        for number, block in enumerate(section.blocks, 1):
            place = f"{section.place} block {number}"
            yield Block(index, block.text, place, block.label, joins=block.joins if number > 1 else "line")
            index += 1
        for number, (_, _, _, text) in enumerate(section.reading.spoken, 1):
            yield Block(index, text, f"{section.place} replacement text {number}")
            index += 1

    def _take(self, section: _Section, feed: EditFeed, index: int, changes: _Changes) -> int:
        """Note what the edits of a section ask for; return the index of the next block."""
        texts = iter(section.blocks)
        spoken = iter(section.reading.spoken)
        for block in self._blocks_of(section, index):
            due = feed.of(block)
            text = next(texts, None)
            if text is not None:
                for edit in due:
                    for shown in text.glyphs[edit.start : edit.end]:
                        for glyph in shown:
                            changes.take(glyph)
            else:
                stream, op, _, _ = next(spoken)
                if due:
                    changes.marks.add((stream, op))
            index = block.index + 1
        return index

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

    def _apply(self, copy: Cleaned, changes: _Changes) -> None:
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
            data = rewritten(instructions, glyphs.values(), silent.get(key, set()), copy.names)
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

    def _compared(self, copy: Cleaned, made: Path, changes: _Changes) -> tuple[Path, list[Words]]:
        """Compare the pages that were changed with the input's; make pictures of those that came out wrong."""
        gone = {one for glyphs in changes.glyphs.values() for one in glyphs}
        wrong: list[int] = []
        remarks: list[Words] = []
        if self._failed_fonts:
            remarks.append(
                Words("{count} font(s) still hold the shapes of removed characters", count=self._failed_fonts)
            )
        if not gone:
            return made, remarks
        try:
            with closing(pypdfium2.PdfDocument(self._path)) as before, closing(pypdfium2.PdfDocument(made)) as after:
                for section in self._sections():
                    if section.page is None:
                        continue
                    removed = [glyph for glyph in section.reading.glyphs if origin(glyph) in gone]
                    if not removed:
                        continue
                    areas = [bar.corners for bar in bars(removed, on_page=True)]
                    spoken_for = any(stream in section.reading.streams for stream, _ in changes.marks)
                    lost = None if spoken_for else _characters(removed)
                    if not raster.same_but_for(before, after, section.page, areas, lost):
                        raster.replaced(copy.pdf, section.page, before, after, areas)
                        wrong.append(section.page + 1)
        except pypdfium2.PdfiumError as error:
            raise OutputError("the PDF copy cannot be compared with the input; the input must be held") from error
        if wrong:
            made = self._saved(copy, made.with_name("pictures.pdf"))
            pages = ", ".join(map(str, wrong))
            remarks.append(Words("pages that became pictures, without text to search or copy: {pages}", pages=pages))
        return made, remarks


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
