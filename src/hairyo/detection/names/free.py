"""Names that need no cue: full names of known parts, foreign and romanised names (手がかりなしの氏名)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from hairyo.detection.morphology import Token
from hairyo.detection.names.lexicon import (
    fold,
    given_latin,
    given_reading,
    surname_latin,
    surname_reading,
    traits,
)
from hairyo.detection.names.reader import Candidate, Reader, script
from hairyo.detection.names.shapes import DOTS, FAIR, HIRAGANA, KANJI, KATAKANA, LATIN, STRONG, plausibility

_KANJI_RUN = re.compile(f"[{KANJI}]+ ")
_MAY_PRECEDE = "等氏様殿兼元現前故旧者員長士師人役夫妻父母兄姉弟妹娘孫嫁社店係班課部局室"
_HARD = " \n\t/|、。,;()（）「」『』【】<>─—―…→:=・!?"
_PARTICLE = re.compile(r"まで|[はがをにともへや、。」）)\n]|から|より|の(?!家)|って|だ|$")


def full(reader: Reader) -> Iterator[Candidate]:
    """Yield surname with given name, both known, or one known between hard borders."""
    done = 0
    for token in reader.tokens:
        if token.start < done or token.pos[0] not in ("名詞", "接尾辞", "感動詞", "副詞", "形状詞"):
            continue
        if not _may_open(reader, token.start, token.end, token.pos[2], token.oov):
            continue
        if _inside_run(reader, token.start) or (
            script(reader.char(token.start)) == 2 and " " not in reader.text[token.start : token.end + 2]
        ):
            continue
        if not reader.opens_surname(token.start):
            continue
        hard = reader.char(token.start - 1) in _HARD
        found = reader.onward(token.start, FAIR if hard else STRONG)
        if (
            found is None
            or not (reader.clean_right(found[0]) or _tagged(reader, token.start, found[0]))
            or not _two_parts(reader, token.start, found[0])
        ):
            continue
        if found[1] < STRONG and (script(reader.char(token.start)) in (1, 2) or reader.char(found[0]) not in _HARD):
            continue
        done = found[0]
        yield Candidate(token.start, found[0], "names.full", min(found[1], 0.95))


def _tagged(reader: Reader, start: int, end: int) -> bool:
    """Whether the analysis reads exactly a surname and a given name in `start:end`."""
    first = reader.token_at(start)
    last = reader.token_at(first.end) if first else None
    return first is not None and last is not None and first.pos[3] == "姓" and last.pos[3] == "名" and last.end == end


def tagged(reader: Reader) -> Iterator[Candidate]:
    """Yield runs of morphemes that the analysis takes for names and that are nothing else."""
    run: list[Token] = []
    for token in [*reader.tokens, None]:
        if token is not None and token.pos[2] == "人名" and (not run or run[-1].end == token.start):
            run.append(token)
            continue
        if run:
            yield from _run(reader, run)
        run = [token] if token is not None and token.pos[2] == "人名" else []


def _run(reader: Reader, run: list[Token]) -> Iterator[Candidate]:
    """Yield the run of name morphemes as one name, if it is no part of a longer word."""
    start, end = run[0].start, run[-1].end
    end = start + len(re.split("[(\\[<「]", reader.text[start:end])[0])
    found = traits(fold(reader.text[start:end]))
    if end - start < 2 or found.place or found.common or _inside_run(reader, start):
        return
    if len(run) == 1 and (_in_compound(reader, start) or not reader.clean_right(end)):
        return
    if script(reader.char(start)) == 2 and (end - start < 3 or not found.person or script(reader.char(end)) in (0, 3)):
        return
    if script(reader.char(start)) in (1, 3) or reader.char(start - 1) in DOTS or reader.char(end) in DOTS + "「":
        return
    yield Candidate(start, end, "names.tagged", 0.6)


def _in_compound(reader: Reader, start: int) -> bool:
    """Whether kanji or katakana go on before `start`, other than a word for a time (昨日菅原が)."""
    if script(reader.char(start - 1)) not in (0, 2):
        return False
    before = reader.tokens[bisect_left(reader.starts, start) - 1]
    return before.pos[2] != "副詞可能" or before.end - before.start < 2


def _may_open(reader: Reader, start: int, end: int, kind: str, oov: bool) -> bool:
    """Whether the morpheme `start:end` may begin a full name."""
    run = _KANJI_RUN.match(reader.text, start)
    if kind in ("人名", "地名") or oov or reader.char(end) == " " or (run and run.end() - start <= 4):
        return True
    return traits(fold(reader.text[start:end])).surname


def _inside_run(reader: Reader, start: int) -> bool:
    """Whether a single kanji stands before `start`, so that the name would be cut (長|宗我 忠則)."""
    before = reader.char(start - 1)
    if script(before) != 0 or start - 1 not in reader.edges:
        return False
    return before not in _MAY_PRECEDE or (before in "長士師人員" and script(reader.char(start - 2)) != 0)


def _two_parts(reader: Reader, start: int, end: int) -> bool:
    """Whether `start:end` holds more than a single name."""
    name = reader.text[start:end]
    if " " in name:
        return True
    token = reader.token_at(start)
    return (
        len(name) >= 3
        and not traits(fold(name)).name
        and not (token is not None and token.end == end and not token.oov)
    )


def surname(reader: Reader) -> Iterator[Candidate]:
    """Yield surnames that the morphological analysis is sure of, where a particle follows."""
    for token in reader.tokens:
        if token.pos[2] != "人名" or token.pos[3] != "姓" or token.end - token.start < 2 or "(" in token.surface:
            continue
        found = traits(fold(token.surface))
        follows = _SUBJECT if found.place else _PARTICLE
        if found.common or not follows.match(reader.text, token.end):
            continue
        yield Candidate(token.start, token.end, "names.surname", 0.6)


# After a surname that is also a place, only the subject of a sentence counts (菊池が伺います; not 宮古の問屋).
_SUBJECT = re.compile("[がはも]")
_RUBY = re.compile(
    f"(?P<name>[{KANJI}]{{1,5}}(?: {{1,2}}[{KANJI}]{{1,4}})?) ?"
    f"[(](?P<kana>[{HIRAGANA}{KATAKANA}]{{2,8}}(?: {{1,2}}[{HIRAGANA}{KATAKANA}]{{2,8}})?)[)]"
)


def ruby(reader: Reader) -> Iterator[Candidate]:
    """Yield names whose reading stands in brackets after them (真田(さなだ))."""
    for match in _RUBY.finditer(reader.text):
        name, kana_parts = match["name"], match["kana"].split()
        if len(kana_parts) == 2:
            sure = surname_reading(kana_parts[0]) or given_reading(kana_parts[1])
            fits = sure and plausibility(name) >= 0.4
        else:
            fits = traits(fold(name)).surname and surname_reading(kana_parts[0]) and reader.clean_left(match.start())
        if fits:
            yield Candidate(match.start(), match.end("name"), "names.ruby", 0.8, match.span("kana"))


_KANA_PAIR = re.compile(
    f"(?<![{HIRAGANA}{KATAKANA}])(?P<first>[{HIRAGANA}{KATAKANA}]{{2,6}})"
    f" {{1,2}}(?P<last>[{HIRAGANA}{KATAKANA}]{{2,6}})"
    f"(?![{HIRAGANA}{KATAKANA}])"
)


def kana(reader: Reader) -> Iterator[Candidate]:
    """Yield full names in kana, of a listed surname and a listed given name (ほしな ぐんじ)."""
    for match in _KANA_PAIR.finditer(reader.text):
        if surname_reading(match["first"]) and given_reading(match["last"]) and plausibility(match.group()) >= STRONG:
            yield Candidate(match.start(), match.end(), "names.kana", 0.75)


_FOREIGN = re.compile(f"(?<![{KATAKANA}])[{KATAKANA}]+(?:[{DOTS}][{KATAKANA}]+)+")
_ROMAN = re.compile(f"(?<![{LATIN}0-9@._/-])[A-Z][{LATIN}'-]+ [A-Z][{LATIN}'-]+(?![{LATIN}0-9@_]|\\.[a-z])")


def foreign(reader: Reader) -> Iterator[Candidate]:
    """Yield foreign names in katakana with dots between their parts (ジョン・スミス)."""
    for match in _FOREIGN.finditer(reader.text):
        if plausibility(match.group()) >= STRONG:
            yield Candidate(match.start(), match.end(), "names.foreign", 0.8)


def roman(reader: Reader) -> Iterator[Candidate]:
    """Yield Japanese names in Latin letters (TARO YAMADA, Yamada Taro)."""
    for match in _ROMAN.finditer(reader.text):
        one, two = match.group().split(" ")
        if (surname_latin(one) and given_latin(two)) or (given_latin(one) and surname_latin(two)):
            yield Candidate(match.start(), match.end(), "names.roman", 0.9)
