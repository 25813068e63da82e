from __future__ import annotations

import io
import stat
import tracemalloc
import warnings
import zipfile

import pytest
from document_builders import hits, plain_docx, zip_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import Edit, Limits, open_document
from hairyo.errors import BrokenInput, HairyoError, InputRefused, OutputError, TooLarge, UnknownFormat
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

NAME = "山田太郎"
TEXT = f"{NAME}の履歴書です。".encode()


def archive(folder, members, name="a.zip"):
    (folder / name).write_bytes(members if isinstance(members, bytes) else zip_bytes(members))
    return folder / name


def copied(path, edits):
    target = path.with_name("copy.zip")
    target.unlink(missing_ok=True)
    open_document(path).write(target, edits)
    with zipfile.ZipFile(target) as made:
        assert made.testzip() is None
        return {info.filename: made.read(info) for info in made.infolist()}


def everything(path):
    return [Edit(b.index, 0, len(b.text), "[非開示]") for b in open_document(path).blocks() if b.text]


def test_names_and_members_are_read_and_written(tmp_path):
    docx = plain_docx(tmp_path / "a.docx").read_bytes()
    inner = zip_bytes({f"{NAME}.csv": f"氏名,備考\r\n{NAME},なし\r\n".encode("cp932")})
    path = archive(tmp_path, {f"{NAME}/": b"", f"{NAME}/メモ.txt": TEXT, "x.docx": docx, "y.zip": inner, "z.txt": b""})
    blocks = list(open_document(path).blocks())
    assert [block.index for block in blocks] == list(range(len(blocks)))
    assert any(block.listed and block.text == NAME for block in blocks)
    made = copied(path, hits(blocks, NAME))
    assert list(made) == ["[非開示]/", "[非開示]/メモ.txt", "x.docx", "y.zip", "z.txt"]
    assert made["[非開示]/メモ.txt"] == TEXT.replace(NAME.encode(), "[非開示]".encode())
    with zipfile.ZipFile(io.BytesIO(made["y.zip"])) as within:
        assert within.read("[非開示].csv") == "氏名,備考\r\n[非開示],なし\r\n".encode("cp932")
    assert not check_copy(tmp_path / "copy.zip", "zip", {None: [Secret(NAME, "PERSON")]}).leaks
    assert check_copy(path, "zip", {None: [Secret(NAME, "PERSON")]}).leaks >= 5


