"""Build the example submissions that a text editor cannot write.

    python examples/make_office_files.py

reads `sources/` and writes into `submissions/`: text in other encodings, a CP932 table, a Parquet table,
two Word documents and the broken files. The bytes are the same on every run (Parquet: for one version of
pyarrow). Everything else in `submissions/` is plain UTF-8 and edited in place.
"""

from __future__ import annotations

import csv
import io
import json
import random
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

HERE = Path(__file__).resolve().parent
SEED = 20260401
STAMP = "2026-10-01T09:00:00Z"  # of every document and tracked change, so that the bytes stay the same
ZIP_TIME = (2026, 10, 1, 9, 0, 0)

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CORE = f"{PACKAGE}/metadata/core-properties"
DUBLIN = "http://purl.org/dc/elements/1.1/"
TERMS = "http://purl.org/dc/terms/"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PARTS = ("document", "styles", "header", "footer", "comments", "footnotes")


def build(target: Path) -> None:
    """Write all built examples into the folder `target`, over those that are there.

    Raises:
        UnicodeEncodeError: a source for a CP932 file holds a character that CP932 has not.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name, data in built_files(HERE / "sources"):
        (target / name).write_bytes(data)


def built_files(sources: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every built example, made from the texts in the folder `sources`."""
    yield "profile-02.txt", _text(sources, "profile-02.txt").encode("utf-8-sig")
    yield "profile-03.txt", _text(sources, "profile-03.txt").replace("\n", "\r\n").encode("cp932")
    yield "profiles.csv", excel_csv(_text(sources, "profiles.csv"))
    yield "profiles.parquet", parquet(_text(sources, "profiles-parquet.jsonl"))
    resume = docx(tomllib.loads(_text(sources, "resume-01.toml")))
    yield "resume-01.docx", resume
    yield "resume-02.docx", docx(tomllib.loads(_text(sources, "resume-02.toml")))
    yield "broken-empty.txt", b""
    yield "broken-truncated.docx", resume[: len(resume) // 2]
    yield "broken-binary.txt", random.Random(SEED).randbytes(4096)
    yield "slides.key", stored_zip({"Index/Document.iwa": random.Random(SEED + 1).randbytes(2048)})


def excel_csv(text: str) -> bytes:
    """Return a table as Excel saves it in Japan: CP932, CRLF after a row, LF within a quoted cell."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(csv.reader(io.StringIO(text, newline="")))
    return out.getvalue().encode("cp932")


def parquet(lines: str) -> bytes:
    """Return a Parquet table of the JSON lines; 登録日 becomes a date, a null stays a null."""
    rows = [json.loads(line) for line in lines.splitlines()]
    for row in rows:
        row["登録日"] = date.fromisoformat(row["登録日"])
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, compression="zstd", row_group_size=4)
    return sink.getvalue()


def stored_zip(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of the members, uncompressed and with one fixed time: the same bytes on any machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()


def docx(source: Mapping[str, Any]) -> bytes:
    """Return a Word document.

    Args:
        source: `title`, `creator`, `modified_by`, `header`, `footer`, and `body`: a list of blocks, each
            either `table` (rows of cell texts) or `runs` (a paragraph). A run has `text` and may have
            `bold`, `italic`, `color`, `size` (points), `inserted_by`, `deleted_by`, `footnote`,
            `comment` with `comment_by`.
    """
    notes = _Notes()
    body = _w("body", *(notes.block(block) for block in source["body"]), _section())
    roots = {
        "document": _w("document", body),
        "styles": _w("styles", _w("docDefaults", _w("rPrDefault", _w("rPr", _w("sz", val="21"))))),
        "header": _w("hdr", _paragraph(_run(source["header"]))),
        "footer": _w("ftr", _paragraph(_run(source["footer"]))),
        "comments": _w("comments", *notes.comments),
        "footnotes": _w("footnotes", *notes.footnotes),
    }
    return stored_zip(
        {
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations(
                ("rId1", f"{RELATION}/officeDocument", "word/document.xml"),
                ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ),
            "docProps/core.xml": _core(source),
            "word/_rels/document.xml.rels": _relations(
                *((name, f"{RELATION}/{name}", f"{name}.xml") for name in PARTS[1:])
            ),
        }
        | {f"word/{name}.xml": _xml(root) for name, root in roots.items()}
    )


class _Notes:
    """Makes the blocks of a document's body and gathers the comments and footnotes met on the way."""

    def __init__(self) -> None:
        self.comments: list[etree._Element] = []
        self.footnotes = [
            _w("footnote", _paragraph(_w("r", _w(kind))), type=kind, id=str(number))
            for number, kind in enumerate(("separator", "continuationSeparator"), start=-1)
        ]
        self._changes = 100

    def block(self, block: Mapping[str, Any]) -> etree._Element:
        """Return the `w:tbl` or `w:p` of one block."""
        if "table" in block:
            return _table(block["table"])
        return _paragraph(*(element for run in block["runs"] for element in self._elements(run)))

    def _elements(self, run: Mapping[str, Any]) -> Iterator[etree._Element]:
        deleted = "deleted_by" in run
        element = _run(run["text"], _format(run), tag="delText" if deleted else "t")
        if deleted or "inserted_by" in run:
            self._changes += 1
            author = run["deleted_by"] if deleted else run["inserted_by"]
            kind = "del" if deleted else "ins"
            yield _w(kind, element, id=str(self._changes), author=author, date=STAMP)
        elif "comment" in run:
            yield from self._commented(element, run)
        else:
            yield element
        if "footnote" in run:
            yield self._footnote(run["footnote"])

    def _commented(self, element: etree._Element, run: Mapping[str, Any]) -> Iterator[etree._Element]:
        number, author = str(len(self.comments)), run["comment_by"]
        text = _paragraph(_run(run["comment"]))
        self.comments.append(_w("comment", text, id=number, author=author, initials=author[0], date=STAMP))
        yield _w("commentRangeStart", id=number)
        yield element
        yield _w("commentRangeEnd", id=number)
        yield _w("r", _w("commentReference", id=number))

    def _footnote(self, text: str) -> etree._Element:
        number = str(len(self.footnotes) - 1)
        self.footnotes.append(_w("footnote", _paragraph(_w("r", _w("footnoteRef")), _run(text)), id=number))
        return _w("r", _w("rPr", _w("vertAlign", val="superscript")), _w("footnoteReference", id=number))


def _text(sources: Path, name: str) -> str:
    return (sources / name).read_text(encoding="utf-8")


def _w(tag: str, *children: etree._Element, **attributes: str) -> etree._Element:
    """Return a WordprocessingML element; attributes are put in the same namespace."""
    element = etree.Element(f"{{{WORD}}}{tag}", nsmap={"w": WORD, "r": RELATION})
    for name, value in attributes.items():
        element.set(f"{{{WORD}}}{name}", value)
    element.extend(children)
    return element


def _paragraph(*children: etree._Element) -> etree._Element:
    return _w("p", *children)


def _run(text: str, *formatting: etree._Element, tag: str = "t") -> etree._Element:
    content = _w(tag)
    content.text = text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return _w("r", *formatting, content)


def _format(run: Mapping[str, Any]) -> etree._Element:
    """Return the `w:rPr` of a run; the schema wants this order."""
    formatting = _w("rPr")
    formatting.extend(_w(tag) for tag, key in (("b", "bold"), ("i", "italic")) if run.get(key))
    if "color" in run:
        formatting.append(_w("color", val=run["color"]))
    if "size" in run:
        formatting.append(_w("sz", val=str(2 * run["size"])))
    return formatting


def _table(rows: Sequence[Sequence[str]]) -> etree._Element:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = _w("tblBorders", *(_w(side, val="single", sz="4") for side in sides))
    grid = _w("tblGrid", *(_w("gridCol") for _ in rows[0]))
    lines = (_w("tr", *(_w("tc", _paragraph(_run(cell))) for cell in row)) for row in rows)
    return _w("tbl", _w("tblPr", _w("tblW", w="5000", type="pct"), borders), grid, *lines)


def _section() -> etree._Element:
    """Return the section (A4), which calls header and footer by the ids of their relations."""
    section = _w("sectPr")
    for name in ("header", "footer"):
        reference = _w(f"{name}Reference", type="default")
        reference.set(f"{{{RELATION}}}id", name)
        section.append(reference)
    section.append(_w("pgSz", w="11906", h="16838"))
    return section


def _core(source: Mapping[str, Any]) -> bytes:
    root = etree.Element(f"{{{CORE}}}coreProperties", nsmap={"cp": CORE, "dc": DUBLIN, "dcterms": TERMS, "xsi": SCHEMA})
    for name, key in (
        (f"{{{DUBLIN}}}title", "title"),
        (f"{{{DUBLIN}}}creator", "creator"),
        (f"{{{CORE}}}lastModifiedBy", "modified_by"),
    ):
        etree.SubElement(root, name).text = source[key]
    for name in ("created", "modified"):
        element = etree.SubElement(root, f"{{{TERMS}}}{name}", {f"{{{SCHEMA}}}type": "dcterms:W3CDTF"})
        element.text = STAMP
    return _xml(root)


def _content_types() -> bytes:
    types = f"{PACKAGE}/content-types"
    root = etree.Element(f"{{{types}}}Types", nsmap={None: types})
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    etree.SubElement(root, f"{{{types}}}Default", Extension="rels", ContentType=relations)
    names = {f"/word/{name}.xml": f"{MEDIA}.{name}+xml" for name in PARTS}
    names["/word/document.xml"] = f"{MEDIA}.document.main+xml"
    names["/docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    for name, kind in names.items():
        etree.SubElement(root, f"{{{types}}}Override", PartName=name, ContentType=kind)
    return _xml(root)


def _relations(*relations: tuple[str, str, str]) -> bytes:
    namespace = f"{PACKAGE}/relationships"
    root = etree.Element(f"{{{namespace}}}Relationships", nsmap={None: namespace})
    for identifier, kind, target in relations:
        etree.SubElement(root, f"{{{namespace}}}Relationship", Id=identifier, Type=kind, Target=target)
    return _xml(root)


def _xml(root: etree._Element) -> bytes:
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


if __name__ == "__main__":
    build(HERE / "submissions")
