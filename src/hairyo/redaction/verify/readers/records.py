"""Records (行) for the leak check: the cells of each, and each as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hairyo.redaction.verify.piece import Piece


def record(place: str, number: int, texts: list[str]) -> Iterator[Piece]:
    """Yield the texts of a record, and all of them together."""
    for text in texts:
        if text:
            yield Piece(place, text, record=number)
    if len(texts) != 1:  # an empty record, too: whoever counts them has to see it
        yield Piece(place, "\t".join(texts), record=number, markup=True)


def records(rows: Iterable[Iterable[object]]) -> Iterator[Piece]:
    """Yield the cells of rows that lie in memory, and each row as a whole; rows count from 1."""
    for number, row in enumerate(rows, 1):
        yield from record(f"row {number}", number, list(strings(list(row))))


def strings(value: object) -> Iterator[str]:
    """Yield every string in a nested value, keys and numbers included; bytes as text in two encodings."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from strings(key)
            yield from strings(one)
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from strings(one)
    elif isinstance(value, bytes | bytearray | memoryview):
        yield from (bytes(value).decode(name, "replace") for name in ("utf-8", "cp932"))
    elif value is not None and not isinstance(value, bool):
        yield str(value)
