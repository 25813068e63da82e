"""What the cells of a sheet answer to (見出しの判定): the label beside, the heading above, and lists of persons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hairyo.documents.form_labels import is_label, names_persons
from hairyo.documents.office.spots import Setting

Row = Mapping[int, str]
_SHORT = 24  # a heading is no longer
_LIST = 2  # rows below its heading that make a list


def settings(rows: Sequence[tuple[int, Row]], headings: Collection[int]) -> list[dict[int, Setting]]:
    """Return the setting of each cell, row by row.

    Args:
        rows: number and texts by column of every row that is not empty, in ascending order.
        headings: numbers of rows that the workbook itself tells to be headings (tables, filters).
    """
    found: list[dict[int, Setting]] = []
    heads: Row = {}
    listed = False
    for at, (number, row) in enumerate(rows):
        broken = at > 0 and number > rows[at - 1][0] + 1
        if number in headings or _is_heading(rows, at):
            heads = row
            listed = _rows_below(rows, at) >= _LIST and any(map(names_persons, row.values()))
            found.append({column: _beside(column, row) for column in row})
            continue
        if broken:
            heads, listed = {}, False
        above = rows[at - 1][1] if at and not broken else {}
        found.append({column: _setting(column, row, above, heads, listed) for column in row})
    return found


def _setting(column: int, row: Row, above: Row, heads: Row, listed: bool) -> Setting:
    if heading := heads.get(column, "").strip():
        return Setting(heading, "line", heading, listed)
    beside = _beside(column, row)
    if beside.label or is_label(row[column]):
        return beside
    upper = above.get(column, "").strip()
    return Setting(upper, "line", upper) if is_label(upper) else beside


def _beside(column: int, row: Row) -> Setting:
    """Return the setting of a cell by the nearest one to its left."""
    left = max((other for other in row if other < column), default=None)
    if left is None:
        return Setting()
    label = row[left].strip()
    if is_label(label) and not is_label(row[column]):
        return Setting(label, "cell", label)
    return Setting(joins="cell")


def _is_heading(rows: Sequence[tuple[int, Row]], at: int) -> bool:
    """Whether a row names the columns of the rows below it."""
    number, row = rows[at]
    below = [other for later, other in rows[at + 1 : at + 1 + _LIST] if later <= number + _LIST]
    if len(row) < 2 or not below or rows[at + 1][0] != number + 1:
        return False
    labels = sum(map(is_label, row.values()))
    free = not any(is_label(other[column]) for other in below for column in row if column in other)
    if not free or not any(column in other for other in below for column in row):
        return False
    if labels >= 2 and labels * 2 > len(row):
        return True
    texts = list(row.values())
    short = all(len(text) <= _SHORT and not text.replace(".", "").isdecimal() for text in texts)
    filled = all(2 * sum(column in other for column in row) >= len(row) for other in below)
    return labels >= 1 and short and filled and len(below) == _LIST and len(set(texts)) == len(texts)


def _rows_below(rows: Sequence[tuple[int, Row]], at: int) -> int:
    """Return how many rows follow without a gap, up to what makes a list."""
    number = rows[at][0]
    return sum(rows[at + n][0] == number + n for n in range(1, _LIST + 1) if at + n < len(rows))
