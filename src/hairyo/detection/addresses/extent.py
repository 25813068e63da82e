"""How far an address reaches (住所の範囲): from the prefecture to the room number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hairyo.detection.addresses.cues import alternation, cues
from hairyo.detection.addresses.places import places

KANJI = "\u3400-\u9fff々〆ヶ"
_DASH = "[-‐‑‒–—―−─ー~〜]"
_DIGITS = "[0-9][0-9OlI]*"
_UNIT = "(?:丁目|番地|番(?!町)|号室|号棟|号|条(?!通)|線|地割|丁(?!堀)|区画)"
_KANJI_NUMBER = "[一二三四五六七八九十百千〇壱弐参]+"
_NUMBER = f"(?:{_DIGITS}|{_KANJI_NUMBER})"
# Where the numbers begin: a kanji number counts only with its unit, for 六本木, 四日市 and 三田 are names.
_COUNTED = f"{_KANJI_NUMBER}(?:{_UNIT}|{_DASH}[0-9一二三四五六七八九十])"
_OPENING = f"[東西南北]?(?:{_DIGITS}|{_COUNTED}|(?<=町){_KANJI_NUMBER})"
# Chome, lot and house number: 三丁目四番五号, 2-7-5, 9丁目3-14, 西20条南4丁目63-9, 二番地の十六.
_NUMBERS = re.compile(
    rf"[ ]?(?={_OPENING})(?:[東西南北]?{_NUMBER}(?:[ ]?{_UNIT})?"
    rf"(?:[ ]?(?:{_DASH}|の|ノ)[ ]?(?={_NUMBER})|[ ]?(?=[東西南北]?{_NUMBER}[ ]?{_UNIT})"
    rf"|(?<=[目地番号条線割丁画])(?={_NUMBER}))?)+"
)
_TOWN = re.compile(
    f"[ ]?(?!(?:に|の|で|を|が|は|へ|と|から|まで|より|や|も|な|た|っ))[{KANJI}ぁ-んァ-ヺー]{{0,24}}?(?=[ ]?{_OPENING})"
)
_KYOTO = "(?:上ル|上る|下ル|下る|入ル|入る|西入|東入)"
_HIRAGANA_WORD = re.compile(
    "に(?:住|あ|て|も|は)|です|ます|から|まで|して|した|での|では|には|として|という|より"
    "|[をはへ]|[にでがともた]$|学校|役所|役場|国道|県道|[市区町村]立"
)
_SMALL_TOWN = re.compile(
    f"[ ]?(?:大字|字)?[{KANJI}ァ-ヺーがのつ]{{1,8}}?(?:町|村|字[{KANJI}]{{1,4}}|丁目)(?![{KANJI}])"
)
_HOUSEHOLD = re.compile(f"[ ]?[{KANJI}]{{1,4}}(?:様)?方")


@dataclass(frozen=True, slots=True)
class Extent:
    """Where an address lies and how much it says.

    Attributes:
        start: offset of its first code point.
        end: one past its last.
        numbered: whether it has a lot or house number.
    """

    start: int
    end: int
    numbered: bool


@cache
def _prefecture_before() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(places().prefectures)})[ ]?$")


@cache
def _building() -> re.Pattern[str]:
    stop = alternation(cues().next_fields)
    word = rf"(?:(?!{stop})[{KANJI}ぁ-んァ-ヺーA-Za-z・'&])"
    room = r"(?:[A-Z]?[0-9]{1,5}(?:号室|号棟|号|階|F|室)?(?![0-9-]))"
    # In kanji (二〇五号): what stands before the nought is read with the building's name.
    kanji_room = r"(?:[〇○◯][一二三四五六七八九〇○◯]{1,3}(?:号室|号棟|号|室)?)"
    kinds = alternation(cues().buildings)
    return re.compile(
        rf"[ ]{{0,2}}(?:{word}{{0,14}}(?:{kinds}){word}{{0,10}}(?:{kanji_room}|[ ]?{word}{{0,3}}{room}(?:[-]?{room})?)?"
        rf"|(?:{word}{{2,14}}[ ]?)?(?:[0-9]{{2,5}}|[A-Z]-?[0-9]{{2,4}})(?:号室|号|室)?(?![0-9-])"
        r"(?=[ ]*(?:$|[\n、。,()|/]))"
        rf"|{word}{{0,14}}[ ]?(?:地下)?[B]?[0-9]{{1,2}}(?:階|F)(?:[ ]?{room})?)"
    )


def city_ends(text: str) -> list[tuple[int, int]]:
    """Return the spans of municipalities in `text`, the longest at each place, wards with their city."""
    found: list[tuple[int, int]] = []
    for match in re.finditer("[市区町村郡]", text):
        end = match.end()
        sizes = (size for size in range(12, 1, -1) if end - size >= 0 and text[end - size : end] in places().cities)
        size = next(sizes, 0)
        if size:
            found.append((end - size, end))
    return _joined(found)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch or overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (min(joined[-1][0], start), max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def from_city(text: str, start: int, end: int) -> Extent:
    """Return the whole address around the municipality `start:end` of `text`."""
    before = _prefecture_before().search(text, max(0, start - 6), start)
    start = before.start() if before else start
    tail = onward(text, end)
    return Extent(start, *tail)


def onward(text: str, at: int) -> tuple[int, bool]:
    """Return the end of an address that goes on at `at`, and whether it has a number."""
    town = _town_end(text, at)
    numbers = _NUMBERS.match(text, town) if town is not None else None
    if numbers is None:
        small = _SMALL_TOWN.match(text, at)
        return (small.end() if small else at), False
    return _with_building(text, numbers.end()), True


def _town_end(text: str, at: int) -> int | None:
    """Return where the town's name ends and the numbers begin; None where no number follows."""
    for match in _towns(text, at):
        name = match.group()
        if not _HIRAGANA_WORD.search(re.sub(_KYOTO, "", name)):
            return match.end()
    return None


def _towns(text: str, at: int) -> list[re.Match[str]]:
    """Return the readings of a town's name at `at`, Kyoto's street names (通り名) first."""
    streets = re.compile(rf"[ ]?[{KANJI}ァ-ヺー]{{1,16}}{_KYOTO}[{KANJI}ァ-ヺー]{{0,12}}?(?=[ ]?{_OPENING})")
    return [match for match in (streets.match(text, at), _TOWN.match(text, at)) if match]


def _with_building(text: str, end: int) -> int:
    """Return the end of an address whose numbers end at `end`, building, room and household included."""
    building = _building().match(text, end)
    if building and building.group().strip():
        end = building.end()
    household = _HOUSEHOLD.match(text, end)
    return household.end() if household else end
