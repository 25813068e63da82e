"""Test beds: an XLSX and a PPTX with a secret of its own in every place that the format has."""

from __future__ import annotations

import io
from pathlib import Path

import pptx
from document_builders import pack, relationships, unpack
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DIGITS = "零壱弐参四五六七八九"
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SLIDE = "application/vnd.openxmlformats-officedocument.presentationml"


class Secrets(dict):
    """Gives a secret for every place asked for, no two alike."""

    def __missing__(self, place: str) -> str:
        number = len(self)
        self[place] = "密" + "".join(_DIGITS[int(digit)] for digit in f"{number:03}") + "丸"
        return self[place]


def split(word: str, open_: str = "<r><t>", close: str = "</t></r>") -> str:
    """Return a word cut into runs."""
    return "".join(open_ + piece + close for piece in (word[:2], word[2:]))


def book_types(overrides: dict[str, str]) -> str:
    """Return the content types of a workbook."""
    rows = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        f'<Default Extension="bin" ContentType="{_BOOK}.printerSettings"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_BOOK}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_BOOK}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_BOOK}.sharedStrings+xml"/>{rows}</Types>'
    )


def rel(number: int | str, kind: str, target: str, mode: str = "") -> str:
    """Return a relationship."""
    outside = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{target}"{outside}/>'


