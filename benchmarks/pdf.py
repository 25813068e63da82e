"""Pages a second of a redacted PDF: open, blocks, write and check, against PyMuPDF's redaction of the same words.

    python benchmarks/pdf.py [--pages N] [--times N] [--large]

On the same letter as three programs write it: ReportLab (a Japanese font that the file does not bring), LibreOffice and
Chromium, where they are installed. Told in processor time, which other work on the machine stretches little. PyMuPDF
(AGPL) is no dependency of Hairyo: install it into a virtual environment of its own that sees Hairyo and run this there;
without it only Hairyo's figures are given. It does less: it neither prunes fonts nor reads its copy again. `--large`
measures instead what cost grows with: pages, tiny text objects on one page, bytes; time, and memory at its peak.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import pikepdf
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hairyo.documents import Edit, open_document
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

_WORDS = ("山田太郎", "090-1234-5678", "うつ病")
_LINE = "この申込書は、担当の者が確かめたうえで、三営業日のうちにお返事します。ご不明の点はお問い合わせください。"
_STYLE = "<meta charset=utf-8><style>div{break-after:page}p{margin:0 0 4pt;font-size:10pt}</style>"


@dataclass(frozen=True, slots=True)
class Figure:
    """One document: seconds of reading, writing and checking it, those of PyMuPDF, and bytes before and after."""

    made_by: str
    pages: int
    seconds: tuple[float, float, float]
    theirs: float | None
    sizes: tuple[int, int]

    def __str__(self) -> str:
        ours = sum(self.seconds)
        stages = " + ".join(f"{1000 * one / self.pages:.1f}" for one in self.seconds)
        told = f"{self.made_by:11} {self.pages:5} pages: {self.pages / ours:6.1f} pages/s"
        told += f" ({stages} ms to read, write, check)"
        if self.theirs is not None:
            told += f"; PyMuPDF {self.pages / self.theirs:.1f}; ratio {self.theirs / ours:.2f}"
        return f"{told}; copy {self.sizes[1] / self.sizes[0]:.2f} of the input's size"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    for figure in large() if options.large else figures(options.pages, options.times):
        print(figure, flush=True)


def figures(pages: int, times: int) -> Iterator[Figure]:
    """Yield a figure for each program that is there, each the best of some repeats."""
    with tempfile.TemporaryDirectory() as name:
        for made_by, source in _letters(Path(name), pages):
            copy, other = source.with_suffix(".copy.pdf"), source.with_suffix(".other.pdf")
            with pikepdf.open(source) as file:
                count = len(file.pages)
            ours = min((_ours(source, copy) for _ in range(times)), key=sum)
            try:
                theirs = min(_theirs(source, other) for _ in range(times))
            except ModuleNotFoundError:
                theirs = None
            yield Figure(made_by, count, ours, theirs, (source.stat().st_size, copy.stat().st_size))


def large() -> Iterator[str]:
    """Yield what large documents cost, each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        cases: list[tuple[str, Callable[[Path], Path]]] = [
            *((f"{n} pages of 3 lines", lambda path, n=n: made(path, n, rows=3)) for n in (100, 1000, 10_000)),
            *((f"{n} text objects on a page", lambda path, n=n: _tiny(path, n)) for n in (1000, 10_000, 50_000)),
            *((f"{n} MB of streams", lambda path, n=n: _heavy(path, n)) for n in (10, 100)),
        ]
        for said, make in cases:
            source = make(Path(name) / "large.pdf")
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                took, memory = pool.apply(_cost, (source, Path(name) / "copy.pdf"))
            yield f"{said}: {source.stat().st_size / 1e6:.1f} MB, {took:.1f} s, {memory:.0f} MB of memory"


def _cost(source: Path, target: Path) -> tuple[float, float]:
    took = sum(_ours(source, target))
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _text(page: int, row: int) -> str:
    return _LINE[row % 7 :] if row % 10 else f"{page} {_WORDS[row // 10]}について"


