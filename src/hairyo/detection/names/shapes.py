"""How far a string looks like a person's name by itself (氏名らしさ), from 0 to 1.

Finders ask with the score their cue can afford: next to an honorific or in a name field little is
enough, in running text only a full name of known parts is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from hairyo.detection.addresses.extent import city_ends
from hairyo.detection.names import lexicon
from hairyo.detection.names.cues import alternation, cues, label_words, stop_words
from hairyo.detection.names.lexicon import fold, given_reading, hiragana, surname_reading, traits

KANJI = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af々〆ヶ"
HIRAGANA = "ぁ-ゖゝゞ"
KATAKANA = "ァ-ヺーヽヾ"
LATIN = "A-Za-zÀ-ɏ"
DOTS = "・·=＝"

_IS_KANJI = re.compile(f"[{KANJI}]+")
_IS_HIRAGANA = re.compile(f"[{HIRAGANA}ー]+")
_IS_KATAKANA = re.compile(f"[{KATAKANA}]+")
_IS_KANA = re.compile(f"[{HIRAGANA}{KATAKANA}]+")
_IS_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ɏ'’.-]*")
_HYBRID = re.compile(f"(?P<foreign>[{KATAKANA}]{{3,}})(?P<kanji>[{KANJI}]{{2,3}})")
_MIXED_KANA = re.compile(f"[{HIRAGANA}][ァ-ヺ]|[ァ-ヺ][{HIRAGANA}]")
_IS_NATIVE = re.compile(f"[{KANJI}{HIRAGANA}{KATAKANA}]+")
_PARTS = re.compile(f"[ {DOTS}]+")

_GIVEN_ENDING = re.compile(f"[{KATAKANA}]{{1,3}}[子代江美枝恵香郎男夫]|[{HIRAGANA}]{{1,3}}子")
# Katakana that recognition of scans reads for kanji of the same shape.
_LOOKALIKES = str.maketrans("ニエロカハー", "二工口力八一")


@cache
def _polite() -> re.Pattern[str]:
    """Return the pattern of an honorific at the end of a string, or さん anywhere in it."""
    words = tuple(word for word in cues().honorifics if len(word) > 1 and word not in ("はん", "どん"))
    return re.compile(f".(?:さん|(?<![ァ-ヺー])サン|様|さま|(?:{alternation(words)}|氏|殿)$)")


# Scores; what counts is their order against the thresholds of the finders.
SURE, STRONG, FAIR, WEAK, FAINT, NONE = 0.95, 0.85, 0.65, 0.45, 0.3, 0.05
LONGEST_WORD = 12  # characters of a name without a space; of one with kanji, and of surname and given name joined:
_LONGEST_WITH_KANJI, _LONGEST_JOINED = 8, 6


@lru_cache(maxsize=100_000)
def plausibility(text: str) -> float:
    """Return how much `text` (normalised) looks like a whole name; NONE where it cannot be one."""
    if not _PARTS.search(text):
        return _undivided(text)
    parts = [part for part in _PARTS.split(text) if part]
    if not parts or len(text) > 40 or _is_other_word(text, parts):
        return NONE
    if all(_IS_LATIN.fullmatch(part) for part in parts):
        return _latin(parts)
    if any(not _IS_NATIVE.fullmatch(part) for part in parts):
        return _mixed(parts)
    if all(_IS_KATAKANA.fullmatch(part) for part in parts) and any(dot in text for dot in DOTS):
        return _foreign(parts)
    if len(parts) == 1:
        return one_word(parts[0])
    return _two_words(*parts) if len(parts) == 2 else _many(parts)


def _undivided(text: str) -> float:
    """Score a string without spaces or dots in it."""
    if not text or text in stop_words() or _polite().search(text):
        return NONE
    if _IS_LATIN.fullmatch(text):
        return _latin([text]) if len(text) <= 40 else NONE
    return one_word(text) if len(text) <= LONGEST_WORD and _IS_NATIVE.fullmatch(text) else NONE


def _is_other_word(text: str, parts: list[str]) -> bool:
    """Whether the string is, holds or ends in a word that no name holds: 皆, 氏名, さん, 履　歴, 岡山市北区 守屋."""
    stop = stop_words()
    if text in stop or any(part in stop and len(part) > 1 for part in parts) or _polite().search(text):
        return True
    if len(parts) == 1:
        return False  # it begins or ends with a space or dot
    whole = traits("".join(parts))
    if parts[0][-1] in "市区町村郡" and city_ends(parts[0]) and not traits(fold(parts[0])).surname:
        return True
    if parts[0] in label_words() or (whole.common and not whole.name) or _after_label_word(parts[0]):
        return True
    if any(part in label_words() and not traits(part).given for part in parts[1:]):
        return True
    dotted = any(dot in text for dot in DOTS)
    return (dotted and any(_IS_KANJI.search(part) for part in parts)) or hiragana(parts[0]) in stop


@cache
def _label_heads() -> frozenset[str]:
    return frozenset(label[0] for label in label_words())


@lru_cache(maxsize=50_000)
def _after_label_word(word: str) -> bool:
    """Whether `word` is a surname behind a word for people that is no part of it (夫海部, 担当平戸)."""
    if traits(fold(word)).surname:
        return False
    if word[:1] in _label_heads() and any(
        word.startswith(label) and traits(fold(word[len(label) :])).name for label in label_words()
    ):
        return True
    if not _IS_KANJI.fullmatch(word):
        return False
    heads = ((word[:at], word[at:]) for at in range(2, len(word) - 1))
    return any(traits(head).common and not traits(head).surname and traits(fold(rest)).surname for head, rest in heads)


def _latin(parts: list[str]) -> float:
    """Score a name in Latin letters."""
    known = [lexicon.surname_latin(part) or lexicon.given_latin(part) for part in parts]
    if len(parts) == 1 and not known[0] and (traits(parts[0]).common or len(parts[0]) < 3 or parts[0].isupper()):
        return NONE
    if len(parts) == 1:
        return WEAK if known[0] and len(parts[0]) > 2 else FAINT
    return SURE if all(known) else FAIR if any(known) else WEAK if len(parts) <= 4 else NONE


def _mixed(parts: list[str]) -> float:
    """Score a name of parts in Latin and Japanese letters (伊集院・Marta)."""
    if not all(_IS_LATIN.fullmatch(part) or _IS_NATIVE.fullmatch(part) for part in parts):
        return NONE
    return 0.4 if len(parts) == 2 and any(one_word(part) >= FAIR for part in parts) else NONE


def _foreign(parts: list[str]) -> float:
    """Score a foreign name in katakana (ジョン・スミス)."""
    each = [traits(part) for part in parts if len(part) > 1]
    if not each:
        return NONE
    ordinary = any((t.common or t.place) and not t.name for t in each)
    if ordinary or len(parts) > 6:
        return NONE if not any(t.person for t in each) else FAINT
    if all(t.person and not t.place for t in each) and len(each) == len(parts):
        return STRONG
    if each[0].name and not each[0].common and not any(t.common for t in each[1:]):
        return STRONG
    return FAIR if any(t.name for t in each) else WEAK


@lru_cache(maxsize=100_000)
def one_word(word: str) -> float:
    """Score a word without inner spaces: surname, given name, or both joined."""
    if word in stop_words():
        return NONE
    word = fold(word)
    if _IS_KANA.fullmatch(word):
        return _kana_word(word)
    hybrid = _HYBRID.fullmatch(word)
    if hybrid and not traits(hybrid["foreign"]).common and traits(hybrid["kanji"]).name:
        return STRONG + 0.01
    if len(word) > _LONGEST_WITH_KANJI:
        return NONE
    found = traits(word)
    single = len(word) == 1
    if found.surname:
        return WEAK if single else FAIR if found.place or found.common else STRONG
    if found.given and not single and not found.common:
        return FAIR
    splits = range(1, len(word)) if len(word) <= _LONGEST_JOINED else ()
    joined = max((_pair(word[:at], word[at:], spaced=False) for at in splits), default=NONE)
    if found.given:
        return max(WEAK if not single else FAINT, joined)
    if found.person:
        return max(joined, STRONG)
    if found.place or found.common:
        return max(joined if joined >= STRONG and not found.common else NONE, WEAK * 0.9 if found.place else 0.1)
    return max(joined, WEAK * 0.9 if _IS_KANJI.fullmatch(word) and len(word) <= 4 else NONE)


def _kana_word(word: str) -> float:
    """Score a word in kana."""
    if len(word) < 2 or len(word) > 12:
        return FAINT if len(word) == 1 else NONE
    if not (_IS_HIRAGANA.fullmatch(word) or _IS_KATAKANA.fullmatch(word)):
        return NONE
    found = traits(word)
    if found.person and found.common and _IS_KATAKANA.fullmatch(word):
        return 0.4
    if found.person or ((found.given or found.surname) and not found.common):
        return FAIR
    if surname_reading(word) or given_reading(word):
        return WEAK if found.common or len(word) == 2 else FAIR
    if found.common or found.place:
        return WEAK if found.name else 0.1
    splits = range(2, len(word) - 1)
    if any(surname_reading(word[:at]) and given_reading(word[at:]) for at in splits):
        return FAIR
    return WEAK * 0.9 if _IS_KATAKANA.fullmatch(word) else FAINT


def _pair(surname: str, given: str, *, spaced: bool) -> float:
    """Score surname and given name in kanji, or kanji and kana."""
    # Most strings asked about are no names, and a look-up costs; so what rules them out soonest comes first.
    if len(surname) > 5 or len(given) > 5 or (not spaced and len(surname) + len(given) > _LONGEST_JOINED):
        return NONE
    first = traits(surname)
    if not spaced and not first.surname:
        return NONE
    last = traits(given)
    if given in stop_words() and not last.given:
        return NONE
    if (_IS_KANA.fullmatch(given) and given_reading(given) and len(given) > 1) or _given_by_shape(given):
        last = lexicon.Traits(given=True)
    return _spaced_pair(surname, given, first, last) if spaced else _joined_pair(surname, given, first, last)


def _joined_pair(surname: str, given: str, first: lexicon.Traits, last: lexicon.Traits) -> float:
    """Score a known surname and a given name with nothing between them."""
    if last.given:
        if first.place and last.common and len(given) == 1:
            return FAIR
        good = STRONG if first.place or first.common or last.common else SURE
        if len(surname) > 1:
            return good
        return FAIR if len(given) > 1 and not last.common and not _IS_KANA.search(given) else FAINT
    if len(given) > 3:
        return NONE
    return FAINT if last.known or len(surname) == 1 or _IS_KANA.search(given) else WEAK


def _given_by_shape(given: str) -> bool:
    """Whether kana with a usual last kanji (イツ子), or kanji with a misread kana (祐ニ), is a given name."""
    if _GIVEN_ENDING.fullmatch(given):
        return True
    return bool(_IS_KANJI.match(given)) and traits(given[0] + given[1:].translate(_LOOKALIKES)).given


def _kana_given(first: lexicon.Traits, given: str) -> float:
    """Score an unlisted given name in hiragana after a surname and a space."""
    sure = not (first.place or first.common) and 2 <= len(given) <= 4 and not traits(given).known
    return FAIR + 0.01 if sure else 0.36


def _spaced_pair(surname: str, given: str, first: lexicon.Traits, last: lexicon.Traits) -> float:
    """Score surname and given name with a space between them."""
    if first.surname and last.given:
        return SURE if not (len(surname) == 1 and len(given) == 1) else FAIR
    if first.surname:
        return (
            0.4
            if last.common or last.place
            else FAIR + 0.1
            if not _IS_HIRAGANA.search(given)
            else _kana_given(first, given)
        )
    if last.given and not first.known and 2 <= len(surname) <= 3:
        return STRONG
    if last.given and (first.place or not first.known):
        return FAIR + 0.1 if not last.common or not first.known else WEAK + 0.05
    if last.given:
        return FAIR if len(surname) >= 2 and len(given) >= 2 and not last.common else 0.4
    if first.known or last.known:
        return 0.35 if first.place and not last.known else 0.1
    return WEAK if not _IS_HIRAGANA.search(given) else 0.3


def _two_words(first: str, last: str) -> float:
    """Score two words with a space between them."""
    first, last = fold(first), fold(last)
    if any(_MIXED_KANA.search(part) for part in (first, last)):
        return NONE
    if _IS_KANA.fullmatch(first) and _IS_KANA.fullmatch(last):
        return _kana_pair(first, last)
    if _IS_KANA.fullmatch(first) and not (surname_reading(first) or _IS_KATAKANA.fullmatch(first)):
        return 0.2 if traits(last).given else NONE
    if _IS_KATAKANA.fullmatch(first) and traits(last).given and not traits(first).common:
        return FAIR  # ロドリゲス 良子
    if not _IS_KANJI.match(first) or (_IS_HIRAGANA.search(first) and not traits(first).surname):
        return 0.1
    return _pair(first, last, spaced=True)


def _kana_pair(first: str, last: str) -> float:
    """Score two words in kana."""
    known = (surname_reading(first) or traits(first).name, given_reading(last) or traits(last).name)
    if all(known):
        return SURE
    wrong = [traits(part).common and not traits(part).name for part in (first, last)]
    if known[1] and not wrong[0]:
        return FAIR
    if all(wrong) or len(first) > 8 or len(last) > 8:
        return 0.1
    if _IS_HIRAGANA.fullmatch(first):
        return WEAK if known[1] else 0.2 if any(wrong) else 0.38 if known[0] else 0.36
    return 0.38 if any(wrong) and not any(known) else WEAK


def _many(parts: list[str]) -> float:
    """Score three words or more: single characters set apart (山　田　太　郎), or nothing."""
    if all(len(part) == 1 for part in parts) and 3 <= len(parts) <= 6:
        return max(one_word("".join(parts)) * 0.95, NONE)
    if len(parts) <= 4 and all(_IS_KATAKANA.fullmatch(part) for part in parts):
        return NONE if any(traits(part).common and not traits(part).name for part in parts) else 0.42
    return NONE
