"""What the pages of a file look like, as pictures (ページの画像): PDF by pdfium, Office by LibreOffice if it is there.

Nothing is fetched: LibreOffice runs on the machine, with a profile folder of its own that goes with the preview.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from hairyo.preview.marks import Box

_PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".bmp", ".dib", ".tif", ".tiff"}
)  # fmt: skip
_OFFICE = frozenset({".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".odt", ".ods", ".odp", ".rtf"})
_DPI, _POINTS = 110, 72
_LONG_SIDE = 1600
_MAX_PAGES = 20
_TIMEOUT = 120
_MIN_WORD = 2


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a file.

    Attributes:
        images: the pages as they look.
        places: where on each page the words stand that were asked for; None where the page's own pixels tell.
        cut: whether there are more pages than these.
    """

    images: tuple[Image.Image, ...] = ()
    places: tuple[tuple[Box, ...] | None, ...] = ()
    cut: bool = False


def pages_of(path: Path, work: Path, words: Collection[str] = ()) -> Pages:
    """Return the pages of a file; none where it has no pages, or nothing is there that can draw them.

    Args:
        path: the file.
        work: folder for what has to be made on the way.
        words: what is to be found on pages whose lines break anew in the copy.
    """
    suffix = path.suffix.lower()
    if suffix in _PICTURES:
        return _pictures(path)
    if suffix == ".pdf":
        return _drawn(path, None)
    if suffix in _OFFICE and (made := _as_pdf(path, work)) is not None:
        return _drawn(made, words)
    return Pages()


def _pictures(path: Path) -> Pages:
    images = []
    try:
        with Image.open(path) as file:
            count = int(getattr(file, "n_frames", 1))
            for frame, _ in zip(ImageSequence.Iterator(file), range(_MAX_PAGES), strict=False):
                upright = ImageOps.exif_transpose(frame)
                page = Image.new("RGB", upright.size, "white")
                shown = upright.convert("RGBA")
                page.paste(shown, mask=shown)
                page.thumbnail((_LONG_SIDE, _LONG_SIDE))
                images.append(page)
    except (UnidentifiedImageError, OSError):  # a name that belies the content; its text is shown
        return Pages()
    return Pages(tuple(images), (None,) * len(images), count > _MAX_PAGES)


def _drawn(path: Path, words: Collection[str] | None) -> Pages:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:  # a name that belies the content
        return Pages()
    try:
        images: list[Image.Image] = []
        places: list[tuple[Box, ...] | None] = []
        for number in range(min(len(document), _MAX_PAGES)):
            page = document[number]
            images.append(page.render(scale=_DPI / _POINTS).to_pil().convert("RGB"))
            places.append(None if words is None else tuple(_found(page, words)))
        return Pages(tuple(images), tuple(places), len(document) > _MAX_PAGES)
    finally:
        document.close()


def _found(page: Any, words: Collection[str]) -> Iterator[Box]:
    """Yield where words stand on a page, in dots."""
    text, scale, high = page.get_textpage(), _DPI / _POINTS, page.get_height()
    lines = {line.strip() for word in words for line in word.splitlines()}
    for line in sorted(one for one in lines if len(one) >= _MIN_WORD):
        search = text.search(line, match_case=True)
        while (hit := search.get_next()) is not None:
            for number in range(text.count_rects(*hit)):
                left, bottom, right, top = text.get_rect(number)
                yield left * scale, (high - top) * scale, right * scale, (high - bottom) * scale


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