def test_without_edits_the_members_stay_and_traces_go(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("a.txt", (2026, 11, 23, 10, 0, 0))
        info.comment, info.extra = TEXT, b"up\x04\x00abcd"
        made.writestr(info, TEXT)
        made.writestr("__MACOSX/._a.txt", b"x")
        made.writestr("Thumbs.db", b"x")
        made.comment = TEXT
    assert copied(path, []) == {"a.txt": TEXT}
    raw = (tmp_path / "copy.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "copy.zip") as made:
        one = made.infolist()[0]
        assert (made.comment, one.comment, one.extra, one.date_time) == (b"", b"", b"", (1980, 1, 1, 0, 0, 0))
    document = open_document(path)
    document.write(tmp_path / "again.zip", [])
    assert (tmp_path / "again.zip").read_bytes() == raw
    assert "Thumbs.db" in str(document.remarks[0])


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp", "utf-8"])
def test_names_without_the_flag_of_unicode(tmp_path, encoding):
    raw = zip_bytes({"x" * len(f"{NAME}表.txt".encode(encoding)): TEXT})
    path = archive(
        tmp_path, raw.replace(b"x" * len(f"{NAME}表.txt".encode(encoding)), f"{NAME}表.txt".encode(encoding))
    )
    assert next(iter(open_document(path).blocks())).text == f"{NAME}表.txt"
    assert list(copied(path, everything(path))) == ["[非開示].txt"]


def test_edited_names_stay_names_and_apart(tmp_path):
    path = archive(tmp_path, {"山田.txt": TEXT, "佐藤.txt": TEXT, "d/鈴木.txt": TEXT})
    blocks = list(open_document(path).blocks())
    edits = [Edit(b.index, 0, 2, "../a:b\n") for b in blocks if b.text in ("山田.txt", "佐藤.txt")]
    edits += [Edit(b.index, 0, len(b.text), "x") for b in blocks if b.text.startswith("d/")]
    made = list(copied(path, sorted(edits)))
    assert made == [".._a_b_.txt".strip("."), "_a_b_-2.txt", "x.txt"] or made == ["_a_b_.txt", "_a_b_-2.txt", "x.txt"]


@pytest.mark.parametrize(
    "name", ["../a.txt", "/a.txt", "a/../../b.txt", "C:a.txt", "..\\a.txt", "./a.txt", "a//../b.txt"]
)
def test_refuses_wandering_names(tmp_path, name):
    with pytest.raises(BrokenInput, match="name"):
        open_document(archive(tmp_path, {name: TEXT}))


def test_refuses_doubled_names(tmp_path):
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        warnings.simplefilter("ignore")
        made.writestr("a.txt", TEXT)
        made.writestr("A.TXT", TEXT)
    with pytest.raises(BrokenInput, match="doubled"):
        open_document(tmp_path / "a.zip")


def test_refuses_links_locks_and_odd_packing(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    with pytest.raises(BrokenInput, match="link"):
        open_document(tmp_path / "a.zip")
    raw = bytearray(zip_bytes({"a.txt": TEXT}))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BrokenInput, match="password"):
        open_document(archive(tmp_path, bytes(raw)))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.txt", TEXT)
    with pytest.raises(UnknownFormat, match="packed"):
        open_document(tmp_path / "a.zip")


def test_refuses_bombs_quickly(tmp_path):
    path = archive(tmp_path, {"a.txt": b" " * 50_000_000})
    tracemalloc.start()
    with pytest.raises(TooLarge):
        open_document(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
    with pytest.raises(TooLarge):
        open_document(archive(tmp_path, {"a.txt": TEXT}), limits=Limits(unpacked_bytes=5))
    with pytest.raises(TooLarge):
        open_document(archive(tmp_path, {"a.txt": TEXT, "b.txt": TEXT}), limits=Limits(members=1))
    data = TEXT
    for _ in range(8):
        data = zip_bytes({"a.zip" if data[:2] == b"PK" else "a.txt": data})
    with pytest.raises(TooLarge, match="too deep"):
        open_document(archive(tmp_path, data))


def test_refuses_members_that_overlap(tmp_path):
    raw = bytearray(zip_bytes({"a.txt": TEXT * 9, "b.txt": TEXT * 9}))
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = (0).to_bytes(4, "little")
    with pytest.raises(BrokenInput):
        open_document(archive(tmp_path, bytes(raw)))


@pytest.mark.parametrize("kept", [4, 30, 60, -1, -10])
def test_refuses_the_cut_off(tmp_path, kept):
    with pytest.raises(InputRefused):
        open_document(archive(tmp_path, zip_bytes({"a.txt": TEXT, "b.txt": TEXT})[:kept]))


@pytest.mark.parametrize("lie", [1, 10_000_000])
def test_refuses_lying_sizes(tmp_path, lie):
    raw = bytearray(zip_bytes({"a.txt": TEXT}))
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = lie.to_bytes(4, "little")
    with pytest.raises(InputRefused):
        open_document(archive(tmp_path, bytes(raw)))


@pytest.mark.parametrize(("name", "data"), [("a.exe", b"MZ"), ("b.xyz", b"abc"), ("c", b"abc"), ("d.txt", b"\0\1" * 9)])
def test_a_member_that_is_not_read_refuses_the_archive_by_its_number(tmp_path, name, data):
    with pytest.raises(InputRefused, match="in member 2") as caught:
        open_document(archive(tmp_path, {"a.txt": TEXT, f"{NAME}{name}": data}))
    assert NAME not in str(caught.value)


def test_an_empty_archive_is_refused(tmp_path):
    with pytest.raises(BrokenInput):
        open_document(archive(tmp_path, {}))


def test_the_check_refuses_what_it_cannot_read(tmp_path):
    raw = bytearray(zip_bytes({"a.txt": TEXT * 20}))
    raw[45:60] = b"\xff" * 15
    with pytest.raises(OutputError):
        check_copy(archive(tmp_path, bytes(raw)), "zip", {None: [Secret(NAME, "PERSON")]})
    compound = archive(tmp_path, {"a.bin": bytes.fromhex("d0cf11e0a1b11ae1")})
    with pytest.raises(OutputError, match="no reader"):
        check_copy(compound, "zip", {None: [Secret(NAME, "PERSON")]})


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_archives_are_refused_or_read(tmp_path_factory, data):
    raw = bytearray(zip_bytes({"山田.txt": TEXT, "b/c.csv": b"a,b\n1,2\n"}))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = archive(tmp_path_factory.mktemp("z"), bytes(raw))
    try:
        document = open_document(path)
        list(document.blocks())
        document.write(path.with_name("c.zip"), [])
    except HairyoError:
        return
