"""The detector as a whole: offsets, long texts, seams, hostile input."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairyo.detection import Detector, Finding
from hairyo.detection.engine import detector_version, shared_detector, windows
from hairyo.detection.morphology import MAX_BYTES, Analysis, pieces
from hairyo.detection.tagger.tagging import Tagging

# What the rules find must not hang on where a text is cut; what the tagger finds may, for it sees other context.
RULES = Detector(rules_only=True)
FACTS = [
    "私は山田太郎と申します。",
    "電話は090-1234-5678です。",
    "三年前にうつ病で休職しました。",
    "創価学会の会員です。",
    "メールはtaro@example.jpへ。",
    "前科はありません。",
]
FILLERS = ["本日は晴天です。", "販路の開拓が得意です。", "よろしくお願いいたします。\n", "数字に強いほうです。"]
SENTENCES = st.lists(st.sampled_from(FACTS + FILLERS), min_size=1, max_size=30)


def found(detector, text):
    return [(one.start, one.end, one.type) for one in detector.scan(text)]


@settings(max_examples=25, deadline=None)
@given(SENTENCES, st.integers(60, 200))
def test_no_finding_is_lost_at_a_seam(sentences, core):
    text = "".join(sentences)
    assert found(Detector(core=core, rules_only=True), text) == found(RULES, text)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 80))
def test_a_seam_in_a_text_without_any_mark_loses_nothing(shift):
    text = "あ" * shift + "うつ病で休職しました" + "い" * 60
    assert [kind for *_, kind in found(Detector(core=50, rules_only=True), text)] == ["HEALTH"]


@given(st.text(max_size=300), st.integers(1, 50))
def test_windows_cover_the_text_in_order(text, core):
    spans = list(windows(text, core))
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(0 < end - start <= core for start, end in spans)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200), st.integers(12, 60))
def test_pieces_cover_the_text_within_the_limit(text, limit):
    spans = list(pieces(text, limit))
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(len(text[start:end].encode()) <= limit for start, end in spans)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_string_is_read_and_every_offset_holds(text):
    for one in shared_detector().scan(text):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end].strip()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_tokens_point_at_their_surface(text):
    found = Analysis(text)
    for token in found.tokens:
        assert len(token.surface) == token.end - token.start
    assert found.units == sorted(found.units)
    assert {token.start for token in found.tokens} <= set(found.units)


def test_more_than_sudachi_takes_at_once():
    text = "本日は晴天です。" * 6000 + "山田太郎と申します。"
    assert len(text.encode()) > 2 * MAX_BYTES
    assert found(RULES, text) == [(len(text) - 10, len(text) - 6, "PERSON")]


@pytest.mark.parametrize(
    "text",
    ["", " \n\t\u3000", "\x00" * 50, "\ud800\udfff" * 50, "\u200b" * 100, "\ufeff", "�" * 100, "\U0001f600" * 200],
)
def test_nothing_is_found_in_nothing(text):
    assert RULES.scan(text) == []


@pytest.mark.parametrize("unit", ["0", "-", "@", "(", "病", "が", "うつ病", "山田", "1 ", "a:"])
def test_hostile_repetition_ends(unit):
    RULES.scan(unit * (20_000 // len(unit)))


def test_a_finding_spans_what_hides_in_it():
    text = "氏名：山\u200b田\ufeff太郎、ｳﾂ病で休職"
    values = {text[one.start : one.end] for one in RULES.scan(text)}
    assert values == {"山\u200b田\ufeff太郎", "ｳﾂ病"}


def test_the_same_text_gives_the_same_findings():
    text = "".join(FACTS)
    assert shared_detector().scan(text) == Detector().scan(text)


def test_the_version_names_data_and_dictionary():
    version = detector_version()
    assert version.startswith("hairyo-")
    assert "+data." in version
    assert "+sudachidict." in version


WITH_GINZA = (
    "私は田中一郎(45歳)です。妻の花子は創価学会の会員です。",
    "面談相手：古舘 伊知子\n次回は蟇目塚さんと。",
    "",
    "\ud800😀" * 9,
)


@pytest.mark.parametrize("text", WITH_GINZA)
def test_a_scan_with_ginza_finds_all_that_a_plain_one_finds(text):
    assert set(shared_detector().scan(text)) <= set(shared_detector(ginza=True).scan(text))


def test_a_scan_with_ginza_adds_what_ginza_sees_and_the_tagger_thinks_possible(monkeypatch):
    text = "先週、現場で大工の棟梁と話した。"
    name = Finding(text.index("棟梁"), text.index("棟梁") + 2, "PERSON", 0.5, "names.ginza")
    detector = Detector(ginza=True)
    monkeypatch.setattr(detector._entities, "find", lambda passage: iter([name]))
    assert "names.ginza" not in {one.rule for one in detector.scan(text)}  # the tagger knows better
    monkeypatch.setattr(Tagging, "support", lambda *_: 0.4)
    assert [(one.start, one.end, one.subject is not None) for one in detector.scan(text)] == [
        (name.start, name.end, True)
    ]


def test_a_scan_with_ginza_without_the_tagger_is_refused():
    with pytest.raises(ValueError, match="choose one"):
        Detector(rules_only=True, ginza=True)


def test_what_was_found_with_ginza_says_so():
    assert "ja-ginza" in detector_version(ginza=True)
    assert "ja-ginza" not in detector_version()


def test_thresholds_of_ones_own_decide_what_stands():
    text = "旗を持って国会の前に座り込みました。"  # no rule knows it; the tagger is fairly sure
    assert [one.type for one in Detector().scan(text)] == ["POLITICAL"]
    assert Detector(overrides=(("special_care", "tagger", 2.0),)).scan(text) == []
    assert Detector(overrides=(("HEALTH", "tagger", 2.0),)).scan(text) != []


def test_a_process_has_one_detector_for_the_same_settings():
    assert shared_detector() is shared_detector(ginza=False, overrides=())
    assert shared_detector() is not shared_detector(overrides=(("HEALTH", "tagger", 0.5),))
