"""The recognizer of addresses (住所・居所)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from hairyo.detection.addresses import rejecters
from hairyo.detection.addresses.cues import alternation, cues, spaced
from hairyo.detection.addresses.extent import KANJI, Extent, city_ends, from_city, onward
from hairyo.detection.addresses.places import places
from hairyo.detection.finding import Finding
from hairyo.detection.passage import Passage

_BORDER_LEFT = " \n\t/|、。,()「」:=>─—"
_BORDER_RIGHT = " \n\t/|、。,()「」"
# What stands in the same line as the town of somebody who introduces himself: age, birth, e-mail, telephone.
_ABOUT_PERSON = re.compile(
    r"[0-9一二三四五六七八九十]+[歳才]|[0-9]{4}年?生|生まれ?|@[A-Za-z]|0[0-9]{1,3}-[0-9]|さん|旧姓|\)[ ]*$"
)

_LIVES = ("在住", "に在住", "に住んで", "に住み", "に居住", "で暮らして", "に暮らして")
_HAS_LOT = re.compile("[^0-9@]{2,}[0-9]{1,4}(?:丁目|番|-[0-9])")
_TELEPHONE = re.compile("0[0-9]{1,3}-[0-9]{2,4}-[0-9]{3,4}")


class AddressRecognizer:
    """Finds where a person lives or is to be reached (住所), when it says more than the prefecture."""

    name: str = "addresses"
    types: tuple[str, ...] = ("ADDRESS",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield ADDRESS findings with offsets in `passage.normal`, disjoint and in order."""
        last = 0
        for extent, rule, score in sorted(_candidates(passage), key=lambda c: (c[0].start, -c[0].end)):
            if extent.start >= last and not rejecters.rejected(extent, passage.normal):
                last = extent.end
                yield Finding(extent.start, extent.end, "ADDRESS", score, rule)


def _candidates(passage: Passage) -> Iterator[tuple[Extent, str, float]]:
    """Yield extents with the rule and score that speak for them."""
    text = passage.normal
    for start, end in city_ends(text):
        extent = from_city(text, start, end)
        extent = extent if extent.numbered else _with_town(passage, extent)
        if extent.numbered:
            yield extent, "addresses.numbered", 0.95
        elif _lived_in(passage, extent):
            yield extent, "addresses.residence", 0.85
    yield from _bare_towns(passage)
    yield from _after_prefecture(text)
    yield from _after_label(text)


def _with_town(passage: Passage, extent: Extent) -> Extent:
    """Return `extent` with the town (町名) that follows the municipality, if the morphemes show one."""
    at = bisect_left(passage.tokens, extent.end, key=lambda token: token.end)
    for token in passage.tokens[at : at + 2]:
        if token.start <= extent.end < token.end and token.pos[2] in ("地名", "人名") and token.pos[3] != "名":
            return Extent(extent.start, token.end, False)
    return extent


def _bare_towns(passage: Passage) -> Iterator[tuple[Extent, str, float]]:
    """Yield towns written without 市 or 区 where somebody is said to live (横浜在住)."""
    for token in passage.tokens:
        if token.pos[0] != "名詞" or not passage.normal.startswith(_LIVES, token.end):
            continue
        known = any(token.surface + kind in places().cities for kind in "市区町村")
        if known and not any(token.surface + kind in places().prefectures for kind in "都道府県"):
            yield Extent(token.start, token.end, False), "addresses.residence", 0.75


def _lived_in(passage: Passage, extent: Extent) -> bool:
    """Whether somebody is said to live in the town `extent`."""
    text = passage.normal
    if _before().search(text, max(0, extent.start - 16), extent.start):
        return True
    if text.startswith(cues().after, extent.end) or (
        text.startswith(cues().after, extent.end + 1) and text[extent.end] in " 、("
    ):
        return True
    return _stands_alone(passage, extent)


def _stands_alone(passage: Passage, extent: Extent) -> bool:
    """Whether the town is an item of its own in a line about a person (国分 倫明、61歳、千葉県流山市)."""
    text = passage.normal
    left = text[extent.start - 1] if extent.start else "\n"
    right = text[extent.end] if extent.end < len(text) else "\n"
    if left not in _BORDER_LEFT or right not in _BORDER_RIGHT:
        return False
    first = text.rfind("\n", 0, extent.start) + 1
    last = text.find("\n", extent.end)
    last = len(text) if last < 0 else last
    around = (max(first, extent.start - 40), min(last, extent.end + 40))
    if _ABOUT_PERSON.search(text, *around):
        return True
    return any(
        token.pos[2] == "人名"
        and around[0] <= token.start
        and token.end <= around[1]
        and not extent.start <= token.start < extent.end
        for token in passage.tokens
    )


@cache
def _before() -> re.Pattern[str]:
    """Return the pattern of a label or phrase that ends right before an address."""
    return re.compile(
        rf"(?:(?:{spaced(cues().labels)})[ ]*[:|=()\]】〉>→\t ]*\n?[ ]*"
        rf"|(?:{alternation(cues().before)})[、 ]?)$"
    )


@cache
def _prefectures() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(places().prefectures)})(?=[^ \n、。,()]{{2}})")


def _after_prefecture(text: str) -> Iterator[tuple[Extent, str, float]]:
    """Yield addresses whose town is misread or unknown, but that go from a prefecture to a number."""
    for match in _prefectures().finditer(text):
        end, numbered = onward(text, match.end())
        if numbered and re.search("[市区町村郡帀巿]|丁目|[0-9]-[0-9]", text[match.end() : end]):
            yield Extent(match.start(), end, True), "addresses.prefecture", 0.8


@cache
def _labelled() -> re.Pattern[str]:
    fields = alternation(cues().next_fields)
    kana = spaced(("ジュウショ", "ジユウシヨ", "じゅうしょ"))
    return re.compile(
        rf"(?<![{KANJI}])(?:{spaced(cues().labels)}|{kana})[ ]*(?:[:|=)\]】〉>→\t]+[ ]*|は[ ]?|[ ]+|\n)"
        rf"(?P<value>(?:(?!{fields})[^\n、。,|/:@(]){{5,60}})"
    )


def _after_label(text: str) -> Iterator[tuple[Extent, str, float]]:
    """Yield the value of an address field that holds a number, though no town is known in it."""
    for match in _labelled().finditer(text):
        value = match["value"].rstrip()
        kana = re.match(rf"(?:{alternation(places().kana)})", value)
        if (kana or _HAS_LOT.match(value)) and not _TELEPHONE.search(value):
            start = match.start("value")
            end, numbered = onward(text, start)
            yield Extent(start, max(end if numbered else 0, start + len(value)), True), "addresses.label", 0.8
