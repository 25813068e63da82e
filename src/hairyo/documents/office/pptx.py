"""Slides (PPTX): what they say, their notes, masters and layouts, comments and authors, charts, diagrams."""

from __future__ import annotations

from pathlib import Path

from hairyo.documents.base import Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.office.document import OfficeDocument


class PptxDocument(OfficeDocument):
    """A presentation; see `Document`."""

    format = "pptx"
    main_type = "presentationml.presentation.main+xml"
    leading = "presentationml.slide+xml"


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> PptxDocument:
    """Open slides; `columns` does not concern it. See `Opener`."""
    return PptxDocument(path, limits)
