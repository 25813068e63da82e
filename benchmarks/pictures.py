"""How well and how fast pictures are read: pages at several resolutions, with noise and turned, forms, vertical text.

`python benchmarks/pictures.py [--font FILE] [--index N] [--only WORDS]`; the font is by default the tests' own.
Prints for every kind of page: characters wrong (edit distance over length), lines read so poorly that they are
blackened, of those the ones that were in fact right, seconds of one core for reading, and those of the leak check's own
reading; how wrong lines are by their score; then faces found, where `--faces FOLDER` holds pictures with one face each.
"""

from __future__ import annotations

import argparse
import io
import time
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from hairyo.documents.pictures import look
from hairyo.documents.pictures.ocr import read_strip
from hairyo.redaction.verify.readers.picture import read_pixels

FONT = Path(__file__).parents[1] / "tests" / "files" / "fonts" / "NotoSansJP-subset.otf"
TEXT = """\
業務経歴書
氏名　佐藤花子　　生年月日　一九八五年三月四日
住所　東京都千代田区麹町一丁目二番三号　青葉ハイツ二〇五
電話番号　090-1234-5678　メール　hanako@example.jp
大学を卒業したのち、株式会社青葉で八年間、営業と企画を担当しました。
二〇一五年の冬にうつ病と診断され、三か月休職しましたが、今は服薬もありません。
復職してからは、後輩の指導と新しい顧客の開拓に力を入れています。
趣味は山歩きと写真です。週末は家族と近くの山へ出かけます。
自己PR：人の話をよく聞き、ていねいに記録することを心がけています。
資格は普通自動車免許、日商簿記二級、TOEIC 820点を取りました。
父は長く町内会の役員を務め、母は小学校の教員でした。
高橋部長には入社以来たいへんお世話になり、推薦状もいただきました。
現在の年収は480万円で、希望の勤務地は横浜市か川崎市です。
勤務は週に五日、在宅での仕事も週に二日まででしたらできます。
前の会社では労働組合の支部書記を二年間つとめたことがあります。
健康診断では血圧がやや高めと言われ、食事に気をつけています。
連絡は平日の夜七時以降、または土曜日の午前中にお願いします。
緊急の連絡先は夫の佐藤健一（080-9876-5432）です。
記載の内容に相違ありません。二〇二六年四月一日
以上""".splitlines()
FORM = [
    ("氏名", "渡辺修"), ("フリガナ", "ワタナベオサム"), ("生年月日", "昭和55年6月7日"),
    ("住所", "大阪市北区梅田1-2-3"),
    ("電話番号", "06-6123-4567"), ("勤務先", "有限会社みどり商会"), ("既往歴", "糖尿病（通院中）"),
    ("障害の有無", "なし"),
    ("宗教", "記入しない"), ("賞罰", "なし"), ("家族構成", "妻・子二人"), ("備考", "アレルギーがあります"),
]  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--font", default=str(FONT))
    parser.add_argument("--index", type=int, default=0)
    parser.add_argument("--faces", type=Path)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    print(f"{'page':24} {'wrong':>7} {'of':>5} {'rate':>6} {'poor':>5} {'right':>6} {'seconds':>8} {'check s':>8}")
    for name, picture, wanted in pages(args.font, args.index):
        if args.only in name:
            measure(name, picture, wanted)
    if not args.only:
        scores(args.font, args.index)
    if args.faces:
        faces(args.faces)


def measure(name: str, picture: Image.Image, wanted: list[str]) -> None:
    """Read one page and print what came of it."""
    begun = time.process_time()
    seen = look(picture)
    took = time.process_time() - begun
    begun = time.process_time()
    read_pixels(np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1]))
    check = time.process_time() - begun
    got = plain("".join(block.text for block in seen.blocks() if not block.shows))
    wrong = distance(plain("".join(wanted)), got)
    length = len(plain("".join(wanted)))
    right = sum(plain(line.text) in plain("".join(wanted)) for line in seen.poor if line.text)
    print(
        f"{name:24} {wrong:7} {length:5} {wrong / length:6.1%} {len(seen.poor):5} {right:6} {took:8.1f} {check:8.1f}"
        f"  lowest scores {sorted(round(one.line.score, 2) for one in seen.placed)[:4]}"
        f"{f'  {len(seen.faces)} face(s)' if seen.faces else ''}",
        flush=True,
    )


def pages(font: str, index: int) -> Iterator[tuple[str, Image.Image, list[str]]]:
    """Yield the pages with their names and texts."""
    for dpi in (72, 100, 150, 200, 300):
        yield f"{dpi} dpi", prose(font, index, dpi), TEXT
    plain_page = prose(font, index, 200)
    yield "200 dpi noise", noisy(plain_page), TEXT
    yield "100 dpi noise", noisy(prose(font, index, 100)), TEXT
    yield "200 dpi 1.2 degrees", plain_page.rotate(1.2, Image.Resampling.BICUBIC, fillcolor="white"), TEXT
    yield "200 dpi on its side", plain_page.rotate(90, expand=True), TEXT
    yield "200 dpi upside down", plain_page.rotate(180), TEXT
    yield "200 dpi 1 bit", plain_page.convert("1", dither=Image.Dither.NONE), TEXT
    yield "200 dpi JPEG 30", jpeg(plain_page, 30), TEXT
    yield "100 dpi blurred", prose(font, index, 100).filter(ImageFilter.GaussianBlur(1)), TEXT
    cells = [text for row in FORM for text in row]
    for dpi in (100, 200):
        yield f"form {dpi} dpi", form(font, index, dpi), cells
    for dpi in (100, 200):
        yield f"vertical {dpi} dpi", vertical(font, index, dpi), VERTICAL


