"""Places of text in a page (HTML の文字のある所): text over inline elements, attributes, comments, scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

from hairyo.documents.base import Block
from hairyo.documents.form_labels import is_label
from hairyo.documents.html_tokens import Attribute, Token, tokens
from hairyo.documents.long_numbers import holds_long_number
from hairyo.documents.output import EditFeed
from hairyo.documents.runs import Run, changes, cut, escapes, percents, plain, references, spaces, text_of
from hairyo.documents.source import Change
from hairyo.documents.text import take

_BLOCKS = re.compile(
    r"address|article|aside|base|blockquote|body|button|caption|center|col|colgroup|dd|desc|details|dialog|dir|div"
    r"|dl|dt|fieldset|figcaption|figure|footer|foreignobject|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header"
    r"|hgroup|hr|html|iframe|input|legend|li|link|listing|main|menu|meta|nav|noembed|noframes|noscript|object|ol"
    r"|optgroup|option|p|pre|search|section|select|summary|svg|table|tbody|td|template|text|textarea|tfoot|th"
    r"|thead|title|tr|ul|video|audio|canvas|xmp"
)
_KEPT_SPACE = frozenset({"pre", "textarea", "listing", "xmp"})
_READINGS = frozenset({"rt", "rp", "rtc"})
_LINKS = re.compile(
    r"href|src|action|formaction|cite|poster|data|background|ping|longdesc|srcset|xlink:href|usemap|manifest"
)
_QUIET = re.compile(r"[A-Za-z]{0,20}|[-+0-9.,\s%#]{0,2000}|[0-9.]+(?:px|em|rem|pt|vh|vw)|#[0-9a-fA-F]{3,8}")
_SHAPES = frozenset({"d", "points", "viewbox", "transform", "x", "y", "width", "height", "cx", "cy", "r"})
_SHAPE = re.compile(r"[-+0-9.,\s A-Za-z()]*")
_INSIDE = re.compile(r"(?s)<(?:!--|!\[CDATA\[|!|\?|/)(.*?)(?:--!?|\]\])?>?\Z")
_DOCTYPE = re.compile(
    r"(?i)doctype html(?: PUBLIC \"-//W3C//DTD [A-Z0-9. ]*//EN\"(?:\s+\"http://www\.w3\.org/[a-z0-9/-]*\.dtd\")?)?\s*"
)
_DECLARATION = re.compile(r"(?i)(?:text/html;\s*charset=)?(?:utf-?8|shift_jis|x-sjis|euc-jp|iso-2022-jp|[\w-]*-\d+)")
_UNSAFE_BARE = re.compile(r"[\s\"'=<>`]")


@dataclass(slots=True)
class Place:
    """Text that stands in the source once or, where an attribute's value comes again and again, several times.

    Attributes:
        occurrences: the runs of each.
        write: says a text in the source's own way.
        locator, label, joins, listed: see `Block`.
        readings: for a word under a ruby, by the word's stretch of the source, the stretches of its readings.
    """

    occurrences: list[list[Run]]
    write: Callable[[str], str]
    locator: str
    label: str = ""
    joins: str = "line"
    listed: bool = False
    readings: list[tuple[int, int, list[tuple[int, int]]]] = field(default_factory=list)

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield its block, numbered `first`."""
        text = text_of(self.occurrences[0])
        yield Block(first, text, self.locator, self.label, joins=self.joins, listed=self.listed)

    def changes(self, feed: EditFeed, first: int) -> tuple[list[Change], int]:
        """Return the changes that its edits ask for, and the number of the next block."""
        due = feed.of(next(self.blocks(first)))
        found = [one for runs in self.occurrences for one in changes(runs, due, self.write)] if due else []
        gone = [
            reading
            for start, end, own in self.readings
            if any(start < last and at < end for at, last, _ in found)
            for reading in own
        ]
        return found + [(start, end, "") for start, end in gone], first + 1


