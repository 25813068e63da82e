from __future__ import annotations

import base64
import re

import pytest
from document_builders import applied, edits_of, hits
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hairyo.documents import Edit, Limits, open_document
from hairyo.documents.html_tokens import tokens
from hairyo.documents.runs import changes, escapes, merged, percents, plain, references, spaces, text_of
from hairyo.errors import BrokenInput, HairyoError, TooLarge, UnknownFormat
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

MASK = "[非開示]"


def page(folder, source, name="a.html", encoding="utf-8"):
    path = folder / name
    path.write_bytes(source if isinstance(source, bytes) else source.encode(encoding))
    return path


def copied(path, edits_for):
    document = open_document(path)
    blocks = list(document.blocks())
    target = path.with_name("copy" + path.suffix)
    target.unlink(missing_ok=True)
    document.write(target, edits_for(blocks))
    return target.read_bytes()


def everything(blocks):
    return [Edit(block.index, 0, len(block.text), MASK) for block in blocks if block.text]


def texts(path):
    return [block.text for block in open_document(path).blocks()]


# Each place with a secret of its own: `0` stands for it.
PLACES = {
    "title": "<title>0</title>",
    "text": "<p>0</p>",
    "inline": "<p>{a}<b>{b}</b></p>",
    "reference": "<p>{refs}</p>",
    "comment": "<!-- 0 -->",
    "conditional": "<!--[if mso]><p>0</p><![endif]-->",
    "script": "<script>var a = '0';</script>",
    "script escapes": "<script>var b = '{js}';</script>",
    "style": "<style>p:after {{content: '0'}}</style>",
    "alt": "<img alt='0'>",
    "bare": "<img title=0>",
    "double": '<p title="0">x</p>',
    "value": "<input value='0' placeholder='x0'>",
    "aria": "<p aria-label='0'>x</p>",
    "meta": "<meta name='author' content='0'>",
    "link": "<a href='mailto:x@example.jp?subject={percent}'>x</a>",
    "handler": "<p onclick=\"alert('0')\">x</p>",
    "data": "<p data-person='0'>x</p>",
    "attribute name": "<p data-0='x'>x</p>",
    "id": "<p id='0' class='c0'>x</p>",
    "hidden": "<p style='display:none'>0</p>",
    "template": "<template><p>0</p></template>",
    "svg": "<svg><text>0</text><title>t0</title><style>s0</style></svg>",
    "textarea": "<textarea>0</textarea>",
    "option": "<select><option value='v0'>0</option></select>",
    "srcdoc": "<iframe srcdoc='&lt;p&gt;0&lt;/p&gt;'></iframe>",
    "noscript": "<noscript>0</noscript>",
    "cdata": "<svg><![CDATA[0]]></svg>",
    "instruction": "<?note 0?>",
    "end tag": "<p>x</p title='0'>",
    "table": "<table summary='s0'><caption>0</caption><tr><td>d0</td></tr></table>",
    "base64": "<p data-b='data:text/plain;base64,{b64}'>x</p>",
    "frames": "<noframes>0</noframes>",
    "ruby": "<ruby>漢<rt>0</rt></ruby>",
    "unclosed tag": "<p title='0",
}


def secret_of(number):
    return f"{chr(0x5C71 + number)}{chr(0x7530 + number)}{chr(0x592A + number)}郎"


def bed():
    made, secrets = [], []
    for number, markup in enumerate(PLACES.values()):
        name = secret_of(number)
        filled = (
            markup.replace("0", name).format(
                a=name[:2],
                b=name[2:],
                refs="".join(f"&#{ord(char)};" for char in name[:2]) + "".join(f"&#x{ord(c):x};" for c in name[2:]),
                js="".join(f"\\u{ord(char):04x}" for char in name),
                percent="".join(f"%{byte:02X}" for byte in name.encode()),
                b64=base64.b64encode(name.encode()).decode(),
            )
            if "{" in markup
            else markup.replace("0", name)
        )
        made.append(filled)
        secrets.append(name)
    return "<!DOCTYPE html><html><head><meta charset=utf-8></head><body>" + "\n".join(made), secrets


