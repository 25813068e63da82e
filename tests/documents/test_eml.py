from __future__ import annotations

import base64
import email
import email.policy
import quopri

import pytest
from document_builders import hits, zip_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.documents import Edit, Limits, open_document
from hairyo.errors import BrokenInput, HairyoError, InputRefused, TooLarge, UnknownFormat
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

NAME = "山田太郎"
MASK = "[非開示]"
HEAD = b"From: a@example.jp\r\nDate: Mon, 23 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\n"


def b64(text, charset="utf-8"):
    return base64.b64encode(text.encode(charset))


def word(text, charset="utf-8"):
    return b"=?" + charset.encode() + b"?B?" + b64(text, charset) + b"?="


def mail(folder, raw, name="a.eml"):
    (folder / name).write_bytes(raw)
    return folder / name


def text_mail(text, charset="utf-8", how="8bit", kind="plain", more=""):
    data = text.encode(charset)
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(how, bytes)(data)
    head = f"Content-Type: text/{kind}; charset={charset}{more}\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    return HEAD + head.encode() + coded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def multipart(*parts, boundary=b"b1", kind=b"mixed"):
    inside = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        HEAD
        + b"Content-Type: multipart/"
        + kind
        + b"; boundary="
        + boundary
        + b"\r\n\r\n"
        + inside
        + b"--"
        + boundary
        + b"--\r\n"
    )


def copied(path, edits):
    target = path.with_name("copy.eml")
    target.unlink(missing_ok=True)
    open_document(path).write(target, edits)
    return target.read_bytes()


def masked(path, value=NAME, mask=MASK):
    return copied(path, hits(list(open_document(path).blocks()), value, mask))


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def body(raw):
    return read(raw).get_content()


def blocks_of(path):
    return [block.text for block in open_document(path).blocks()]


SECRETS = ["".join(bytes((row, 0xA1 + n)).decode("euc-jp") for row in (0xB2, 0xB4, 0xB6)) + "郎" for n in range(40)]


def bed(*, zipped=True):
    """A mail with a secret of its own in every place; an archive is written anew in every copy."""
    names = iter(SECRETS)
    used = []

    def new():
        used.append(next(names))
        return used[-1]

    header = [
        b"Received: from pc (" + word(new()) + b") by mx.example.jp; Mon, 23 Nov 2026 10:00:00 +0900",
        b"From: " + word(new()) + b" <a@example.jp>",
        b'To: "' + word(new(), "iso-2022-jp") + b'" <b@example.jp>, c@example.jp (' + word(new()) + b")",
        b"Cc: " + new().encode("cp932") + b" <d@example.jp>",
        b"Subject: =?utf-8?Q?" + quopri.encodestring(new().encode()).replace(b"=\n", b"") + b"?=",
        b"Message-ID: <" + base64.b16encode(b"x") + b"@example.jp> (" + word(new()) + b")",
        b"Date: Mon, 23 Nov 2026 10:00:00 +0900 (" + word(new()) + b")",
        b"X-Note: " + new().encode(),
        b"Organization: " + word(new(), "shift_jis"),
        b"MIME-Version: 1.0",
        b"Content-Type: multipart/mixed; boundary=\"b1\"; note*=utf-8''"
        + b"".join(b"%%%02X" % x for x in new().encode()),
        b"",
        new().encode(),
    ]
    plain = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + new().encode("iso-2022-jp")
    coded = b"Content-Type: text/plain; charset=cp932\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(
        new(), "cp932"
    )
    html = (
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quopri.encodestring(f"<p title='{new()}'>{new()[:2]}<b>{used[-1][2:]}</b></p>".encode())
    )
    alternative = (
        b"Content-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\n"
        + plain
        + b"\r\n--b2\r\n"
        + html
        + b"\r\n--b2--\r\n"
    )
    raw_name = b'Content-Type: text/csv; name="' + new().encode("cp932") + b'.csv"\r\n'
    table = raw_name + b"Content-Transfer-Encoding: base64\r\n\r\n" + b64(f"氏名,備考\r\n{new()},なし\r\n")
    continued = b"".join(b"%%%02X" % x for x in new().encode())
    archive = (
        b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename*0*=utf-8''"
        + continued[:9]
        + b";\r\n filename*1*="
        + continued[9:]
        + b".zip\r\nContent-Description: "
        + word(new())
        + b"\r\n\r\n"
        + base64.encodebytes(zip_bytes({f"{new()}.txt": new().encode("euc-jp") + "は人の名前です。".encode("euc-jp")}))
    )
    inner = (
        b"Content-Type: message/rfc822\r\n\r\nFrom: "
        + word(new())
        + b" <x@example.jp>\r\nSubject: x\r\n\r\n"
        + new().encode()
    )
    report = b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; " + new().encode()
    pieces = [alternative, coded, table, *([archive] if zipped else []), inner, report]
    inside = b"".join(b"\r\n--b1\r\n" + piece for piece in pieces)
    return b"\r\n".join(header) + inside + b"\r\n--b1--\r\n" + new().encode() + b"\r\n", used


