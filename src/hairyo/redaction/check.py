"""The leak check (漏れの検査): open a finished copy again, and search it for every redacted value.

DESIGN.md, invariant 4. A copy that shows a value, or cannot be checked, does not stay.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hairyo.errors import LeakFound, OutputError
from hairyo.redaction.check_fold import Search
from hairyo.redaction.check_readers import READERS, Piece
from hairyo.redaction.secret import Secret

_MAX_PLACES = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was found: the place in words, and its form (`text`, `escaped`, `base64`, `bytes`)."""

    where: str
    form: str


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What the check found; holds no value.

    Attributes:
        searched: how many values were looked for.
        leaks: how often one was found.
        places: where, the first hundred.
    """

    searched: int
    leaks: int
    places: tuple[Place, ...]

    def raise_for_leak(self) -> None:
        """Raise if anything was found.

        Raises:
            LeakFound: a redacted value stands in the copy.
        """
        if self.leaks:
            first = self.places[0]
            raise LeakFound(
                f"the copy still showed redacted values {self.leaks} time(s), first at {first.where} "
                f"as {first.form}; do not release it, hold the input and look at it by hand"
            )


def check_copy(path: Path, format_name: str, values_by_scope: Mapping[int | None, Collection[Secret]]) -> LeakReport:
    """Search a copy for redacted values.

    Args:
        path: the finished copy.
        format_name: its format, as `documents/formats.toml` names it.
        values_by_scope: the values to search for: under None those of the whole file; under a number those
            of that record alone (`Block.record`: rows and lines from 1, header and blank ones counted).

    Raises:
        OutputError: the copy cannot be read again, has fewer records than there are values for, or no reader
            knows its format.
        UsageError: a library that the check needs is not installed.
    """
    reader = READERS.get(format_name)
    if reader is None:
        raise OutputError("no reader can check copies of this format; it must not be released")
    whole = Search(values_by_scope.get(None, ()))
    own = {number: one for number, one in values_by_scope.items() if number is not None and one}
    places: list[Place] = []
    leaks, last = 0, 0
    try:
        for piece, form in _leaks(reader(path), whole, own):
            last = max(last, piece.record or 0)
            if form:
                leaks += 1
                places += [Place(piece.place, form)] * (len(places) < _MAX_PLACES)
    except (OSError, csv.Error, UnicodeError) as error:
        raise OutputError("the copy cannot be read again; the input must be held") from error
    if own and last < max(own):
        raise OutputError(f"the copy ends at record {last}, before record {max(own)}; the input must be held")
    return LeakReport(sum(map(len, values_by_scope.values())), leaks, tuple(places))


def check_or_destroy(
    path: Path, format_name: str, values_by_scope: Mapping[int | None, Collection[Secret]]
) -> LeakReport:
    """Search a copy as `check_copy` does; remove the file unless it was searched whole and is clean.

    Raises:
        LeakFound: a redacted value stood in the copy, which is gone.
        OutputError: the copy could not be checked, and is gone; or it cannot be removed.
        UsageError: a library that the check needs is not installed; the copy is gone.
    """
    clean = False
    try:
        report = check_copy(path, format_name, values_by_scope)
        report.raise_for_leak()
        clean = True
    finally:
        if not clean:
            _destroy(path)
    return report


def _destroy(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError("an unchecked copy cannot be removed; remove the output folder by hand") from error


def _leaks(
    pieces: Iterator[Piece], whole: Search, own: Mapping[int, Collection[Secret]]
) -> Iterator[tuple[Piece, str]]:
    """Yield every piece with "", then once with each leak's form."""
    of_record: tuple[int | None, Search] = (None, Search(()))
    tail: str | bytes = ""
    for piece in pieces:
        yield piece, ""
        if piece.record is not None and piece.record in own:
            if piece.record != of_record[0]:
                of_record = (piece.record, Search(own[piece.record]))
            yield from ((piece, form) for form in _search(of_record[1], piece, piece.content))
        content, seen = _joined(tail, piece)
        yield from ((piece, form) for form in _search(whole, piece, content, seen=seen))
        tail = _tail(content, whole.reach)


def _search(search: Search, piece: Piece, content: str | bytes, *, seen: int = 0) -> Iterator[str]:
    if not search:
        return iter(())
    if isinstance(content, bytes):
        return search.find_bytes(content, seen=seen)
    return search.find(content, markup=piece.markup, raw=piece.raw)


def _joined(tail: str | bytes, piece: Piece) -> tuple[str | bytes, int]:
    """Return a piece's content with the end of the one it continues, and how much of that there is."""
    if not piece.goes_on:
        return piece.content, 0
    if isinstance(tail, bytes) and isinstance(piece.content, bytes):
        return tail + piece.content, len(tail)
    if isinstance(tail, str) and isinstance(piece.content, str):
        return tail + piece.content, len(tail)
    raise ValueError("a piece goes on from one of another kind")


def _tail(content: str | bytes, reach: int) -> str | bytes:
    """Return the end of a window that the next one begins with, from a line's beginning if there is one."""
    if isinstance(content, bytes) or len(content) <= reach:
        return content[-reach:]
    end = content[-reach:]
    return end[end.find("\n", 0, reach // 2) + 1 :]
