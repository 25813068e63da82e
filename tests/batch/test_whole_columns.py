"""Columns that hold one thing: cells that nobody knows go with those that are known; mixed columns stay as they are."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from hairyo.batch.assemble import Unit
from hairyo.batch.run import run
from hairyo.batch.whole_columns import RULE, completed, kinds_of, sample_units
from hairyo.detection import Finding
from hairyo.documents import Block

NAMES = [
    "山田太郎", "佐藤花子", "鈴木一郎", "高橋健", "田中さくら", "伊藤大輔", "渡辺陽子", "中村直樹", "小林翔", "加藤恵",
    "吉田誠", "山口茜",
]  # fmt: skip
ODD = "ヌ・ポン2号"  # no list knows it
REMARKS = ["急ぎ", "三年目", "特になし", "在宅", "要連絡", "窓口"] * 2


def row(number, **cells):
    blocks = tuple(
        Block(at, text, f"row {number}", field, record=number, field=field)
        for at, (field, text) in enumerate(cells.items())
    )
    starts, length = [], 0
    for block in blocks:
        starts.append(length)
        length += len(block.text) + 1
    return Unit("\t".join(cells.values()), blocks, tuple(starts), number)


def told(names, share):
    """Return rows with a name each, of which a share is found."""
    for number, name in enumerate(names):
        unit = row(number + 1, 甲=name, 乙="急ぎ")
        yield unit, [Finding(0, len(name), "PERSON")] * (number < share * len(names))


@pytest.mark.parametrize(("share", "kinds"), [(1, {"甲": "PERSON"}), (0.5, {"甲": "PERSON"}), (0.4, {}), (0, {})])
def test_half_of_the_cells_decide(share, kinds):
    assert kinds_of(told(NAMES[:10], share)) == kinds


def test_a_few_rows_decide_nothing():
    assert kinds_of(told(NAMES[:9], 1)) == {}


def test_what_is_found_within_longer_cells_decides_nothing():
    rows = [(row(at, 甲="山田さんの紹介で来られた方"), [Finding(0, 2, "PERSON")]) for at in range(1, 30)]
    assert kinds_of(rows) == {}


def test_cells_that_say_nothing_and_facts_stay_as_they_are():
    kinds = {"甲": "PERSON"}
    (found,) = completed(row(1, 甲=ODD, 乙="x"), [], kinds)
    assert (found.start, found.end, found.type, found.rule) == (0, len(ODD), "PERSON", RULE)
    for empty in ("", "なし", "-", "該当なし"):
        assert completed(row(1, 甲=empty, 乙="x"), [], kinds) == []
    fact = Finding(0, 3, "HEALTH", item=5, subject="self", polarity="affirmed")
    assert completed(row(1, 甲="うつ病", 乙="x"), [fact], kinds) == [fact]


def test_a_column_of_facts_is_nobodys_disclosure():
    (found,) = completed(row(1, 甲="謎の病い"), [], {"甲": "HEALTH"})
    assert (found.item, found.subject, found.polarity) == (5, "unknown", "uncertain")


def test_the_sample_is_short():
    rows = [row(at, 甲="あ" * 10) for at in range(1, 500)]
    assert len(list(sample_units(rows))) == 100
    assert len(list(sample_units([row(at, 甲="あ" * 9_000) for at in range(1, 500)]))) == 3


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
@pytest.mark.usefixtures("here")
def test_a_run_masks_the_odd_one_among_names(tmp_path, suffix):
    rows = [("担当", "備考"), *zip([*NAMES[:11], ODD], REMARKS, strict=True)]
    path = tmp_path / f"in/a{suffix}"
    path.parent.mkdir()
    if suffix == ".csv":
        path.write_text("".join(",".join(one) + "\n" for one in rows), encoding="utf-8")
    elif suffix == ".parquet":
        pq.write_table(pa.table({name: [one[at] for one in rows[1:]] for at, name in enumerate(rows[0])}), path)
    else:
        book = Workbook()
        for one in rows:
            book.active.append(one)
        book.save(path)
    assert run(path.parent, tmp_path / "out").exit_code == 0
    copy = tmp_path / "out" / "copies" / path.name
    if suffix == ".csv":
        read = list(csv.reader(io.StringIO(copy.read_text(encoding="utf-8"))))
    elif suffix == ".parquet":
        read = [tuple(one.values()) for one in pq.read_table(copy).to_pylist()]
    else:
        read = list(load_workbook(copy).active.iter_rows(values_only=True))
    shown = {one[0] for one in read}
    assert not shown & {*NAMES, ODD}
    assert [one[1] for one in read][-12:] == REMARKS
