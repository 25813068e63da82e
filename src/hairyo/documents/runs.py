"""Text decoded from a source, with the way back (復号した文字と原文の対応): references, escapes, percent signs.

Mark-up says one character in many ways. A reader decodes it to `Run`s; edits of the decoded text become changes of
the source, and nothing else of it is touched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hairyo.documents.base import Edit
from hairyo.documents.source import Change

_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{1,31};?)")
_ESCAPE = re.compile(
    r"\\u\{[0-9a-fA-F]{1,6}\}|(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[0-9a-fA-F]{4}"
    r"|\\x[0-9a-fA-F]{2}|\\[0-9a-fA-F]{4,6}[ \t\n]?"
)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_SPACE = re.compile(r"[ \t\r\n\f]+")


class Run(NamedTuple):
    """Some decoded text, and the stretch of the source that says it; of one length where it says it as it is."""

    text: str
    start: int
    end: int

    @property
    def plain(self) -> bool:
        """Whether every character stands for itself."""
        return len(self.text) == self.end - self.start


def plain(source: str, start: int, end: int) -> list[Run]:
    """Return a stretch of the source as it is."""
    return [Run(source[start:end], start, end)] if start < end else []


def references(runs: Iterable[Run], *, attribute: bool = False) -> list[Run]:
    """Return runs with character references (`&amp;`, `&#x5c71;`) decoded."""
    return _decoded(runs, _REFERENCE, lambda found: _reference(found, attribute))


def _reference(found: re.Match[str], attribute: bool) -> str | None:
    after = found.string[found.end() : found.end() + 1]
    bare = not found[0].endswith(";") and not found[0].startswith("&#")
    if attribute and bare and (after == "=" or after.isalnum()):
        return None
    said = html.unescape(found[0])
    return None if said == found[0] else said


def escapes(runs: Iterable[Run]) -> list[Run]:
    r"""Return runs with the escapes of scripts and style sheets (`\u5c71`, `\5c71`) decoded."""
    return _decoded(runs, _ESCAPE, _escape)


def _escape(found: re.Match[str]) -> str | None:
    digits = re.findall(r"[0-9a-fA-F]+", found[0].replace("\\u", "\\ "))
    code = int(digits[0], 16)
    if len(digits) == 2:
        code = 0x10000 + ((code - 0xD800) << 10) + (int(digits[1], 16) - 0xDC00)
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else None


def percents(runs: Iterable[Run]) -> list[Run]:
    """Return runs with the percent signs of links decoded, by UTF-8 or else as Japanese pages wrote them before."""
    done: list[Run] = []
    for run in runs:
        at = 0
        for found in _PERCENT.finditer(run.text) if run.plain else ():
            said = _said(bytes.fromhex(found[0].replace("%", "")))
            if said is None:
                continue
            text, sizes = said
            done += _part(run, at, found.start())
            at = found.start()
            for char, size in zip(text, sizes, strict=True):
                done.append(Run(char, run.start + at, run.start + at + 3 * size))
                at += 3 * size
        done += _part(run, at, len(run.text))
    return done


def _said(data: bytes) -> tuple[str, list[int]] | None:
    for name in ("utf-8", "cp932", "euc-jp"):
        try:
            text = data.decode(name)
            sizes = [len(char.encode(name)) for char in text]
        except UnicodeError:
            continue
        if sum(sizes) == len(data):
            return text, sizes
    return None


def spaces(runs: Iterable[Run]) -> list[Run]:
    """Return runs with white space as a page shows it: one blank for as many as there are."""
    done: list[Run] = []
    for run in _decoded(runs, _SPACE, lambda found: " "):
        if run.text == " " and done and done[-1].text.endswith(" ") and done[-1].end == run.start:
            done[-1] = Run(done[-1].text, done[-1].start, run.end)
        else:
            done.append(run)
    return done


def _decoded(runs: Iterable[Run], pattern: re.Pattern[str], decode: Callable[[re.Match[str]], str | None]) -> list[Run]:
    done: list[Run] = []
    for run in runs:
        at = 0
        for found in pattern.finditer(run.text) if run.plain else ():
            said = decode(found)
            if said is not None and (said != found[0]):
                done += _part(run, at, found.start())
                done.append(Run(said, run.start + found.start(), run.start + found.end()))
                at = found.end()
        done += _part(run, at, len(run.text))
    return done


def _part(run: Run, start: int, end: int) -> list[Run]:
    if start == 0 and end == len(run.text):
        return [run]
    return [Run(run.text[start:end], run.start + start, run.start + end)] if start < end else []


def text_of(runs: Iterable[Run]) -> str:
    """Return what runs say."""
    return "".join(run.text for run in runs)


def cut(runs: Sequence[Run], take: Callable[[str, bool], int]) -> Iterator[list[Run]]:
    """Yield runs in portions of the size that `take` asks for (see `Source.pieces`)."""
    rest = text_of(runs)
    queue = list(reversed(runs))
    while rest:
        count = take(rest, True)
        portion: list[Run] = []
        size = 0
        while queue and size < count:
            run = queue.pop()
            over = size + len(run.text) - count
            if over > 0 and run.plain:
                kept = len(run.text) - over
                queue += _part(run, kept, len(run.text))
                run = Run(run.text[:kept], run.start, run.start + kept)
            portion.append(run)
            size += len(run.text)
        yield portion
        rest = rest[size:]


def changes(runs: Sequence[Run], edits: Iterable[Edit], write: Callable[[str], str]) -> Iterator[Change]:
    """Yield the changes of the source that do `edits` of the text that `runs` say.

    The replacement goes into the first run that an edit touches. A run without extent (a line break that is an
    element) stays.

    Args:
        runs: in the order of the text.
        edits: ascending, disjoint.
        write: says a text in the source's own way.
    """
    begins: list[int] = []
    at = 0
    for run in runs:
        begins.append(at)
        at += len(run.text)
    first = 0
    for edit in edits:
        while first < len(runs) and begins[first] + len(runs[first].text) <= edit.start:
            first += 1
        said = write(edit.replacement)
        number = first
        while number < len(runs) and begins[number] < edit.end:
            run, begin = runs[number], begins[number]
            start, end = max(edit.start - begin, 0), min(edit.end - begin, len(run.text))
            number += 1
            if run.start == run.end:
                continue
            if run.plain:
                yield run.start + start, run.start + end, said
            else:
                yield run.start, run.end, write(run.text[:start]) + said + write(run.text[end:])
            said = ""


def merged(found: Iterable[Change]) -> list[Change]:
    """Return changes in order; where two overlap, their union is replaced once, by what the first says."""
    done: list[Change] = []
    for start, end, said in sorted(found):
        if done and start < done[-1][1]:
            first, last, kept = done[-1]
            done[-1] = (first, max(last, end), kept or said)
        else:
            done.append((start, end, said))
    return done
