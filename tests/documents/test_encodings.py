from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.documents.detect_encoding import detect
from hairyo.documents.encodings import START, Encoding
from hairyo.errors import BrokenInput

NAMES = ["utf-8", "utf-16-le", "utf-16-be", "cp932", "euc-jp", "iso-2022-jp"]
SENTENCES = [
    "山田太郎は喘息です。",
    "氏名：佐藤花子\r\n住所：東京都港区1-2-3",
    "ID,氏名\n1,鈴木一郎\n",
    "趣味は読書とカメラ。連絡先は example.jp です",
    "既往歴なし",
    "ﾔﾏﾀﾞ ﾀﾛｳ は元気です。",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", SENTENCES)
def test_detects_short_japanese(tmp_path, name, text):
    if name == "iso-2022-jp" and "ﾔ" in text:
        text = text.replace("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ")
    (tmp_path / "a").write_bytes(text.encode(name))
    assert detect(tmp_path / "a").name == name


@pytest.mark.parametrize(
    ("raw", "name", "text"),
    [
        (b"\xfc\xe2\xb6\xb6\xa4\xc7\xa4\xb9\xa1\xa3", "euc-jp", "髙橋です。"),
        (b"\xad\xa1\xa4\xca\xa4\xde\xa4\xa8", "euc-jp", "①なまえ"),
        (b"\x1b$B-!$J$^$(\x1b(B1\n", "iso-2022-jp", "①なまえ1\n"),
        (b"\x1b(ITO@\x1b(B", "iso-2022-jp", "ﾔﾏﾀ"),
    ],
)
def test_reads_what_windows_adds(raw, name, text):
    assert Encoding(name).decode(raw, START, True)[0] == text


@pytest.mark.parametrize(
    "raw",
    [b"\x89PNG\r\n\x1a\n\x00\x00", b"abc\x00def", bytes(range(1, 256)), b"\xff\xfe\x00\x00a\x00\x00\x00", b"",
     b"\x01\x02\x03\x04abc", b"\xfe\xfe\xfd\xfd\x81\x0a" * 30],
)  # fmt: skip
def test_refuses_binary(tmp_path, raw):
    (tmp_path / "a").write_bytes(raw)
    with pytest.raises(BrokenInput):
        detect(tmp_path / "a")


def test_tells_the_encoding_of_a_file_that_begins_in_ascii(tmp_path):
    (tmp_path / "a").write_bytes(b"id,name\n" * 100_000 + "山田太郎は喘息です。".encode("euc-jp"))
    assert detect(tmp_path / "a").name == "euc-jp"


@given(
    name=st.sampled_from(NAMES),
    text=st.text(alphabet="山田aｱ①髙。\n 1㈱彅", min_size=1, max_size=40),
    at=st.integers(0, 200),
)
def test_units_are_the_bytes_of_their_code_points(name, text, at):
    encoding = Encoding(name)
    try:
        raw = encoding.encode(text)
    except UnicodeEncodeError:
        assert "彅" in text
        return
    head, used, state = encoding.decode(raw[:at], START, False)
    tail, _, _ = encoding.decode(raw[used:], state, True)
    assert head + tail == text
    if not encoding.lossless:
        assert len(list(encoding.units(raw, START))) == len(text)
    cut, there = encoding.cut(raw, text, len(text) // 2 or 1, START)
    assert encoding.decode(raw[cut:], there, True)[0] == text[len(text) // 2 or 1 :]


@pytest.mark.parametrize("name", ["cp932", "euc-jp"])
def test_places_by_length_are_those_of_the_bytes(name):
    encoding = Encoding(name)
    pairs = [bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF)]
    raw = b"".join(pair for pair in [b"a", *pairs] if _one(encoding, pair))
    text = encoding.decode(raw, START, True)[0]
    spans = dict(enumerate(encoding.units(raw, START)))
    assert len(text) == len(spans) > 7000
    assert encoding.places(raw, text, range(len(text)), START) == spans


def _one(encoding, raw):
    try:
        return len(encoding.decode(raw, START, True)[0]) == 1
    except UnicodeDecodeError:
        return False