def test_every_place_is_found_by_the_check_and_edited(tmp_path):
    source, secrets = bed()
    path = page(tmp_path, source)
    for name in secrets:
        assert check_copy(path, "html", {None: [Secret(name, "PERSON")]}).leaks, name
    copied(path, everything)
    report = check_copy(path.with_name("copy.html"), "html", {None: [Secret(name, "PERSON") for name in secrets]})
    assert (report.leaks, report.places) == (0, ())


def test_without_edits_nothing_changes(tmp_path):
    source, _ = bed()
    source = re.sub("data:[^']*", "x", source)
    assert copied(page(tmp_path, source), lambda blocks: []) == source.encode()


def test_only_what_is_edited_changes(tmp_path):
    source = "<html>\r\n<p>氏名：<b>山田</b> &amp; <i>太郎</i></p>\n<p  id=x>他&nbsp;の&#25991;章</p></html>"
    made = copied(page(tmp_path, source), lambda blocks: hits(blocks, "山田"))
    assert made == source.replace("山田", MASK).encode()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>山<b>田</b><i>太</i>郎</p>", "山田太郎"),
        ("<p>山&#x7530;&#22826;&#37070;</p>", "山田太郎"),
        ("<p>山田\n   太郎</p>", "山田 太郎"),
        ("<p>一行<br>二行</p>", "一行\n二行"),
        ("<p>甲<script>x</script>乙</p>", "甲乙"),
        ("<p>甲<!-- 注 -->乙</p>", "甲乙"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<ruby>山田<rp>(</rp><rt>やまだ</rt><rp>)</rp></ruby>さん", "山田さん"),
        ("<p>a < b</p>", "a < b"),
        ("<x-a>山</x-a><x-a>田</x-a>", "山田"),
        ("<svg><style>山田</style></svg>", "山田"),
        ("<p>&ampere; &notit;</p>", "&ere; ¬it;"),
    ],
)
def test_text_is_joined_as_it_is_shown(tmp_path, source, text):
    assert text in texts(page(tmp_path, source))


def test_a_reading_goes_with_its_word(tmp_path):
    source = "<p><ruby>山田<rt>やまだ</rt></ruby>と<ruby>佐藤<rt>さとう</rt></ruby></p>"
    made = copied(page(tmp_path, source), lambda blocks: hits(blocks, "山田")).decode()
    assert made == f"<p><ruby>{MASK}<rt></rt></ruby>と<ruby>佐藤<rt>さとう</rt></ruby></p>"


def test_tables_give_labels_and_lists(tmp_path):
    form = "<table><tr><th>氏名<td>山田<tr><th>住所<td>東京</table>"
    blocks = {block.text: block for block in open_document(page(tmp_path, form)).blocks()}
    assert (blocks["山田"].label, blocks["山田"].joins, blocks["山田"].listed) == ("氏名", "cell", False)
    rows = "".join(f"<tr><td>{name}<td>なし</tr>" for name in ("山田", "佐藤"))
    listed = f"<table><tr><th>氏名</th><th>持病</th></tr>{rows}</table><dl><dt>電話<dd>03</dl>"
    blocks = {block.text: block for block in open_document(page(tmp_path, listed)).blocks()}
    assert (blocks["佐藤"].label, blocks["佐藤"].listed, blocks["なし"].label) == ("氏名", True, "持病")
    assert (blocks["03"].label, blocks["03"].listed) == ("電話", False)


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp", "iso-2022-jp", "utf-16"])
def test_encodings_are_kept(tmp_path, encoding):
    source = "<html><head></head><p>山田太郎は東京に住んでいます。〜</p><p>ほかの文章です。</p></html>".replace(
        "〜", ""
    )
    made = copied(page(tmp_path, source, encoding=encoding), lambda blocks: hits(blocks, "山田太郎"))
    assert made.decode(encoding) == source.replace("山田太郎", MASK)


