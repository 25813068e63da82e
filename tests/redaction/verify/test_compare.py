from __future__ import annotations

import json
import re
import tracemalloc
import zipfile
from collections import defaultdict
from email.message import EmailMessage

import openpyxl
import pptx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from document_builders import docx_parts, edits_of, hits, pack, part, plain_docx, rich_docx, runs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairyo.documents import Edit, kinds, open_document
from hairyo.errors import LeakFound, OutputError, TextLost
from hairyo.redaction import Change, Secret
from hairyo.redaction.verify import Original, check_or_destroy, compare
from hairyo.redaction.verify.align import Changes, align
from hairyo.redaction.verify.kept import WAYS
from hairyo.redaction.verify.kept.inner import EXACT
from hairyo.redaction.verify.readers import READERS

MASK = "[非開示]"
QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def changes_of(blocks, edits):
    """Return what the edits change, by record."""
    found = defaultdict(list)
    by_index = {block.index: block for block in blocks}
    for edit in edits:
        block = by_index[edit.block]
        found[block.record].append(Change(block.text[edit.start : edit.end], edit.replacement))
    return dict(found)


def copied(path, edits, name="copy"):
    """Write the copy of a file and return it with what it is to be compared with."""
    document = open_document(path)
    blocks = list(document.blocks())
    edits = edits(blocks) if callable(edits) else edits
    copy = path.with_name(name + path.suffix)
    copy.unlink(missing_ok=True)
    document.write(copy, edits)
    return copy, document.format, Original(path, changes_of(blocks, edits), path.parent)


def masks(*words):
    return lambda blocks: sorted(edit for word in words for edit in hits(blocks, word))


# --- files of any text: rows of cells, of which `text` makes lines and `docx` paragraphs


def text_file(path, rows):
    path.write_bytes("\n".join("、".join(row) for row in rows).encode())


def csv_file(path, rows):
    lines = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["項", "目"], *rows])
    path.write_bytes("".join(line + "\r\n" for line in lines).encode())


def tsv_file(path, rows):
    path.write_bytes("".join("\t".join(row) + "\n" for row in [["項", "目"], *rows]).encode())


def jsonl_file(path, rows):
    path.write_text("".join(json.dumps({"a": row, "n": 12345}) + "\n" for row in rows), encoding="utf-8")


def parquet_file(path, rows):
    table = {"行": [{"a": row} for row in rows], "日": [19650101 + n for n, _ in enumerate(rows)]}
    pq.write_table(pa.table(table), path)


def docx_file(path, rows):
    body = "".join(f"<w:p>{runs(*cells)}</w:p>" for cells in rows)
    pack(path, docx_parts(body))


def json_file(path, rows):
    path.write_text(
        json.dumps([{"a": row, "n": 12345} for row in rows], ensure_ascii=False, indent=1), encoding="utf-8"
    )


def html_file(path, rows):
    body = "".join(f"<p title='題'>{one}<b>{other}</b></p>\n" for one, other in rows)
    path.write_text(f"<!DOCTYPE html><html><body>{body}</body></html>", encoding="utf-8")


def mail_bytes(rows):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "件名です", "会 <a@example.jp>", "b@example.jp"
    mail.set_content("\n".join("、".join(row) for row in rows) + "\n")
    mail.add_attachment("".join(f"{row[0]}\n" for row in rows).encode(), "text", "plain", filename="表.txt")
    return mail.as_bytes()


def mail_file(path, rows):
    path.write_bytes(mail_bytes(rows))


def mailbox_file(path, rows):
    path.write_bytes(b"".join(b"From a@example.jp Mon Jan  5 10:00:00 2026\n" + mail_bytes([row]) for row in rows))


def archive_file(path, rows):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("名簿/一.csv", "項,目\r\n" + "".join(",".join(row) + "\r\n" for row in rows))
        archive.writestr("二.txt", "\n".join(row[0] for row in rows))
        archive.writestr("三.json", json.dumps(rows))


