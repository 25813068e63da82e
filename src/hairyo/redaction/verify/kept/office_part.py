"""One XML part of an Office document for the comparison (部品): its paragraphs, and all else in the order of the part.

What a copy drops is left out of the original's reading, too: thumbnails, printer settings, embedded fonts, orders of
calculation, logs, what add-ins keep, copies in base64, and what refers to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

from hairyo.errors import OutputError
from hairyo.redaction.verify.piece import Kept, Within

DROPPED = re.compile(
    r"(?i)docProps/thumbnail|printerSettings|recipientData|\[trash\]/|__MACOSX/|\.DS_Store$|^mimetype$|calcChain|pivotCacheRecords|revisions/|xl/userNames"
    r"|customProperty\d*\.bin|\.odttf$|\.fntdata$|/fonts/"
)
_DROPPED_ATTRIBUTES = frozenset({"gfxdata", "space"})  # a copy in base64; `xml:space`, which follows the text
_DROPPED_ELEMENTS = frozenset(
    {
        "fldData",
        "printerSettings",
        "blob",
        "oblob",
        "recipientData",
        "absPath",
        "sheetDataSet",
        "calcPr",
        "customPr",
        "customProperties",
    }
    | {"embedRegular", "embedBold", "embedItalic", "embedBoldItalic", "regular", "bold", "italic", "boldItalic"}
)
# Attributes that a workbook's copy sets or loses, by their element.
_SET = {
    "pivotCacheDefinition": frozenset({"refreshOnLoad", "saveData", "id"}),
    "pageSetup": frozenset({"id"}),
}
_LISTS = ("sharedItems", "groupItems")
_ITEMS = frozenset({"s", "n", "d"})
_CHARACTERS = {
    "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad", "sym": "\ufffc",
}  # fmt: skip
_RUN_TEXT = frozenset({"t", "delText", "instrText", "delInstrText"})
_RUN_SPACES = ("wordprocessingml", "drawingml", "/math")
_SHEET_SPACE = "spreadsheetml"
_PROPERTIES = frozenset({"pPr", "rPr", "sectPr", "rubyPr", "sdtPr"})
_TRACKED = frozenset({"del", "ins", "moveFrom", "moveTo"})
_FORMULAS = frozenset(
    {"f", "formula", "formula1", "formula2", "oldFormula", "definedName", "calculatedColumnFormula", "totalsRowFormula"}
)
_FORMULA_ATTRIBUTES = frozenset(
    {"textlink", "fmlaLink", "fmlaRange", "fmlaGroup", "fmlaTxbx", "location", "sheet", "refersTo"}
)
# Elements whose name (and other attributes) is what formulas call them.
_NAMED = {
    "sheet": ("name",), "definedName": ("name",), "table": ("name", "displayName"), "tableColumn": ("name",),
    "worksheetSource": ("name",),
}  # fmt: skip
_ENCODING = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>")
_KNOWN = ("utf-", "utf8", "us-ascii", "iso-8859-1")
_MAX_POINTS = 1_000_000


def refuse_doctype(*_: object) -> None:
    """Refuse a document type, which Office never declares."""
    raise OutputError("a part of the copy declares a document type; the input must be held")


def root_of(data: bytes) -> str:
    """Return the local name of a part's root element."""
    for found in re.finditer(rb"<([A-Za-z_][^\s/>]*)", data.replace(b"\0", b"")[:4096]):
        return found[1].rpartition(b":")[2].decode("utf-8", "replace")
    return ""


@dataclass(slots=True)
class _Paragraph:
    """The text of a paragraph that is being read, by what it is (`_flow`); `depth` is how many elements it lies in."""

    depth: int
    texts: dict[str, list[str]] = field(default_factory=dict)
    tracked: bool = False

    def add(self, flow: str, text: str) -> None:
        self.texts.setdefault(flow, []).append(text)


