from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.redaction.secret import Secret
from hairyo.redaction.sweep import Haystack, searchable
from hairyo.redaction.verify.search import Search

LETTERS = st.sampled_from([*"山田太郎林森アァーんうつガが々髙ABabéß019０９ー", "ｶﾞ"])
GAPS = st.sampled_from(["", "", "", " ", "　", "-", "－", "・", ".", "\n", "\u200b", "\ufe0f", "\t"])
TEXT = st.lists(st.one_of(LETTERS, GAPS), max_size=40).map("".join)

FOUND = [
    ("山田太郎", "山 田　太郎です", "山 田　太郎"),
    ("山田太郎", "山\u200b田太\u200b郎です", "山\u200b田太\u200b郎"),
    ("山田太郎", "山田\n太郎", "山田\n太郎"),
    ("ヤマダ", "やまだとﾔﾏﾀﾞ", "やまだ"),
    ("090-1234-5678", "TEL０９０１２３４５６７８まで", "０９０１２３４５６７８"),
    ("09012345678", "090ー1234ー5678", "090ー1234ー5678"),
    ("taro@mail.example.jp", "TARO@MAIL.EXAMPLE.JP", "TARO@MAIL.EXAMPLE.JP"),
    ("45歳", "45 歳", "45 歳"),
    ("林", "林さん", "林"),
    ("うつ", "うつ病", "うつ"),
    ("ガン", "ガンだった", "ガン"),
    ("Ken Sato", "kensatoです", "kensato"),
    ("Ann", "Annさん", "Ann"),
    ("1965", "1965年", "1965"),
    ("ΣΑΣ", "σας", "σας"),
    ("Straße", "(STRASSE)", "STRASSE"),
]
NOT_FOUND = [
    ("林", "森林"),
    ("林", "林業"),
    ("うつ", "もううつ"),
    ("ガン", "スローガン"),
    ("ガン", "がんだ"),
    ("45歳", "145歳"),
    ("12345678", "3123456789"),
    ("1965", "19-65"),
    ("Ann", "channel"),
    ("30", "30名"),
    ("16", "16"),
    ("---", "---"),
    ("", "山田"),
    ("山田太郎", ""),
]


@pytest.mark.parametrize(("value", "text", "hit"), FOUND)
def test_finds_the_value_again(value, text, hit):
    assert hit in [text[start:end] for start, end in Haystack(text).find(value)]


@pytest.mark.parametrize(("value", "text"), NOT_FOUND)
def test_leaves_what_only_looks_alike(value, text):
    assert list(Haystack(text).find(value)) == []


@pytest.mark.parametrize(("value", "text", "_hit"), FOUND)
def test_the_check_finds_it_too(value, text, _hit):
    assert list(Search([Secret(value, "PERSON")]).find(text))


@pytest.mark.parametrize(("value", "text"), NOT_FOUND)
def test_the_check_gives_no_false_alarm(value, text):
    assert not list(Search([Secret(value, "PERSON")]).find(text))


@given(st.lists(st.tuples(LETTERS, GAPS), min_size=1, max_size=5), TEXT, TEXT)
def test_the_check_finds_nothing_that_the_sweep_misses(pairs, before, after):
    value, spread = "".join(letter for letter, _ in pairs), "".join(map("".join, pairs))
    text = before + spread + after
    if list(Search([Secret(value, "PERSON")]).find(text)):
        assert list(Haystack(text).find(value))


@given(st.text(alphabet="山田太郎林アうつ", min_size=1, max_size=5), st.data())
def test_a_value_is_found_by_both_however_it_is_spread(value, data):
    letters = [one + data.draw(st.sampled_from(["", " ", "　", "\u200b"])) for one in value[:-1]]
    text = "は、" + "".join(letters) + value[-1] + "。"
    hits = list(Haystack(text).find(value))
    assert any(start <= 2 and end == len(text) - 1 for start, end in hits) or len(hits) > 1
    assert list(Search([Secret(value, "PERSON")]).find(text))


@given(st.text(max_size=6), st.text(max_size=60))
def test_any_text_can_be_searched(value, text):
    at = 0
    for start, end in Haystack(text + value).find(value):
        assert at <= start < end <= len(text + value)
        at = end
    assert isinstance(searchable(value), bool)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp"])
@pytest.mark.parametrize(("text", "found"), [("担当は福島です", True), ("福島", True), ("福島県と新福島駅", False)])
def test_a_short_value_in_bytes_is_no_part_of_a_longer_word(coding, text, found):
    search = Search([Secret("福島", "PERSON")])
    data = b"\0\1" + text.encode(coding) + b"\0\0\2\0"
    short = len("福島".encode(coding)) < 6  # too little to be looked for in bytes
    assert bool(list(search.find_bytes(data))) is (found and not short)


def test_a_long_value_in_bytes_is_found_within_a_longer_word():
    assert list(Search([Secret("山田太郎", "PERSON")]).find_bytes("小山田太郎丸".encode()))
