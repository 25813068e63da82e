from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hairyo.batch.assemble import units
from hairyo.documents import Block

texts = st.lists(
    st.tuples(st.text(max_size=12), st.sampled_from(["", "氏名"]), st.sampled_from(["line", "cell"])), max_size=12
)


@given(texts, st.integers(1, 40))
def test_every_stretch_leads_back_to_its_block(rows, size):
    blocks = [Block(n, text, f"block {n}", label=label, joins=joins) for n, (text, label, joins) in enumerate(rows)]
    seen = []
    for unit in units(blocks, size):
        for at, start, end in unit.places(0, len(unit.text)):
            block = unit.blocks[at]
            assert unit.text[unit.starts[at] + start : unit.starts[at] + end] == block.text[start:end]
            assert (start, end) == (0, len(block.text))
        seen += unit.blocks
    assert seen == blocks


def test_a_record_is_a_unit_of_its_own_with_labels():
    blocks = [
        Block(0, "山田太郎", "row 2", label="氏名", record=2, field="氏名"),
        Block(1, "うつ病", "row 2", label="既往歴", record=2, field="既往歴"),
        Block(2, "佐藤花子", "row 3", label="氏名", record=3, field="氏名"),
    ]
    assert [unit.text for unit in units(blocks)] == ["氏名：山田太郎\n既往歴：うつ病", "氏名：佐藤花子"]


def test_cells_of_one_row_stand_side_by_side():
    blocks = [Block(0, "氏名", "a"), Block(1, "山田太郎", "b", label="氏名", joins="cell")]
    (unit,) = units(blocks)
    assert unit.text == "氏名\t山田太郎"
    assert list(unit.places(3, 7)) == [(1, 0, 4)]


def test_a_span_over_two_blocks_is_split():
    (unit,) = units([Block(0, "山田", "a"), Block(1, "太郎", "b")])
    assert list(unit.places(1, 4)) == [(0, 1, 2), (1, 0, 1)]


def test_another_document_is_another_unit():
    blocks = [Block(0, "一", "a"), Block(1, "二", "b", joins="document"), Block(2, "三", "c")]
    assert [unit.text for unit in units(blocks)] == ["一", "二\n三"]


def row(texts: str) -> list[Block]:
    return [Block(at, text, "a", joins="cell" if at else "line") for at, text in enumerate(texts)]


def test_boxes_of_one_character_are_read_as_a_word():
    blocks = [Block(0, "個人番号", "a"), *(replace(one, index=one.index + 1, joins="cell") for one in row("2026"))]
    (unit,) = units(blocks)
    assert unit.text == "個人番号\t2026"
    assert list(unit.places(5, 9)) == [(1, 0, 1), (2, 0, 1), (3, 0, 1), (4, 0, 1)]


def test_a_few_short_cells_and_rows_of_one_cell_stay_apart():
    assert [unit.text for unit in units(row("甲乙丙"))] == ["甲\t乙\t丙"]
    column = [replace(one, joins="line") for one in row("甲乙丙丁")]
    assert [unit.text for unit in units(column)] == ["甲\n乙\n丙\n丁"]
