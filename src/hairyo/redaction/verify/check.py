"""The leak check (漏れの検査): open a finished copy again, and search it for every redacted value.

DESIGN.md, invariant 4. A copy that shows a value, or cannot be checked, does not stay.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hairyo.errors import LeakFound, OutputError, TextLost
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify.compare import Comparison, Original, compare
from hairyo.redaction.verify.kept import WAYS
from hairyo.redaction.verify.piece import Piece
from hairyo.redaction.verify.readers import READERS
from hairyo.redaction.verify.readers.records import records
from hairyo.redaction.verify.search import Search

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
        comparison: what came of comparing the copy with its original; None where that was not done.
    """

    searched: int
    leaks: int
    places: tuple[Place, ...]
    comparison: Comparison | None = None

    def summary(self) -> dict[str, int | None]:
        """Return the counts, as manifests tell them; those of the comparison are None where there was none."""
        one = self.comparison
        compared = (None, None, None) if one is None else (one.compared, one.changed, one.lost)
        counts = (self.searched, self.leaks, *compared)
        return dict(zip(("searched", "found", "compared", "changed", "lost"), counts, strict=True))

    def raise_for_leak(self) -> None:
        """Raise if anything was found.

        Raises:
            LeakFound: a redacted value stands in the copy.
        """
        if self.leaks:
            first = self.places[0]
            raise LeakFound(
                "the copy still showed redacted values {leaks} time(s), first at {where} as {form}; do not "
                "release it, hold the input and look at it by hand",
                leaks=self.leaks,
                where=first.where,
                form=first.form,
            )

    def raise_for_loss(self) -> None:
        """Raise if the copy lost or changed anything but what was redacted.

        Raises:
            TextLost: it did.
        """
        if self.comparison is not None and self.comparison.lost:
            raise TextLost(
                "in {lost} place(s) the copy lost or changed other text than was redacted, or left it, first at "
                "{where}; do not release it, hold the input and look at it by hand",
                lost=self.comparison.lost,
                where=self.comparison.places[0],
            )


def check_copy(path: Path, format_name: str, values_by_scope: Mapping[int | None, Collection[Secret]]) -> LeakReport:
    """Search a copy for redacted values.

    Args:
        path: the finished copy.
        format_name: its format, as `documents/formats.toml` names it.
        values_by_scope: the values to search for: under None those of the whole file; under a number those
            of that record alone (`Block.record`: rows and lines from 1, header and blank ones counted). A
            record's values are asked for once, when the copy comes to it.

    Raises:
        OutputError: the copy cannot be read again, has fewer records than there are values for, or no reader
            knows its format.
        UsageError: a library that the check needs is not installed.
    """
    reader = READERS.get(format_name)
    if reader is None:
        raise OutputError("no reader can check copies of this format; it must not be released")
    hunt = _Hunt(values_by_scope)
    expected = max((number for number in values_by_scope if number is not None), default=0)
    places: list[Place] = []
    leaks, last = 0, 0
    try:
        for piece, form in hunt.leaks(reader(path)):
            last = max(last, piece.record or 0)
            if form:
                leaks += 1
                places += [Place(piece.place, form)] * (len(places) < _MAX_PLACES)
    except (OSError, csv.Error, UnicodeError) as error:
        raise OutputError("the copy cannot be read again; the input must be held") from error
    if last < expected:
        raise OutputError(
            "the copy ends at record {last}, before record {expected}; the input must be held",
            last=last,
            expected=expected,
        )
    return LeakReport(hunt.searched, leaks, tuple(places))


def check_or_destroy(
    path: Path,
    format_name: str,
    values_by_scope: Mapping[int | None, Collection[Secret]],
    original: Original | None = None,
) -> LeakReport:
    """Search a copy as `check_copy` does, and compare it with its original; remove it unless both find nothing.

    Args:
        path: the finished copy.
        format_name: its format, as in `check_copy`. One without a row in `WAYS` is not compared.
        values_by_scope: the values to search for, as in `check_copy`.
        original: what the copy was made of; None where they cannot be compared.

    Raises:
        LeakFound: a redacted value stood in the copy, which is gone.
        TextLost: other text than was redacted is missing or changed in the copy, which is gone.
        OutputError: the copy could not be checked, and is gone; or it cannot be removed.
        UsageError: a library that the check needs is not installed; the copy is gone.
    """
    clean = False
    try:
        report = check_copy(path, format_name, values_by_scope)
        report.raise_for_leak()
        if original is not None and format_name in WAYS:
            report = replace(report, comparison=compare(path, format_name, original))
            report.raise_for_loss()
        clean = True
    finally:
        if not clean:
            _destroy(path)
    return report


def leaking_rows(rows: Iterable[Iterable[object]], values: Mapping[int | None, Collection[Secret]]) -> set[int]:
    """Return the numbers of redacted rows that show a value which was taken out of them; they must not be given out.

    For tables that go on in memory, where there is no file to open again. Rows count from 1.

    Args:
        rows: the cells of each row, after redaction.
        values: what to search for, as in `check_copy`.
    """
    hunt = _Hunt(values)
    return {piece.record for piece, form in hunt.leaks(records(rows)) if form and piece.record is not None}


def _destroy(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError("an unchecked copy cannot be removed; remove the output folder by hand") from error


class _Hunt:
    """The search of one copy, piece by piece; `searched` counts the values looked for so far."""

    def __init__(self, values: Mapping[int | None, Collection[Secret]]) -> None:
        self._values = values
        whole = values.get(None, ())
        self._whole = Search(whole)
        self._record: int | None = None
        self._own = Search(())
        self.searched = len(whole)

    def leaks(self, pieces: Iterator[Piece]) -> Iterator[tuple[Piece, str]]:
        """Yield every piece with "", then once with each leak's form."""
        tail: str | bytes = ""
        for piece in pieces:
            yield piece, ""
            if piece.record is not None:
                self._come_to(piece.record)
                yield from ((piece, form) for form in _search(self._own, piece, piece.content))
            content, seen = _joined(tail, piece)
            yield from ((piece, form) for form in _search(self._whole, piece, content, seen=seen))
            tail = _tail(content, self._whole.reach)

    def _come_to(self, record: int) -> None:
        if record != self._record:
            values = self._values.get(record, ())
            self._record, self._own = record, Search(values)
            self.searched += len(values)


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