def workbook_file(path, rows):
    book = openpyxl.Workbook()
    for row in [["項", "目"], *rows]:
        book.active.append([*row, 12345, '="a"&A1'])
    book.save(path)


def slides_file(path, rows):
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_textbox(0, 0, 999999, 999999).text_frame
    for row in rows:
        paragraph = frame.add_paragraph()
        for cell in row:
            paragraph.add_run().text = cell
    deck.save(path)


MAKERS = {
    "txt": text_file, "md": text_file, "csv": csv_file, "tsv": tsv_file, "jsonl": jsonl_file,
    "parquet": parquet_file, "docx": docx_file, "json": json_file, "html": html_file, "eml": mail_file,
    "mbox": mailbox_file, "zip": archive_file, "xlsx": workbook_file, "pptx": slides_file,
}  # fmt: skip
CELL = st.text(alphabet="あいうえおabc。、 ", min_size=1, max_size=12)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=5)
STAND_INS = st.sampled_from([MASK, "人物A", "ID-ABCDEFGH", ""])


RECORDS = ("csv", "tsv", "jsonl", "parquet")


@st.composite
def random_edits(draw, blocks):
    """Edits anywhere, but not of white space alone, nor of names and fields of mails, where more goes than the edit."""
    found = draw(edits_of(blocks, STAND_INS))
    by_index = {block.index: block for block in blocks}
    special = re.compile("field|name|first line")
    return [
        edit
        for edit in found
        if by_index[edit.block].text[edit.start : edit.end].strip() and not special.search(by_index[edit.block].locator)
    ]


def test_every_format_is_compared():
    assert set(WAYS) == set(READERS) >= {kind.name for kind in kinds() if kind.module != "converted"}
    assert set(WAYS) - set(MAKERS) == {"pdf", "msg", "png", "jpeg", "tiff", "gif", "bmp", "webp"}


@pytest.mark.parametrize("kind", MAKERS)
@QUICK
@given(data=st.data())
def test_what_was_asked_for_and_nothing_else_passes(tmp_path, kind, data):
    path = tmp_path / f"original.{kind}"
    MAKERS[kind](path, data.draw(ROWS))
    copy, name, original = copied(path, lambda blocks: data.draw(random_edits(blocks)))
    found = compare(copy, name, original)
    assert (found.lost, found.places) == (0, ())
    assert found.compared > 0


def untouched(blocks, edits):
    """Return the places of characters that no edit takes."""
    taken = {(edit.block, at) for edit in edits for at in range(edit.start, edit.end)}
    places = ((block, at) for block in blocks for at, char in enumerate(block.text) if char in "あいうえおabc")
    return [(block, at) for block, at in places if (block.index, at) not in taken]


@pytest.mark.parametrize("kind", MAKERS)
@QUICK
@given(data=st.data())
def test_any_other_character_changed_or_dropped_is_told(tmp_path, kind, data):
    """Also where the same character, or one beside it, was redacted elsewhere."""
    path = tmp_path / f"original.{kind}"
    rows = [["山田" + cell + "太郎" for cell in row] for row in data.draw(ROWS)]
    MAKERS[kind](path, rows)
    asked = []

    def rogue(blocks):
        asked.extend(sorted(edit for word in ("山田", "太郎") for edit in hits(blocks, word, data.draw(STAND_INS))))
        places = untouched(blocks, asked)
        block, at = data.draw(st.sampled_from(places)) if places else (None, 0)
        if block is None:
            return asked
        new = data.draw(st.sampled_from(["", "ん", MASK]))
        asked.append(None)
        return sorted([*asked[:-1], Edit(block.index, at, at + 1, new)])

    copy, name, original = copied(path, rogue)
    if asked and asked[-1] is None:
        blocks = list(open_document(path).blocks())
        original = Original(path, changes_of(blocks, asked[:-1]), tmp_path)
        assert compare(copy, name, original).lost
        with pytest.raises(TextLost):
            check_or_destroy(copy, name, {}, original)
        assert not copy.exists()


