"""Reasons why an address is nobody's (除外条件): pure functions of extent and text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from hairyo.detection.addresses.cues import alternation, cues, spaced
from hairyo.detection.addresses.extent import Extent

_FACILITY = (
    "に所在",
    "に立地",
    "にある",
    "に位置",
    "に設置",
    "に建つ",
    "に建設",
    "に開設",
    "に開校",
    "に開業",
    "で開業",
    "で創業",
)
_SAME_SENTENCE = re.compile("(?:本籍|戸籍)(?:(?!住所|自宅|住ま|住ん|現住)[^\\n。]){0,50}$")


@cache
def _domicile() -> re.Pattern[str]:
    return re.compile(rf"(?:{spaced(cues().domicile)})[^\n。]{{0,3}}[ :|=)\]】〉>→\t]*\n?[ ]*(?:〒?[0-9-]+[ ]*)?$")


@cache
def _elsewhere() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{alternation(cues().not_before)})[ ]?(?:は|[:|=)\]】〉>→\t/])?[ ]*"
        r"(?:〒?[0-9]{3}-?[0-9]{4}[ ]*)?$"
    )


def domicile(extent: Extent, text: str) -> bool:
    """Whether it is a registered domicile (本籍), which is DOMICILE and not ADDRESS."""
    if _domicile().search(text, max(0, extent.start - 24), extent.start):
        return True
    return _SAME_SENTENCE.search(text, max(0, extent.start - 60), extent.start) is not None


def elsewhere(extent: Extent, text: str) -> bool:
    """Whether the words before it make it a branch, a venue, an object or an origin (本社, 会場, 出身地)."""
    return _elsewhere().search(text, max(0, extent.start - 24), extent.start) is not None


def origin_or_work(extent: Extent, text: str) -> bool:
    """Whether the words after a town make it an origin, a workplace or a body (出身, 〜工場, 〜市役所)."""
    if extent.numbered:
        return text.startswith(("出身", "生まれ", "の工場", "の支店", "の本社", "の会場", *_FACILITY), extent.end)
    return text.startswith(cues().not_after, extent.end)


REJECTERS: tuple[Callable[[Extent, str], bool], ...] = (domicile, elsewhere, origin_or_work)


def rejected(extent: Extent, text: str) -> bool:
    """Whether any rejecter speaks against `extent`."""
    return any(rejecter(extent, text) for rejecter in REJECTERS)