def _letters(folder: Path, pages: int) -> Iterator[tuple[str, Path]]:
    """Yield the letter as each program writes it."""
    yield "ReportLab", made(folder / "a.pdf", pages)
    home = {**os.environ, "HOME": str(folder)}
    if office := shutil.which("soffice"):
        document = docx.Document()
        for page in range(pages):
            for row in range(30):
                document.add_paragraph(_text(page, row))
            document.add_page_break()
        document.save(str(folder / "b.docx"))
        words = [office, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "b.docx")]
        subprocess.run(words, check=True, capture_output=True, env=home, timeout=300)
        yield "LibreOffice", folder / "b.pdf"
    if browser := shutil.which("chromium"):
        bodies = ("".join(f"<p>{_text(page, row)}</p>" for row in range(30)) for page in range(pages))
        source = folder / "c.html"
        source.write_text(_STYLE + "".join(f"<div>{body}</div>" for body in bodies), encoding="utf-8")
        words = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={folder / 'c.pdf'}"]
        subprocess.run([*words, source.as_uri()], check=True, capture_output=True, env=home, timeout=300)
        yield "Chromium", folder / "c.pdf"


def made(path: Path, pages: int, rows: int = 30) -> Path:
    """A letter with up to three words to be redacted a page, in a font that it does not bring."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    canvas = Canvas(str(path), invariant=1)
    for page in range(pages):
        canvas.setFont("HeiseiMin-W3", 10)
        for row in range(rows):
            canvas.drawString(50, 800 - 20 * row, _text(page, row))
        canvas.showPage()
    canvas.save()
    return path


def _tiny(path: Path, count: int) -> Path:
    """A page on which every character is a text object of its own."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    canvas = Canvas(str(path), invariant=1, pageCompression=1)
    canvas.setFont("HeiseiMin-W3", 2)
    said = "".join(f"{word}、" for word in _WORDS if not word.isascii()) + _LINE * (count // len(_LINE) + 1)
    for at in range(count):
        canvas.drawString(20 + 2 * (at % 280), 820 - 4 * (at // 280), said[at])
    canvas.save()
    return path


def _heavy(path: Path, size: int) -> Path:
    """A letter with so many megabytes of data that no page shows, in forms of one megabyte."""
    with pikepdf.open(made(path, 20), allow_overwriting_input=True) as pdf:
        forms = pikepdf.Dictionary()
        for number in range(size):
            form = pdf.make_stream(os.urandom(500_000).hex().encode()[:999_990] + b" n")
            form["/Subtype"], form["/BBox"] = pikepdf.Name("/Form"), pikepdf.Array([0, 0, 1, 1])
            forms[f"/X{number}"] = form
        pdf.pages[0].obj["/Resources"]["/XObject"] = forms
        pdf.save(path, compress_streams=False)
    return path


def _ours(source: Path, target: Path) -> tuple[float, float, float]:
    """Return the seconds of reading, writing and checking."""
    target.unlink(missing_ok=True)
    clock = time.process_time
    start = clock()
    document = open_document(source)
    blocks = list(document.blocks())
    read = clock()
    edits = [
        Edit(block.index, at, at + len(word), "")
        for block in blocks
        for at, word in sorted((block.text.find(word), word) for word in _WORDS)
        if at >= 0
    ]
    ready = clock()
    document.write(target, edits)
    written = clock()
    report = check_copy(target, "pdf", {None: [Secret(word, "PERSON") for word in _WORDS]})
    checked = clock()
    if report.leaks or document.remarks:
        raise SystemExit("the copy is not what it should be; the figure would mean nothing")
    return read - start, written - ready, checked - written


def _theirs(source: Path, target: Path) -> float:
    import pymupdf

    start = time.process_time()
    document = pymupdf.open(source)
    for page in document:
        for word in _WORDS:
            for area in page.search_for(word):
                page.add_redact_annot(area, fill=(0, 0, 0))
        page.apply_redactions()
    document.save(target, garbage=3, deflate=True)
    document.close()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