FORMS = [
    "山田太郎", "山 田 太 郎", "山\u200b田太郎", "&#23665;田太郎", "%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E",
    "5bGx55Sw5aSq6YOO", "\\u5c71\\u7530\\u592a\\u90ce",
]  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_put_back_in_any_form_is_told(tmp_path, kind, form):
    path = tmp_path / f"original.{kind}"
    MAKERS[kind](path, [["名は山田太郎", "いうえ"], ["あ", "う"]])
    copy, name, original = copied(path, masks("山田太郎"))
    records = {record for record in original.changes if record is not None}
    secrets = {record: [Secret("山田太郎", "PERSON")] for record in records or {None}}
    assert not check_or_destroy(copy, name, secrets, original).leaks

    def back(blocks):
        return [Edit(edit.block, edit.start, edit.end, form) for edit in masks("山田太郎")(blocks)]

    copy, name, _ = copied(path, back)
    with pytest.raises(LeakFound):
        check_or_destroy(copy, name, secrets, original)
    assert not copy.exists()


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind in EXACT])
def test_what_was_asked_for_but_not_done_is_told(tmp_path, kind):
    """A bare 35 is too short to be searched for; here it is seen that it stayed."""
    path = tmp_path / f"original.{kind}"
    MAKERS[kind](path, [["年は35です", "35"], ["35", "35"]])
    copy, name, original = copied(path, masks("35"))
    count = sum(one.before == "35" for changes in original.changes.values() for one in changes)
    assert compare(copy, name, original).changed == count >= 4
    for left in range(count):
        copy, name, _ = copied(path, lambda blocks, left=left: [
            edit for number, edit in enumerate(masks("35")(blocks)) if number != left
        ])  # fmt: skip
        assert compare(copy, name, original).lost


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind not in ("txt", "md", "docx")])
@pytest.mark.parametrize("rows", [[["あ", "い"]], [["あ", "い"], ["う", "え"], ["お", "a"]]])
def test_rows_lost_added_or_exchanged_are_told(tmp_path, kind, rows):
    path, copy = tmp_path / f"original.{kind}", tmp_path / f"copy.{kind}"
    MAKERS[kind](path, [["あ", "い"], ["う", "え"]])
    MAKERS[kind](copy, rows)
    assert compare(copy, kind, Original(path, {}, tmp_path)).lost
    MAKERS[kind](copy, [["う", "え"], ["あ", "い"]])
    assert compare(copy, kind, Original(path, {}, tmp_path)).lost >= (2 if kind in RECORDS else 1)


@pytest.mark.parametrize("name", ["csv", "jsonl", "txt"])
def test_line_ends_quotes_and_marks_count_as_text(tmp_path, name):
    path, copy = tmp_path / f"original.{name}", tmp_path / f"copy.{name}"
    files = {
        "csv": [b'\xef\xbb\xbfa,"b"\r\n', b'a,"b"\r\n', b"\xef\xbb\xbfa,b\r\n", b'\xef\xbb\xbfa,"b"\n'],
        "jsonl": [b'{"a": 1.0}\n', b'{"a":1.0}\n', b'{"a": "1.0"}\n', b'{"a": 1.0}', b'{"a": 1.0}\r\n'],
        "txt": ["あ\r\n".encode("cp932"), "あ\n".encode("cp932"), "あ\r\n".encode(), "い\r\n".encode("cp932")],
    }[name]
    path.write_bytes(files[0])
    for data, lost in [(files[0], False), *((data, True) for data in files[1:])]:
        copy.write_bytes(data)
        assert bool(compare(copy, name, Original(path, {}, tmp_path)).lost) == lost


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-8-sig"])
def test_every_encoding_is_compared(tmp_path, encoding):
    path = tmp_path / "original.txt"
    path.write_bytes("山田～太郎−の会。\n電話−1\n".replace("～", "〜").encode(encoding, "ignore") * 3)
    word = "田～太" if encoding == "cp932" else "田〜太"
    blocks = list(open_document(path).blocks())
    word = next(one for one in ("田～太", "田〜太", "田太") if one in blocks[0].text)
    copy, name, original = copied(path, masks(word))
    found = compare(copy, name, original)
    assert (found.lost, found.changed) == (0, 3)