def prose(font: str, index: int, dpi: int) -> Image.Image:
    """Return a page of A4 with 10.5 point text."""
    page, draw, face, size = _page(font, index, dpi)
    for row, line in enumerate(TEXT):
        draw.text((size * 4, size * 6 + row * size * 2.2), line, font=face, fill="black")
    return page


def form(font: str, index: int, dpi: int) -> Image.Image:
    """Return a form with ruled cells."""
    page, draw, face, size = _page(font, index, dpi)
    for row, (label, value) in enumerate(FORM):
        top = size * (6 + row * 3)
        draw.rectangle((size * 4, top, size * 14, top + size * 3), outline="black", width=max(1, dpi // 100))
        draw.rectangle((size * 14, top, size * 46, top + size * 3), outline="black", width=max(1, dpi // 100))
        draw.text((size * 5, top + size * 0.8), label, font=face, fill="black")
        draw.text((size * 15, top + size * 0.8), value, font=face, fill="black")
    return page


VERTICAL = [line.replace("　", "") for line in TEXT if not any(one.isascii() or one in "（）ー：" for one in line)]


def vertical(font: str, index: int, dpi: int) -> Image.Image:
    """Return a page of vertical lines, from right to left."""
    page, draw, face, size = _page(font, index, dpi)
    for column, line in enumerate(VERTICAL):
        x = page.width - size * (6 + 2.2 * column)
        for row, char in enumerate(line):
            shift = 0.6 * size if char in "、。" else 0
            draw.text((x + shift, size * (5 + 1.08 * row) - shift), char, font=face, fill="black")
    return page


def _page(font: str, index: int, dpi: int) -> tuple[Image.Image, ImageDraw.ImageDraw, ImageFont.FreeTypeFont, float]:
    size = 10.5 / 72 * dpi
    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
    return page, ImageDraw.Draw(page), ImageFont.truetype(font, size, index=index), size


def noisy(page: Image.Image) -> Image.Image:
    """Return a page as a poor scanner gives it: grey paper, grain, specks."""
    random = np.random.default_rng(1)
    dots = np.asarray(page, dtype=np.float32) * 0.85 + 20 + random.normal(0, 18, (page.height, page.width))
    dots[random.random(dots.shape) < 0.001] = 0
    return Image.fromarray(dots.clip(0, 255).astype(np.uint8))


def jpeg(page: Image.Image, quality: int) -> Image.Image:
    """Return a page as JPEG leaves it."""
    file = io.BytesIO()
    page.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("L")


def plain(text: str) -> str:
    """Return a text without what does not count: width, blanks, dashes' kind, brackets' kind."""
    folded = unicodedata.normalize("NFKC", text).replace(" ", "")
    return folded.translate(str.maketrans("ー一―−–", "-----"))


def distance(one: str, other: str) -> int:
    """Return the edit distance."""
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        before, row[0] = row[0], at
        for column, second in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (char != second))
    return row[-1]


def scores(font: str, index: int) -> None:
    """Print how much is wrong in lines that are blurred more and more, by the score that they are read with."""
    random, read = np.random.default_rng(0), []
    for size, blur, noise in (
        (24, 2.2, 10),
        (24, 3, 10),
        (24, 3.6, 10),
        (12, 1.2, 20),
        (12, 1.7, 20),
        (9, 1, 10),
        (9, 1.4, 10),
    ):
        face = ImageFont.truetype(font, size, index=index)
        for line in (line[:18] for line in TEXT[1:15]):
            picture = Image.new("L", (int(face.getlength(line)) + 10, int(size * 1.4)), 255)
            ImageDraw.Draw(picture).text((5, 0), line, font=face, fill=0)
            dots = np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32)
            dots = (dots + random.normal(0, noise, dots.shape)).clip(0, 255).astype(np.uint8)
            reading = read_strip(np.ascontiguousarray(np.dstack([dots] * 3)))
            read.append((reading.score, distance(plain(line), plain(reading.text)) / len(plain(line))))
    for low, high in pairwise((0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01)):
        wrong = [rate for score, rate in read if low <= score < high]
        said = f"{sum(wrong) / len(wrong):.0%} wrong, {wrong.count(0)} without error" if wrong else ""
        print(f"lines scored {low} to {high}: {len(wrong):3} {said}", flush=True)


def faces(folder: Path) -> None:
    """Print in how many pictures one face, none, or more are found, in each of four positions."""
    for turn in (0, 90, 180, 270):
        counts = [
            len(look(Image.open(path).convert("RGB").rotate(turn, expand=True)).faces)
            for path in sorted(folder.iterdir())
        ]
        print(f"faces at {turn:3} degrees: one {counts.count(1)}, none {counts.count(0)}, of {len(counts)}", flush=True)


if __name__ == "__main__":
    main()
