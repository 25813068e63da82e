"""Would a whole column be masked better by its worst cells? `python benchmarks/whole_columns.py [--rows 300]`.

Makes a table of invented persons with columns of one kind and a mixed one, finds in its cells as `hairyo run` does, and
counts cells that hold something of their own: found, found where nothing is, missed. Then the same with every column
masked whole of whose cells a share is found as a whole cell of one type. The product takes half
(`hairyo.batch.whole_columns`).
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from hairyo.batch.assemble import units
from hairyo.batch.records import findings_of
from hairyo.detection import Detector
from hairyo.documents import open_document

_SURNAMES = "山田 佐藤 鈴木 高橋 田中 伊藤 渡辺 中村 小林 加藤 吉田 山口 松本 井上 木村 林 斎藤 清水 森 阿部 小鳥遊"
_GIVEN = "太郎 花子 一郎 健 恵 翔 さくら 大輔 陽子 直樹 蓮 凛 葵 湊 咲良 颯真 茜 誠 望 光"
_PLACES = (
    "東京都千代田区丸の内1-1-1 大阪市北区梅田2-4-9 横浜市中区日本大通1 名古屋市中区三の丸3-1-2 鹿児島市山下町11-1 "
    "丸の内ビル3階 梅田2丁目の家"
)
_HEADINGS = ("担当", "所属", "連絡", "場所", "備考", "評価", "窓口")
_SHARES = (0.2, 0.3, 0.5, 0.7, 0.9)
_WHOLE = 0.8

Table = tuple[list[list[str]], list[list[bool]]]


def table(count: int) -> Table:
    """Return rows, and for each cell whether it holds something of a person's own."""
    rng = random.Random(5)
    rows, own = [], []
    for _ in range(count):
        last, first = rng.choice(_SURNAMES.split()), rng.choice(_GIVEN.split())
        four, five = rng.randrange(1000, 9999), rng.randrange(1000, 9999)
        phone = rng.choice([f"090-{four}-{five}", f"03{four}{five}", f"{four}-{five}", f"内線 {four}"])
        person = rng.random() < 0.5
        rows.append(
            [
                rng.choice([last + first, f"{last} {first}", last]),
                rng.choice(["営業部", "総務課", "研究所", "人事部"]),
                phone,
                rng.choice(_PLACES.split()),
                rng.choice(["特になし", "3年目", "異動希望", "在宅勤務", f"{last}さんの紹介", "要連絡"]),
                rng.choice("ABC"),
                last + first if person else rng.choice(["受付", "代表窓口", "総務"]),
            ]
        )
        own.append([True, False, True, True, "さんの紹介" in rows[-1][4], False, person])
    return rows, own


def found_in(rows: list[list[str]]) -> list[dict[int, Counter[str]]]:
    """Return for each row, by column, the types found; those that fill a cell also as `whole TYPE`."""
    found: list[dict[int, Counter[str]]] = [defaultdict(Counter) for _ in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text("\n".join(",".join(row) for row in [list(_HEADINGS), *rows]) + "\n", encoding="utf-8")
        detector = Detector()
        for unit in units(open_document(path).blocks()):
            for one in findings_of(unit, detector, None, None) if unit.record is not None else ():
                for at, start, end in unit.places(one.start, one.end):
                    block = unit.blocks[at]
                    cell = found[(block.record or 2) - 2][_HEADINGS.index(block.label)]
                    cell[one.type] += 1
                    cell[f"whole {one.type}"] += end - start >= _WHOLE * len(block.text)
    return found


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=300)
    rows, own = table(parser.parse_args().rows)
    found = found_in(rows)
    print("columns masked whole | found | false | missed")
    for share in (None, *_SHARES):
        columns = set()
        for column in range(len(_HEADINGS)) if share else ():
            types = Counter(kind for row in found for kind, n in row[column].items() if n and kind.startswith("whole"))
            columns |= {column} if any(n >= (share or 1) * len(rows) for n in types.values()) else set()
        counts = Counter(
            (own[row][column], bool(found[row][column]) or column in columns)
            for row in range(len(rows))
            for column in range(len(_HEADINGS))
        )
        said = "none" if share is None else f"{share:.0%} and more: {', '.join(_HEADINGS[n] for n in sorted(columns))}"
        print(f"{said} | {counts[True, True]} | {counts[False, True]} | {counts[True, False]}")


if __name__ == "__main__":
    main()
