"""Slides (PPTX) for the leak check: every member of the package, and the shapes as python-pptx reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers import office

_MAX_NESTING = 100


def read(path: Path) -> Iterator[Piece]:
    """Yield all that `office.read` does, then the text of every shape of slides, notes, layouts and masters."""
    yield from office.read(path)
    try:
        yield from _slides(path)
    except MemoryError:
        raise
    except Exception as error:  # whatever the library trips over, the copy is not checked
        raise OutputError("the Office copy cannot be read again; the input must be held") from error


def _slides(path: Path) -> Iterator[Piece]:
    import pptx

    with path.open("rb") as file:
        deck: Any = pptx.Presentation(file)
    for number, slide in enumerate(deck.slides, 1):
        yield from _shapes(f"slide {number}", slide.shapes)
        if slide.has_notes_slide:
            yield from _shapes(f"notes of slide {number}", slide.notes_slide.shapes)
    for number, master in enumerate(deck.slide_masters, 1):
        yield from _shapes(f"master {number}", master.shapes)
        for layout in master.slide_layouts:
            yield from _shapes(f"layout of master {number}", layout.shapes)


def _shapes(place: str, shapes: Iterable[Any], nesting: int = _MAX_NESTING) -> Iterator[Piece]:
    for shape in shapes:
        if hasattr(shape, "shapes") and nesting:
            yield from _shapes(place, shape.shapes, nesting - 1)
        if shape.has_text_frame:
            yield Piece(place, shape.text_frame.text)
        if getattr(shape, "has_table", False):
            for row in shape.table.rows:
                texts = [cell.text for cell in row.cells]
                yield from (Piece(place, text) for text in texts)
                yield Piece(place, "\t".join(texts), markup=True)