def test_the_declared_encoding_holds_and_what_it_lacks_is_a_reference(tmp_path):
    raw = b"<meta charset=windows-1252><p>caf\xe9 Yamada</p>"
    made = copied(page(tmp_path, raw), lambda blocks: hits(blocks, "Yamada"))
    assert made == b"<meta charset=windows-1252><p>caf\xe9 " + MASK.encode("ascii", "xmlcharrefreplace") + b"</p>"


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_replacements_cannot_leave_their_place(tmp_path, quote):
    source = f"<p title={quote}山田{quote}>山田</p>"
    nasty = "'\"><script>x</script> &amp; "
    made = copied(page(tmp_path, source), lambda blocks: hits(blocks, "山田", nasty)).decode()
    tree = LexborHTMLParser(made)
    assert tree.css_first("p").attributes["title"] == nasty
    assert tree.css_first("p").text() == nasty
    assert not tree.css("script")


def test_data_uris_are_dropped_or_read_within(tmp_path):
    coded = base64.b64encode("山田".encode()).decode()
    path = page(tmp_path, f"<a href='data:text/plain;base64,{coded}'>x</a>")
    document = open_document(path)
    document.write(tmp_path / "b.html", [])
    assert (tmp_path / "b.html").read_text() == "<a href='data:,'>x</a>"
    assert "data URI" in str(document.remarks[0])
    with pytest.raises(UnknownFormat, match="data URI 1"):
        open_document(page(tmp_path, "<img src='data:image/unknown;base64,AAAA'>"))


@pytest.mark.parametrize("raw", [b"", b"  \n", b"<p>\0</p>", b"\x80\xff\xfe<p>"])
def test_refuses_what_is_no_text(tmp_path, raw):
    with pytest.raises(BrokenInput):
        open_document(page(tmp_path, raw))


def test_refuses_what_is_too_long(tmp_path):
    path = page(tmp_path, "<p>" + "山" * 100)
    with pytest.raises(TooLarge):
        open_document(path, limits=Limits(record_chars=50))


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "</", "&", "<a b='", "<script>", "<svg>", "<p/", "<ruby>", "&#1"]
)
def test_long_nonsense_ends_soon(tmp_path, piece):
    open_document(page(tmp_path, "a" + piece * 20_000)).write(tmp_path / "b.html", [])


MARKUP = st.lists(
    st.sampled_from(
        re.findall(
            r"\S+|[ \n]",
            """<p> </p> <b> </b> <br> 山田 太郎 &amp; &#x5c71; &lt < > <!-- --> ' " <a title=
    <td> <svg> </svg> <rt> <ruby> <script> </script> <title> </title> <style> </style> <textarea> </textarea> = / x""",
        )
    ),
    max_size=25,
).map("".join)


@given(MARKUP)
def test_tokens_cover_the_source(source):
    at = 0
    for token in tokens(source):
        assert token.start == at
        assert token.end > at
        at = token.end
    assert at == len(source)


@given(st.data(), MARKUP)
@settings(max_examples=60, deadline=None)
def test_edits_do_what_they_say(tmp_path_factory, data, source):
    folder = tmp_path_factory.mktemp("p")
    path = page(folder, "<meta charset=utf-8>山" + source)
    blocks = list(open_document(path).blocks())
    edits = data.draw(edits_of(blocks, st.sampled_from(["非開示", "", "伏"])))
    made = copied(path, lambda _: edits)
    gone = {"山田", "太郎"} - {word for text in applied(blocks, edits) for word in ("山田", "太郎") if word in text}
    for word in gone if all(edit.replacement != "" for edit in edits) else ():
        assert word not in re.sub("&#x5c71;", "山", made.decode())


@given(st.text(alphabet="山a%E5B0&#;x\\u5c71 \n", max_size=40), st.data())
def test_runs_lead_back(source, data):
    for decode in (references, escapes, percents, spaces):
        runs = decode(plain(source, 0, len(source)))
        text = text_of(runs)
        assert "".join(source[run.start : run.end] for run in runs) == source
        if text:
            start = data.draw(st.integers(0, len(text) - 1))
            end = data.draw(st.integers(start + 1, len(text)))
            found = merged(changes(runs, [Edit(0, start, end, "X")], str))
            assert "".join(said for _, _, said in found).count("X") == 1
            assert all(0 <= a < b <= len(source) for a, b, _ in found)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(tmp_path_factory, raw):
    path = page(tmp_path_factory.mktemp("b"), raw)
    try:
        document = open_document(path)
    except HairyoError:
        return
    document.write(path.with_name("c.html"), [])