class Page:
    """The places of a page, in reading order: its text, then attributes, then what no browser shows.

    Attributes:
        places: the places.
        data_uris: where data URIs stand: start and end in the source.
    """

    def __init__(self, source: str, can_write: Callable[[str], bool]) -> None:
        """Read `source`.

        Args:
            source: the decoded page.
            can_write: whether the page's encoding has a text; what it lacks is written as references.
        """
        self._source, self._can_write = source, can_write
        self._counts: dict[str, int] = {}
        found = list(tokens(source))
        self._texts: list[Place] = []
        self._others: list[Place] = []
        self._attributes: dict[tuple[bool, str, str], Place] = {}
        _Reader(self, found).read()
        self.data_uris: list[tuple[int, int]] = []
        for token in found:
            self._other(token)
        self.places = [*self._texts, *self._attributes.values(), *self._others]

    def text(self, runs: list[Run], what: str, **setting: object) -> Place | None:
        """Add a block of text; return it, None where it is blank."""
        if not text_of(runs).strip():
            return None
        place = Place([runs], self._in_text, self._locator(what), **setting)  # type: ignore[arg-type]
        self._texts.append(place)
        return place

    def source(self, token: Token) -> list[Run]:
        """Return the stretch of the source that is a token's."""
        return plain(self._source, token.start, token.end)

    def _other(self, token: Token) -> None:
        if token.kind in ("start", "end"):
            self._name(token)
            for attribute in token.attributes:
                self._attribute(attribute)
        elif token.kind == "raw" and token.name in ("script", "style"):
            for runs in self._without_data(token.start, token.end):
                self._add_other(escapes(runs), token.name, _in_script)
        elif token.kind in ("raw", "other"):
            what = "hidden text" if token.kind == "raw" else "comment"
            start, end = token.start, token.end
            if token.kind == "other" and (inside := _INSIDE.match(self._source, start, end)):
                start, end = inside.span(1)
            self._add_other(references(plain(self._source, start, end)), what, self._in_text)

    def _add_other(self, runs: list[Run], what: str, write: Callable[[str], str]) -> None:
        for portion in cut(runs, take):
            if re.search(r"\w", text_of(portion)) and not _DOCTYPE.fullmatch(text_of(portion)):
                self._others.append(Place([portion], write, self._locator(what)))

    def _name(self, token: Token) -> None:
        """Add the name of an element, where somebody made it up."""
        if token.name.isascii() and "-" not in token.name:
            return
        at = token.start + (2 if token.kind == "end" else 1) + 1  # its first letter makes it a tag
        self._shared(plain(self._source, at, at + len(token.name) - 1), "element name", _in_name)

    def _attribute(self, attribute: Attribute) -> None:
        name = attribute.name
        if not name.isascii() or (name.startswith("data-") and len(name) > 5):
            skipped = 5 if name.startswith("data-") else 0
            runs = plain(self._source, attribute.name_start + skipped, attribute.name_start + len(name))
            self._shared(runs, "attribute name", _in_name)
        written = partial(self._in_attribute, quote=attribute.quote)
        if name == "srcdoc":
            self._page_within(attribute, written)
            return
        link = _LINKS.fullmatch(name) or name.endswith(":href")
        for runs in self._without_data(attribute.start, attribute.end):
            runs = references(runs, attribute=True)
            text = text_of(runs)
            quiet = _SHAPE if name in _SHAPES else _QUIET
            quiet_now = quiet.fullmatch(text) or _DECLARATION.fullmatch(text)
            if not text.strip() or (quiet_now and not holds_long_number(text)):
                continue
            if link or text.lower().startswith(("http:", "https:", "mailto:", "tel:")):
                self._shared(percents(runs), "link", partial(_in_link, written=written))
            elif name.startswith("on") or name == "style":
                self._shared(escapes(runs), "attribute", partial(_in_style, written=written))
            else:
                self._shared(runs, "attribute", written)

    def _page_within(self, attribute: Attribute, written: Callable[[str], str]) -> None:
        """Add the places of a page in an attribute; what they write is written as an attribute says it."""
        runs = references(plain(self._source, attribute.start, attribute.end), attribute=True)
        spans = [
            (run.start + at, run.start + at + 1) if run.plain else (run.start, run.end)
            for run in runs
            for at in range(len(run.text))
        ]  # of each character of the inner page
        inner = Page(text_of(runs), self._can_write)
        self.data_uris += [(spans[start][0], spans[end - 1][1]) for start, end in inner.data_uris]
        for place in inner.places:
            write = place.write
            place.occurrences = [
                [Run(run.text, *_stretch(spans, run.start, run.end)) for run in one] for one in place.occurrences
            ]
            place.readings = [
                (*_stretch(spans, start, end), [_stretch(spans, *reading) for reading in readings])
                for start, end, readings in place.readings
            ]
            place.write = lambda text, write=write: written(write(text))  # type: ignore[misc]
            place.locator = self._locator("page within") + " " + place.locator
            self._others.append(place)

    def _shared(self, runs: list[Run], what: str, write: Callable[[str], str]) -> None:
        """Add a value, or one more place where it stands."""
        text = text_of(runs)
        if not text.strip():
            return
        quote = write('"')
        known = self._attributes.get((what == "link", text, quote))
        if known is not None:
            known.occurrences.append(runs)
            return
        self._attributes[what == "link", text, quote] = Place([runs], write, self._locator(what))

    def _without_data(self, start: int, end: int) -> Iterator[list[Run]]:
        """Yield a stretch of the source without data URIs, which are kept apart."""
        at = start
        for found in _DATA_URI.finditer(self._source, start, end):
            self.data_uris.append(found.span())
            yield plain(self._source, at, found.start())
            at = found.end()
        yield plain(self._source, at, end)

    def _locator(self, what: str) -> str:
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{what} {self._counts[what]}"

    def _in_text(self, text: str) -> str:
        said = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return said if self._can_write(said) else _by_number(said)

    def _in_attribute(self, text: str, quote: str) -> str:
        said = self._in_text(text).replace('"', "&quot;").replace("'", "&#39;")
        return said if quote else _UNSAFE_BARE.sub(lambda found: f"&#{ord(found[0])};", said)


