from __future__ import annotations

import base64
import json
import time
import zipfile
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hairyo.documents.registry import kinds
from hairyo.errors import LeakFound, OutputError
from hairyo.redaction import Secret
from hairyo.redaction.verify import check_copy, check_or_destroy
from hairyo.redaction.verify import codecs as check_codecs
from hairyo.redaction.verify.readers import READERS

NAME, PHONE, ILLNESS, SHORT, FANCY = "山田太郎", "090-1234-5678", "うつ病", "林", "髙橋①郎"
WHOLE = {None: [Secret(NAME, "PERSON"), Secret(PHONE, "PHONE"), Secret(ILLNESS, "HEALTH"), Secret(SHORT, "PERSON")]}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def file(tmp_path):
    def write(data, name="copy[1]*"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def docx(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/"), body)
    return path


# A zip whose first bytes are missing: its directory then speaks of what lies before it. Found by fuzzing.
CUT_ZIP = bytes.fromhex(
    "0414000000000000002100f9efbe710100000001000000010000006162504b0102140314000000000000002100f9efbe7101"
    "0000000100000001000000000000000000000080010000000061504b050600000000010001002f000000200000000000"
)


def paragraph(*runs):
    return (
        f'<w:document xmlns:w="{W}"><w:body><w:p>'
        + "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{run}</w:t></w:r>" for run in runs)
        + "</w:p></w:body></w:document>"
    )


def b64(value, encoding="utf-8", before=b""):
    return base64.b64encode(before + value.encode(encoding) + b"!?").decode()


LEAKS = [
    f"名は{NAME}です",
    "名は山田　太 郎です",
    "名は山\u200b田太郎です",
    "山田\n太郎",
    "林さん",
    "林",
    "０９０１２３４５６７８",
    "090(1234)5678",
    "090ー1234ー5678",
    "ウツ病",
    "".join(f"&#{ord(char)};" for char in NAME),
    "".join(f"&#x{ord(char):X};" for char in NAME),
    "&amp;".join(["", *(f"#{ord(char)};" for char in NAME)]),
    "山&#30000;太郎",
    quote(NAME),
    quote(quote(NAME)),
    quote(NAME, encoding="cp932"),
    json.dumps(NAME)[1:-1],
    *(b64(NAME, encoding, bytes(at)) for encoding in ("utf-8", "utf-16-le", "cp932", "euc_jp") for at in range(3)),
    base64.urlsafe_b64encode(f"??>{PHONE}~~".encode()).decode(),
    "\n".join([b64(NAME)[:7], b64(NAME)[7:]]),
]
CLEAN = [
    "",
    "名は人物Aです。[非開示]、[電話番号]",
    "森林と林業",
    "山田花子と田太郎",
    "もう鬱です",
    "1090-1234-56789",
    "09012345678912",
    "山田 花子 太郎",
    b64("まったく別の文です"),
    "%E5%B1%B1&#23665;\\u5c71%%%&#;&#x110000;\\ud800",
]


@pytest.mark.parametrize("text", LEAKS)
def test_text_leaks_are_found(file, text):
    report = check_copy(file(f"前。{text}。後"), "txt", WHOLE)
    assert report.leaks
    with pytest.raises(LeakFound) as caught:
        report.raise_for_leak()
    for value in (NAME, PHONE, ILLNESS):
        assert value not in str(caught.value) + repr(report)


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_passes(file, text):
    report = check_copy(file(f"前。{text}。後"), "txt", WHOLE)
    assert (report.leaks, report.places, report.searched) == (0, (), 4)
    report.raise_for_leak()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("text", [f"これは{NAME}の話", "これは山 田 太 郎の話", "これはうつ病です"])
def test_leaks_are_found_in_every_encoding(file, encoding, text):
    assert check_copy(file(text.encode(encoding)), "txt", WHOLE).leaks


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"])
def test_clean_text_passes_in_every_encoding(file, encoding):
    text = "これは人物Aの話、[非開示]。森林の電話は[電話番号]、山田花子はほかの人。" * 50
    assert not check_copy(file(text.encode(encoding)), "txt", WHOLE).leaks


@pytest.mark.parametrize(
    "data",
    [
        b"\xa4\xb3\xf9\xa2\xb6\xb6\xad\xa1\xcf\xba",  # Windows' EUC-JP with the NEC selection: こ, 髙橋①郎
        "これ".encode("euc_jp") + b"\xfc\xe2\xb6\xb6\xad\xa1\xcf\xba",
    ],
)
def test_the_characters_of_windows_euc_are_read(file, data):
    found = check_copy(file(data), "txt", {None: [Secret("橋①郎", "PERSON")]})
    assert found.leaks


def test_a_name_with_an_nec_character_is_found_in_windows_iso_2022_jp(file):
    data = b"\x1b$B$3$l$O" + b"\x7c\x62\x36\x36\x2d\x21\x4f\x3a" + b"\x1b(B"
    assert check_copy(file(data), "txt", {None: [Secret(FANCY, "PERSON")]}).leaks


@pytest.mark.parametrize("data", [b"\0" * 5000, bytes(range(256)) * 40, b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b$B\x21"])
def test_binary_rubbish_is_searched_without_false_alarm(file, data):
    assert not check_copy(file(data), "txt", WHOLE).leaks


@pytest.mark.parametrize("fill", ["あ", "あいうえお\n", "0"], ids=["long line", "lines", "bytes"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_value_across_two_windows_is_found(file, fill, encoding, monkeypatch):
    monkeypatch.setattr(check_codecs, "BLOCK", 20_000)
    for shift in range(16):
        head = (fill * 20_000)[: 20_000 // len(fill[0].encode(encoding)) - shift]
        for name in (NAME, "山田\n太郎", "山 田太郎"):
            assert check_copy(file(f"{head}、{name}、{fill * 9}".encode(encoding)), "txt", WHOLE).leaks


TABLE = f"氏名,電話,話\r\n人物A,[電話番号],商品{NAME}\r\n\r\n人物B,[電話番号],なし\r\n"


@pytest.mark.parametrize(
    ("record", "value", "leaks"),
    [
        (2, NAME, True),
        (4, NAME, False),  # what row 2 tells of is not row 4's secret
        (4, "なし", True),
        (2, "電話", False),
        (None, NAME, True),
    ],
)
def test_a_records_values_are_searched_in_that_record(file, record, value, leaks):
    for data, name in ((TABLE, "csv"), (TABLE.replace(",", "\t"), "tsv"), (TABLE.replace(",", ";"), "csv")):
        assert bool(check_copy(file(data), name, {record: [Secret(value, "PERSON")]}).leaks) == leaks


@pytest.mark.parametrize("row", ['"山田\n太郎",x', "山田,太郎", '"山""田太郎"', "&#23665;田太郎,", " 山 田 太 郎 ,"])
def test_values_split_in_a_row_are_found(file, row):
    value = '山"田太郎' if '""' in row else NAME
    report = check_copy(file(f"a,b\n{row}\n"), "csv", {2: [Secret(value, "PERSON")]})
    assert report.leaks
    assert report.places[0].where == "row 2"


def test_a_copy_with_too_few_records_is_not_taken_for_clean(file):
    with pytest.raises(OutputError, match="record 9"):
        check_copy(file(TABLE), "csv", {9: [Secret(NAME, "PERSON")]})


@pytest.mark.parametrize(
    ("line", "leaks"),
    [
        ({"a": NAME}, True),
        ({"a": {"b": ["x", {NAME: 1}]}}, True),
        ({"a": json.dumps({"n": NAME})}, True),
        ({"sei": "山田", "mei": "太郎"}, False),
        ({"tel": 9012345678}, False),
        ({"a": "人物A"}, False),
        ("山田太郎", True),
    ],
)
def test_json_lines(file, line, leaks):
    data = "{}\n" + json.dumps(line) + "\n\n" + json.dumps({"other": NAME}, ensure_ascii=False) + "\n"
    secrets = [Secret(NAME, "PERSON"), Secret(PHONE, "PHONE")]
    assert bool(check_copy(file(data), "jsonl", {2: secrets}).leaks) == leaks


@pytest.mark.parametrize("data", ["{", "[" * 100_000, "{} {}"])
def test_a_copy_that_is_not_json_is_not_taken_for_clean(file, data):
    with pytest.raises(OutputError, match="line 1"):
        check_copy(file(data), "jsonl", WHOLE)


def test_parquet_is_read_by_duckdb(tmp_path):
    path = tmp_path / "copy[1]*.parquet"
    table = pa.table(
        {
            "t": ["人物A", "商品は山田太郎", "x"],
            "b": [b"", b"", "山田太郎".encode("cp932")],
            "l": [[], [], ["y"]],
        }
    )
    pq.write_table(table, path)
    secrets = [Secret(NAME, "PERSON")]
    leaks = [check_copy(path, "parquet", {record: secrets}).leaks for record in (1, 2, 3)]
    assert not leaks[0]
    assert leaks[1]
    assert leaks[2]


@pytest.mark.parametrize("where", ["column", "metadata", "nested"])
def test_parquet_leaks_in_odd_places(tmp_path, where):
    path = tmp_path / "copy.parquet"
    table = pa.table({NAME if where == "column" else "t": [{"a": [NAME if where == "nested" else "x"]}]})
    if where == "metadata":
        table = table.replace_schema_metadata({"note": NAME})
    pq.write_table(table, path)
    assert check_copy(path, "parquet", WHOLE).leaks


@pytest.mark.parametrize(
    "members",
    [
        {"word__document.xml": paragraph("名は", "山田", "太", "郎", "です")},
        {"word__document.xml": paragraph("林", "さん")},
        {"word__header1.xml": paragraph("うつ", "病")},
        {"word__document.xml": paragraph("090", "-1234-", "5678")},
        {"word__document.xml": paragraph("&#23665;&#x7530;太郎")},
        {"word__comments.xml": f'<w:comments xmlns:w="{W}"><w:comment w:author="{NAME}"/></w:comments>'},
        {"word__document.xml": f'<w:p xmlns:w="{W}" w:descr="林"/>'},
        {"docProps__core.xml": f"<core><creator>{NAME}</creator></core>"},
        {"docProps__app.xml": "<app><Manager>山田</Manager><x>太郎</x></app>"},
        {"word__document.xml": f"<a><!-- {NAME} --></a>"},
        {"word__document.xml": f'<w:p xmlns:w="{W}"><w:delText>山田</w:delText><w:t>太郎</w:t></w:p>'},
        {f"word__media__{NAME}.png": b"x"},
        {"word__media__image1.png": b"\x89XYZ" + NAME.encode("utf-16-le")},
        {"word__embeddings__old.bin": b"\xd0\xcf" + NAME.encode("cp932") + b"\0"},
        {"customXml__item1.xml": f"<a><b>{b64(NAME)}</b></a>"},
        {"word__document.xml": paragraph("山田太郎").encode("utf-16")},
        {"word__document.xml": paragraph("山田</w:t><w:delText>川</w:delText><w:t>太郎")},
    ],
)
def test_docx_leaks_are_found_in_every_member(tmp_path, members):
    path = docx(tmp_path / "copy.docx", **members)
    assert check_copy(path, "docx", WHOLE).leaks


def test_an_embedded_workbook_is_opened(tmp_path):
    inner = docx(tmp_path / "inner", xl__sharedStrings="<sst><si><t>山</t><t>田太郎</t></si></sst>")
    path = docx(tmp_path / "copy.docx", word__embeddings__sheet="x" and inner.read_bytes())
    assert check_copy(path, "docx", WHOLE).leaks


def test_a_clean_docx_passes(tmp_path):
    body = paragraph("名は", "人物A", "、森", "林。", "[非開示]", "山田花子")
    layout = f'<w:p xmlns:w="{W}" w:rsidR="00123456" w:w="19651965"><w:pos>12345678</w:pos></w:p>'
    path = docx(tmp_path / "copy.docx", word__document=body, word__styles=layout, word__media="\x89PNG")
    secrets = {
        None: [
            *WHOLE[None],
            Secret("1965", "DATE_OF_BIRTH"),
            Secret("Ken", "PERSON"),
            Secret("123456", "ID_NUMBER"),
        ]
    }
    assert not check_copy(path, "docx", secrets).leaks


@pytest.mark.parametrize(
    "members",
    [
        {"word__document.xml": '<!DOCTYPE a [<!ENTITY b "山田">]><a>&b;</a>'},
        {"word__document.xml": "<a><b></a>"},
        {"word__embeddings__cut": CUT_ZIP},
    ],
)
def test_a_docx_that_cannot_be_read_is_not_taken_for_clean(tmp_path, members):
    with pytest.raises(OutputError):
        check_copy(docx(tmp_path / "copy.docx", **members), "docx", WHOLE)


@pytest.mark.parametrize("name", ["docx", "parquet"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PAR1PAR1", b"\0" * 100])
def test_broken_containers_are_not_taken_for_clean(file, name, data):
    with pytest.raises(OutputError):
        check_copy(file(data), name, WHOLE)


@pytest.mark.parametrize(
    ("text", "name", "error"),
    [(NAME, "txt", LeakFound), ("{", "jsonl", OutputError), ("x", "odd", OutputError)],
)
def test_a_copy_that_leaks_or_cannot_be_checked_is_destroyed(file, text, name, error):
    path = file(text)
    with pytest.raises(error):
        check_or_destroy(path, name, WHOLE)
    assert not path.exists()


def test_a_clean_copy_stays(file):
    path = file("人物A")
    assert not check_or_destroy(path, "txt", WHOLE).leaks
    assert path.read_text(encoding="utf-8") == "人物A"


def test_a_missing_copy_is_an_error(tmp_path):
    with pytest.raises(OutputError):
        check_or_destroy(tmp_path / "none", "txt", WHOLE)


def test_every_format_that_is_written_can_be_checked():
    assert set(READERS) >= {one.name for one in kinds() if one.module != "converted"}  # these are not written


def test_a_large_table_takes_seconds(file):
    rows = "".join(f"人物{n},[電話番号],商品{n}の営業をしております。森林。\n" for n in range(10_000))
    values = {
        n: [Secret(f"山田太郎{n}", "PERSON"), Secret(f"090-{n:08}", "PHONE"), Secret("林", "PERSON")]
        for n in range(2, 9999)
    }
    path, start = file("名,電話,話\n" + rows), time.perf_counter()
    assert not check_copy(path, "csv", values).leaks
    assert time.perf_counter() - start < 8
