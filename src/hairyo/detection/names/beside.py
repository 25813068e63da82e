"""Names beside a cue in running text: honorific, kin, role, introduction (敬称・続柄・肩書・名乗り)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from hairyo.detection.finding import Subject
from hairyo.detection.names.cues import alternation, cues
from hairyo.detection.names.lexicon import fold, given_reading, hiragana, listed_surname, traits
from hairyo.detection.names.reader import Candidate, Reader, script
from hairyo.detection.names.shapes import FAIR, STRONG, WEAK, plausibility
from hairyo.detection.search import Sparse, sparse

_PLAIN = ("さん", "さま", "様", "氏", "ちゃん", "くん", "君", "先生", "殿", "はん")
# 様 as "like" (様の所見, 様皮疹), ちゃんと, 選手権, 氏名, 君が代 and their like.
_NOT_HONORIFIC = re.compile(
    "様(?:[\u3400-\u9fff](?<![方宛邸分御本側名])|の(?:所見|症状|もの|変化))|ん(?:ざん|ぽ|ばし)|手[権団会村]|氏[名族神]|家[族庭具電屋畜賃計]|師団"
)
_JOINT = "[ ]?(?:の|・|:|/|「|、|\\()?[ ]?"


@cache
def _honorifics() -> Sparse:
    words = cues()
    kana = alternation(words.kana_honorifics)
    return sparse(
        f"(?P<gap>[ ]?)(?:(?P<title>{alternation(words.titles)})"
        f"|(?P<honorific>{alternation(words.honorifics)})"
        f"|(?<=[ァ-ー] )(?P<kana>{kana})(?![ァ-ー]))"
    )


def honorific(reader: Reader) -> Iterator[Candidate]:
    """Yield names before an honorific (敬称) or title (肩書)."""
    for match in _honorifics().finditer(reader.text):
        end = match.start()
        if end == 0 or script(reader.char(end - 1)) < 0 or _NOT_HONORIFIC.match(reader.text, match.end() - 1):
            continue
        word = match.group().strip()
        if script(word[0]) == 0 and match.start() + len(match["gap"]) not in reader.edges:
            continue
        floor = _floor(word, is_title=match["title"] is not None)
        found = reader.back(end, 0.3 if script(reader.text[end - 1]) == 3 else floor)
        if found is None:
            continue
        name = reader.text[found[0] : end]
        if _known_beside(reader, found[0], name, word, is_title=match["title"] is not None):
            yield Candidate(found[0], end, "names.honorific", 0.9, (end + len(match["gap"]), match.end()))


def _floor(word: str, *, is_title: bool) -> float:
    """Return how much of a name must stand before `word`."""
    if word in cues().familiar:
        return 0.3
    return WEAK if is_title else 0.4


def _known_beside(reader: Reader, start: int, name: str, word: str, *, is_title: bool) -> bool:
    """Whether the dictionaries allow `name` before `word`: a place or department before a title is none."""
    if script(name[0]) == script(reader.char(start - 1)) == 1 and plausibility(name) < FAIR:
        return word in cues().familiar and given_reading(name) and reader.token_at(start) is not None
    if (
        word == "ちゃん"
        and reader.char(start + len(name) + len(word)) == "と"
        and not (traits(fold(name)).name or given_reading(name))
    ):
        return False
    if " " in name or "・" in name:
        last = traits(fold(name.replace("・", " ").split(" ")[-1]))
        return word in _PLAIN or is_title or last.name or not last.known
    found = traits(fold(name))
    if found.place and not found.name and (word not in _PLAIN or script(name[0]) == 2):
        return False
    if is_title and not found.name and script(name[0]) in (1, 2):
        return False
    if is_title:
        return (found.name or not found.known) and not (found.place and word in cues().place_titles)
    token = reader.token_at(start)
    tagged = token is not None and token.end == start + len(name) and token.pos[2] == "人名"
    if found.common and name.endswith("屋"):
        return False
    if found.common and not tagged:
        kanji = script(name[0]) == 0
        return (found.name and kanji and word in _PLAIN) or word in cues().familiar
    return found.name or not found.common


@cache
def _kin() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(cues().kin)})(?P<joint>{_JOINT})")


def kin(reader: Reader) -> Iterator[Candidate]:
    """Yield names of relatives after the word for them (妻の順姫, 長男・健太)."""
    for match in _kin().finditer(reader.text):
        if match.end() >= len(reader.text) or match.start() not in reader.edges:
            continue
        if not match["joint"] and script(reader.text[match.end()]) == 1:
            continue
        at = match.end()
        if match["joint"] and reader.text[at] in cues().single_given and script(reader.char(at + 1)) != 0:
            yield Candidate(at, at + 1, "names.kin", 0.75, match.span(), "family")
            continue
        floor = 0.3 if script(reader.text[at]) == 3 else FAIR if match["joint"].strip() in ("の", "") else WEAK
        if match["joint"] and script(reader.text[at]) in (1, 2):
            floor = 0.4
        found = _after(reader, at, floor)
        kana = found is not None and match["joint"] and given_reading(reader.text[at : found[0]])
        if found and (kana or _is_name_there(reader, at, found[0], bool(match["joint"]))):
            yield Candidate(at, found[0], "names.kin", 0.85, match.span(), "family")


@cache
def _roles() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(cues().roles)})(?P<joint>(?:の|は|、|[ ]?[・:/「(]|[ ])?[ ]?)")


def role(reader: Reader) -> Iterator[Candidate]:
    """Yield names after a word for people (弁護士の矢部, 技術主任ボグダン・ペトレ)."""
    for match in _roles().finditer(reader.text):
        if match.end() >= len(reader.text):
            continue
        joint = match["joint"]
        direct = not joint and match.group() not in cues().direct_roles
        bracketed = joint.endswith("(") and re.match("[^()\n]{1,6}\\)", reader.text[match.end() : match.end() + 7])
        floor = STRONG if "、" in joint or direct else FAIR
        if bracketed or (joint and script(reader.text[match.end()]) == 2):
            floor = 0.4
        found = _after(reader, match.end(), floor)
        if found is None:
            continue
        alone = bracketed and listed_surname(reader.text[match.end() : found[0]])
        if alone or _is_name_there(reader, match.end(), found[0], bool(joint)):
            yield Candidate(match.end(), found[0], "names.role", 0.8, match.span())


def _after(reader: Reader, start: int, floor: float) -> tuple[int, float] | None:
    """Return a name that begins at `start`, is no part of a longer word, and scores at least `floor`."""
    if not reader.clean_left(start):
        return None
    found = reader.onward(start, floor)
    return found if found and reader.clean_right(found[0]) else None


def _is_name_there(reader: Reader, start: int, end: int, joined: bool) -> bool:
    """Whether `start:end` is used as a name: by its shape, or by the morphological analysis."""
    name = reader.text[start:end]
    if " " in name or "・" in name:
        return True
    token, found = reader.token_at(start), traits(fold(name))
    if len(name) == 1:
        tagged = token is not None and token.pos[2] == "人名" and token.end == end
        return joined and (tagged or name in cues().single_given)
    if token is not None and token.end == end and token.pos[2] != "人名" and found.common:
        return False
    return found.name or not found.known


@cache
def _strong() -> Sparse:
    words = cues().after_intro_strong + cues().own_introductions
    spaced = "|".join("[ ]?".join((re.escape(w[:1]), re.escape(w[1:]))) for w in words if len(w) > 1)
    return sparse(f"[ ]?(?:{spaced})")


def introduction(reader: Reader) -> Iterator[Candidate]:
    """Yield names that somebody says to be theirs or another's (〜と申します, 〜という者)."""
    shadow = hiragana(reader.text)
    for match in _strong().finditer(shadow):
        own = match.group().replace(" ", "") in cues().own_introductions
        found = reader.back(match.start(), 0.4 if own else FAIR) if match.start() else None
        if found and (
            own or (reader.text[found[0] : match.start()] and _is_name_there(reader, found[0], match.start(), True))
        ):
            subject: Subject | None = "self" if own else None
            yield Candidate(found[0], match.start(), "names.introduction", 0.85, match.span(), subject)