_DATA_URI = re.compile(r"(?i)data:[\w.+-]*/?[\w.+-]*(?:;[\w=.+-]+)*,[^\"'\s)<>\\]*")


def _stretch(spans: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Return where in the source a stretch of a page within begins and ends."""
    if start == end:
        at = spans[start][0] if start < len(spans) else spans[-1][1] if spans else 0
        return at, at
    return spans[start][0], spans[end - 1][1]


class _Reader:
    """Joins the text of a page over its inline elements, block by block, with the labels that tables give."""

    def __init__(self, page: Page, found: list[Token]) -> None:
        self._page, self._tokens = page, found
        self._runs: list[Run] = []
        self._reading: list[Run] = []
        self._in_reading = 0
        self._rubies: list[tuple[int, int, list[tuple[int, int]]]] = []
        self._ruby_start: int | None = None
        self._kept = 0
        self._tables: list[_Table] = []
        self._list_tables = _lists(found)
        self._term = ""
        self._where = ""

    def read(self) -> None:
        for token in self._tokens:
            if token.kind == "text":
                self._text(token)
            elif token.name == "br":
                self._runs.append(Run("\n", token.start, token.start))
            elif token.kind in ("start", "end"):
                if _BLOCKS.fullmatch(token.name):
                    self._flush()
                    self._structure(token)
                elif token.name in _READINGS or token.name == "ruby":
                    self._ruby(token)
                if token.name in _KEPT_SPACE:
                    self._kept = max(0, self._kept + (1 if token.kind == "start" else -1))
        self._flush()

    def _text(self, token: Token) -> None:
        runs = references(self._page.source(token))
        (self._reading if self._in_reading else self._runs).extend(runs if self._kept else spaces(runs))

    def _ruby(self, token: Token) -> None:
        if token.name == "ruby":
            if token.kind == "start":
                self._ruby_start = token.end
                self._rubies.append((token.end, token.end, []))
            elif self._ruby_start is not None:
                self._end_ruby(token.start)
            self._in_reading, self._ruby_start = 0, None if token.kind == "end" else self._ruby_start
        else:
            self._in_reading = max(0, self._in_reading + (1 if token.kind == "start" else -1))
            if token.kind == "start" and not self._in_reading:
                self._in_reading = 1

    def _end_ruby(self, end: int) -> None:
        start, _, _ = self._rubies.pop()
        own = [(run.start, run.end) for run in self._reading if run.start >= start]
        self._rubies.append((start, end, own))

    def _flush(self) -> None:
        if self._ruby_start is not None and self._rubies:
            self._end_ruby(max((run.end for run in [*self._runs, *self._reading]), default=self._ruby_start))
        table = self._tables[-1] if self._tables else None
        label, joins, listed = ("", "line", False) if table is None else table.setting()
        if self._where == "dt":
            self._term = text_of(self._runs).strip() or self._term
        elif self._where == "dd":
            label = self._term
        for number, portion in enumerate(cut(_bare(self._runs), take)):
            place = self._page.text(portion, "text", label=label, joins="line" if number else joins, listed=listed)
            if place is not None:
                place.readings = self._rubies
                if table is not None:
                    table.said(text_of(portion))
        for portion in cut(_bare(self._reading), take):
            self._page.text(portion, "ruby", listed=listed)
        self._runs, self._reading, self._rubies, self._in_reading, self._ruby_start = [], [], [], 0, None

    def _structure(self, token: Token) -> None:
        name, begins = token.name, token.kind == "start"
        self._where = name if begins else ""
        if name == "table":
            if begins:
                self._tables.append(_Table(token.start in self._list_tables))
            elif self._tables:
                self._tables.pop()
        elif self._tables and name in ("tr", "td", "th") and begins:
            self._tables[-1].begin(name)
        elif self._tables and name in ("td", "th", "tr", "caption"):
            self._tables[-1].inside = False


@dataclass(slots=True)
class _Table:
    """A table as far as it was read: what its first row and the row at hand say."""

    listed: bool
    rows: int = 0
    heads: list[str] = field(default_factory=list)
    row: list[tuple[str, str]] = field(default_factory=list)
    inside: bool = False

    def begin(self, name: str) -> None:
        if name == "tr":
            if self.rows == 1:
                self.heads = [text if kind == "th" or is_label(text) else "" for kind, text in self.row]
            self.rows += 1
            self.row, self.inside = [], False
        else:
            self.row.append((name, ""))
            self.inside = True

    def said(self, text: str) -> None:
        if self.inside and self.row:
            kind, before = self.row[-1]
            self.row[-1] = (kind, before + text.strip())

    def setting(self) -> tuple[str, str, bool]:
        """Return label, way of joining and whether it is a list, for the block that comes now."""
        if not self.inside or not self.row:
            return "", "line", self.listed
        column = len(self.row) - 1
        kind, said = self.row[-1]
        joins = "cell" if column and not said else "line"
        beside = self.row[column - 1] if column else ("", "")
        label = beside[1] if beside[0] == "th" or is_label(beside[1]) else ""
        label = label or (self.heads[column] if column < len(self.heads) else "")
        return ("" if kind == "th" else label), joins, self.listed and self.rows > 1


def _lists(found: list[Token]) -> set[int]:
    """Return where the tables begin that list several persons: a row of headings and two rows or more below."""
    lists: set[int] = set()
    open_tables: list[tuple[int, list[list[str]]]] = []
    for token in found:
        if token.name == "table" and token.kind == "start":
            open_tables.append((token.start, []))
        elif open_tables and token.kind == "start" and token.name == "tr":
            open_tables[-1][1].append([])
        elif open_tables and token.kind == "start" and token.name in ("td", "th") and open_tables[-1][1]:
            open_tables[-1][1][-1].append(token.name)
        elif open_tables and token.name == "table":
            lists |= _list(*open_tables.pop())
    for one in open_tables:
        lists |= _list(*one)
    return lists


def _list(start: int, rows: list[list[str]]) -> set[int]:
    headed = len(rows) > 2 and len(rows[0]) > 1 and set(rows[0]) == {"th"}
    return {start} if headed or (len(rows) > 2 and len(rows[0]) > 2) else set()


def _bare(runs: list[Run]) -> list[Run]:
    """Return runs without blanks at either end."""
    first, last = 0, len(runs)
    while first < last and not runs[first].text.strip():
        first += 1
    while first < last and not runs[last - 1].text.strip():
        last -= 1
    return runs[first:last]


def _by_number(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _in_script(text: str) -> str:
    """Return a text as it may stand in a string of a script or a style sheet."""
    return "".join(char if char.isalnum() or char in " []()_-・、。" else f"\\u{ord(char):04x}" for char in text)


def _in_style(text: str, written: Callable[[str], str]) -> str:
    return written(_in_script(text))


def _in_name(text: str) -> str:
    return re.sub(r"[^\w-]", "", text) or "x"


def _in_link(text: str, written: Callable[[str], str]) -> str:
    return written(quote(text, safe=""))
