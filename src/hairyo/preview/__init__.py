"""The preview (下見): what becomes of one file, before and after side by side, on one HTML page.

It does to the file what a run does, up to the checked copy, and books nothing. The page shows the file in clear.
"""

from __future__ import annotations

from hairyo.preview.make import Preview, preview

__all__ = ["Preview", "preview"]
