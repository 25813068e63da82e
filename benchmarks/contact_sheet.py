"""Before and after of a sample of every format, on one picture: `python benchmarks/contact_sheet.py OUT.png`.

Each sample is drawn here, previewed as `hairyo preview` does it, and the page photographed by Chromium (`--browser`).
`--only txt,docx` makes some; `--pages DIR` keeps the preview pages; `--files FILE...` takes other files than these.
Formats of older programs are made by LibreOffice where it is installed. What is on the sheet is invented.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from pptx.util import Cm, Pt
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hairyo.errors import HairyoError
from hairyo.preview import preview

FONT = Path(__file__).parents[1] / "tests" / "files" / "fonts" / "NotoSansJP-subset.otf"
TITLE = "業務経歴書"
FACTS = [
    ("氏名", "佐藤花子"),
    ("生年月日", "1985年3月4日"),
    ("住所", "東京都千代田区麹町1-2-3"),
    ("電話番号", "090-1234-5678"),
    ("メール", "hanako@example.jp"),
    ("既往歴", "うつ病（通院中）"),
    ("勤務先", "有限会社みどり商会"),
]
STORY = [
    "佐藤花子は大学を卒業したのち、八年間、営業と企画を担当しました。",
    "二〇一五年の冬にうつ病と診断され、三か月休職しましたが、今は復職しています。",
    "連絡は平日の夜七時以降、090-1234-5678までお願いします。",
]
PEOPLE = [
    ("佐藤花子", "090-1234-5678", "糖尿病で通院しています"),
    ("渡辺修", "06-6123-4567", "営業の仕事を続けたい"),
    ("高橋健一", "080-9876-5432", "労働組合の支部書記でした"),
]
HEADS = ("氏名", "電話番号", "自己紹介")


def main() -> None:
    """Make the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--files", nargs="*", type=Path, default=[])
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("google-chrome"))
    args = parser.parse_args()
    if args.browser is None:
        sys.exit("a Chromium is needed to photograph the pages; give its path with --browser")
    with tempfile.TemporaryDirectory(prefix="hairyo-sheet-") as folder:
        work = Path(folder)
        files = args.files or samples(work, set(filter(None, args.only.split(","))))
        shots = [one for file in files if (one := shot(file, args.pages or work / "pages", args.browser)) is not None]
    sheet(shots).save(args.out, optimize=True)


def samples(folder: Path, only: set[str]) -> list[Path]:
    """Return a sample of each format, or of those asked for."""
    made = []
    for suffix, make in MAKERS.items():
        if not only or suffix in only:
            made.append(folder / f"sample.{suffix}")
            make(made[-1])
    for suffix, source in OLDER.items():
        if (not only or suffix in only) and (program := shutil.which("soffice")):
            origin = folder / f"for-{suffix}.{source}"
            MAKERS[source](origin)
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            command = [program, profile, "--headless", "--convert-to", suffix, "--outdir", str(folder), str(origin)]
            subprocess.run(command, capture_output=True, check=True, timeout=180)
            made.append(folder / f"for-{suffix}.{suffix}")
    return made


def shot(file: Path, pages: Path, browser: str) -> Image.Image | None:
    """Return the photograph of a file's preview with its name above, or words on why there is none."""
    try:
        made = preview(file, pages)
    except HairyoError as error:
        return captioned(f"{file.name}: {error}", Image.new("RGB", (1100, 10), "white"))
    target = pages / f"{file.name}.png"
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,1700",
        "--virtual-time-budget=5000",
        f"--screenshot={target}", made.page.resolve().as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    with Image.open(target) as picture:
        whole = picture.convert("RGB")
    print(f"{file.name}: {made.changes} changes", flush=True)
    return captioned(file.name, whole)


def captioned(words: str, picture: Image.Image) -> Image.Image:
    """Return a picture with a line of words above it."""
    high = picture.height + 40
    framed = Image.new("RGB", (picture.width, high), "#dde3ee")
    framed.paste(picture, (0, 40))
    ImageDraw.Draw(framed).text((10, 6), words, font=ImageFont.load_default(22), fill="black")
    return framed


def sheet(shots: list[Image.Image], columns: int = 4, scale: float = 0.5) -> Image.Image:
    """Return the photographs in rows."""
    small = [
        one.resize((round(one.width * scale), round(one.height * scale)), Image.Resampling.LANCZOS) for one in shots
    ]
    rows = [small[at : at + columns] for at in range(0, len(small), columns)]
    wide = max(one.width for one in small)
    whole = Image.new("RGB", (wide * columns, sum(max(one.height for one in row) for row in rows)), "white")
    top = 0
    for row in rows:
        for number, one in enumerate(row):
            whole.paste(one, (number * wide, top))
        top += max(one.height for one in row)
    return whole


def _lines() -> list[str]:
    return [TITLE, *(f"{label}：{value}" for label, value in FACTS), *STORY]


def _txt(path: Path) -> None:
    path.write_text("\n".join(_lines()) + "\n", encoding="utf-8")


def _md(path: Path) -> None:
    facts = "\n".join(f"- **{label}**: {value}" for label, value in FACTS)
    path.write_text(f"# {TITLE}\n\n{facts}\n\n" + "\n\n".join(STORY) + "\n", encoding="utf-8")


def _csv(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",").writerows([HEADS, *PEOPLE])


def _json(path: Path) -> None:
    data = {"title": TITLE, "facts": dict(FACTS), "people": [dict(zip(HEADS, one, strict=True)) for one in PEOPLE]}
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")


