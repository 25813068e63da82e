"""Join lines that were broken by their length (折り返し): 「…うつ病⏎で休職しました」 is one sentence.

Mails and plain text files are often wrapped at a fixed width. A line end is taken out of the normalised copy where
the line before it is long, as long as the longest around it, and does not end a sentence, and where the line after
it does not begin like an item, a label or a quotation. The map back stays exact.
"""

from __future__ import annotations

import re
from array import array
from itertools import pairwise

from hairyo.detection.normalise import Normalised

# Narrower text is a list, an address, a poem: its line ends mean something.
_NARROWEST = 18
# A line wrapped by its width stops at most this far from the right margin (a Latin word may not fit).
_RAGGED = 2
# One line end at the margin may be chance; two in a paragraph are a margin.
_TWICE = 2
_ENDS = re.compile(r"[。.!?」』)\]:;>…~】〉》|]\s*$")
_ITEM = re.compile(r"^(?:\s|[・●○■□◆◇▼▲※*#>|+☑☒✓☎〒\[(「『【<〈《-]|[0-9一二三四五六七八九十]{1,3}[.、):)]|[Qq][0-9])")
_LABEL = re.compile(r"^[^。、\n]{1,14}[:|\t]|^https?:")


def unwrap(copy: Normalised) -> Normalised:
    """Return the copy without the line ends that only wrap the text; the copy itself if there are none."""
    breaks = _soft_breaks(copy.text)
    if not breaks:
        return copy
    starts, ends = array("l"), array("l")
    pieces, at = [], 0
    for cut in [*breaks, len(copy.text)]:
        pieces.append(copy.text[at:cut])
        starts.extend(copy.starts[at:cut])
        ends.extend(copy.ends[at:cut])
        at = cut + 1
    return Normalised("".join(pieces), starts, ends)


def _soft_breaks(text: str) -> list[int]:
    """Return the offsets of the line ends that only wrap the text."""
    found: list[int] = []
    for paragraph in re.finditer(r"(?:[^\n]+(?:\n|$))+", text):
        lines = paragraph.group().rstrip("\n").split("\n")
        margin = max(map(len, lines)) - _RAGGED
        if margin + _RAGGED < _NARROWEST or any(len(line) < margin and not _ENDS.search(line) for line in lines[:-1]):
            continue  # narrow, or a line ended in mid-sentence without need: line ends mean something here
        breaks, at = [], paragraph.start()
        for before, after in pairwise(lines):
            at += len(before) + 1
            if len(before) >= margin and _runs_on(before, after):
                breaks.append(at - 1)
        if len(breaks) >= _TWICE:
            found += breaks
    return found


def _runs_on(before: str, after: str) -> bool:
    """Tell whether a line may go on in the next: it ends no sentence, and neither is an item or a labelled line."""
    if _ENDS.search(before) or _ITEM.match(after):
        return False
    return not (_LABEL.search(before) or _LABEL.match(after))
