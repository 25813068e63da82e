"""The registered domicile (本籍地) below the prefecture.

The policy's Article 6(2) leaves the prefecture out (所在都道府県に関する情報を除く), so only what follows it is a
finding. Only words for the family register make an address a domicile; 本店, 転籍, 出身 do not (LAW.md 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PREFECTURE = "(?:北海道|東京都|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[一-龠]{2})県)"
_PLACE = (
    r"[一-龠々ヶケァ-ヶーのぁ-ん]{1,10}?(?:市|区|郡|町|村)"
    r"(?:[一-龠々ァ-ヶー〇\dA-Za-z-]"
    r"| (?=\d)|の(?=[\d一二三四五六七八九十])|(?<=字)[ぁ-ん]{1,6}|[ぁ-ん]{2,6}(?=\d|[一二三四五六七八九十]+丁目))*"
)
_DOMICILE = re.compile(
    r"(?:本\s*籍\s*地?|原\s*籍\s*地?|本\s*貫|ほんせき|ホンセキ|戸\s*籍(?:の所在地?|の筆頭者?の?本籍)?)"
    r"(?:[(（][^)）\n]{1,12}[)）])?\s*(?:[:|\t\n]|は|も|が|を|地は|→|=|、|-)?\s*(?:今も|現在も|まだ|いまだに|ずっと|代々|先祖代々の?|父の代から|親の代から|元は|もとは|故郷の|実家の(?:ある)?)?\s*"
    rf"(?:{_PREFECTURE}\s*)?({_PLACE})"
)  # fmt: skip
_LEADING_PREFECTURE = re.compile(rf"\s*{_PREFECTURE}\s*")
_NOT_A_PLACE = re.compile(r"^(?:同上|住所に同じ|現住所|都道府県|省略|不明)")


def below_prefecture(text: str, start: int, end: int) -> int:
    """Return where the part of the place `start:end` begins that follows the prefecture; `start` where none leads."""
    lead = _LEADING_PREFECTURE.match(text, start, end)
    return lead.end() if lead is not None and lead.end() < end else start


def find(text: str) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield (start, end, cue) of each domicile below the prefecture in the normalised `text`."""
    for match in _DOMICILE.finditer(text):
        start, end = match.span(1)
        place = text[start:end].rstrip()
        if len(place) >= 2 and not _NOT_A_PLACE.match(place) and not re.fullmatch(_PREFECTURE, place):
            yield start, start + len(place), (match.start(), match.start() + 2)