def _jsonl(path: Path) -> None:
    rows = (json.dumps(dict(zip(HEADS, one, strict=True)), ensure_ascii=False) for one in PEOPLE)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _parquet(path: Path) -> None:
    pq.write_table(pa.table(dict(zip(HEADS, zip(*PEOPLE, strict=True), strict=True))), path)


STYLE = "h1{color:#245;border-bottom:2px solid #245}td,th{border:1px solid #999;padding:4px 9px}th{background:#def}"


def _page() -> str:
    rows = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in FACTS)
    story = "".join(f"<p>{one}</p>" for one in STORY)
    head = f'<meta charset="utf-8"><title>{FACTS[0][1]}</title><style>{STYLE}</style>'
    link = f'<p><a href="mailto:{FACTS[4][1]}">連絡</a></p>'
    body = f"<h1>{TITLE}</h1><table>{rows}</table>{story}{link}"
    return f'<!DOCTYPE html><html lang="ja"><head>{head}</head><body>{body}</body></html>'


def _html(path: Path) -> None:
    path.write_text(_page(), encoding="utf-8")


def _mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "佐藤花子 <hanako@example.jp>", "人事 <jinji@example.com>"
    mail["Subject"], mail["Date"] = "佐藤花子の応募書類", "Wed, 01 Apr 2026 09:00:00 +0900"
    mail.set_content("\n".join(["人事ご担当者さま", *STORY, "佐藤花子"]))
    mail.add_alternative(_page(), subtype="html")
    mail.add_attachment("\n".join(_lines()), filename="佐藤花子_経歴.txt")
    return mail


def _eml(path: Path) -> None:
    path.write_bytes(bytes(_mail()))


def _mbox(path: Path) -> None:
    head = b"From hanako@example.jp Wed Apr  1 09:00:00 2026\n"
    path.write_bytes((head + bytes(_mail()) + b"\n") * 2)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("佐藤花子/経歴.txt", "\n".join(_lines()))
        archive.writestr("一覧.csv", "\n".join(map(",".join, [HEADS, *PEOPLE])))


def _docx(path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_heading(TITLE, 0)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in FACTS:
        for cell, words in zip(table.add_row().cells, (label, value), strict=True):
            cell.text = words
    for one in STORY:
        paragraph = document.add_paragraph()
        paragraph.add_run(one[:3]).bold = True
        paragraph.add_run(one[3:])
    document.sections[0].header.paragraphs[0].text = f"{TITLE}　{FACTS[0][1]}"
    document.save(str(path))


def _xlsx(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "一覧"
    for row in (HEADS, *PEOPLE):
        sheet.append(row)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", "DDEEFF")
    for row in sheet["A2:C4"]:
        row[2].alignment = Alignment(wrap_text=True)
    for column, width in zip("ABC", (14, 18, 26), strict=True):
        sheet.column_dimensions[column].width = width
    second = book.create_sheet("経歴")
    for label, value in FACTS:
        second.append((label, value))
    book.save(path)


def _pptx(path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = f"{TITLE}　{FACTS[0][1]}"
    table = slide.shapes.add_table(len(FACTS), 2, Cm(2), Cm(4.5), Cm(20), Cm(9)).table
    for row, fact in enumerate(FACTS):
        for column, words in enumerate(fact):
            table.cell(row, column).text = words
    box = slide.shapes.add_textbox(Cm(2), Cm(14.5), Cm(21), Cm(3)).text_frame
    box.word_wrap = True
    box.text = STORY[1]
    box.paragraphs[0].font.size = Pt(16)
    deck.save(str(path))


def _pdf(path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    canvas = Canvas(str(path), pagesize=(420, 595))
    canvas.setFont("HeiseiKakuGo-W5", 11)
    for row, line in enumerate(_lines()):
        canvas.drawString(40, 540 - 24 * row, line)
    canvas.showPage()
    canvas.save()


def _drawn(ground: str = "white") -> Image.Image:
    from zxingcpp import BarcodeFormat, create_barcode, write_barcode_to_image

    page = Image.new("RGB", (1100, 900), ground)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 26)
    for row, line in enumerate(_lines()):
        draw.text((50, 40 + 58 * row), line, font=font, fill="black")
    card = create_barcode(f"MECARD:N:{FACTS[0][1]};TEL:{FACTS[3][1]};;", BarcodeFormat.QRCode)
    dots = np.array(write_barcode_to_image(card, scale=4))
    page.paste(Image.fromarray(dots), (820, 60))
    return page


def _picture(path: Path) -> None:
    _drawn().save(path)


def _tiff(path: Path) -> None:
    _drawn().save(path, save_all=True, append_images=[_drawn("#fff3d0")], compression="tiff_lzw")


def _scan(path: Path) -> None:
    _drawn().rotate(90, expand=True).save(path, exif=_turned())


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


OLDER = {"doc": "docx", "rtf": "docx", "odt": "docx", "xls": "xlsx", "ods": "xlsx", "ppt": "pptx", "odp": "pptx"}
MAKERS: dict[str, Callable[[Path], None]] = {
    "txt": _txt, "md": _md, "csv": _csv, "tsv": _csv, "json": _json, "jsonl": _jsonl, "parquet": _parquet,
    "html": _html, "eml": _eml, "mbox": _mbox, "zip": _zip, "docx": _docx, "xlsx": _xlsx, "pptx": _pptx, "pdf": _pdf,
    "png": _picture, "bmp": _picture, "jpg": _scan, "tif": _tiff,
}  # fmt: skip


if __name__ == "__main__":
    main()
