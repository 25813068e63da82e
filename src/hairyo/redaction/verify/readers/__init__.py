"""Open a finished copy for the leak check (写しの再読), by other code than wrote it: one reader a format.

A new format is one module here, its row in `READERS`, and what of it has to survive (`kept`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hairyo.redaction.verify.piece import Reader
from hairyo.redaction.verify.readers import (
    archive,
    html,
    json_file,
    jsonl,
    mail,
    office,
    parquet,
    pdf,
    picture,
    slides,
    table,
    text,
    workbook,
)

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "txt": text.read,
        "md": text.read,
        "csv": table.read_csv,
        "tsv": table.read_tsv,
        "jsonl": jsonl.read,
        "parquet": parquet.read,
        "docx": office.read,
        "json": json_file.read,
        "html": html.read,
        "eml": mail.read,
        "mbox": mail.read_mailbox,
        "msg": mail.read,
        "zip": archive.read,
        "xlsx": workbook.read,
        "pptx": slides.read,
        "pdf": pdf.read,
        **dict.fromkeys(("png", "jpeg", "tiff", "gif", "bmp", "webp"), picture.read),
    }
)
