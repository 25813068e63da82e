"""Open a finished copy for the leak check (写しの再読), by other code than wrote it: one reader a format.

A new format is one module here and its row in `READERS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hairyo.redaction.verify.piece import Reader
from hairyo.redaction.verify.readers import jsonl, office, parquet, pdf, table, text

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "txt": text.read,
        "md": text.read,
        "csv": table.read_csv,
        "tsv": table.read_tsv,
        "jsonl": jsonl.read,
        "parquet": parquet.read,
        "docx": office.read,
        "pdf": pdf.read,
    }
)