def test_a_text_of_many_windows_is_compared(tmp_path):
    path = tmp_path / "original.txt"
    line = "ああ山田いい太郎ううう\n"
    path.write_text(line * 150_000, encoding="utf-8")
    copy, name, original = copied(path, masks("山田"))
    found = compare(copy, name, original)
    assert (found.lost, found.changed) == (0, 150_000)
    data = copy.read_text(encoding="utf-8").splitlines(keepends=True)
    data[140_000] = data[140_000].replace("う", "", 1)
    copy.write_text("".join(data), encoding="utf-8")
    assert compare(copy, name, original).places[0] == "text line 140001"


@pytest.mark.parametrize(
    ("name", "text"),
    [("csv", "あ,い\r\n" * 300_000), ("txt", "あ" * 2_000_000), ("jsonl", '{"a": "あ"}\n' * 200_000)],
)
def test_memory_does_not_grow_with_the_file(tmp_path, name, text):
    path, copy = tmp_path / f"original.{name}", tmp_path / f"copy.{name}"
    path.write_text("山田" + text if name == "txt" else text, encoding="utf-8", newline="")
    copy.write_text(MASK + text if name == "txt" else text, encoding="utf-8", newline="")
    original = Original(path, {None: [Change("山田", MASK)]} if name == "txt" else {}, tmp_path)
    tracemalloc.start()
    try:
        assert compare(copy, name, original).lost == 0
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", [plain_docx, rich_docx])
def test_a_whole_document_passes(tmp_path, make):
    path = make(tmp_path / "original.docx")
    for words in ((), ("山田太郎",), ("山田", "太郎"), ("郎\t持病\n喘",), ("佐藤花子", "やまだ")):
        copy, name, original = copied(path, masks(*words))
        assert compare(copy, name, original).lost == 0


BODY = f"<w:p>{runs('あい', 'う')}</w:p><w:tbl><w:tr><w:tc><w:p>{runs('表')}</w:p></w:tc></w:tr></w:tbl>"
HEADER = {"word/header1.xml": part("hdr", f"<w:p>{runs('頭')}</w:p>")}


@pytest.mark.parametrize(
    ("body", "extra"),
    [
        (BODY.replace("う", ""), HEADER),
        (BODY.replace("表", ""), HEADER),
        (BODY.replace("<w:p>", "<w:p w:rsidR='1'>", 1), HEADER),
        (BODY[: BODY.index("<w:tbl>")], HEADER),
        (BODY, {}),
        (BODY, {"word/header1.xml": part("hdr", f"<w:p>{runs('足')}</w:p>")}),
        (BODY + "<w:p/>", HEADER),
    ],
)
def test_a_document_that_lost_something_is_told(tmp_path, body, extra):
    path = pack(tmp_path / "original.docx", docx_parts(BODY, HEADER))
    copy = pack(tmp_path / "copy.docx", docx_parts(body, extra))
    assert compare(copy, "docx", Original(path, {}, tmp_path)).lost


def test_a_number_that_became_another_is_told(tmp_path):
    path, copy = tmp_path / "original.parquet", tmp_path / "copy.parquet"
    changes = {1: [Change("35", MASK)]}
    cases = [
        ([35, 40], {}, 0),
        ([None, 40], changes, 0),
        ([None, 40], {}, 1),
        ([36, 40], changes, 1),
        ([35, 40], changes, 1),
        ([None, None], changes, 1),
    ]
    for numbers, asked, lost in cases:
        pq.write_table(pa.table({"a": pa.array([35, 40], pa.int64())}), path)
        pq.write_table(pa.table({"a": pa.array(numbers, pa.int64())}), copy)
        assert compare(copy, "parquet", Original(path, asked, tmp_path)).lost == lost