def test_every_place_is_found_by_the_check_and_edited(tmp_path):
    raw, secrets = bed()
    path = mail(tmp_path, raw)
    for name in secrets:
        assert check_copy(path, "eml", {None: [Secret(name, "PERSON")]}).leaks, name
    blocks = list(open_document(path).blocks())
    assert [name for name in secrets if not any(name in block.text for block in blocks)] == []
    for edits in (
        [Edit(b.index, 0, len(b.text), MASK) for b in blocks],
        sorted(edit for name in secrets for edit in hits(blocks, name)),
    ):
        made = copied(path, edits)
        report = check_copy(tmp_path / "copy.eml", "eml", {None: [Secret(name, "PERSON") for name in secrets]})
        assert (report.leaks, report.places) == (0, ())
        assert [part.get_content_type() for part in read(made).walk()] == [
            part.get_content_type() for part in read(raw).walk()
        ]
    # (Above, a report of delivery, which is made of fields, was masked whole.)
    assert [part.defects for part in read(made).walk() if part.defects] == []


def test_without_edits_a_mail_stays_byte_for_byte(tmp_path):
    raw, _ = bed(zipped=False)
    assert copied(mail(tmp_path, raw), []) == raw
    assert copied(mail(tmp_path, raw.replace(b"\r\n", b"\n")), []) == raw.replace(b"\r\n", b"\n")
    assert copied(mail(tmp_path, raw), []) == raw


def test_parts_without_edits_stay(tmp_path):
    first = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + NAME.encode()
    second = (
        b"Content-type:  TEXT/PLAIN ; Charset = ISO-2022-JP\r\nX-A:   b\r\n\r\n"
        + "東京".encode("iso-2022-jp")
        + b"  \r\n"
    )
    third = (
        b"Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b64("a,b\n1,2\n")[:8]
        + b"\r\n"
        + b64("a,b\n1,2\n")[8:]
    )
    made = masked(mail(tmp_path, multipart(first, second, third)))
    assert made == multipart(first.replace(NAME.encode(), MASK.encode()), second, third)


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
@pytest.mark.parametrize("how", ["8bit", "base64", "quoted-printable"])
def test_charset_and_transfer_encoding_are_kept(tmp_path, charset, how):
    text = f"こんにちは。{NAME}です。\r\nFrom here on.\r\nよろしく。\r\n"
    made = masked(mail(tmp_path, text_mail(text, charset, how)))
    found = read(made)
    assert found["content-transfer-encoding"] == how
    assert found.get_content_charset() == charset
    assert found.get_content().replace("\r\n", "\n").strip() == text.replace(NAME, MASK).replace("\r\n", "\n").strip()
    assert b"\nFrom " not in made if how != "8bit" else True


@pytest.mark.parametrize(
    ("charset", "text"), [("us-ascii", "I am Taro."), ("iso-8859-1", "Café Taro."), ("gb2312", "我是 Taro。")]
)
def test_a_charset_without_the_mask_becomes_utf8(tmp_path, charset, text):
    made = masked(mail(tmp_path, text_mail(text, charset, "quoted-printable")), "Taro")
    assert read(made).get_content_charset() == "utf-8"
    assert body(made).strip() == text.replace("Taro", MASK)
    plain = HEAD + b"\r\nI am Taro.\r\n"
    assert body(masked(mail(tmp_path, plain), "Taro")).strip() == f"I am {MASK}."


def test_a_page_in_a_mail(tmp_path):
    for charset in ("utf-8", "iso-2022-jp", "us-ascii"):
        source = (
            f"<p>{NAME[:2]}<b>{NAME[2:]}</b></p>"
            if charset != "us-ascii"
            else "<p>&#23665;&#30000;<b>&#22826;&#37070;</b></p>"
        )
        made = masked(mail(tmp_path, text_mail(source, charset, "7bit" if charset != "utf-8" else "8bit", "html")))
        assert read(made).get_content_charset() == charset
        assert "非開示" in body(made) or "&#38750;" in body(made)
        assert not check_copy(tmp_path / "copy.eml", "eml", {None: [Secret(NAME, "PERSON")]}).leaks


