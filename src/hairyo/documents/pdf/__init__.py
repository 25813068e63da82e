"""PDF: glyphs (`content`, `fonts`), lines (`layout`), what stays (`clean`), removal (`rewrite`), all (`document`)."""

from __future__ import annotations

import logging
from pathlib import Path

import pikepdf

from hairyo.documents.base import Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.pdf.document import PdfDocument

_MOST = 200_000_000  # bytes that one stream may unfold to

for _library in ("pikepdf", "pdfminer", "fontTools"):  # their warnings may quote the file
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)

# For the whole process, before any file is opened. A damaged stream is read as far as it goes, as pdfium shows it.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=_MOST,
    run_length_max_memory=_MOST,
    png_max_memory=_MOST,
    tiff_max_memory=_MOST,
    dct_max_memory=_MOST,
    parser_max_errors=0,
)


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> PdfDocument:
    """Open a PDF; `columns` does not concern it. See `Opener`."""
    return PdfDocument(path, limits)


__all__ = ["PdfDocument", "open_file"]
