"""Reasons why a candidate is no person's name (除外条件): pure functions of candidate and reader."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from hairyo.detection.morphology import Token
from hairyo.detection.names.cues import company_after, cues, honorific_after, label_words, stop_words
from hairyo.detection.names.lexicon import fold, given_reading, traits
from hairyo.detection.names.reader import Candidate, Reader, script
from hairyo.detection.names.shapes import KANJI, LATIN

_CUED = ("names.ruby", "names.honorific", "names.label", "names.role", "names.signature")
_UNCUED = ("names.full", "names.tagged", "names.signature", "names.role", "names.again")
_COMPANY_BEFORE = re.compile(r"(?:株式会社|有限会社|合同会社|法人|\(株\)|\(有\)|㈱|㈲)[ ]?$")
_OFFICE = re.compile(
    r"[ ]?(?:税理士|社労士|会計|法律|司法書士|行政書士|弁護士|建築|設計|公認会計士|社会保険労務士|労務)"
    r"[^\n、。 ]{0,6}(?:事務所|法人)"
)
_ANY_KANA = ("names.introduction", "names.label", "names.reading", "names.kana")
_NUMBER_ONLY = re.compile("[一二三四五六七八九十百千万億〇]+")
_PLACE_BEFORE = re.compile(f"[{KANJI}](?:都|道|府|県|市|区|町|村|郡)$")
_ADDRESS_AFTER = re.compile(r"[0-9一二三四五六七八九十]+(?:丁目|番|-|条|階|号)")
_CODE_BEFORE = re.compile(f"[{LATIN}0-9@._/-]$")


def of_company(candidate: Candidate, reader: Reader) -> bool:
    """Whether it is part of the name of a company, place, law or brand (鈴木自動車, 山口県)."""
    text, end = reader.text, candidate.end
    if _OFFICE.match(text, end):
        return True
    if honorific_after().match(text, end) and end in reader.edges:
        return False
    return company_after().match(text, end) is not None


def after_company(candidate: Candidate, reader: Reader) -> bool:
    """Whether a company's legal form stands directly before it (株式会社山田)."""
    before = _COMPANY_BEFORE.search(reader.text, max(0, candidate.start - 6), candidate.start)
    if before is None:
        return False
    one = " " not in reader.text[candidate.start : candidate.end]
    return not before.group().endswith(" ") or (one and not honorific_after().match(reader.text, candidate.end))


def in_address(candidate: Candidate, reader: Reader) -> bool:
    """Whether it is part of an address (愛知県岡崎, 焼津5-11)."""
    if _ADDRESS_AFTER.match(reader.text, candidate.end):
        return True
    if candidate.rule in ("names.honorific", "names.label", "names.speaker"):
        return False
    return bool(_PLACE_BEFORE.search(reader.text, max(0, candidate.start - 3), candidate.start)) and (
        traits(fold(reader.text[candidate.start : candidate.end])).place
    )


def in_code(candidate: Candidate, reader: Reader) -> bool:
    """Whether it is part of an e-mail address, a URL or a handle."""
    if not reader.text[candidate.start].isascii():
        return False
    before = _CODE_BEFORE.search(reader.text, max(0, candidate.start - 1), candidate.start)
    after = reader.char(candidate.end)
    return before is not None or after in "@_/" or (after.isascii() and after.isalnum())


def is_word(candidate: Candidate, reader: Reader) -> bool:
    """Whether it is a word that stands in a name's place (皆さん, お客様)."""
    name = reader.text[candidate.start : candidate.end]
    polite = reader.char(candidate.start - 1) in "おご御" and len(name) <= 3 and traits(fold(name)).common
    return name in stop_words() or polite


def cuts_word(candidate: Candidate, reader: Reader) -> bool:
    """Whether it ends inside a known word (鶴橋育|ち)."""
    if candidate.rule in ("names.label", "names.speaker", "names.table", "names.ruby"):
        return False
    at = bisect_right(reader.starts, candidate.end) - 1
    token = reader.tokens[at] if at >= 0 else None
    return token is not None and token.start < candidate.end < token.end and not token.oov