def test_some_rows_of_a_table_are_compared_with_those(tmp_path):
    path, copy = tmp_path / "original.parquet", tmp_path / "copy.parquet"
    parquet_file(path, [[str(n), "あ"] for n in range(5)])
    whole = pq.read_table(path)
    pq.write_table(whole.slice(1, 2), copy)
    assert compare(copy, "parquet", Original(path, {}, tmp_path, range(1, 3))).lost == 0
    assert compare(copy, "parquet", Original(path, {}, tmp_path, range(2, 4))).lost == 2


def test_nothing_is_left_beside_the_original(tmp_path):
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    parquet_file(home / "original.parquet", [["あ", "い"]])
    home.chmod(0o500)
    copy = scratch / "copy.parquet"
    copy.write_bytes((home / "original.parquet").read_bytes())
    assert compare(copy, "parquet", Original(home / "original.parquet", {}, scratch)).lost == 0
    assert [one.name for one in home.iterdir()] == ["original.parquet"]


@pytest.mark.parametrize("kind", ["docx", "parquet", "jsonl"])
def test_what_cannot_be_read_is_not_taken_for_equal(tmp_path, kind):
    (tmp_path / "a").write_bytes(b"{")
    with pytest.raises(OutputError):
        compare(tmp_path / "a", kind, Original(tmp_path / "a", {}, tmp_path))


def test_no_value_is_shown(tmp_path):
    path = tmp_path / "original.txt"
    path.write_text("山田太郎とあ", encoding="utf-8")
    copy, name, original = copied(path, masks("山田太郎"))
    copy.write_text("山田太郎とい", encoding="utf-8")
    with pytest.raises(TextLost) as caught:
        check_or_destroy(copy, name, {}, original)
    assert "山田" not in str(caught.value) + repr(original)


# --- align


@given(
    text=st.text(alphabet="ab", max_size=40),
    befores=st.lists(st.text(alphabet="ab", min_size=1, max_size=3), min_size=1, max_size=4, unique=True),
    data=st.data(),
)
def test_any_choice_of_changes_is_explained(text, befores, data):
    """Whatever overlaps or repeats, in whatever portions it is given."""
    changes = [Change(one, data.draw(st.sampled_from(["", "#", "a", "ba"]))) for one in befores]
    made, at = "", 0
    while at < len(text):
        ways = [one for one in changes if text.startswith(one.before, at)]
        one = data.draw(st.sampled_from([None, *ways]))
        made += text[at] if one is None else one.after
        at += 1 if one is None else len(one.before)
    cut = data.draw(st.integers(0, len(text)))
    done = align([text[:cut], text[cut:]], [made[:cut], made[cut:]], Changes(changes)).done
    assert done is not None
    assert len(text) + sum((len(one.after) - len(one.before)) * n for one, n in done.items()) == len(made)


@given(text=st.text(max_size=30), other=st.text(max_size=30))
def test_without_changes_only_the_same_is_explained(text, other):
    assert (align([text], [other], Changes([])).done is not None) == (text == other)


def test_lone_halves_of_characters_and_many_changes_are_read():
    changes = [Change(f"{n}番\ud800", "x") for n in range(40)]
    text = "".join(f"あ{one.before}" for one in changes)
    assert align([text], ["あx" * 40], Changes(changes)).done == dict.fromkeys(changes, 1)


def test_a_text_of_one_character_ends():
    changes = Changes([Change("あ", ""), Change("ああ", "い"), Change("あ", "い")])
    assert align(["あ" * 3000], ["う"], changes).done is None
