"""What it costs to compare copies with their originals (原本との照合の費用), beside the search for redacted values.

Usage: python benchmarks/comparison.py [--rows N]

Copies are made by replacing words, without detection; both checks then read what lies on disk. Prints, a format a line,
the rows, the processor seconds of the search and of the comparison, their ratio, and the memory at its highest in
megabytes. Slides hold 20 rows each, pages of a PDF 20; of these there are fewer rows. Pictures are compared only: their
search is OCR (`benchmarks/pictures.py`).
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
import zipfile
from collections import defaultdict
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pptx
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from hairyo.documents import Edit, open_document
from hairyo.redaction import Change, Secret
from hairyo.redaction.verify import Original, check_copy, compare

_ROWS = 20
# The formats, and which share of the rows is enough to measure each.
_SHARES = {
    ".txt": 1, ".csv": 1, ".jsonl": 1, ".parquet": 1, ".docx": 1, ".json": 1, ".html": 1, ".eml": 1, ".zip": 1,
    ".xlsx": 1, ".pptx": 10, ".pdf": 10,
}  # fmt: skip
_MASK = "[非開示]"
_TALK = "建材の卸で三十年、東北の販路を歩きました。現場の段取りと見積りが得意です。" * 4
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def rows_of(count: int) -> list[tuple[str, str, str]]:
    """Return rows of a name, a number and a text in which the name stands again."""
    names = ((f"山田{chr(0x4E00 + n % 5000)}郎", n) for n in range(count))
    return [(name, f"090-1234-{n % 10_000:04}", f"{_TALK}{name}と申します。{_TALK}") for name, n in names]


def write(path: Path, rows: list[tuple[str, str, str]]) -> None:
    """Write the rows in the format that the suffix names."""
    match path.suffix:
        case ".txt":
            path.write_text("".join("、".join(row) + "\n" for row in rows), encoding="utf-8")
        case ".csv":
            path.write_text("氏名,電話,話\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        case ".jsonl":
            lines = (json.dumps(dict(zip("abc", row, strict=True)), ensure_ascii=False) for row in rows)
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        case ".parquet":
            pq.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], names=list("abc")), path)
        case ".json":
            path.write_text(
                json.dumps([dict(zip("abc", row, strict=True)) for row in rows], ensure_ascii=False), "utf-8"
            )
        case ".html":
            cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
            table = "".join(f"<tr>{row}</tr>\n" for row in cells)
            path.write_text(f"<!DOCTYPE html><html><body><table>{table}</table></body></html>", "utf-8")
        case ".eml":
            path.write_bytes(_mail(rows))
        case ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a.csv", "".join(",".join(row) + "\n" for row in rows))
        case ".xlsx":
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet()
            for row in rows:
                sheet.append(row)
            book.save(path)
        case ".pptx":
            deck = pptx.Presentation()
            for start in range(0, len(rows), _ROWS):
                slide = deck.slides.add_slide(deck.slide_layouts[6])
                frame = slide.shapes.add_textbox(0, 0, 9_000_000, 6_000_000).text_frame
                frame.text = "\n".join("、".join(row) for row in rows[start : start + _ROWS])
            deck.save(path)
        case ".pdf":
            _pdf(path, rows)
        case ".docx":
            body = "".join(f"<w:p><w:r><w:t>{'、'.join(row)}</w:t></w:r></w:p>" for row in rows)
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(
                    "[Content_Types].xml",
                    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                    '<Default Extension="rels" ContentType="application/xml"/>'
                    f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
                )
                archive.writestr(
                    "_rels/.rels",
                    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                    '<Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>',
                )
                archive.writestr(
                    "word/document.xml", f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
                )


def _mail(rows: list[tuple[str, str, str]]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.jp", "名簿"
    mail.set_content("".join("、".join(row) + "\n" for row in rows))
    return mail.as_bytes()


def _pdf(path: Path, rows: list[tuple[str, str, str]]) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    sheet = canvas.Canvas(str(path))
    for start in range(0, len(rows), _ROWS):
        sheet.setFont("HeiseiMin-W3", 8)
        y = 820
        for row in rows[start : start + _ROWS]:
            said = "、".join(row)
            for at in range(0, len(said), 64):
                y -= 8
                sheet.drawString(40, y, said[at : at + 64])
        sheet.showPage()
    sheet.save()


def measure_picture(folder: Path, kind: str) -> float:
    """Return the seconds that comparing a page of 200 dpi took; one of its 40 lines is black in the copy."""
    picture = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(40):
        for at in range(60):
            draw.rectangle((100 + at * 24, 100 + line * 52, 100 + at * 24 + at % 20, 126 + line * 52), outline=0)
    path, copy = folder / f"a.{kind}", folder / f"b.{kind}"
    picture.convert("RGB").save(path)
    draw.rectangle((90, 90, 1550, 132), fill=0)
    picture.convert("RGB").save(copy)
    start = time.process_time()
    if compare(copy, kind, Original(path, {None: [Change("山田", "")]}, folder)).lost:
        raise SystemExit("the copy lost something")
    return time.process_time() - start


def measure(path: Path, rows: list[tuple[str, str, str]]) -> tuple[float, float]:
    """Return the seconds that searching the copy took, and comparing it."""
    write(path, rows)
    words = {word for name, number, _ in rows for word in (name, number)}
    document = open_document(path)
    edits: list[Edit] = []
    changes: dict[int | None, list[Change]] = defaultdict(list)
    values: dict[int | None, set[Secret]] = defaultdict(set)
    for block in document.blocks():
        at = 0
        while at < len(block.text):
            size = next((size for size in (4, 13) if block.text[at : at + size] in words), 0)
            if size:
                word = block.text[at : at + size]
                edits.append(Edit(block.index, at, at + size, _MASK))
                changes[block.record].append(Change(word, _MASK))
                values[block.record].add(Secret(word, "PERSON"))
            at += size or 1
    copy = path.with_name("copy" + path.suffix)
    document.write(copy, edits)
    start = time.process_time()
    if check_copy(copy, document.format, values).leaks:
        raise SystemExit("the copy leaks")
    searched = time.process_time() - start
    found = compare(copy, document.format, Original(path, changes, path.parent))
    if found.lost or (found.changed != len(edits) and path.suffix != ".pdf"):
        raise SystemExit("the copy lost something")
    return searched, time.process_time() - start - searched


def main() -> None:
    """Measure every format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = rows_of(parser.parse_args().rows)
    for suffix, share in _SHARES.items():
        some = rows[: max(1, len(rows) // share)]
        with tempfile.TemporaryDirectory() as folder:
            searched, compared = measure(Path(folder) / f"original{suffix}", some)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{suffix[1:]:8} {len(some):6} {searched:7.2f} {compared:7.2f} {compared / searched:6.2f} {memory:8.0f}")
    for kind in ("png", "jpeg"):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{kind:8} {1:6} {'':7} {measure_picture(Path(folder), kind):7.2f}")


if __name__ == "__main__":
    main()
