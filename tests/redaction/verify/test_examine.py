from __future__ import annotations

import zipfile
from email.message import EmailMessage

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from document_builders import hits, plain_docx
from hypothesis import given
from hypothesis import strategies as st
from pdf_builders import plain_pdf
from PIL import ImageDraw

from hairyo.documents import open_document
from hairyo.errors import OutputError
from hairyo.redaction.verify.examine import by_lines, examine, in_step, stretches
from hairyo.redaction.verify.piece import Kept
from picture_builders import drawn

TEXT = "氏名：山田太郎\n電話：090-1234-5678\n山田太郎は元気です。\nうつ病でした。\n"
COPY = "氏名：人物A\n電話：[電話番号]\n人物Aは元気です。\n[非開示]でした。\n"


@pytest.fixture
def examined(tmp_path):
    def run(before, after, name="txt", **settings):
        one, other = tmp_path / f"one.{name}", tmp_path / f"other.{name}"
        for path, data in ((one, before), (other, after)):
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return examine(other, one, name, scratch=tmp_path, **settings)

    return run


def kinds_of(found):
    return [one.kind for one in found.differences]


def test_a_clean_copy_is_clean(examined):
    found = examined(TEXT, COPY)
    assert (found.exit_code, kinds_of(found)) == (0, ["redacted"] * 4)
    assert [(one.place, one.before, one.after) for one in found.differences][1] == (
        "line 2", "090-1234-5678", "[電話番号]",
    )  # fmt: skip
    assert "山田" not in repr(found)


def test_the_same_file_is_clean(examined):
    found = examined(TEXT, TEXT)
    assert (found.exit_code, found.differences, found.leaks.searched) == (0, (), 0)


@pytest.mark.parametrize(
    "form", ["山田太郎", "山 田\u200b太 郎", "&#23665;田太郎", "5bGx55Sw5aSq6YOO", "０９０１２３４５６７８", "ウツ病"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_was_hidden_is_found_again_in_all_forms(examined, form, encoding):
    after = COPY.replace("元気", f"元気({form})")
    found = examined(TEXT.encode(encoding), after.encode(encoding))
    assert found.exit_code == 4
    assert found.leaks.leaks


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("元気", "病気", "changed"),
        ("元気", "", "removed"),
        ("[非開示]でした。\n", "", "missing"),
        ("でした。\n", "でした。\n加えた行\n", "added"),
        ("電話：", "電　話：", "changed"),
    ],
)
def test_other_differences_are_told(examined, old, new, kind):
    found = examined(TEXT, COPY.replace(old, new))
    assert found.exit_code == 3
    assert [one.kind for one in found.differences if one.elsewhere] == [kind]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp"])
def test_the_encoding_that_explains_most_is_taken(examined, encoding):
    found = examined(TEXT.encode(encoding), COPY.encode(encoding))
    assert (found.exit_code, kinds_of(found)) == (0, ["redacted"] * 4)
    leaking = COPY.replace("元気", "うつ病").encode(encoding)
    assert examined(TEXT.encode(encoding), leaking).exit_code == 4


def test_a_rows_values_are_searched_in_that_row_or_everywhere(examined):
    table = "氏名,話\n山田太郎,山田花子の紹介\n佐藤次郎,山田太郎の友\n"
    copy = "氏名,話\n人物A,人物Bの紹介\n人物A,山田太郎の友\n"
    assert examined(table, copy, "csv").exit_code == 0
    assert examined(table, copy, "csv", everywhere=True).exit_code == 4
    assert examined(table, copy.replace("人物Bの紹介", "山田花子の紹介と山田 太郎"), "csv").exit_code == 4


def test_quotes_and_cells_count(examined):
    found = examined('a,"b"\n', "a,b\n", "csv")
    assert (found.exit_code, kinds_of(found)) == (3, ["changed"])
    assert examined("山田,太郎\n", "人物A,\n", "csv").exit_code == 0  # a name over two cells


def test_numbers_that_became_empty_are_redactions(tmp_path):
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    pq.write_table(pa.table({"生": pa.array([19650312, 1])}), one)
    pq.write_table(pa.table({"生": pa.array([None, 1], pa.int64())}), other)
    found = examine(other, one, "parquet", scratch=tmp_path)
    assert (found.exit_code, kinds_of(found), found.leaks.searched) == (0, ["emptied"], 1)


def test_word_documents_are_examined(tmp_path):
    path, copy = plain_docx(tmp_path / "one.docx"), tmp_path / "copy.docx"
    document = open_document(path)
    edits = hits(list(document.blocks()), "山田太郎")
    document.write(copy, edits)
    found = examine(copy, path, "docx", scratch=tmp_path)
    assert (found.exit_code, kinds_of(found)) == (0, ["redacted"] * len(edits))
    leaking = tmp_path / "leaking.docx"
    document.write(leaking, edits[1:])
    assert examine(leaking, path, "docx", scratch=tmp_path).exit_code == 4