class PartReader:
    """Reads what has to survive of one XML part, in document order."""

    def __init__(self, root: str) -> None:
        self._formulas = root in ("workbook", "worksheet", "table", "chartSpace", "wsDr", "externalLink", "chart",
                                  "pivotCacheDefinition", "dialogsheet", "chartsheet", "xml", "slicerCacheDefinition",
                                  "ctrlProp", "formControlPr", "pivotTableDefinition")  # fmt: skip
        self.found: list[Kept] = []
        self._names: list[str] = []
        self._paragraphs: list[_Paragraph] = []
        self._others: list[str] = []
        self._leaf: list[str] = []
        self._dropped = self._muted = self._paragraph = self._formula = self._readings = 0
        self._points: dict[str, str] | None = None
        self._count = self._index = ""
        self._childless = False

    def of(self, data: bytes) -> Iterator[Kept]:
        """Yield what has to survive of a part."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self.text, refuse_doctype
        parse(parser, data)
        self._end_others()
        return iter(self.found)

    def start(self, name: str, attributes: list[str]) -> None:
        """Begin an element."""
        _, _, local = name.rpartition(" ")
        self._names.append(local)
        pairs = [(key.rpartition(" ")[2], value) for key, value in zip(attributes[::2], attributes[1::2], strict=True)]
        points_at_dropped = any(key in ("PartName", "Target") and DROPPED.search(value) for key, value in pairs)
        if self._dropped or local in _DROPPED_ELEMENTS or points_at_dropped:
            self._dropped += 1
        elif self._muted:
            self._muted += 1
        elif self._points is not None:
            if local == "ptCount":
                self._count = dict(pairs).get("val", "")
            elif local == "pt":
                self._index = dict(pairs).get("idx", "")
        elif local in _CHARACTERS and self._in_run():
            # What a tab or a break looks like goes with it where it is redacted.
            self._paragraphs[-1].add(self._flow(local), _CHARACTERS[local])
            self._muted = 1
        elif local in _RUN_TEXT and self._in_run():
            self._paragraphs[-1].add(self._flow(local), "")
        else:
            self._begin(name, local, pairs)

    def _begin(self, name: str, local: str, pairs: list[tuple[str, str]]) -> None:
        space = name.rpartition(" ")[0]
        self._childless = False
        self._end_leaf()
        self._childless = True
        self._readings += local in ("rt", "rPh")
        if _is_paragraph(space, local):
            self._paragraphs.append(_Paragraph(len(self._names)))
        elif self._paragraphs and local in _TRACKED:
            self._paragraphs[-1].tracked = True
        if local == "numCache":
            self._points = {}
        parent = self._names[-2] if len(self._names) > 1 else ""
        if parent in _LISTS and local in _ITEMS:
            name = local = "item"
        if local != "r":  # of a run; one is made where a break stood
            self._others.append(name)
        gone = _SET.get(local, _DROPPED_ATTRIBUTES)
        for key, value in pairs:
            if key in _DROPPED_ATTRIBUTES or key in gone:
                continue
            if local in _LISTS and key.startswith(("contains", "min", "max")):
                continue
            if local in _NAMED and key in _NAMED[local] and self._formulas:
                self._single(f"name of {local}", value, "name")
            elif self._formulas and key in _FORMULA_ATTRIBUTES:
                self._single(f"formula in {local}", value, "formula")
            else:
                self._others += (key, unquoted(value) if key == "Target" else value)

    def _single(self, what: str, text: str, kind: str) -> None:
        """Add a piece of its own: a name, or a formula."""
        self._formula += 1
        place = f"{what} {self._formula}"
        if kind == "name":
            self.found.append(Kept(place, text, kind="name", counted=False))
        else:
            self.found.append(Kept(place, text, kind="formula", counted=False, cut=text.count('"') > 2))

    def end(self, name: str) -> None:
        """End an element."""
        local = self._names.pop()
        if self._dropped:
            self._dropped -= 1
        elif self._muted:
            self._muted -= 1
        elif self._points is not None:
            if local == "v":
                self._points[self._index] = "".join(self._leaf)
                self._leaf.clear()
            elif local == "numCache":
                self._end_points()
            elif local == "formatCode":
                self._end_leaf()
        elif self._paragraphs and len(self._names) + 1 == self._paragraphs[-1].depth:
            self._end_paragraph()
        elif local in _FORMULAS and self._formulas:
            if self._leaf:
                text = "".join(self._leaf)
                self._leaf.clear()
                self._single(f"formula in {local}", text, "formula")
        elif not (local in _RUN_TEXT and self._in_run()):
            self._end_leaf()

    def _end_points(self) -> None:
        """End a chart's numbers: a point that is redacted goes whole."""
        points, self._points = self._points or {}, None
        count = int(self._count) if self._count.isdecimal() and len(self._count) < 8 else 0
        values = tuple(points.get(str(at)) for at in range(min(count, _MAX_POINTS)))
        self._paragraph += 1
        self.found.append(Kept(f"numbers of a chart {self._paragraph}", "", values=values, counted=False))

    def text(self, data: str) -> None:
        """Take text."""
        if self._dropped or self._muted:
            return
        if self._points is None and self._names[-1] in _RUN_TEXT and self._in_run():
            self._paragraphs[-1].add(self._flow(self._names[-1]), data)
        else:
            self._leaf.append(data)

    def _in_run(self) -> bool:
        return bool(self._paragraphs) and not _PROPERTIES.intersection(self._names[self._paragraphs[-1].depth :])

    def _end_paragraph(self) -> None:
        self._end_others()
        paragraph = self._paragraphs.pop()
        self._paragraph += 1
        place = f"paragraph {self._paragraph}"
        mixed = paragraph.tracked or "deleted" in paragraph.texts
        readings = [flow for flow in paragraph.texts if flow.startswith("ruby")]
        for flow in ("deleted", "field", "text", *readings):
            if flow in paragraph.texts:
                is_reading = flow.startswith("ruby")
                text = "".join(paragraph.texts[flow])
                self.found.append(Kept(place, text, cut=mixed and not is_reading, may_go=is_reading, counted=not mixed))

    def _flow(self, local: str) -> str:
        """Return what a character of the paragraph is part of: its text, what was deleted, a field, a reading."""
        within = self._names[self._paragraphs[-1].depth :]
        if "rt" in within or "rPh" in within:
            return f"ruby {self._readings:06}"
        if local in ("instrText", "delInstrText"):
            return "field"
        return "deleted" if local == "delText" or "del" in within or "moveFrom" in within else "text"

    def _end_leaf(self) -> None:
        """End a text node; a blank one counts only as the whole content of an element."""
        text = "".join(self._leaf)
        self._leaf.clear()
        if self._childless or text.strip():
            self._others.append(text if text.strip() else "")
        self._childless = False

    def _end_others(self) -> None:
        self._end_leaf()
        if self._others:
            place = f"elements, attributes and text before paragraph {self._paragraph + 1}"
            others = tuple(self._others)
            self._others.clear()
            self.found.append(Kept(place, "", within=Within(others, others, _one_by_one)))


def parse(parser: expat.XMLParserType, data: bytes) -> None:
    """Feed a part to a parser, which by itself knows no Japanese encoding.

    Raises:
        ExpatError: it is not well-formed.
    """
    declared = _ENCODING.match(data)
    name = declared[1].decode("ascii") if declared else "utf-8"
    if name.lower().startswith(_KNOWN):
        parser.Parse(data, True)
        return
    try:
        text = data.decode(name)
    except (LookupError, UnicodeError) as error:
        raise expat.ExpatError("unknown encoding") from error
    parser.Parse(text[text.index("?>") + 2 :], True)


def unquoted(link: str) -> str:
    """Return a link without percent escapes, as it is where they are of no UTF-8."""
    try:
        return unquote(link, errors="strict")
    except UnicodeDecodeError:
        return link


def _one_by_one(texts: tuple[str, ...], scratch: Path) -> Iterator[Callable[[tuple[str, ...]], Iterable[Kept]]]:
    yield lambda one: (Kept(f"{number}", text) for number, text in enumerate(one, 1))


def _is_paragraph(space: str, local: str) -> bool:
    if local == "p":
        return any(part in space for part in _RUN_SPACES)
    return local in ("si", "is", "text") and _SHEET_SPACE in space
