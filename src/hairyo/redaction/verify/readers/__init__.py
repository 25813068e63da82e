"""Open a finished copy for the leak check (写しの再読), by other code than wrote it: one reader a format.

A new format is one module here, its row in `READERS`, and one in `WAYS` or, with the reason, in `NOT_COMPARED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hairyo.redaction.verify.piece import Reader, Ways
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

# How what should have survived is read of a format; see `Kept`.
WAYS: Mapping[str, Ways] = MappingProxyType(
    {
        "txt": text.ways,
        "md": text.ways,
        "csv": table.csv_ways,
        "tsv": table.tsv_ways,
        "jsonl": jsonl.ways,
        "parquet": parquet.ways,
        "docx": office.ways,
    }
)

# Formats whose copies cannot be compared with the original, and why: what is redacted in them is more than text.
NOT_COMPARED: Mapping[str, str] = MappingProxyType(
    {
        "json": "its search alone",
        "html": "its search alone",
        "eml": "its search alone",
        "mbox": "its search alone",
        "msg": "the copy is of another format",
        "zip": "its search alone",
        "xlsx": "its search alone",
        "pptx": "its search alone",
        **dict.fromkeys(("png", "jpeg", "tiff", "gif", "bmp", "webp"), "pixels change; their text is read again"),
        "pdf": "its writer compares pages, glyphs and pixels",
    }
)
