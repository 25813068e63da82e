"""The order of lines, their labels, and the bars over them: on lines of our own, without OCR."""

from __future__ import annotations

from math import cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairyo.documents import Edit
from hairyo.documents.pictures import blacken
from hairyo.documents.pictures.geometry import bounds, box, corners_of
from hairyo.documents.pictures.layout import in_order
from hairyo.documents.pictures.ocr import Line
from hairyo.documents.pictures.seen import Seen

EM = 20


def line(text, x, y, *, turn=0.0, vertical=False, score=1.0):
    """A line of square characters whose top left is at x, y, all turned around the origin by so many degrees."""
    wide = EM * len(text)
    corners = box(x, y, x + wide, y + EM)
    if vertical:
        corners = ((x, y), (x, y + wide), (x + EM, y + wide), (x + EM, y))
    angle = radians(turn)
    corners = corners_of((a * cos(angle) - b * sin(angle), a * sin(angle) + b * cos(angle)) for a, b in corners)
    cells = tuple((at / len(text), (at + 1) / len(text)) for at in range(len(text)))
    return Line(text, corners, cells, score, vertical)


def texts(lines):
    return [one.line.text for one in in_order(lines)]


@pytest.mark.parametrize("turn", [0, 1.5, -2, 90, 180, 270])
def test_a_form_is_read_row_by_row_with_its_labels(turn):
    cells = [("氏名", "山田太郎"), ("住所", "東京都千代田区麹町一丁目"), ("電話番号：", "090-1234-5678")]
    lines = [
        line(text, 50 + column * 300, 50 + row * 40, turn=turn)
        for row, pair in enumerate(cells)
        for column, text in enumerate(pair)
    ]
    placed = in_order(lines[::-1])
    assert [one.line.text for one in placed] == [text for pair in cells for text in pair]
    assert [one.joins for one in placed] == ["line", "cell"] * 3
    assert [one.label for one in placed] == ["", "氏名", "", "住所", "", "電話番号"]


def test_a_tables_cells_answer_to_its_head():
    rows = [("氏名", "住所"), ("山田太郎", "東京都"), ("佐藤花子", "大阪府")]
    lines = [line(text, 50 + c * 300, 50 + r * 40) for r, row in enumerate(rows) for c, text in enumerate(row)]
    assert [one.label for one in in_order(lines)] == ["", "", "氏名", "住所", "氏名", "住所"]


def test_columns_of_prose_are_read_one_after_the_other():
    left, right = ([f"{side}の段の{number}行目の文章です。" for number in range(6)] for side in "左右")
    lines = [line("表題", 300, 10), line("注記は下にあります", 250, 500)]
    lines += [line(text, 20, 60 + n * 40) for n, text in enumerate(left)]
    lines += [line(text, 380, 60 + n * 40) for n, text in enumerate(right)]
    assert texts(lines) == ["表題", *left, *right, "注記は下にあります"]


def test_vertical_lines_are_read_from_the_right():
    lines = [
        line(text, 500 - n * 40, 50, vertical=True) for n, text in enumerate(["一行目です", "二行目です", "三行目です"])
    ]
    assert texts(lines[::-1]) == ["一行目です", "二行目です", "三行目です"]


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 30), st.booleans(), st.floats(-180, 180)),
        max_size=40,
    )
)
def test_every_line_is_placed_once(spots):
    lines = [line(f"{n:03}" + "字" * length, x, y, vertical=v, turn=t) for n, (x, y, length, v, t) in enumerate(spots)]
    assert sorted(texts(lines)) == sorted(one.text for one in lines)


@given(st.data())
def test_bars_cover_what_is_redacted_and_nothing_far(data):
    turn = data.draw(st.sampled_from([0, 90, 180, 30]))
    one = line("あいうえおかきくけこ", 300, 100, turn=turn)
    start = data.draw(st.integers(0, 9))
    end = data.draw(st.integers(start + 1, 10))
    (bar,) = Seen(tuple(in_order([one]))).bars([Edit(4, start, end, "")], first=4)
    left, top, right, bottom = bounds(bar)
    for char in range(start, end):
        l, t, r, b = bounds(one.stretch(char, char + 1))  # noqa: E741
        assert left <= l + 1e-6
        assert top <= t + 1e-6
        assert right >= r - 1e-6
        assert bottom >= b - 1e-6
    within = bounds(one.stretch(start, end))
    assert max(within[0] - left, within[1] - top, right - within[2], bottom - within[3]) < EM


def test_bars_that_nearly_touch_are_one():
    one = line("あいうえおかきくけこ", 0, 0)
    seen = Seen(tuple(in_order([one])))
    assert len(seen.bars([Edit(0, 0, 2, ""), Edit(0, 3, 4, "")])) == 1
    assert len(seen.bars([Edit(0, 0, 2, ""), Edit(0, 7, 8, "")])) == 2


def test_what_is_read_poorly_is_blackened_whole():
    lines = [line(f"{number}行目はよく読める", 0, number * 40) for number in range(9)]
    poor = line("読めない字", 0, 400, score=0.4)
    blank = Line("", box(0, 440, 100, 460), (), 0.0)
    seen = Seen(tuple(in_order([*lines, poor])), blank=(blank,))
    assert not seen.unreadable
    assert len(seen.bars([])) == 2
    picture = blacken(Image.new("L", (600, 600), 255), seen.bars([]))
    assert picture.crop((0, 400, 100, 420)).getextrema() == (0, 0)
    assert picture.crop((0, 440, 100, 460)).getextrema() == (0, 0)
    assert picture.crop((0, 0, 600, 360)).getextrema() == (255, 255)


def test_a_picture_that_is_read_poorly_throughout_is_unreadable():
    good = [line("よく読める行", 0, number * 40) for number in range(4)]
    poor = [line("読めない", 0, 400 + number * 40, score=0.3) for number in range(4)]
    assert Seen(tuple(in_order([*good, *poor]))).unreadable
    assert not Seen(tuple(in_order([*good, *poor[:3]]))).unreadable
