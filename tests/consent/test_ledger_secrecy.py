"""What is in the ledger's file, byte by byte: codes, times and keyed digests, and nothing of the text."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from hairyo.consent import Ledger
from hairyo.detection.finding import Finding

USER = "user-山本-0042"
TEXT = (
    "山本花子と申します。うつ病で二年休職しました。前科はありません。母は創価学会の会員です。電話は090-0000-1234です。"
)
WORDS = [
    "山本花子",
    "山本",
    "うつ病",
    "前科",
    "創価学会",
    "休職",
    "090-0000-1234",
    "user-",
    "0042",
    USER,
    TEXT,
]
FILE = hashlib.sha256(TEXT.encode()).hexdigest()
ABOUT_ME = {"tier": "L1", "subject": "self", "polarity": "affirmed"}
FINDINGS = {
    "山本花子": {"type": "PERSON", "subject": "self"},
    "うつ病": {"type": "HEALTH", "item": 5, "rule": "lexicon.うつ病", **ABOUT_ME},
    "前科": {"type": "CRIMINAL_RECORD", "item": 2, **ABOUT_ME, "polarity": "negated"},
    "創価学会": {"type": "RELIGION", "item": 1, **ABOUT_ME, "subject": "family"},
    "090-0000-1234": {"type": "PHONE"},
}


@pytest.fixture
def dump(url, keys, disclose):
    """Return the bytes of every file of a ledger, both while it is open and once it is closed."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    findings = [Finding(TEXT.index(word), TEXT.index(word) + len(word), **told) for word, told in FINDINGS.items()]
    with Ledger.open(url, keys=keys) as ledger:
        events = ledger.append(disclose(*findings, user=USER, document_digest=FILE))
        assert [one.event.kind for one in events] == [
            "disclosure",
            "negated_mention",
            "third_person_special_care",
        ]
        content = [one.read_bytes() for one in folder.iterdir()]
    return b"".join([*content, *(one.read_bytes() for one in folder.iterdir())])


def forms(word):
    """Yield the ways in which a word could lie in a file."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp"):
        yield word.encode(encoding)
    yield json.dumps(word)[1:-1].encode()
    yield base64.b64encode(word.encode())[:-4]
    yield word.encode().hex().encode()
    for plain in (hashlib.sha256, hashlib.sha1, hashlib.md5):
        yield plain(word.encode()).hexdigest().encode()
        yield plain(word.encode()).digest()


@pytest.mark.parametrize("word", WORDS)
def test_no_word_lies_in_the_file(dump, word):
    assert [form for form in forms(word) if form and form in dump] == []


def test_no_japanese_at_all(dump):
    for character in set(TEXT + USER):
        if ord(character) > 0x7F:
            assert character.encode() not in dump


def test_no_plain_digest_of_the_document(dump):
    assert FILE.encode() not in dump
    assert bytes.fromhex(FILE) not in dump


def test_what_does_lie_in_the_file(dump):
    """The search would find something if it were there."""
    assert b"A6_5_DISEASE" in dump
    assert b"A6_2_CRIME_CONV" in dump
    assert b"third_person_special_care" in dump


def test_nothing_about_the_category_of_others(dump):
    assert b"A6_1" not in dump
    assert b"RELIGION" not in dump


def test_errors_name_no_value(disclose, caplog):
    finding = Finding(3, 6, "HEALTH", item=5, code="うつ病", subject="self", polarity="affirmed")
    with pytest.raises(ValueError, match="sub-code") as caught:
        disclose(finding, user=USER)
    assert "うつ病" not in str(caught.value)
    assert caplog.text == ""
