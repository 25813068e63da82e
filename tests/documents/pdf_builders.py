"""PDF files made by hand, with the text just where a test wants it; everybody in them is invented."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import reportlab
from pikepdf import Array, Dictionary, Name, Pdf, String
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

BOX = (0, 0, 595, 842)
_DIGITS = "〇一二三四五六七八九"


def secret(number: int) -> str:
    """Return a word that stands nowhere else."""
    return f"秘{_DIGITS[number // 10]}{_DIGITS[number % 10]}郎"


def hexed(text: str) -> bytes:
    """Return `text` as a string of the font that `cid_font` makes."""
    return b"<" + text.encode("utf-16-be").hex().encode() + b">"


def cid_font(pdf: Pdf, *, vertical: bool = False, encoding: str = "") -> Dictionary:
    """A Japanese font that no file embeds."""
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/HeiseiMin-W3"),
            Encoding=Name("/" + (encoding or ("UniJIS-UTF16-V" if vertical else "UniJIS-UTF16-H"))),
            DescendantFonts=Array(
                [
                    Dictionary(
                        Type=Name.Font,
                        Subtype=Name.CIDFontType0,
                        BaseFont=Name("/HeiseiMin-W3"),
                        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Japan1"), Supplement=2),
                        FontDescriptor=Dictionary(
                            Type=Name.FontDescriptor,
                            FontName=Name("/HeiseiMin-W3"),
                            Flags=6,
                            FontBBox=Array([-123, -257, 1001, 910]),
                            ItalicAngle=0,
                            Ascent=709,
                            Descent=-241,
                            CapHeight=709,
                            StemV=69,
                        ),
                    )
                ]
            ),
        )
    )


def type3_font(pdf: Pdf, text: str) -> tuple[Dictionary, bytes]:
    """A font of drawn boxes whose map says `text`, and the string that shows it."""
    glyphs = {f"g{at}": pdf.make_stream(b"800 0 50 0 750 700 d1 50 0 700 700 re f") for at in range(len(text))}
    rows = "".join(f"<{at + 1:02X}> <{ord(char):04X}>\n" for at, char in enumerate(text))
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, -200, 800, 900]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary({f"/{name}": stream for name, stream in glyphs.items()}),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *(Name(f"/g{at}") for at in range(len(text)))])),
        FirstChar=1,
        LastChar=len(text),
        Widths=Array([800] * len(text)),
        ToUnicode=pdf.make_stream(f"begincmap {len(text)} beginbfchar\n{rows}endbfchar endcmap".encode()),
        Resources=Dictionary(),
    )
    return pdf.make_indirect(font), b"<" + bytes(range(1, len(text) + 1)).hex().encode() + b">"


def new_pdf(content: bytes, *, pages: int = 1) -> Pdf:
    """A PDF whose pages show `content`, with the font /F1 (horizontal) and /V1 (vertical)."""
    pdf = Pdf.new()
    fonts = Dictionary(F1=cid_font(pdf), V1=cid_font(pdf, vertical=True))
    for _ in range(pages):
        page = Dictionary(
            Type=Name.Page, MediaBox=Array(BOX), Resources=Dictionary(Font=fonts), Contents=pdf.make_stream(content)
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf


def lines(*texts: str, size: int = 12, top: int = 780) -> bytes:
    """Return content that shows each text on a line of its own."""
    return b"".join(
        b"BT /F1 %d Tf 1 0 0 1 60 %d Tm %s Tj ET\n" % (size, top - 24 * at, hexed(text))
        for at, text in enumerate(texts)
    )


def saved(pdf: Pdf, path: Path, **options: object) -> Path:
    """Save a PDF without packing its streams, so that a search of its bytes sees them."""
    pdf.save(
        path,
        compress_streams=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        fix_metadata_version=False,
        preserve_pdfa=False,
        **options,
    )
    return path


def plain_pdf(path: Path, *texts: str) -> Path:
    """A page with a few lines."""
    return saved(new_pdf(lines(*texts)), path)


def latin_subset(path: Path, *texts: str) -> Path:
    """A page in an embedded TrueType subset, which lists its characters in the order of their first use."""
    folder = Path(reportlab.__file__).parent / "fonts"
    if "Vera" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Vera", str(folder / "Vera.ttf")))
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pageCompression=0, invariant=1)
    sheet.setFont("Vera", 12)
    for at, text in enumerate(texts):
        sheet.drawString(60, 780 - 24 * at, text)
    sheet.save()
    path.write_bytes(buffer.getvalue())
    return path


class Everything:
    """A PDF with a secret in every place that the format has.

    Attributes:
        edited: what is to be found in blocks, by place.
        dropped: what a copy leaves out by itself, by place.
    """

    def __init__(self) -> None:
        self.edited: dict[str, str] = {}
        self.dropped: dict[str, str] = {}

    def _new(self, place: str) -> str:
        word = secret(len(self.edited) + len(self.dropped) + 1)
        self.edited[place] = word
        return word

    def _gone(self, place: str) -> str:
        word = secret(len(self.edited) + len(self.dropped) + 1)
        self.dropped[place] = word
        return word

    def _content(self) -> bytes:
        new, gone = self._new, self._gone
        array, split = new("TJ"), new("split")
        rows = [
            lines("残す本文です", "前" + new("Tj") + "後"),
            b"BT /F1 12 Tf 14 TL 1 0 0 1 60 700 Tm [%s -120 %s 30 %s] TJ %s ' 1 0 %s \" ET\n"
            % (
                hexed(array[:2]),
                hexed(array[2:3]),
                hexed(array[3:] + "以後"),
                hexed(new("quote")),
                hexed(new("quotes")),
            ),
            b"".join(
                b"BT /F1 12 Tf 1 0 0 1 %d 640 Tm %s Tj ET\n" % (60 + 12 * at, hexed(char))
                for at, char in enumerate(split)
            ),
            b"/Fm1 Do\n",
            b"BT /V1 12 Tf 1 0 0 1 500 700 Tm %s Tj ET\n" % hexed("縦" + new("vertical") + "書"),
            b"BT /F1 12 Tf 0 1 -1 0 450 500 Tm %s Tj ET\n" % hexed("回" + new("rotated") + "転"),
            b"BT /F1 12 Tf 3 Tr 1 0 0 1 60 600 Tm %s Tj 0 Tr ET\n" % hexed(new("invisible")),
            b"BT /F1 12 Tf 1 0 0 1 60 2000 Tm %s Tj ET\n" % hexed(new("outside the page")),
            b"/OC /Hidden BDC BT /F1 12 Tf 1 0 0 1 60 580 Tm %s Tj ET EMC\n" % hexed(new("hidden layer")),
            b"/Span <</ActualText <feff%s>>> BDC BT /F1 12 Tf 1 0 0 1 60 560 Tm %s Tj ET EMC\n"
            % (new("ActualText").encode("utf-16-be").hex().encode(), hexed("別の語")),
            b"/Span /Said BDC BT /F1 12 Tf 1 0 0 1 60 540 Tm %s Tj ET EMC\n" % hexed("図の語"),
            b"/P <</MCID 0>> BDC BT /F1 12 Tf 1 0 0 1 60 520 Tm %s Tj ET EMC\n" % hexed("構造の語"),
            b"% " + gone("comment").encode("utf-16-be") + b"\n",
            b"(" + gone("unknown operator").encode("cp932") + b") nonsense\n",
            b"/Pattern cs /Tiles scn 300 300 50 50 re f\n",
            b"BT /T3 12 Tf 1 0 0 1 60 480 Tm @T3@ Tj ET\n",
        ]
        return b"".join(rows)

    def build(self, path: Path) -> Path:
        """Write the file; an older revision lies under it."""
        new, gone = self._new, self._gone
        content = self._content()
        pdf = new_pdf(b"")
        page, root = pdf.pages[0].obj, pdf.Root
        resources = page.Resources
        font = resources.Font.F1
        type3, shown = type3_font(pdf, new("Type3"))
        resources.Font["/T3"] = type3
        page.Contents = pdf.make_stream(content.replace(b"@T3@", shown))
        box = Array([0, 0, 200, 50])

        def form(text: str, **more: object) -> pikepdf.Stream:
            stream = pdf.make_stream(
                b"BT /F1 12 Tf 2 10 Td %s Tj ET " % hexed(text) + (b"/In Do" if "inner" in more else b"")
            )
            stream["/Type"], stream["/Subtype"], stream["/BBox"] = Name.XObject, Name.Form, box
            stream["/Resources"] = Dictionary(Font=Dictionary(F1=font))
            if "inner" in more:
                stream["/Resources"]["/XObject"] = Dictionary(In=more["inner"])
                stream["/Matrix"] = Array([1, 0, 0, 1, 250, 600])
            return stream

        outer = form("枠" + new("form"), inner=form(new("form in a form")))
        tiles = pdf.make_stream(b"BT /F1 8 Tf 2 10 Td %s Tj ET" % hexed(new("pattern")))
        for key, value in {
            "/Type": Name.Pattern,
            "/PatternType": 1,
            "/PaintType": 1,
            "/TilingType": 1,
            "/BBox": box,
            "/XStep": 200,
            "/YStep": 50,
            "/Resources": Dictionary(Font=Dictionary(F1=font)),
        }.items():
            tiles[key] = value
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(new("layer name"))))
        resources["/XObject"] = Dictionary(Fm1=outer, Unused=form(new("unused form")))
        resources["/Pattern"] = Dictionary(Tiles=tiles)
        resources["/Properties"] = Dictionary(Hidden=layer, Said=Dictionary(Alt=String(new("Alt of a property list"))))
        resources["/ExtGState"] = Dictionary({"/" + gone("resource name"): Dictionary(ca=1)})
        root["/OCProperties"] = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))
        page["/PieceInfo"] = Dictionary(
            App=Dictionary(Private=String(gone("piece info")), LastModified=String("D:2026"))
        )
        page["/Own"] = String(gone("private key of a page"))
        self._annotate(pdf, page, form)
        self._fields(pdf, page, form)
        element = pdf.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name.P,
                Pg=page,
                K=0,
                T=String(new("T of the structure")),
                Alt=String(new("Alt of the structure")),
                ActualText=String(new("ActualText of the structure")),
                E=String(new("E of the structure")),
            )
        )
        root["/StructTreeRoot"] = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=element))
        outline = pdf.make_indirect(Dictionary(Title=String(new("outline")), Dest=String(secret(90))))
        root["/Outlines"] = pdf.make_indirect(Dictionary(Type=Name.Outlines, First=outline, Last=outline, Count=1))
        outline["/Parent"] = root.Outlines
        root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(P=String(new("page label")))]))
        named, old = gone("named destination"), gone("old named destination")
        root["/Dests"] = Dictionary({f"/{old}": Array([page, Name.Fit])})
        outline["/Dest"] = String(named)
        attached, locked = (
            pdf.make_stream(data)
            for data in (f"添付 {new('attachment')}\n".encode(), gone("unread attachment").encode() * 2)
        )
        for stream in (attached, locked):
            stream["/Type"] = Name.EmbeddedFile
        spec = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String("a.txt"),
                UF=String(new("attachment's name") + ".txt"),
                Desc=String(new("attachment's description")),
                EF=Dictionary(F=attached),
            )
        )
        other = pdf.make_indirect(
            Dictionary(Type=Name.Filespec, F=String(new("unread attachment's name") + ".exe"), EF=Dictionary(F=locked))
        )
        script = Dictionary(S=Name.JavaScript, JS=String(gone("JavaScript")))
        root["/Names"] = Dictionary(
            Dests=Dictionary(Names=Array([String(named), Array([page, Name.Fit])])),
            EmbeddedFiles=Dictionary(Names=Array([String(gone("key of an attachment")), spec])),
            JavaScript=Dictionary(Names=Array([String("a"), script])),
        )
        root["/AF"] = Array([other])
        root["/OpenAction"] = Dictionary(S=Name.JavaScript, JS=pdf.make_stream(gone("script stream").encode()))
        root["/Collection"] = Dictionary(D=String(gone("collection")))
        root["/Metadata"] = pdf.make_stream(f"<x:xmpmeta>{gone('XMP')}</x:xmpmeta>".encode())
        root["/URI"] = Dictionary(Base=String(gone("base address")))
        pdf.trailer["/Info"] = pdf.make_indirect(
            Dictionary(Title=String(new("title")), Author=String(gone("author")), Own=String(gone("own property")))
        )
        saved(pdf, path)
        return self._revise(path)

    def _annotate(self, pdf: Pdf, page: Dictionary, form: object) -> None:
        new, gone = self._new, self._gone
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=Array([60, 400, 260, 450]),
            Contents=String(new("annotation")),
            T=String(new("annotation's author")),
            Subj=String(new("annotation's subject")),
            RC=String(gone("rich text")),
            DA=String("/Helv 12 Tf"),
            AP=Dictionary(N=form(new("annotation's look")), D=form(new("annotation's other look"))),
        )
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([0, 0, 10, 10]),
            A=Dictionary(S=Name.URI, URI=String("https://example.jp/?" + _percent(new("link")))),
        )
        start = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([0, 0, 10, 10]),
            A=Dictionary(S=Name.Launch, F=String(gone("program to launch"))),
        )
        sound = Dictionary(
            Type=Name.Annot, Subtype=Name.Screen, Rect=Array([0, 0, 9, 9]), Contents=String(gone("screen"))
        )
        page["/Annots"] = Array([pdf.make_indirect(one) for one in (note, link, start, sound)])

    def _fields(self, pdf: Pdf, page: Dictionary, form: object) -> None:
        new, gone = self._new, self._gone
        value = new("field value")
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String("氏名" + new("field name")),
                TU=String(new("field label")),
                V=String(value),
                DV=String(new("field default")),
                Rect=Array([300, 400, 500, 450]),
                AP=Dictionary(N=form(value)),
                AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS=String(gone("field script")))),
            )
        )
        choice = pdf.make_indirect(
            Dictionary(FT=Name.Ch, T=String("choice"), Opt=Array([Array([String("1"), String(new("field option"))])]))
        )
        sign = pdf.make_indirect(
            Dictionary(
                FT=Name.Sig,
                T=String("sign"),
                V=Dictionary(
                    Type=Name.Sig,
                    Filter=Name("/Adobe.PPKLite"),
                    Name=String(gone("signer")),
                    ByteRange=Array([0, 1, 2, 3]),
                    Contents=String(gone("signature")),
                ),
            )
        )
        page.Annots.append(field)
        pdf.Root["/AcroForm"] = Dictionary(
            Fields=Array([field, choice, sign]), XFA=pdf.make_stream(gone("XFA").encode()), DA=String("/Helv 0 Tf")
        )

    def _revise(self, path: Path) -> Path:
        """Put a revision over the file, whose older one held another secret."""
        word = self._gone("older revision")
        data = path.read_bytes()
        lost = f"99 0 obj\n<< /Old <{word.encode('utf-16-be').hex()}> /Older ({word}) >>\nendobj\n".encode()
        path.write_bytes(data.replace(b"\n%%EOF", b"\n%%EOF\n" + lost) if data.endswith(b"%%EOF\n") else data + lost)
        return path


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())
