"""Pictures (画像): text by OCR, faces and codes, blackened in the copy.

For other formats that hold pictures: `look` at one, offer its `blocks`, `blacken` its `bars`, tell the `remarks`.
"""

from __future__ import annotations

from hairyo.documents.pictures.document import UNREADABLE, PictureDocument, look_once, open_file
from hairyo.documents.pictures.seen import MODES, Seen, blacken, look, remarks

__all__ = ["MODES", "UNREADABLE", "PictureDocument", "Seen", "blacken", "look", "look_once", "open_file", "remarks"]
