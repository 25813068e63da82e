"""What the pages of a file look like, as pictures (ページの画像): PDF by pdfium, Office by LibreOffice if it is there.

Nothing is fetched: LibreOffice runs on the machine, with a profile folder of its own that goes with the preview.
"""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_OFFICE = frozenset({".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".odt", ".ods", ".odp", ".rtf"})
_DPI, _POINTS = 110, 72
_MAX_PAGES = 20
_TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a file as `data:` addresses, and whether there are more than the page shows."""

    images: tuple[str, ...] = ()
    cut: bool = False


def pages_of(path: Path, work: Path) -> Pages:
    """Return the pages of a file; none where it has no pages, or nothing is there that can draw them.

    Args:
        path: the file.
        work: folder for what has to be made on the way.
    """
    suffix = path.suffix.lower()
    if suffix in _PICTURES:
        return Pages((_address(path.read_bytes(), _PICTURES[suffix]),))
    if suffix == ".pdf":
        return _drawn(path)
    if suffix in _OFFICE and (made := _as_pdf(path, work)) is not None:
        return _drawn(made)
    return Pages()


def _drawn(path: Path) -> Pages:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    try:
        images = []
        for number in range(min(len(document), _MAX_PAGES)):
            picture = io.BytesIO()
            document[number].render(scale=_DPI / _POINTS).to_pil().save(picture, "PNG", optimize=True)
            images.append(_address(picture.getvalue(), "image/png"))
        return Pages(tuple(images), len(document) > _MAX_PAGES)
    finally:
        document.close()


def _as_pdf(path: Path, work: Path) -> Path | None:
    """Return an Office file as PDF; None where LibreOffice is not installed or does not open it."""
    program = shutil.which("soffice")
    if program is None:
        return None
    folder = work / f"pages-{len(list(work.glob('pages-*')))}"
    command = [
        program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
        "--convert-to", "pdf", "--outdir", str(folder), str(path.resolve()),
    ]  # fmt: skip
    try:
        folder.mkdir()
        subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return next(folder.glob("*.pdf"), None)


def _address(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