def test_an_unknown_format_is_not_taken_for_clean(examined):
    with pytest.raises(OutputError):
        examined("a", "a", "odd")


@given(before=st.text(alphabet="あい[]A山人物", max_size=20), after=st.text(alphabet="あい[]A山人物", max_size=20))
def test_stretches_are_where_they_say_and_all_there_is(before, after):
    at = after_at = 0
    made = ""
    for one in stretches(before, after) if before != after else []:
        assert before[one.start : one.start + len(one.before)] == one.before
        assert after[one.after_start : one.after_start + len(one.after)] == one.after
        assert one.start >= at
        assert one.after_start >= after_at
        made += before[at : one.start] + one.after
        at, after_at = one.start + len(one.before), one.after_start + len(one.after)
    assert made + before[at:] == after


@given(
    st.lists(st.text(alphabet="ab", max_size=2), max_size=12), st.lists(st.text(alphabet="ab", max_size=2), max_size=12)
)
def test_every_piece_of_both_comes_out_once_and_in_order(ones, others):
    pairs = list(in_step((Kept("", one) for one in ones), (Kept("", one) for one in others)))
    assert [one.content for one, _ in pairs if one is not None] == ones
    assert [other.content for _, other in pairs if other is not None] == others


def test_pieces_that_are_missing_do_not_put_the_rest_out_of_step():
    ones = [f"{n}" for n in range(100)]
    pairs = list(in_step((Kept("", one) for one in ones), (Kept("", one) for one in ones[:20] + ones[60:])))
    assert [one.content for one, other in pairs if other is None] == ones[20:60]


@given(st.text(alphabet="あ\n\r", max_size=20), st.integers(0, 20))
def test_a_text_in_portions_gives_its_lines(text, cut):
    portions = iter([text[:cut], text[cut:]])
    lines = [piece.content for piece in by_lines(iter([Kept("", portions)]))]
    assert "".join(lines) == text


def _archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("一.csv", "氏名,点\r\n山田太郎,35\r\n")
        archive.writestr("二.html", "<p title='山田太郎'>山田<b>太郎</b>です。</p>")


def _book(path):
    book = openpyxl.Workbook()
    for row in (["氏名", "点"], ["山田太郎", 35], ["合計", "=B2*2"]):
        book.active.append(row)
    book.save(path)


def _mail(path):
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "山田太郎 <taro@example.jp>", "山田太郎の件"
    mail.set_content("山田太郎です。35点。\n")
    mail.add_attachment("山田太郎".encode(), "text", "plain", filename="山田太郎.txt")
    path.write_bytes(mail.as_bytes())


BEDS = {
    "zip": _archive,
    "xlsx": _book,
    "eml": _mail,
    "json": lambda path: path.write_text('{"氏名": "山田太郎", "点": 35}', encoding="utf-8"),
    "html": lambda path: path.write_text("<p title='山田太郎'>山田<b>太郎</b>です。</p><i>35</i>", encoding="utf-8"),
    "pdf": lambda path: plain_pdf(path, "氏名：山田太郎", "点：三五"),
}


@pytest.mark.parametrize("kind", BEDS)
def test_every_format_is_examined(tmp_path, kind):
    path, copy, leaking = (tmp_path / f"{name}.{kind}" for name in ("one", "copy", "leaking"))
    BEDS[kind](path)
    document = open_document(path)
    edits = hits(list(document.blocks()), "山田太郎")
    document.write(copy, edits)
    found = examine(copy, path, kind, scratch=tmp_path)
    assert (found.exit_code, set(kinds_of(found))) == (0, {"redacted"})
    assert examine(path, path, kind, scratch=tmp_path).differences == ()
    document.write(leaking, edits[1:])
    assert examine(leaking, path, kind, scratch=tmp_path).exit_code == (0 if len(edits) == 1 else 4)


def test_pictures_and_pages_that_differ_elsewhere_are_told(tmp_path):
    one, bar, other = (tmp_path / f"{name}.png" for name in ("one", "bar", "other"))
    picture = drawn("氏名：山田太郎")
    picture.save(one)
    ImageDraw.Draw(picture).rectangle((110, 10, 240, 50), fill="black")
    picture.save(bar)
    ImageDraw.Draw(picture).rectangle((0, 0, 20, 10), fill="red")
    picture.save(other)
    assert kinds_of(examine(bar, one, "png", scratch=tmp_path)) == ["redacted"]
    assert examine(other, one, "png", scratch=tmp_path).exit_code == 3
    plain_pdf(tmp_path / "one.pdf", "氏名：山田", "点：三五")
    plain_pdf(tmp_path / "other.pdf", "氏名：山田", "点：五三")
    assert examine(tmp_path / "other.pdf", tmp_path / "one.pdf", "pdf", scratch=tmp_path).exit_code == 3