@cache
def _weak() -> Sparse:
    return sparse(f"[ ]?(?:{alternation(cues().after_intro_weak)})|[ ]?デス")


@cache
def _opening() -> re.Pattern[str]:
    # A single kanji counts as a surname only at the start of a sentence.
    words = alternation(cues().before_intro)
    return re.compile(f"(?:(?P<word>(?:{words})(?:[、,。!~〜 ]|は|の|と)*)|[\\n。!?、,「(~〜>:][ ]?|[ ]|^)$")


def copula(reader: Reader) -> Iterator[Candidate]:
    """Yield names that make up a clause of their own with です (田中です。)."""
    shadow = hiragana(reader.text)
    for match in _weak().finditer(reader.text):
        end = match.start()
        found = reader.back(end, 0.4) if end else None
        if found is None:
            continue
        start, score = found
        opening = _opening().search(shadow, max(0, start - 16), start)
        if opening is None and not _after_clause(reader, start, end):
            continue
        known = score >= FAIR or (opening is not None and opening["word"] is not None)
        short = end - start == 1 and opening is not None and listed_surname(reader.text[start:end])
        if short or (known and end - start > 1 and _is_name_there(reader, start, end, True)):
            yield Candidate(start, end, "names.copula", 0.75, match.span(), "self")


def _after_clause(reader: Reader, start: int, end: int) -> bool:
    """Whether a clause that describes somebody ends at `start` (営業をしていた長谷部です)."""
    token = reader.token_at(start)
    if token is None or not (token.pos[2] == "人名" or traits(fold(token.surface)).surname):
        return False
    return reader.text.endswith(("た", "ます", "いる", "する", "ある", "れる"), max(0, start - 3), start)
