"""Documents (文書): open a submission as blocks of text, write a copy of the same format.

`open_document` picks the reader; formats are rows of `formats.toml`.
"""

from __future__ import annotations

from hairyo.documents.base import Block, Document, Edit, Limits, apply_edits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.output import Stamp
from hairyo.documents.registry import Kind, holds_records, kinds, open_document, shares_of

__all__ = [
    "Block",
    "ColumnMap",
    "Document",
    "Edit",
    "Kind",
    "Limits",
    "Stamp",
    "apply_edits",
    "holds_records",
    "kinds",
    "open_document",
    "shares_of",
]
