"""Word documents (DOCX). Not removed: revision ids, styles, part names."""

from __future__ import annotations

from pathlib import Path

from hairyo.documents.base import Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.office.document import OfficeDocument


class DocxDocument(OfficeDocument):
    """A Word document; see `Document`."""

    format = "docx"
    main_type = "wordprocessingml.document.main+xml"


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> DocxDocument:
    """Open a Word document; `columns` does not concern it. See `Opener`."""
    return DocxDocument(path, limits)