def test_flowed_lines_are_one(tmp_path):
    text = "> 山 \r\n> 田太郎です。 \r\n続き\r\n-- \r\n署名\r\n"
    path = mail(tmp_path, text_mail(text, more="; format=flowed; delsp=yes"))
    assert blocks_of(path)[-1] == "> 山田太郎です。続き\r\n-- \r\n署名"
    assert body(masked(path)).replace("\r\n", "\n") == f"> {MASK}です。 \n続き\n-- \n署名\n"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b"From: " + word(NAME) + b" <a@example.jp>", f"{NAME} <a@example.jp>"),
        (b"From: " + word("山田") + b"\r\n " + word("太郎") + b" <a@example.jp>", f"{NAME} <a@example.jp>"),
        (b"Subject: " + word("件名") + b" plain " + word(NAME), f"件名 plain {NAME}"),
        (b"Subject: " + word(NAME, "iso-2022-jp"), NAME),
        (b"Subject: " + NAME.encode("iso-2022-jp"), NAME),
        (b"Subject: " + f"{NAME}の件です".encode("cp932"), f"{NAME}の件です"),
        (b"Subject: =?utf-8?B?" + b64(NAME)[:6].rstrip(b"=") + b"?= =?utf-8?B?" + b64(NAME)[6:] + b"?=", None),
        (b"Subject: =?UTF-8*ja?q?=E5=B1=B1=E7=94=B0?=", "山田"),
        (b'To: "Taro \\"T\\" Yamada" <a@example.jp>', 'Taro "T" Yamada <a@example.jp>'),
    ],
)
def test_header_words_are_read(tmp_path, field, text):
    path = mail(tmp_path, field + b"\r\nDate: x\r\n\r\nbody\r\n")
    if text is None:  # bytes of one character in two words
        raw = NAME.encode()
        field = (
            b"Subject: =?utf-8?B?"
            + base64.b64encode(raw[:4])
            + b"?=\r\n =?utf-8?B?"
            + base64.b64encode(raw[4:])
            + b"?="
        )
        path, text = mail(tmp_path, field + b"\r\nDate: x\r\n\r\nbody\r\n"), NAME
    assert blocks_of(path)[0] == text


def test_addresses_become_a_stand_in_that_is_one(tmp_path):
    raw = b'From: Taro <taro@example.jp>\r\nTo: taro@example.jp, "J, H" <h@example.jp>\r\nDate: x\r\n'
    raw += b"\r\ntaro@example.jp\r\n"
    found = read(masked(mail(tmp_path, raw), "taro@example.jp"))
    assert found["from"].addresses[0].addr_spec == "redacted@redacted.invalid"
    assert [one.addr_spec for one in found["to"].addresses] == ["redacted@redacted.invalid", "h@example.jp"]
    assert found["from"].addresses[0].display_name == "Taro"
    assert MASK in found.get_content()


def test_what_tells_of_machines_goes_once_anything_is_redacted(tmp_path):
    raw = (
        b"Received: from pc\r\nMessage-ID: <1@pc>\r\nReferences: <0@pc>\r\nDKIM-Signature: v=1\r\n"
        b"X-Originating-IP: 1.2.3.4\r\n" + b"X-Keep: yes\r\n" + HEAD + b"Subject: " + word(NAME) + b"\r\n\r\nbody\r\n"
    )
    path = mail(tmp_path, raw)
    assert copied(path, []) == raw
    assert {key.lower() for key in read(masked(path))} == {"x-keep", "from", "date", "mime-version", "subject"}
    face = mail(tmp_path, b"Face: iVBORw0K\r\n" + HEAD + b"\r\nbody\r\n")
    assert copied(face, []) == HEAD + b"\r\nbody\r\n"


