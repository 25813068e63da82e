from __future__ import annotations

import tracemalloc

import pytest
from document_builders import applied, edits_of, hits
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import Edit, Limits, open_document
from hairyo.errors import BrokenInput, OutputError

FORM = "氏名：山田太郎\r\n\r\n持病は喘息です。\n電話 090-0000-0000\r古い改行"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc-jp", "iso2022_jp"]
LETTERS = st.text(alphabet="山田aｱ。\n\r ①", max_size=30)
RELAXED = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_copies_byte_for_byte_and_masks(tmp_path, encoding, suffix):
    source, copy, masked = (tmp_path / f"{stem}{suffix}" for stem in ("a", "b", "c"))
    source.write_bytes(FORM.encode(encoding))
    document = open_document(source)
    blocks = list(document.blocks())
    document.write(copy, [])
    document.write(masked, hits(blocks, "山田太郎"))
    assert "".join(block.text for block in blocks) == FORM
    assert copy.read_bytes() == source.read_bytes()
    expected = FORM.replace("山田太郎", "[非開示]")
    assert masked.read_bytes().decode(encoding) == expected
    if encoding != "iso2022_jp":  # where escapes may be repeated
        assert masked.read_bytes() == expected.encode(encoding)


def test_splices_around_what_cp932_cannot_give_back(tmp_path):
    raw = b"\x87\x90 \xed\x40 \xfa\x5c " + "山田太郎は喘息です。".encode("cp932")  # 0x8790 encodes as 0x81E0
    (tmp_path / "a.txt").write_bytes(raw)
    document = open_document(tmp_path / "a.txt")
    document.write(tmp_path / "b.txt", hits(list(document.blocks()), "太郎", "■"))
    assert (tmp_path / "b.txt").read_bytes() == raw.replace("太郎".encode("cp932"), "■".encode("cp932"))


def test_refuses_a_mask_that_the_encoding_lacks(tmp_path):
    (tmp_path / "a.txt").write_bytes("山田太郎は喘息です。".encode("cp932"))
    with pytest.raises(OutputError) as caught:
        open_document(tmp_path / "a.txt").write(tmp_path / "b.txt", [Edit(0, 0, 2, "😀")])
    assert "山田" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


@pytest.mark.parametrize("raw", [b" \r\n\t", "　\n".encode(), b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_refuses_the_blank(tmp_path, raw):
    (tmp_path / "a.txt").write_bytes(raw)
    with pytest.raises(BrokenInput, match="empty"):
        open_document(tmp_path / "a.txt")


def test_says_where_bytes_break(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + "山田".encode() + b"\xff\xff" + "太郎".encode())
    with pytest.raises(BrokenInput, match="offset 9"):
        open_document(tmp_path / "a.txt")


def test_refuses_a_nul_far_inside(tmp_path):
    (tmp_path / "a.txt").write_bytes("山田\n".encode() + b"abc\n" * 300_000 + b"\x00")
    with pytest.raises(BrokenInput, match="NUL"):
        list(open_document(tmp_path / "a.txt").blocks())


def test_blocks_hold_several_lines_and_end_where_people_pause(tmp_path):
    (tmp_path / "a.txt").write_text("山田は喘息です。\n" * 5000 + "\n" + "長い。" * 90_000, encoding="utf-8")
    blocks = list(open_document(tmp_path / "a.txt").blocks())
    assert all(block.text.endswith(("\n", "。")) for block in blocks)
    assert max(len(block.text) for block in blocks) <= 200_000
    assert len(blocks) < 12
    assert blocks[1].locator == f"line {blocks[0].text.count(chr(10)) + 1}"


@pytest.mark.parametrize("encoding", ["utf-8", "euc-jp", "cp932"])
def test_a_line_without_end_needs_little_memory(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("山田は喘息です。".encode(encoding) * 800_000)
    tracemalloc.start()
    document = open_document(path)
    document.write(tmp_path / "b.txt", (Edit(b.index, 0, 2, "■") for b in document.blocks()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000 < path.stat().st_size
    assert (tmp_path / "b.txt").stat().st_size < path.stat().st_size


def test_a_line_of_50_mb_is_copied(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("山田は喘息です。".encode() * 2_100_000)
    document = open_document(path)
    assert max(len(block.text) for block in document.blocks()) <= 200_000
    document.write(tmp_path / "b.txt", [Edit(9, 0, 2, "■")])
    assert (tmp_path / "b.txt").stat().st_size == path.stat().st_size - 3


@RELAXED
@given(
    data=st.data(),
    text=LETTERS,
    encoding=st.sampled_from([name for name in ENCODINGS if name not in ("utf-16-le", "utf-16-be")]),
)
def test_edits_survive_reading_again(tmp_path_factory, data, text, encoding):
    folder = tmp_path_factory.mktemp("t")
    (folder / "a.txt").write_bytes((text + "山田は喘息です。").encode(encoding, errors="ignore"))
    document = open_document(folder / "a.txt", limits=Limits())
    blocks = list(document.blocks())
    assert blocks == list(document.blocks())
    edits = data.draw(edits_of(blocks, st.text(alphabet="■x[", min_size=1, max_size=3)))
    document.write(folder / "b.txt", edits)
    assert (folder / "b.txt").read_bytes().decode(encoding) == "".join(applied(blocks, edits))
