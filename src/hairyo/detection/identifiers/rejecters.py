"""What tells a look-alike from the real thing (除外): pure functions of a passage and a finding.

`REJECTERS` gives them by the name that `patterns.toml` uses; their words lie in `rejecters.toml`. A
rejecter answers True where the finding is to be dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hairyo.detection.finding import Finding
from hairyo.detection.identifiers.data import compiled, load
from hairyo.detection.identifiers.labels import labels_of
from hairyo.detection.passage import Passage

Rejecter = Callable[[Passage, Finding], bool]

_LINE = 200  # code points of a line looked at on each side
_SMALL_SECTION = 20  # parts of a section number (1.2.3.4) stay below, those of addresses hardly ever do
_WORDS: Mapping[str, re.Pattern[str]] = MappingProxyType(compiled(load("rejecters.toml")))


def _before(passage: Passage, finding: Finding, reach: int) -> str:
    return passage.normal[max(0, finding.start - reach) : finding.start]


def _value(passage: Passage, finding: Finding) -> str:
    return passage.normal[finding.start : finding.end]


def amount(passage: Passage, finding: Finding) -> bool:
    """A price, a count or a date: a unit follows, or a currency sign stands before."""
    unit = _WORDS["unit_after"].match(passage.normal, finding.end)
    return bool(unit or _WORDS["money_before"].search(_before(passage, finding, 2)))


def company(passage: Passage, finding: Finding) -> bool:
    """A company's T-number, told by the words on its line; a sole trader's is a person's."""
    before = _before(passage, finding, _LINE).rsplit("\n", 1)[-1]
    after = passage.normal[finding.end : finding.end + _LINE].split("\n", 1)[0]
    line = f"{before} {after}"
    return bool(_WORDS["company"].search(line)) and not _WORDS["sole_trader"].search(line)


def not_a_person(passage: Passage, finding: Finding) -> bool:
    """An unlabelled T-number with nothing near that makes it a sole trader's."""
    near = passage.normal[max(0, finding.start - 120) : finding.end + 60]
    return not _WORDS["person_near"].search(near)


def version_number(passage: Passage, finding: Finding) -> bool:
    """Four numbers with dots that number a release or a section, not an address."""
    label = labels_of(passage.normal).before(finding.start, reach=6)
    group = None if label is None else label.group
    if group in ("version", "ip"):
        return group == "version"
    if _WORDS["release_before"].search(_before(passage, finding, 2)):
        return True
    octets = _value(passage, finding).split(".")
    line_start = not _before(passage, finding, 1).strip()
    return line_start and all(int(octet) < _SMALL_SECTION for octet in octets)


def place_handle(passage: Passage, finding: Finding) -> bool:
    """`@` before a place, a service or a mail domain instead of a person's account."""
    value = _value(passage, finding).lower()
    known = _WORDS["place_handle"].fullmatch(value) or _WORDS["mail_domain"].fullmatch(value)
    return known is not None or not re.search("[a-z]", value)


def in_link(passage: Passage, finding: Finding) -> bool:
    """A part of a link's path."""
    return _WORDS["link_before"].search(_before(passage, finding, 80)) is not None


def plain_word(passage: Passage, finding: Finding) -> bool:
    """An ordinary word or a name after a service's name (`LINE WORKS`, `LinkedIn: Taro Yamada`)."""
    text = passage.normal
    if not _WORDS["plain_word"].fullmatch(text, finding.start, finding.end):
        return False
    if _WORDS["named_after"].match(text, finding.end):
        return False
    told_before = finding.cue is not None and finding.cue[1] <= finding.start
    gap = text[finding.cue[1] : finding.start] if finding.cue is not None and told_before else ""
    title = text[finding.start].isupper() or re.match(r" [A-Za-z]", text[finding.end : finding.end + 2])
    return bool(title) or not _WORDS["explicit_gap"].search(gap)


def link_or_mail(passage: Passage, finding: Finding) -> bool:
    """The beginning of an e-mail address, a link or a domain rather than an account."""
    follows = passage.normal[finding.end : finding.end + 2]
    return bool(
        re.match(r"[@/:]|\.[a-z]", follows)
        or _WORDS["domain_end"].search(_value(passage, finding))
        or re.search(r"[@/.]$", _before(passage, finding, 1))
    )


def message_id(passage: Passage, finding: Finding) -> bool:
    """The name of a message in a mail's header."""
    return _WORDS["message_id"].search(_before(passage, finding, 80).lower()) is not None


def no_letter(passage: Passage, finding: Finding) -> bool:
    """Digits only: a number, not the name of an account."""
    return not re.search("[A-Za-z]", _value(passage, finding))


def product_register(passage: Passage, finding: Finding) -> bool:
    """第…号 of a patent, a licence of a business, or a law."""
    return _WORDS["product_register"].search(_before(passage, finding, 30)) is not None


def few_digits(passage: Passage, finding: Finding) -> bool:
    """Less than three digits: an item's place in a list, a grade, a count."""
    return sum(char.isdecimal() for char in _value(passage, finding)) < 3


def date_like(passage: Passage, finding: Finding) -> bool:
    """A date or time in digits (2024-04-01, 08/27, 12:30)."""
    clock = _WORDS["clock_after"].match(passage.normal, finding.end)
    return bool(clock or _WORDS["date"].fullmatch(_value(passage, finding)))


def product_code(passage: Passage, finding: Finding) -> bool:
    """A 13-digit JAN, EAN or ISBN."""
    value = re.sub(r"[^0-9]", "", _value(passage, finding))
    return len(value) == 13 and value.startswith(("45", "49", "978", "979"))


def no_address(passage: Passage, finding: Finding) -> bool:
    """Seven digits with no place name right after them."""
    return _WORDS["address_after"].match(passage.normal, finding.end) is None


_ALL: tuple[Rejecter, ...] = (
    amount,
    company,
    not_a_person,
    version_number,
    place_handle,
    in_link,
    plain_word,
    link_or_mail,
    message_id,
    no_letter,
    product_register,
    few_digits,
    date_like,
    product_code,
    no_address,
)
REJECTERS: Mapping[str, Rejecter] = MappingProxyType({rejecter.__name__: rejecter for rejecter in _ALL})