def test_names_of_attachments_keep_their_suffix(tmp_path):
    part = (
        b'Content-Type: text/csv; name="' + word(f"{NAME}.csv") + b'"\r\n'
        b"Content-Disposition: attachment; filename=\"x.csv\"; filename*=utf-8''%E5%B1%B1%E7%94%B0.csv\r\n"
        b"\r\na,b\r\n1,2"
    )
    path = mail(tmp_path, multipart(part))
    assert [text for text in blocks_of(path) if text.endswith(".csv")] == [f"{NAME}.csv", "x.csv", "山田.csv"]
    blocks = list(open_document(path).blocks())
    made = copied(path, [Edit(b.index, 0, len(b.text), MASK + "/..") for b in blocks if b.text.endswith(".csv")])
    found = next(iter(read(made).iter_attachments()))
    assert found.get_filename() == f"{MASK}_...csv"
    assert "山田" not in made.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("multipart/signed", "signed part"),
        ("multipart/encrypted", "encrypted part"),
        ("application/pkcs7-mime", "encrypted or signed part"),
        ("application/ms-tnef", "winmail.dat"),
        ("message/partial", "piece of a mail"),
    ],
)
def test_closed_parts_hold_the_mail(tmp_path, kind, what):
    assert open_document(mail(tmp_path, HEAD + f"Content-Type: {kind}; boundary=x\r\n\r\nxx".encode())).unread == (
        what,
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-----BEGIN PGP MESSAGE-----\n\nabc", "PGP block"),
        ("begin 644 a.txt\n#0V%T\n`\nend", "uuencoded data"),
        (("QUJD" * 19 + "\n") * 6, "base64 data"),
    ],
)
def test_what_hides_in_text_holds_the_mail(tmp_path, text, what):
    assert open_document(mail(tmp_path, text_mail(text))).unread == (what,)
    assert open_document(mail(tmp_path, text_mail("ふつうの文章です。" * 50))).unread == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"just text\r\n",
        b"X-A: b\r\n\r\nno mail\r\n",
        HEAD + b"a line that is no field\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\nnothing",
        HEAD + b"Content-Type: multipart/mixed; boundary=a\r\nContent-Transfer-Encoding: base64\r\n\r\nLS1h",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nab!c",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nQUJD==\r\nQUJD",
        HEAD + b"Content-Transfer-Encoding: x-uue\r\n\r\nabc",
        HEAD + b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nabc",
        HEAD + b"Subject: =?utf-8?B?!!?=\r\n\r\nabc",
        HEAD + b"\r\n\0\1\2",
        HEAD + b"Content-Type: application/octet-stream; name=a.exe\r\n\r\nMZ",
        HEAD + b"Content-Type: text/plain; charset=x\r\n\r\n\x1b$B\x21\x7f\x1b(B",  # escapes, and no such character
        HEAD + b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR",
    ],
)
def test_refuses_what_is_damaged_or_not_read(tmp_path, raw):
    with pytest.raises(InputRefused):
        open_document(mail(tmp_path, raw))


def test_refuses_the_deep_and_the_large(tmp_path):
    nested = b"Content-Type: text/plain\r\n\r\nx"
    for _ in range(30):
        nested = b"Content-Type: message/rfc822\r\n\r\n" + nested
    with pytest.raises(TooLarge):
        open_document(mail(tmp_path, HEAD + nested))
    with pytest.raises(TooLarge):
        open_document(mail(tmp_path, HEAD + b"\r\n" + b"x" * 500), limits=Limits(record_chars=100))
    many = b"".join(b"--a\r\n\r\nx\r\n" for _ in range(50)) + b"--a--\r\n"
    with pytest.raises(TooLarge):
        open_document(
            mail(tmp_path, HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + many),
            limits=Limits(members=20),
        )


def test_a_refusal_names_the_part_and_no_word_of_it(tmp_path):
    part = b'Content-Type: application/x; name="' + word(f"{NAME}.xyz") + b'"\r\n\r\nabc'
    with pytest.raises(UnknownFormat, match="in part 1") as caught:
        open_document(mail(tmp_path, multipart(part)))
    assert NAME not in str(caught.value)


def test_a_text_by_the_name_of_something_else_is_that(tmp_path):
    page = b"Content-Type: text/plain; name=a.html\r\n\r\n<p>&#23665;&#30000;</p>"
    table = b"Content-Type: text/html; name=a.csv\r\n\r\na,b\r\n1,2"
    found = blocks_of(mail(tmp_path, multipart(page, table)))
    assert "山田" in found
    assert {"a", "b", "1", "2"} <= set(found)


def test_empty_parts_and_attachments_pass(tmp_path):
    raw = multipart(b"", b"Content-Type: application/pdf; name=a.pdf\r\n\r\n", b"\r\n")
    assert copied(mail(tmp_path, raw), []) == raw


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_mails_are_refused_or_read(tmp_path_factory, data):
    raw = bytearray(bed(zipped=False)[0])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = mail(tmp_path_factory.mktemp("m"), bytes(raw))
    try:
        document = open_document(path)
        blocks = list(document.blocks())
    except HairyoError:
        return
    document.write(path.with_name("b.eml"), [])
    assert path.with_name("b.eml").read_bytes() == raw
    document.write(path.with_name("c.eml"), [Edit(b.index, 0, len(b.text), MASK) for b in blocks if b.text])


def test_not_a_mail(tmp_path):
    with pytest.raises(BrokenInput):
        open_document(mail(tmp_path, b"\x89PNG\r\n\x1a\n"))
