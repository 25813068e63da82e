"""Speed of scan, copy and check of DOCX and XLSX, against a loop that replaces the same words in memory and saves.

Usage: python benchmarks/office.py [--times N] [--json office.json]

Detection counts for neither: ours is given the edits, the loop the words. Ours reads every place, writes the copy,
opens it again and searches it; the loop (python-docx, openpyxl) sees paragraphs, or cells, and checks nothing. The
ratio is ours to the loop's documents a second: 0.5 means half as fast.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import docx
import openpyxl

from hairyo.documents import Edit, open_document
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

SURNAMES, GIVEN = ("山田", "佐藤", "鈴木", "高橋", "田中", "伊藤"), ("太郎", "花子", "一郎", "美咲", "健", "恵")
WORDS = [first + last for first in SURNAMES for last in GIVEN] + ["090-1234-5678"]
MASK = "[非開示]"
_UNITS = {"docx": "paragraphs", "xlsx": "rows"}
SAID = "{name}は商社で営業を{n}年担当し、海外の取引先を含む{n}社と新しい販路を開いた。連絡は090-1234-5678へ。"


def make_docx(path: Path, paragraphs: int) -> None:
    """Write a document of invented careers, with a table of names."""
    document = docx.Document()
    for number in range(paragraphs):
        document.add_paragraph(SAID.format(name=WORDS[number % 36], n=number))
    table = document.add_table(20, 3)
    for number, row in enumerate(table.rows):
        for cell, text in zip(row.cells, ("氏名", WORDS[number % 36], "備考なし"), strict=True):
            cell.text = text
    document.save(str(path))


def make_xlsx(path: Path, rows: int) -> None:
    """Write a list of invented persons."""
    book = openpyxl.Workbook()
    book.active.append(["番号", "氏名", "生年月日", "電話番号", "備考", "年数"])
    for number in range(rows):
        born = date(1950 + number % 50, 1 + number % 12, 1 + number % 28)
        name = WORDS[number % 36]
        book.active.append([number, name, born, "090-1234-5678", SAID.format(name=name, n=number), number % 40])
    book.save(path)


def ours(path: Path) -> Callable[[Path, Path], None]:
    """Return what reads, copies and checks a file, given the edits."""
    edits = []
    for block in open_document(path).blocks():
        found = sorted((at, word) for word in WORDS if word in block.text for at in _places(block.text, word))
        edits += [Edit(block.index, at, at + len(word), MASK) for at, word in found]
    secrets = [Secret(word, "PERSON") for word in WORDS]

    def work(path: Path, target: Path) -> None:
        document = open_document(path)
        sum(1 for _ in document.blocks())
        document.write(target, edits)
        check_copy(target, document.format, {None: secrets}).raise_for_leak()

    return work


def _places(text: str, word: str) -> list[int]:
    found, at = [], text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + 1)
    return found


def _replaced(text: str) -> str:
    for word in WORDS:
        text = text.replace(word, MASK)
    return text


def loop_docx(path: Path, target: Path) -> None:
    """Replace the words by python-docx, in paragraphs and tables."""
    document = docx.Document(str(path))
    paragraphs = list(document.paragraphs)
    paragraphs += [
        one for table in document.tables for row in table.rows for cell in row.cells for one in cell.paragraphs
    ]
    for paragraph in paragraphs:
        for run in paragraph.runs:
            if (new := _replaced(run.text)) != run.text:
                run.text = new
    document.save(str(target))


def loop_xlsx(path: Path, target: Path) -> None:
    """Replace the words by openpyxl, cell by cell."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and (new := _replaced(cell.value)) != cell.value:
                    cell.value = new
    book.save(target)


def seconds(work: Callable[[Path, Path], None], path: Path, times: int) -> float:
    """Return the median time of a piece of work."""
    taken = []
    for _ in range(times):
        target = path.with_name(f"copy{path.suffix}")
        target.unlink(missing_ok=True)
        began = time.process_time()
        work(path, target)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def figures(times: int) -> Iterator[dict[str, object]]:
    """Measure, print and yield the figures of documents of usual sizes."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, make, loop, sizes in (
            ("docx", make_docx, loop_docx, (20, 200, 2000)),
            ("xlsx", make_xlsx, loop_xlsx, (50, 1000, 20_000)),
        ):
            for size in sizes:
                path = Path(folder) / f"a.{kind}"
                make(path, size)
                repeats = times if size < 2000 else min(times, 3)
                work, target = ours(path), path.with_name(f"copy{path.suffix}")
                us, them = seconds(work, path, repeats), seconds(loop, path, repeats)
                target.unlink(missing_ok=True)
                work(path, target)
                grown = target.stat().st_size / path.stat().st_size
                print(
                    f"{kind} {size:6} {_UNITS[kind]}: ours {us:7.3f} s, loop {them:7.3f} s, ratio {them / us:.2f}; "
                    f"copy {grown:.2f} of the input's size",
                    flush=True,
                )
                yield {"format": kind, "size": size, "ours_s": us, "loop_s": them, "ratio": them / us, "grown": grown}


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = list(figures(options.times))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