def of_words(candidate: Candidate, reader: Reader) -> bool:
    """Whether it is made of ordinary words, or ends in a piece of the sentence (技術顧問, 元上司, 嘉村|たい)."""
    name, inside = reader.text[candidate.start : candidate.end], _inside(candidate, reader)
    if candidate.rule in ("names.speaker", "names.table") or not inside or traits(fold(name)).surname:
        return False
    if script(name[-1]) == 1 and candidate.rule not in _ANY_KANA:
        return _is_inflected(candidate, reader, inside)
    if " " in name and candidate.rule in _CUED:
        parts = name.split(" ")
        if traits(fold(parts[0])).surname or traits(fold(parts[-1])).given:
            return False
    return len(name) > 2 and script(name[0]) == 0 and any(_ordinary(token) for token in inside)


def is_number(candidate: Candidate, reader: Reader) -> bool:
    """Whether it is a number (十五年, 三百); surnames that begin like one are none (五十嵐, 三宅)."""
    name, inside = reader.text[candidate.start : candidate.end], _inside(candidate, reader)
    if candidate.rule in _UNCUED and _NUMBER_ONLY.fullmatch(name):
        return True
    if candidate.rule in ("names.speaker", "names.table") or not inside or traits(fold(name)).surname:
        return False
    return inside[0].pos[1] == "数詞" and " " not in name


def is_place(candidate: Candidate, reader: Reader) -> bool:
    """Whether, without a cue, it is a place, a body or a time by its last character (浅間山, 江戸風)."""
    name, inside = reader.text[candidate.start : candidate.end], _inside(candidate, reader)
    whole = traits(fold(name))
    if candidate.rule not in _UNCUED or whole.name or not inside:
        return False
    if " " not in name and name.endswith(cues().not_last):
        return inside[-1].pos[3] != "名" or len(name) < 3 or name[-1] in "通町市区県府郡駅村"
    return whole.place or whole.common


def _inside(candidate: Candidate, reader: Reader) -> list[Token]:
    """Return the morphemes that begin inside the candidate."""
    first, last = (bisect_left(reader.starts, offset) for offset in (candidate.start, candidate.end))
    return reader.tokens[first:last]


def _is_inflected(candidate: Candidate, reader: Reader, inside: list[Token]) -> bool:
    """Whether a candidate that ends in hiragana is a piece of a sentence (引き受けて|くれた|社長)."""
    name = reader.text[candidate.start : candidate.end]
    last = name.split(" ")[-1]
    if script(name[0]) == 1 and candidate.start not in reader.edges:
        return True
    if " " in name and traits(fold(name.split(" ")[0])).surname and not traits(last).known:
        return False
    spelt = script(last[0]) == 1 == script(name[0]) and given_reading(last)
    if spelt and candidate.rule == "names.copula":
        return False
    return inside[-1].pos[0] not in ("名詞", "感動詞", "副詞", "空白") and not inside[-1].oov


def _ordinary(token: Token) -> bool:
    """Whether a morpheme is an ordinary noun of two kanji or more and no name at all."""
    if token.pos[0] != "名詞" or token.pos[1] != "普通名詞" or token.oov or token.end - token.start < 2:
        return False
    if token.surface in label_words():
        return True
    return script(token.surface[0]) == 0 and not traits(fold(token.surface)).name


REJECTERS: tuple[Callable[[Candidate, Reader], bool], ...] = (
    of_company,
    after_company,
    in_address,
    in_code,
    is_word,
    is_number,
    is_place,
    cuts_word,
    of_words,
)


def rejected(candidate: Candidate, reader: Reader) -> bool:
    """Whether any rejecter speaks against `candidate`."""
    return any(rejecter(candidate, reader) for rejecter in REJECTERS)


__all__ = ["REJECTERS", "rejected"]
