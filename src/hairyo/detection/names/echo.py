"""Later mentions of a name found once, and readings beside it (同一人物の再出・読み)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hairyo.detection.finding import Subject
from hairyo.detection.names import lexicon
from hairyo.detection.names.cues import cues
from hairyo.detection.names.lexicon import fold, traits
from hairyo.detection.names.reader import Candidate, Reader
from hairyo.detection.names.shapes import DOTS, FAIR, HIRAGANA, KATAKANA, plausibility

_BRACKET = re.compile(r"[ ]?[(\[/,、][ ]?(?P<inside>[^()\[\]「」\n/,、]{2,30}?)(?:さん|様|氏)?[ ]?[)\]/,\n]")
_SPELT = re.compile(f"と(?:書いて|書き|かいて)[、 ]?(?P<inside>[{KATAKANA}]{{2,8}}|[{HIRAGANA}]{{2,8}}(?=[、。\n]))")
_AND = re.compile("(?:さん|様|氏|君|くん)?[ ]?(?:と|や|・)[ ]?")
_AND_BEFORE = re.compile("[ ]?(?:と|や|・)[ ]?$")
_KANA = re.compile(f"[{HIRAGANA}{KATAKANA}][{HIRAGANA}{KATAKANA} {DOTS}]+")
_LATIN = re.compile(r"[A-Z][A-Za-z'.-]*(?: [A-Z][A-Za-z'.-]*)+")
_SPACED = re.compile(f"[ {DOTS}]+")


def readings(reader: Reader, names: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield what stands in brackets after a name and is its reading or other spelling."""
    for name in names:
        match = (
            _SPELT.match(reader.text, name.end)
            or _BRACKET.match(reader.text, name.end)
            or _after_honorific(reader, name.end)
        )
        if match is None:
            continue
        if match.re is _SPELT:
            yield Candidate(*match.span("inside"), "names.reading", 0.85, (name.start, name.end), name.subject)
            continue
        inside, bracketed = match["inside"].strip(), match.group().strip()[0] in "(["
        kana, latin = _KANA.fullmatch(inside), _LATIN.fullmatch(inside)
        if inside.startswith(cues().kin):
            continue
        floor = 0.3 if (kana or latin) and bracketed else FAIR
        if (
            kana
            and bracketed
            and len(_SPACED.split(inside)) == 2 == len(_SPACED.split(reader.text[name.start : name.end]))
        ):
            floor = 0.0
        if plausibility(inside) >= floor and (
            kana or latin or " " in inside or (bracketed and plausibility(inside) > 0.8)
        ):
            start = match.start("inside")
            yield Candidate(start, start + len(inside), "names.reading", 0.88, (name.start, name.end), name.subject)


def _after_honorific(reader: Reader, end: int) -> re.Match[str] | None:
    """Return a bracket that follows the honorific at `end`."""
    for word in ("さん", "様", "氏", "先生", "殿"):
        if reader.text.startswith(word, end):
            return _BRACKET.match(reader.text, end + len(word))
    return None


def listed(reader: Reader, names: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield surnames joined to a name by と or ・ (村瀬と川端の両氏, 小林・加藤両名)."""
    for name in names:
        joint = _AND.match(reader.text, name.end)
        after = reader.onward(joint.end(), FAIR) if joint else None
        if joint and after and reader.clean_right(after[0]) and _is_surname(reader, joint.end(), after[0]):
            yield Candidate(joint.end(), after[0], "names.listed", 0.7, (name.start, name.end))
        before = _AND_BEFORE.search(reader.text, max(0, name.start - 4), name.start)
        start = reader.back(before.start(), FAIR) if before else None
        if before and start and _is_surname(reader, start[0], before.start()):
            yield Candidate(start[0], before.start(), "names.listed", 0.7, (name.start, name.end))


def _is_surname(reader: Reader, start: int, end: int) -> bool:
    """Whether `start:end` is a full name, or a surname that is no ordinary word."""
    found = traits(fold(reader.text[start:end]))
    return " " in reader.text[start:end] or (found.surname and not found.common)


def again(reader: Reader, names: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield later mentions of the names, or of their surname or given name alone."""
    owners: dict[str, Subject | None] = {}
    for name in names:
        for part in _parts(reader.text[name.start : name.end], full=name.rule != "names.surname"):
            owners.setdefault(part, name.subject)
    if not owners:
        return
    pattern = re.compile("|".join(re.escape(part) for part in sorted(owners, key=lambda p: (-len(p), p))))
    for match in pattern.finditer(reader.text):
        if _stands_alone(reader, match.start(), match.end()):
            yield Candidate(match.start(), match.end(), "names.again", 0.7, None, owners[match.group()])


def _parts(name: str, *, full: bool) -> Iterator[str]:
    """Yield the name and those of its parts that may stand for it."""
    pieces = [piece for piece in _SPACED.split(name) if piece]
    if len(pieces) == 1 and full:
        pieces = _split(name)
    for part in {name, *pieces}:
        kana = bool(_KANA.fullmatch(part))
        if len(part) >= (3 if kana or part.isascii() else 2) and not (
            part != name and lexicon.traits(fold(part)).common and not traits(fold(part)).name
        ):
            yield part


def _split(name: str) -> list[str]:
    """Split a name written without a space into surname and given name, if its parts are known."""
    if traits(fold(name)).name:
        return [name]
    for at in (2, 3, 1, 4):
        if 0 < at < len(name) and traits(fold(name[:at])).surname and traits(fold(name[at:])).given:
            return [name[:at], name[at:]]
    return [name]


def _stands_alone(reader: Reader, start: int, end: int) -> bool:
    """Whether `start:end` is a mention of its own and no part of another word."""
    if not (reader.clean_left(start) and reader.clean_right(end)):
        return False
    found = traits(fold(reader.text[start:end]))
    token = reader.token_at(start)
    if _KANA.fullmatch(reader.text[start:end]):
        return token is not None and (token.end == end or token.oov) and token.pos[0] == "名詞"
    return not found.common or token is None or token.pos[1] == "固有名詞" or token.end != end
