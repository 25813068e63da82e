"""Normalise text for matching, with a map back to the original offsets (正規化と位置の対応).

Every character is brought to NFKC form on its own, half-width kana are joined with their sound marks,
CJK radicals become the ideographs they stand for (NFKC leaves some), and characters without width
(zero-width space, variation selectors, soft hyphen) are dropped. Each normalised character knows the
span of the original it came from, so that any match can be reported as `text[start:end]`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

# CJK radicals that NFKC does not mend, as Chromium writes them into PDFs. Source: Unicode
# EquivalentUnifiedIdeograph.txt for U+2E80 to U+2EFF, the rows that occur in names and ordinary words.
_RADICALS = str.maketrans(
    {
        "⺟": "母", "⺠": "民", "⻁": "虎", "⻄": "西", "⻑": "長", "⻘": "青", "⻝": "食", "⻢": "馬",
        "⻤": "鬼", "⻨": "麦", "⻩": "黄", "⻫": "斉", "⻭": "歯", "⻯": "竜", "⺀": "冫", "⺝": "月",
        "⺼": "月", "⻆": "角", "⻌": "辶", "⻏": "阝", "⻖": "阝", "⻲": "亀", "⻳": "亀", "⻱": "亀",
    }
)  # fmt: skip
# Characters that stay as they are, which most of a text is made of.
_UNCHANGED = re.compile("[\t\n\r -~、。々〆〇「-】ぁ-ゖゝゞァ-ヾ一-\u9fff]+")
_SOUND_MARKS = {"ﾞ": "\u3099", "ﾟ": "\u309a", "\u3099": "\u3099", "\u309a": "\u309a"}


@lru_cache(maxsize=65536)
def _normal(char: str) -> str:
    """Return the normalised form of one character; "" for one without width."""
    category = unicodedata.category(char)
    if category in ("Cf", "Cs", "Me") or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return ""
    if category == "Cc" and char not in "\t\n\r":
        return " "
    return unicodedata.normalize("NFKC", char).translate(_RADICALS)


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised copy of a text.

    Attributes:
        text: the copy.
        starts: for each of its characters, the offset in the original where its source begins.
        ends: for each of its characters, the offset in the original where its source ends.
    """

    text: str
    starts: array[int]
    ends: array[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that the normalised span `start:end` came from.

        Characters without width inside the span belong to it; those at its edges do not.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no normalised span {start}:{end} in {len(self.text)} characters")
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Normalised:
    """Return the normalised copy of `text` with its map back; works on any string, lone surrogates too."""
    if text.isascii() and text.isprintable():
        return Normalised(text, array("l", range(len(text))), array("l", range(1, len(text) + 1)))
    pieces: list[str] = []
    starts, ends = array("l"), array("l")
    done = 0
    for run in _UNCHANGED.finditer(text):
        _add(text, done, run.start(), pieces, starts, ends)
        done = run.end()
        pieces.append(run.group())
        starts.extend(range(run.start(), done))
        ends.extend(range(run.start() + 1, done + 1))
    _add(text, done, len(text), pieces, starts, ends)
    return Normalised("".join(pieces), starts, ends)


def _add(text: str, start: int, end: int, pieces: list[str], starts: array[int], ends: array[int]) -> None:
    """Add what the characters `start:end` become."""
    for at in range(start, end):
        mark = _SOUND_MARKS.get(text[at])
        if mark is not None and pieces:  # whatever stands between had no width
            joined = unicodedata.normalize("NFC", pieces[-1][-1] + mark)
            if len(joined) == 1:
                pieces[-1] = pieces[-1][:-1] + joined
                ends[-1] = at + 1
                continue
        normal = _normal(text[at])
        if normal:
            pieces.append(normal)
            starts.extend([at] * len(normal))
            ends.extend([at + 1] * len(normal))
