from __future__ import annotations

import email
import email.policy

import pytest
from document_builders import hits
from hypothesis import given, settings
from hypothesis import strategies as st
from ole_builder import properties, text_stream, write_ole

from hairyo.documents import Edit, open_document
from hairyo.errors import BrokenInput, HairyoError, UnknownFormat
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

NAME = "山田太郎"
TABLE = f"氏名,備考\r\n{NAME},なし\r\n".encode()


def storage(header, numbers, texts, **more):
    return dict([properties(header, **numbers), *(text_stream(key, said) for key, said in texts.items())]) | more


def recipient(name, kind):
    return storage(8, {"p0C15": kind}, {0x3001: name, 0x39FE: "b@example.jp"})


def message(header=32, kind="IPM.Note", **more):
    texts = {0x001A: kind, 0x0037: f"{NAME}の件", 0x0C1A: NAME, 0x5D01: "a@example.jp", 0x1000: f"{NAME}です。\r\n"}
    return storage(header, {"p0039": 133_000_000_000_000_000}, texts, **more)


def attachment(name, data, method=1):
    return storage(8, {"p3705": method}, {0x3707: name}, **{"__substg1.0_37010102": data})


def outlook(folder, **more):
    tree = message(**{"__substg1.0_10130102": f"<p>{NAME[:2]}<b>{NAME[2:]}</b></p>".encode(), **more})
    tree["__recip_version1.0_#00000000"] = recipient("佐藤花子", 1)
    tree["__recip_version1.0_#00000001"] = recipient("鈴木一郎", 2)
    return write_ole(folder / "a.msg", tree)


def copied(path, edits):
    target = path.with_name("copy.eml")
    target.unlink(missing_ok=True)
    open_document(path).write(target, edits)
    return email.message_from_bytes(target.read_bytes(), policy=email.policy.default)


def test_an_outlook_mail_becomes_a_mail(tmp_path):
    inner = message(24)
    embedded = storage(8, {"p3705": 5}, {0x3707: "x"}, **{"__substg1.0_3701000D": inner})
    path = outlook(
        tmp_path,
        **{
            "__attach_version1.0_#00000000": attachment(f"{NAME}.csv", TABLE),
            "__attach_version1.0_#00000001": embedded,
        },
    )
    document = open_document(path)
    assert (document.format, document.converted) == ("msg", ".eml")
    blocks = list(document.blocks())
    made = copied(path, hits(blocks, NAME))
    assert made["subject"] == "[非開示]の件"
    assert made["from"].addresses[0].addr_spec == "a@example.jp"
    assert made["to"].addresses[0].display_name == "佐藤花子"
    assert made["cc"].addresses[0].display_name == "鈴木一郎"
    assert made["date"].datetime.year == 2022
    assert made.get_body(("plain",)).get_content().strip("\0").strip() == "[非開示]です。"
    assert "[非開示]" in made.get_body(("html",)).get_content()
    table, within = made.iter_attachments()
    assert table.get_filename() == "[非開示].csv"
    assert table.get_content().rstrip(b"\0") == TABLE.replace(NAME.encode(), "[非開示]".encode())
    assert within.get_content()["subject"] == "[非開示]の件"
    assert not check_copy(tmp_path / "copy.eml", "msg", {None: [Secret(NAME, "PERSON")]}).leaks
    assert "RTF" in str(document.remarks[0])


def test_the_same_mail_gives_the_same_copy(tmp_path):
    path = outlook(tmp_path, **{"__attach_version1.0_#00000000": attachment("a.csv", TABLE)})
    copied(path, [])
    first = (tmp_path / "copy.eml").read_bytes()
    copied(path, [])
    assert (tmp_path / "copy.eml").read_bytes() == first


def test_what_is_no_mail_is_refused(tmp_path):
    with pytest.raises(UnknownFormat, match="another item"):
        open_document(write_ole(tmp_path / "a.msg", message(kind="IPM.Contact")))
    with pytest.raises(UnknownFormat, match="OLE object"):
        open_document(outlook(tmp_path, **{"__attach_version1.0_#00000000": attachment("a", b"x", method=6)}))
    with pytest.raises(BrokenInput, match="compound file"):
        open_document(write_ole(tmp_path / "a.msg", {"Other": b"x"}))
    assert open_document(write_ole(tmp_path / "a.msg", message(kind="IPM.Note.SMIME"))).unread


def test_mails_within_mails_have_an_end(tmp_path):
    inner = message(24)
    for _ in range(8):
        box = storage(8, {"p3705": 5}, {}, **{"__substg1.0_3701000D": inner})
        inner = message(24, **{"__attach_version1.0_#00000000": box})
    with pytest.raises(HairyoError):
        open_document(write_ole(tmp_path / "a.msg", message(**{"__attach_version1.0_#00000000": box})))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_refused_or_read(tmp_path_factory, data):
    path = outlook(tmp_path_factory.mktemp("o"))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.sampled_from([len(raw), len(raw) // 2]))])
    try:
        document = open_document(path)
        blocks = list(document.blocks())
        document.write(path.with_name("c.eml"), [Edit(b.index, 0, len(b.text), "伏") for b in blocks if b.text])
    except HairyoError:
        return