def book_parts(
    sheet: str,
    *,
    strings: str = "",
    styles: str = "",
    names: str = "",
    sheets: str = "",
    rels: str = "",
    sheet_rels: str = "",
    overrides: dict[str, str] | None = None,
    extra: dict[str, str | bytes] | None = None,
    title: str = "Sheet1",
    book: str = "",
) -> dict[str, str | bytes]:
    """Return the parts of a workbook of one sheet, whose content after `<sheetData>` may follow in `sheet`."""
    return {
        "[Content_Types].xml": book_types(overrides or {}),
        "_rels/.rels": relationships(rel(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{S}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
            'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac">'
            f'{book}<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/>{sheets}</sheets>'
            f"<definedNames>{names}</definedNames></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relationships(
            rel(1, "worksheet", "worksheets/sheet1.xml")
            + rel(2, "styles", "styles.xml")
            + rel(3, "sharedStrings", "sharedStrings.xml")
            + rels
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}" xmlns:r="{R}">{sheet}</worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(sheet_rels),
        **(extra or {}),
    }


def cells(*rows: str) -> str:
    """Return rows of cells; the cells are given without their places."""
    return "<sheetData>" + "".join(f"<row>{row}</row>" for row in rows) + "</sheetData>"


def inline(text: str) -> str:
    """Return a cell that holds `text` itself."""
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def rich_xlsx(path: Path) -> tuple[Path, Secrets]:
    """A workbook with a secret in every place that Excel may keep one in, and the secrets by place."""
    s = Secrets()
    sheet = (
        '<sheetPr codeName="a"/><sheetData>'
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
        f'<row r="2" hidden="1"><c r="A2" t="inlineStr"><is>{split(s["inline"])}</is></c>'
        '<c r="B2" s="1"><v>9012345678</v></c><c r="C2" s="2"><v>33333</v></c></row>'
        f'<row r="3"><c r="A3" t="str"><f>"{s["literal"][:2]}"&amp;"{s["literal"][2:]}"</f><v>{s["literal"]}</v></c>'
        f'<c r="B3" t="str"><f>A2</f><v>{s["cached"]}</v></c><c r="C3"><f>B2+1</f><v>9012345679</v></c>'
        f"<c r=\"D3\"><f>'{s['sheet']}'!A1+{s['defined']}+{s['table']}[{s['column']}]</f></c>"
        f"<c r=\"E3\"><f>'[1]{s['outer sheet']}'!A1</f></c></row>"
        f'<row r="5"><c r="A5" t="s"><v>3</v></c></row></sheetData>'
        f'<autoFilter ref="A1:C2"><filterColumn colId="0"><filters><filter val="{s["filter"]}"/></filters>'
        f'<customFilters><customFilter val="{s["custom filter"]}"/></customFilters></filterColumn></autoFilter>'
        f'<conditionalFormatting sqref="A1"><cfRule type="containsText" text="{s["cf text"]}" priority="1">'
        f'<formula>SEARCH("{s["cf formula"]}",A1)</formula></cfRule></conditionalFormatting>'
        f'<dataValidations><dataValidation type="list" sqref="A9" prompt="{s["prompt"]}" promptTitle="{s["prompt title"]}" '
        f'error="{s["error"]}" errorTitle="{s["error title"]}"><formula1>"{s["validation"]},他"</formula1></dataValidation>'
        f'</dataValidations><hyperlinks><hyperlink ref="A1" r:id="rId1" display="{s["display"]}" tooltip="{s["tooltip"]}"/>'
        f'<hyperlink ref="A2" location="\'{s["sheet"]}\'!A1"/></hyperlinks>'
        '<pageSetup r:id="rId7"/>'
        f"<headerFooter><oddHeader>&amp;C{s['header']}</oddHeader><oddFooter>{s['footer']}</oddFooter></headerFooter>"
        '<customProperties><customPr name="a" r:id="rId8"/></customProperties>'
        '<drawing r:id="rId2"/><legacyDrawing r:id="rId3"/><tableParts count="1"><tablePart r:id="rId4"/></tableParts>'
    )
    styles = (
        f'<numFmts><numFmt numFmtId="164" formatCode="00000000000"/><numFmt numFmtId="165" formatCode=\'"{s["format"]}"0\'/>'
        '</numFmts><fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="31"/></cellXfs>'
        f'<cellStyles><cellStyle name="{s["style"]}" xfId="0"/></cellStyles>'
    )
    strings = (
        f"<si>{split(s['shared'])}<rPh sb='0' eb='2'><t>{s['reading']}</t></rPh><phoneticPr fontId='1'/></si>"
        f"<si><t>{s['column']}</t></si><si><t>見出し</t></si><si><t>{s['shared']}です</t></si>"
        f"<si><t>{s['orphan']}</t></si>"
    )
    names = (
        f'<definedName name="{s["defined"]}" comment="{s["name comment"]}">"{s["name text"]}"</definedName>'
        f'<definedName name="_xlnm.Print_Area" localSheetId="0">\'{s["sheet"]}\'!$A$1</definedName>'
    )
    spaces = f'xmlns:a="{A}" xmlns:c="{C}" xmlns:r="{R}"'
    extra: dict[str, str | bytes] = {
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{S}">{cells(inline(s["hidden sheet"]))}</worksheet>',
        "xl/comments1.xml": (
            f'<comments xmlns="{S}"><authors><author>{s["comment author"]}</author></authors><commentList>'
            f'<comment ref="A1" authorId="0"><text>{split(s["comment"])}</text></comment></commentList></comments>'
        ),
        "xl/threadedComments/threadedComment1.xml": (
            '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
            f'<threadedComment ref="A1"><text>{s["thread"]}</text></threadedComment></ThreadedComments>'
        ),
        "xl/persons/person.xml": (
            '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
            f'<person displayName="{s["person"]}" userId="{s["person id"]}" providerId="None"/></personList>'
        ),
        "xl/drawings/drawing1.xml": (
            f'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" {spaces}>'
            f'<xdr:sp textlink="\'{s["sheet"]}\'!A1"><xdr:cNvPr name="{s["shape"]}" descr="{s["alt"]}"/><xdr:txBody><a:p>'
            f"{split(s['box'], '<a:r><a:t>', '</a:t></a:r>')}</a:p></xdr:txBody></xdr:sp></xdr:wsDr>"
        ),
        "xl/drawings/vmlDrawing1.vml": (
            '<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape alt="' + s["vml alt"] + '"><v:textbox>'
            f"<div>{s['vml']}</div></v:textbox></v:shape></xml>"
        ),
        "xl/charts/chart1.xml": (
            f"<c:chartSpace {spaces}><c:title><c:rich><a:p><a:r><a:t>{s['chart title']}</a:t></a:r></a:p></c:rich></c:title>"
            f"<c:cat><c:strRef><c:f>'{s['sheet']}'!$A$1</c:f><c:strCache><c:pt idx='0'><c:v>{s['chart cache']}</c:v></c:pt>"
            "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:ptCount val='1'/><c:pt idx='0'>"
            "<c:v>9012345678</c:v></c:pt></c:numCache></c:numRef></c:val></c:chartSpace>"
        ),
        "xl/tables/table1.xml": (
            f'<table xmlns="{S}" name="{s["table"]}" displayName="{s["table"]}" ref="A1:C2"><tableColumns count="3">'
            f'<tableColumn name="{s["shared"]}"/><tableColumn name="{s["column"]}" totalsRowLabel="{s["totals"]}">'
            f'<calculatedColumnFormula>"{s["column formula"]}"</calculatedColumnFormula></tableColumn>'
            '<tableColumn name="見出し"/></tableColumns></table>'
        ),
        "xl/pivotCache/pivotCacheDefinition1.xml": (
            f'<pivotCacheDefinition xmlns="{S}" xmlns:r="{R}" r:id="rId1" refreshedBy="{s["refreshed by"]}"><cacheSource type='
            f'"worksheet"><worksheetSource ref="A1:C2" sheet="{s["sheet"]}"/></cacheSource><cacheFields><cacheField '
            f'name="{s["pivot field"]}"><sharedItems containsNumber="1"><s v="{s["pivot item"]}"/><n v="9012345678"/>'
            "</sharedItems></cacheField></cacheFields></pivotCacheDefinition>"
        ),
        "xl/pivotCache/pivotCacheRecords1.xml": (
            f'<pivotCacheRecords xmlns="{S}"><r><s v="{s["pivot record"]}"/></r></pivotCacheRecords>'
        ),
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": relationships(
            rel(1, "pivotCacheRecords", "pivotCacheRecords1.xml")
        ),
        "xl/pivotTables/pivotTable1.xml": (
            f'<pivotTableDefinition xmlns="{S}" name="{s["pivot"]}" dataCaption="{s["pivot caption"]}"/>'
        ),
        "xl/externalLinks/externalLink1.xml": (
            f'<externalLink xmlns="{S}" xmlns:r="{R}"><externalBook r:id="rId1"><sheetNames><sheetName val="{s["outer sheet"]}"/>'
            f'</sheetNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>{s["outer cell"]}</v>'
            "</cell></row></sheetData></sheetDataSet></externalBook></externalLink>"
        ),
        "xl/externalLinks/_rels/externalLink1.xml.rels": relationships(
            rel(1, "externalLinkPath", f"file:///C:/{s['outer path']}/a.xlsx", "External")
        ),
        "xl/connections.xml": (
            f'<connections xmlns="{S}"><connection id="1" name="{s["connection"]}" description="{s["connection text"]}">'
            f'<dbPr connection="{s["dsn"]}" command="SELECT {s["command"]}"/></connection></connections>'
        ),
        "xl/revisions/revisionLog1.xml": f'<revisions xmlns="{S}"><rcc><nc><v>{s["revision"]}</v></nc></rcc></revisions>',
        "xl/calcChain.xml": f'<calcChain xmlns="{S}"><c r="A3"/></calcChain>',
        "xl/printerSettings/printerSettings1.bin": s["printer"].encode("utf-16-le"),
        "xl/customProperty1.bin": s["custom property"].encode("utf-16-le"),
        "customXml/item1.xml": f"<!--{s['xml comment']}--><a 属='{s['custom attribute']}'>{s['custom xml']}</a>",
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{s["creator"]}</dc:creator>'
            f"<cp:lastModifiedBy>{s['modified by']}</cp:lastModifiedBy></cp:coreProperties>"
        ),
        "docProps/app.xml": f"<Properties><Manager>{s['manager']}</Manager><T>{s['sheet']}</T></Properties>",
        "docProps/custom.xml": f'<Properties><property name="{s["property"]}"><x>{s["property value"]}</x></property></Properties>',
        "docProps/thumbnail.wmf": s["thumbnail"].encode("utf-16-le"),
        "xl/embeddings/list.csv": f"氏名\n{s['embedded']}\n".encode(),
    }
    sheet_rels = (
        rel(1, "hyperlink", f"mailto:{s['link']}@example.jp", "External")
        + rel(2, "drawing", "../drawings/drawing1.xml")
        + rel(3, "vmlDrawing", "../drawings/vmlDrawing1.vml")
        + rel(4, "table", "../tables/table1.xml")
        + rel(7, "printerSettings", "../printerSettings/printerSettings1.bin")
        + rel(8, "customProperty", "../customProperty1.bin")
    )
    book = (
        f'<fileSharing userName="{s["sharing"]}"/><mc:AlternateContent><mc:Choice Requires="x15">'
        f'<x15ac:absPath url="C:\\{s["path"]}\\"/></mc:Choice></mc:AlternateContent>'
    )
    parts = book_parts(
        sheet,
        strings=strings,
        styles=styles,
        names=names,
        sheets=f'<sheet name="{s["sheet"]}" sheetId="2" state="veryHidden" r:id="rId4"/>',
        rels=rel(4, "worksheet", "worksheets/sheet2.xml")
        + rel(5, "calcChain", "calcChain.xml")
        + rel(6, "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
        sheet_rels=sheet_rels,
        overrides={
            "xl/worksheets/sheet2.xml": f"{_BOOK}.worksheet+xml",
            "xl/tables/table1.xml": f"{_BOOK}.table+xml",
            "xl/embeddings/list.csv": "text/csv",
        },
        extra=extra,
        book=book,
    )
    return pack(path, parts), s


def rich_pptx(path: Path) -> tuple[Path, Secrets]:
    """Slides with a secret in every place that PowerPoint may keep one in, and the secrets by place."""
    s = Secrets()
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "題"
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    for piece in (s["title"][:2], s["title"][2:]):
        paragraph.add_run().text = piece
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    table.cell(0, 0).text, table.cell(0, 1).text = "氏名", s["table"]
    slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9).text_frame.text = s["group"]
    slide.shapes[0].name = s["shape name"]
    slide.notes_slide.notes_text_frame.text = s["notes"]
    deck.slide_masters[0].shapes[0].text = s["master"]
    deck.slide_layouts[1].shapes[0].text = s["layout"]
    deck.core_properties.author = s["creator"]
    chart_data = CategoryChartData()
    chart_data.categories = [s["category"]]
    chart_data.add_series(s["series"], [9012345678])
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 9, 9, chart_data)
    buffer = io.BytesIO()
    deck.save(buffer)
    path.write_bytes(buffer.getvalue())
    parts: dict[str, str | bytes] = dict(unpack(path))
    spaces = f'xmlns:a="{A}" xmlns:p="{P}" xmlns:r="{R}"'
    run = "<a:p>{}</a:p>"
    parts |= {
        "ppt/comments/comment1.xml": (
            f"<p:cmLst {spaces}><p:cm authorId='0'><p:text>{s['comment']}</p:text></p:cm></p:cmLst>"
        ),
        "ppt/commentAuthors.xml": (
            f'<p:cmAuthorLst {spaces}><p:cmAuthor name="{s["author"]}" initials="{s["initials"]}"/></p:cmAuthorLst>'
        ),
        "ppt/comments/modernComment_1.xml": (
            f'<p188:cmLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main" {spaces}><p188:cm>'
            f"<p188:txBody>{run.format(split(s['modern comment'], '<a:r><a:t>', '</a:t></a:r>'))}</p188:txBody></p188:cm>"
            "</p188:cmLst>"
        ),
        "ppt/authors.xml": (
            '<p188:authorLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main">'
            f'<p188:author name="{s["modern author"]}" initials="x" userId="{s["user"]}"/></p188:authorLst>'
        ),
        "ppt/diagrams/data1.xml": (
            f'<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" {spaces}>'
            f"<dgm:t>{run.format('<a:r><a:t>' + s['diagram'] + '</a:t></a:r>')}</dgm:t></dgm:dataModel>"
        ),
        "ppt/diagrams/drawing1.xml": (
            f'<dsp:drawing xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" {spaces}>'
            f"{run.format('<a:r><a:t>' + s['diagram drawing'] + '</a:t></a:r>')}</dsp:drawing>"
        ),
        "ppt/tags/tag1.xml": f'<p:tagLst {spaces}><p:tag name="{s["tag"]}" val="{s["tag value"]}"/></p:tagLst>',
        "ppt/custom.xml": (
            f'<p:x {spaces}><p:custShow name="{s["custom show"]}"/><p:section name="{s["section"]}"/>'
            f'<p:cNvPr descr="{s["alt"]}" title="{s["alt title"]}"/></p:x>'
        ),
        "docProps/custom.xml": f'<Properties><property name="{s["property"]}"><x>{s["property value"]}</x></property></Properties>',
        "ppt/fonts/font1.fntdata": s["font"].encode("utf-16-le"),
    }
    types = str(parts["[Content_Types].xml"], "utf-8")
    parts["[Content_Types].xml"] = types.replace(
        "</Types>", '<Default Extension="fntdata" ContentType="application/x-fontdata"/></Types>'
    )
    main = str(parts["ppt/presentation.xml"], "utf-8")
    parts["ppt/presentation.xml"] = main.replace(
        "<p:notesSz",
        '<p:embeddedFontLst><p:embeddedFont><p:font typeface="x"/><p:regular r:id="rId900"/></p:embeddedFont>'
        "</p:embeddedFontLst><p:notesSz",
    )
    told = str(parts["ppt/_rels/presentation.xml.rels"], "utf-8")
    parts["ppt/_rels/presentation.xml.rels"] = told.replace(
        "</Relationships>", rel(900, "font", "fonts/font1.fntdata") + "</Relationships>"
    )
    return pack(path, parts), s
