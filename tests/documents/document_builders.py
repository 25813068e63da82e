"""Small builders of real files, and helpers for edits, shared by the document tests."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
from hypothesis import strategies as st

from hairyo.documents import Block, Edit, apply_edits

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = (
    f'<w:{{root}} xmlns:w="{W}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
)


@st.composite
def edits_of(draw: st.DrawFn, blocks: list[Block], replacements: st.SearchStrategy[str]) -> list[Edit]:
    """Draw disjoint ascending edits of some of `blocks`."""
    found = []
    for block in blocks:
        at = 0
        while block.text[at:] and draw(st.booleans()):
            start = draw(st.integers(at, len(block.text) - 1))
            at = draw(st.integers(start + 1, len(block.text)))
            found.append(Edit(block.index, start, at, draw(replacements)))
    return found


def applied(blocks: list[Block], edits: list[Edit]) -> list[str]:
    """Return what the blocks' texts become."""
    return [apply_edits(block.text, [edit for edit in edits if edit.block == block.index]) for block in blocks]


def hits(blocks: list[Block], word: str, mask: str = "[非開示]") -> list[Edit]:
    """Return edits that mask every `word` in `blocks`."""
    found = []
    for block in blocks:
        at = block.text.find(word)
        while at >= 0:
            found.append(Edit(block.index, at, at + len(word), mask))
            at = block.text.find(word, at + len(word))
    return found


def plain_docx(path: Path) -> Path:
    """An everyday document as python-docx writes it."""
    document = docx.Document()
    document.core_properties.author = "山田太郎"
    paragraph = document.add_paragraph("氏名：")
    paragraph.add_run("山").bold = True
    paragraph.add_run("田太")
    paragraph.add_run("郎\t持病\n喘息")
    table = document.add_table(2, 2)
    for row, column, text in ((0, 0, "氏名"), (0, 1, "佐藤花子"), (1, 0, "住所"), (1, 1, "東京都")):
        table.cell(row, column).text = text
    document.sections[0].header.paragraphs[0].text = "部外秘 山田太郎"
    document.save(str(path))
    return path


def pack(path: Path, parts: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip of `parts`."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def unpack(path: Path) -> dict[str, bytes]:
    """Return the members of a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def part(root: str, inside: str) -> str:
    """Return a WordprocessingML part with root element `root`."""
    return "<?xml version='1.0' encoding='UTF-8'?>\n" + _HEAD.format(root=root) + inside + f"</w:{root}>"


def docx_parts(body: str, extra: dict[str, str | bytes] | None = None, rels: str = "") -> dict[str, str | bytes]:
    """Return the parts of the smallest document with `body`, `extra` parts and the body's `rels`."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
    )
    return {
        "[Content_Types].xml": types,
        "_rels/.rels": relationships('<Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/>'),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relationships(rels),
        **(extra or {}),
    }


def relationships(inside: str) -> str:
    """Return a relationships part."""
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def runs(*texts: str, tag: str = "t") -> str:
    """Return one run a text."""
    return "".join(f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>' for text in texts)


def rich_docx(path: Path, name: tuple[str, str] = ("山田", "太郎")) -> Path:
    """A document with `name`, split over runs, in every place that Office may keep personal data in."""
    first, last = name
    both = first + last
    box = f"<w:txbxContent><w:p>{runs(first, last)}</w:p></w:txbxContent>"
    body = (
        f"<w:p><w:bookmarkStart w:id='1' w:name='{both}'/>{runs('氏名', first, last)}</w:p>"
        f"<w:p>{runs(first)}<w:del w:author='{both}'>{runs(last, tag='delText')}</w:del>"
        f"<w:ins w:author='{both}'>{runs('次郎')}</w:ins></w:p>"
        f"<w:p>{runs(' MERGEFIELD ' + first, last, tag='instrText')}{runs(first)}"
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{last}</w:t></w:r></w:p>"
        f"<w:p><w:fldSimple w:instr='AUTHOR {both}'>{runs(first, last)}</w:fldSimple></w:p>"
        f"<w:p><w:r><w:ruby><w:rt>{runs('やまだ')}</w:rt>"
        f"<w:rubyBase>{runs(first, last)}</w:rubyBase></w:ruby></w:r></w:p>"
        f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape o:gfxdata='UEsDBBQ' alt='{both}'>"
        f"<v:textbox>{box}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        f"<w:p><w:r><w:drawing>"
        f"<wp:docPr id='1' name='図 1' descr='{both}' title='{both}'/></w:drawing></w:r></w:p>"
        f"<w:sdt><w:sdtPr><w:alias w:val='{both}'/><w:tag w:val='{both}'/></w:sdtPr><w:sdtContent><w:p>"
        f"{runs(first, last)}</w:p></w:sdtContent></w:sdt>"
        f"<w:p><w:smartTag w:element='PersonName'>{runs(first, last)}</w:smartTag></w:p>"
        f"<!-- {both} --><w:sectPr><w:printerSettings r:id='r9'/></w:sectPr>"
    )
    note = f"<w:p>{runs(first, last)}</w:p>"
    extra: dict[str, str | bytes] = {
        "word/header1.xml": part("hdr", note),
        "word/footer1.xml": part("ftr", note),
        "word/footnotes.xml": part("footnotes", f"<w:footnote w:id='1'>{note}</w:footnote>"),
        "word/endnotes.xml": part("endnotes", f"<w:endnote w:id='1'>{note}</w:endnote>"),
        "word/comments.xml": part(
            "comments", f"<w:comment w:id='1' w:author='{both}' w:initials='{both}'>{note}</w:comment>"
        ),
        "word/people.xml": part("people", f"<w15:person w15:author='{both}'/>"),
        "word/glossary/document.xml": part("glossaryDocument", note),
        "word/settings.xml": part(
            "settings",
            f"<w:mailMerge><w:query w:val='SELECT {both}'/></w:mailMerge>"
            f"<w:docVars><w:docVar w:name='a' w:val='{both}'/></w:docVars>",
        ),
        "word/charts/chart1.xml": (
            '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
            f"<a:p><a:r><a:t>{first}</a:t></a:r><a:r><a:t>{last}</a:t></a:r></a:p><c:v>{both}</c:v></c:chart>"
        ),
        "customXml/item1.xml": f"<?note {both}?><data><氏名 印='{both}'>{both}</氏名>{both}</data>",
        "docProps/core.xml": (
            "<cp:coreProperties "
            'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{both}</dc:creator>'
            f"<cp:lastModifiedBy>{both}</cp:lastModifiedBy></cp:coreProperties>"
        ),
        "docProps/app.xml": f"<Properties><Manager>{both}</Manager></Properties>",
        "docProps/custom.xml": f'<Properties><property name="{both}"><x>{both}</x></property></Properties>',
        "docProps/thumbnail.jpeg": b"\xff\xd8\xff",
        "word/printerSettings1.bin": b"\x00\x01",
        "word/media/image1.png": b"\x89PNG\r\n\x1a\n",
    }
    link = "mailto:%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E@example.jp" if both == "山田太郎" else "mailto:x@example.jp"
    rels = (
        f'<Relationship Id="r2" Type="x/hyperlink" TargetMode="External" Target="{link}"/>'
        f'<Relationship Id="r3" Type="x/attachedTemplate" TargetMode="External" Target="file:///C:/{both}/a.dotx"/>'
        '<Relationship Id="r9" Type="x/printerSettings" Target="printerSettings1.bin"/>'
    )
    return pack(path, docx_parts(body, extra, rels))


def zip_bytes(parts: dict[str, str | bytes]) -> bytes:
    """Return a zip of `parts` as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()
