"""Workbooks (XLSX) for the leak check: every member of the package, and the cells as openpyxl reads them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers import office

_ROWS = 500


def read(path: Path) -> Iterator[Piece]:
    """Yield all that `office.read` does, then every cell and every row of cells; dates in the ways they are written."""
    yield from office.read(path)
    try:
        with warnings.catch_warnings():  # about what openpyxl does not keep, which nobody asks of it here
            warnings.simplefilter("ignore")
            yield from _cells(path)
    except MemoryError:
        raise
    except Exception as error:  # whatever the library trips over, the copy is not checked
        raise OutputError("the Office copy cannot be read again; the input must be held") from error


def _cells(path: Path) -> Iterator[Piece]:
    import openpyxl

    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for number, sheet in enumerate(book.worksheets, 1):
            yield Piece(f"sheet {number} name", sheet.title)
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            rows = sheet.iter_rows(values_only=True)
            first = 1
            while some := list(islice(rows, _ROWS)):
                texts = [[_text(one) for one in row if one is not None and not isinstance(one, bool)] for row in some]
                place = f"sheet {number} rows {first} to {first + len(some) - 1}"
                yield Piece(place, office.apart(chain.from_iterable(texts)))
                yield Piece(place, office.apart("\t".join(row) for row in texts), markup=True)
                first += len(some)


def _text(value: object) -> str:
    if isinstance(value, date):
        year, month, day = value.year, value.month, value.day
        return f"{value}\n{year}年{month}月{day}日\n{year}/{month}/{day}\n{year}/{month:02}/{day:02}"
    return str(value)
