"""Pages a second of a redacted PDF: open, blocks, write and check, against PyMuPDF's redaction of the same words.

    python benchmarks/pdf.py [PAGES] [REPEATS]

Told in processor time, which other work on the machine stretches little. PyMuPDF (AGPL) is no dependency of Hairyo:
install it into a virtual environment of its own that sees Hairyo and run this there; without it only Hairyo's figure is
given. It does less: it neither prunes fonts nor reads its copy again.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hairyo.documents import Edit, open_document
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

_WORDS = ("山田太郎", "090-1234-5678", "うつ病")
_LINE = "この申込書は、担当の者が確かめたうえで、三営業日のうちにお返事します。ご不明の点はお問い合わせください。"


def main() -> None:
    """Print both figures, each the best of some repeats."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        source = _made(Path(name) / "a.pdf", pages)
        ours = min(_ours(source, Path(name) / "b.pdf") for _ in range(repeats))
        print(f"hairyo: {pages / ours:.1f} pages/s")
        try:
            theirs = min(_theirs(source, Path(name) / "c.pdf") for _ in range(repeats))
        except ModuleNotFoundError:
            print("PyMuPDF is not installed: nothing to compare with")
            return
        print(f"PyMuPDF: {pages / theirs:.1f} pages/s; ratio {theirs / ours:.2f}")


def _made(path: Path, pages: int) -> Path:
    """A letter of 30 lines a page, with three words to be redacted on each."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    canvas = Canvas(str(path), invariant=1)
    for page in range(pages):
        canvas.setFont("HeiseiMin-W3", 10)
        for row in range(30):
            canvas.drawString(
                50, 800 - 20 * row, _LINE[row % 7 :] if row % 10 else f"{page} {_WORDS[row // 10]}について"
            )
        canvas.showPage()
    canvas.save()
    return path


def _ours(source: Path, target: Path) -> float:
    target.unlink(missing_ok=True)
    start = time.process_time()
    document = open_document(source)
    edits = [
        Edit(block.index, at, at + len(word), "")
        for block in document.blocks()
        for at, word in sorted((block.text.find(word), word) for word in _WORDS)
        if at >= 0
    ]
    document.write(target, edits)
    report = check_copy(target, "pdf", {None: [Secret(word, "PERSON") for word in _WORDS]})
    took = time.process_time() - start
    if report.leaks or document.remarks:
        raise SystemExit("the copy is not what it should be; the figure would mean nothing")
    return took


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
    main()
