from __future__ import annotations

import mailbox
import tracemalloc

import pytest
from document_builders import hits

from hairyo.documents import Edit, Limits, open_document
from hairyo.errors import BrokenInput, InputRefused, TooLarge
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

NAME = "山田太郎"
LINE = "From taro@example.jp Mon Nov 23 10:00:00 2026\n"


def mail(text, how="8bit"):
    head = (
        f"From: a@example.jp\nSubject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {how}\n"
    )
    return head + f"\n{text}\n"


def box(folder, *mails, line=LINE):
    (folder / "a.mbox").write_bytes("".join(line + one + "\n" for one in mails).encode())
    return folder / "a.mbox"


def copied(path, edits):
    target = path.with_name("copy.mbox")
    target.unlink(missing_ok=True)
    open_document(path).write(target, edits)
    return target.read_bytes()


def test_mails_are_documents_within(tmp_path):
    path = box(
        tmp_path, mail(f"{NAME}です"), mail("From=20here", "quoted-printable"), mail(f"{NAME}=20x", "quoted-printable")
    )
    assert copied(path, []) == path.read_bytes()
    blocks = list(open_document(path).blocks())
    assert all(block.listed for block in blocks)
    assert [block.index for block in blocks] == list(range(len(blocks)))
    copied(path, hits(blocks, NAME) + hits(blocks, "nothing"))
    found = mailbox.mbox(tmp_path / "copy.mbox", create=False)
    assert [one.get_payload(decode=True).decode().strip() for one in found] == [
        "[非開示]です",
        "From here",
        "[非開示] x",
    ]
    found.close()
    assert not check_copy(tmp_path / "copy.mbox", "mbox", {None: [Secret(NAME, "PERSON")]}).leaks
    assert check_copy(path, "mbox", {None: [Secret(NAME, "PERSON")]}).leaks


def test_the_line_before_a_mail_is_text(tmp_path):
    path = box(tmp_path, mail("x"), line=LINE.replace("taro", "=?utf-8?q?=E5=B1=B1?="))
    blocks = list(open_document(path).blocks())
    assert blocks[0].text.startswith("山@example.jp") or "example.jp" in blocks[0].text
    path = box(tmp_path, mail("x"))
    blocks = list(open_document(path).blocks())
    made = copied(path, hits(blocks, "taro@example.jp"))
    assert made.startswith(b"From redacted@redacted.invalid Mon Nov 23 10:00:00 2026\n")


def test_no_line_of_a_copy_begins_a_mail_of_its_own(tmp_path):
    path = box(tmp_path, mail(f"{NAME}=\n a\n=46rom a 10:00:00 2026", "quoted-printable"))
    copied(path, hits(list(open_document(path).blocks()), NAME))
    found = mailbox.mbox(tmp_path / "copy.mbox", create=False)
    assert len(found) == 1
    found.close()


def test_refuses_what_is_no_mailbox(tmp_path):
    for raw in (b"hello", b"\n\n", b"From \n", b""):
        (tmp_path / "a.mbox").write_bytes(raw)
        with pytest.raises(BrokenInput):
            open_document(tmp_path / "a.mbox")
    with pytest.raises(InputRefused, match="in mail 2"):
        open_document(box(tmp_path, mail("x"), "no header at all\n\nx\n"))


def test_memory_does_not_grow_with_the_mailbox(tmp_path):
    path = box(tmp_path, *[mail("あ" * 20_000) for _ in range(60)])
    document = open_document(path)
    tracemalloc.start()
    for block in document.blocks():
        assert block.listed
    document.write(tmp_path / "b.mbox", [Edit(0, 0, 4, "x")])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    with pytest.raises(TooLarge):
        open_document(path, limits=Limits(members=20))
    with pytest.raises(TooLarge):
        open_document(path, limits=Limits(record_chars=5000))
