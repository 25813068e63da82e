"""OCR pages a minute of scanned PDF, and the size of their copies.

    python benchmarks/scans.py [PAGES]

Pages of A4 are drawn (those of `pictures.py`), coded as scanners do, and go the whole way: open, blocks, write with a
name, a telephone number and an illness taken out, and check. Told in processor time of one core, which other work on
the machine stretches little, after a first page that loads the networks.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
from PIL import Image

from hairyo.documents import Edit, open_document
from hairyo.documents.pdf.images import made
from hairyo.documents.pdf.layer import Letter, put_layer
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

sys.path.insert(0, str(Path(__file__).parent))
from pictures import FONT, TEXT, form, noisy, prose

WORDS = ("佐藤花子", "090-1234-5678", "うつ病", "渡辺修", "06-6123-4567", "糖尿病")
Put = Callable[[pikepdf.Pdf, pikepdf.Dictionary, Image.Image], None]


def main() -> None:
    """Print a row for each kind of scan."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    sheets = [noisy(prose(str(FONT), 0, 200)), noisy(prose(str(FONT), 0, 300)), form(str(FONT), 0, 200)]
    kinds: dict[str, tuple[Image.Image, Put]] = {
        "(first page)": (sheets[2].rotate(180), put_jpeg),
        "JPEG, grey, 200 dpi": (sheets[0], put_jpeg),
        "JPEG, colour, 300 dpi": (sheets[1].convert("RGB"), put_jpeg),
        "two colours, 300 dpi": (sheets[1].point(lambda value: 255 * (value > 128)), put_fax),
        "with OCR layer, 200 dpi": (sheets[0], put_layered),
        "in strips, 200 dpi": (sheets[0], put_strips),
        "form, 200 dpi": (sheets[2], put_jpeg),
    }
    print(
        f"{'kind':26} {'read/min':>9} {'check/min':>10} {'both/min':>9} {'KB before':>10} {'KB after':>9} {'left':>5}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, (sheet, put) in kinds.items():
            pdf = pikepdf.Pdf.new()
            for number in range(count):
                put(pdf, pdf.add_blank_page(page_size=(595, 842)).obj, apart(sheet, number))
            pdf.save(Path(folder) / "a.pdf")
            measure(name, Path(folder) / "a.pdf", count)


def measure(name: str, source: Path, count: int) -> None:
    """Take the words out of a file, check the copy, and print what it took."""
    copy = source.with_name("b.pdf")
    copy.unlink(missing_ok=True)
    begun = time.process_time()
    document = open_document(source)
    edits = []
    for block in document.blocks():
        for word in WORDS:
            at = block.text.find(word)
            edits += [Edit(block.index, at, at + len(word), "")] if at >= 0 else []
    document.write(copy, sorted(edits))
    middle = time.process_time()
    report = check_copy(copy, "pdf", {None: [Secret(word, "PERSON") for word in WORDS]})
    read, check = middle - begun, time.process_time() - middle
    per = [60 * count / seconds for seconds in (read, check, read + check)]
    sizes = [path.stat().st_size / 1024 / count for path in (source, copy)]
    print(
        f"{name:26} {per[0]:9.1f} {per[1]:10.1f} {per[2]:9.1f} {sizes[0]:10.0f} {sizes[1]:9.0f} {report.leaks:5}"
        f"  {len(edits)} edits {[str(one)[:40] for one in document.remarks]}",
        flush=True,
    )


def apart(sheet: Image.Image, number: int) -> Image.Image:
    """Return a page that differs from the others, so that it is read by itself."""
    copy = sheet.copy()
    copy.putpixel((number, 0), 0 if sheet.mode == "L" else (0, 0, 0))
    return copy


def put_jpeg(pdf: pikepdf.Pdf, page: pikepdf.Dictionary, sheet: Image.Image, low: float = 0, high: float = 842) -> None:
    """Show a sheet as JPEG, between two heights of the page."""
    file = io.BytesIO()
    sheet.save(file, format="JPEG", quality=75)
    space = "/DeviceGray" if sheet.mode == "L" else "/DeviceRGB"
    _show(pdf, page, sheet, file.getvalue(), "/DCTDecode", space, low, high)


def put_fax(pdf: pikepdf.Pdf, page: pikepdf.Dictionary, sheet: Image.Image) -> None:
    """Show a sheet of two colours as CCITT group 4."""
    picture = made(pdf, sheet)
    page["/Resources"] = pikepdf.Dictionary({"/XObject": pikepdf.Dictionary({"/I0": picture})})
    page["/Contents"] = pdf.make_stream(b"q 595 0 0 842 0 0 cm /I0 Do Q")


def put_strips(pdf: pikepdf.Pdf, page: pikepdf.Dictionary, sheet: Image.Image) -> None:
    """Show a sheet in strips of 128 rows, as some scanners do."""
    for top in range(0, sheet.height, 128):
        part = sheet.crop((0, top, sheet.width, min(top + 128, sheet.height)))
        low, high = (842 * (1 - at / sheet.height) for at in (top + part.height, top))
        put_jpeg(pdf, page, part, low, high)


def put_layered(pdf: pikepdf.Pdf, page: pikepdf.Dictionary, sheet: Image.Image) -> None:
    """Show a sheet, and over it its text, which nobody sees."""
    put_jpeg(pdf, page, sheet)
    size = 10.5
    letters = [
        Letter(char, size * (4 + at), 842 - size * (6.9 + row * 2.2), 1.0, 0.0, size, size)
        for row, line in enumerate(TEXT)
        for at, char in enumerate(line)
    ]
    put_layer(pdf, page, letters)


def _show(
    pdf: pikepdf.Pdf, page: pikepdf.Dictionary, sheet: Image.Image, data: bytes, coded: str, space: str,
    low: float, high: float,
) -> None:  # fmt: skip
    picture = pdf.make_indirect(pikepdf.Stream(pdf, data))
    settings = {"/Type": "/XObject", "/Subtype": "/Image", "/Filter": coded, "/ColorSpace": space}
    for key, value in settings.items():
        picture[key] = pikepdf.Name(value)
    picture["/Width"], picture["/Height"] = sheet.size
    picture["/BitsPerComponent"] = 8
    resources = page.get("/Resources") or pikepdf.Dictionary()
    pictures = resources.get("/XObject") or pikepdf.Dictionary()
    name = f"/I{len(pictures)}"
    pictures[name] = picture
    resources["/XObject"] = pictures
    page["/Resources"] = resources
    before = page["/Contents"].read_bytes() if "/Contents" in page else b""
    shown = f"q 595 0 0 {high - low:.4f} 0 {low:.4f} cm {name} Do Q\n".encode()
    page["/Contents"] = pdf.make_stream(before + shown)


if __name__ == "__main__":
    main()
