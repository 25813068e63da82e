"""What has to survive in a copy (残るべき部分), read from original and copy alike: one reader a format.

None shares code with the writers, and each reads with another library where there is one. A new format is one module
here and its row in `WAYS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hairyo.redaction.verify.kept import archive, html, json_file, mail, office, pdf, picture
from hairyo.redaction.verify.piece import Ways
from hairyo.redaction.verify.readers import jsonl, parquet, table, text

# How what should have survived is read of a format; see `Kept`.
WAYS: Mapping[str, Ways] = MappingProxyType(
    {
        "txt": text.ways,
        "md": text.ways,
        "csv": table.csv_ways,
        "tsv": table.tsv_ways,
        "jsonl": jsonl.ways,
        "parquet": parquet.ways,
        "json": json_file.ways,
        "html": html.ways,
        "eml": mail.ways,
        "msg": mail.ways,  # its copy is a mail, and is compared with the mail that it was made of
        "mbox": mail.mailbox_ways,
        "zip": archive.ways,
        "docx": office.ways,
        "xlsx": office.ways,
        "pptx": office.ways,
        "pdf": pdf.ways,
        **dict.fromkeys(("png", "jpeg", "tiff", "gif", "bmp", "webp"), picture.ways),
    }
)
