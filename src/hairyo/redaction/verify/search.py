"""The leak check's own way to find a value in a text or in bytes (漏れの検索).

It follows the rule at the head of `sweep.py`, and on purpose shares no code with it, with the normalisation
that copies are planned on, or with any writer: a mistake there must not blind the check (invariant 4).
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from urllib.parse import unquote

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick

from hairyo.redaction.secret import Secret
from hairyo.redaction.verify.codecs import CODINGS, Coding

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20dd-\u20e4"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e01ef]"
)
_SIGN = r"[\s\-‐-―−⁃·•‧・./_(),']"
_SIGNS = re.compile(_SIGN + "+")
_GAP = rf"{_SIGN}|(?<=[0-9])ー"  # a long vowel mark after a digit is meant for a dash
_GAPS = re.compile(_GAP)
_LONG_DASH = re.compile("[0-9]ー")
_ASCII_CONTROLS = bytes(code for code in range(128) if _INVISIBLE.match(chr(code)))
_ASCII_GAPS = _ASCII_CONTROLS + bytes(code for code in range(128) if _SIGNS.match(chr(code)))
_KATAKANA = re.compile("[ァ-ヶ]+")
_CELL = re.compile(rf"((?:{_GAP})*)(.)", re.DOTALL)
_TO_HIRAGANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)})
_SHORT, _STRONG_LATIN, _LOOSE_DIGITS, _MIN_DIGITS, _MARKUP_DIGITS = 2, 6, 6, 4, 8
_MIN_BYTES, _MIN_BASE64, _MIN_ENCODED = 6, 6, 4
_BESIDE = 4  # bytes of the longest character, in any coding
_ROUNDS = 3
_JSON_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{6}")
_BASE64_SIGNS = (("-", "+"), ("_", "/"), ("\t", ""), ("\n", ""), ("\r", ""), (" ", ""))
_DECODERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "&": html.unescape,
        "%": unquote,
        "\\u": lambda text: _JSON_ESCAPES.sub(_unescape, text),
    }
)


def _unescape(run: re.Match[str]) -> str:
    """Return what a run of JSON's four-digit escapes stands for; lone halves of a pair become U+FFFD."""
    return bytes.fromhex(run[0].replace("\\u", "")).decode("utf-16-be", "replace")


def _script(char: str) -> str:
    """Return the script of a folded character: one letter, or "" for signs."""
    if char.isascii():
        return "0" if char.isdigit() else "a" if char.isalpha() else ""
    if "ぁ" <= char <= "ゖ" or char in "ゝゞ":
        return "h"
    if "ァ" <= char <= "ヺ" or char in "ヽヾ":
        return "k"
    if char == "ー":
        return "hk"
    name = unicodedata.name(char, "")
    return "漢" if name.startswith("CJK ") or char in "々〆〇" else "a" if name.startswith("LATIN") else ""


def _alike(one: str, other: str) -> bool:
    """Whether two characters (or none) are of one script, so that one continues the other's word."""
    return bool(set(_script(one)) & set(_script(other)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _visible(text)).casefold()


def _visible(text: str) -> str:
    if text.isascii():
        return text.encode("ascii").translate(None, _ASCII_CONTROLS).decode("ascii")
    return _INVISIBLE.sub("", text) if _INVISIBLE.search(text) else text


def _closed(plain: str) -> str:
    """Return a folded text without its gaps."""
    return (_GAPS if _LONG_DASH.search(plain) else _SIGNS).sub("", plain)


def _ascii_key(text: str) -> str:
    """Return what the three steps of other texts make of one in ASCII, in a fiftieth of their time."""
    return text.encode("ascii").lower().translate(None, _ASCII_GAPS).decode("ascii")


def _one_kana(text: str) -> str:
    return _KATAKANA.sub(lambda run: run[0].translate(_TO_HIRAGANA), text)


class _Folded:
    """A text as the check compares it: `key` without gaps, and, to weigh a hit, each character's gap."""

    def __init__(self, text: str) -> None:
        self._given = text
        self.key = _ascii_key(text) if text.isascii() else _one_kana(_closed(self.text))

    @cached_property
    def text(self) -> str:
        """Return the text with its gaps."""
        return _plain(self._given)

    @cached_property
    def cells(self) -> list[tuple[str, str]]:
        """Return for each character of `key` the gap before it and the character as written."""
        return _CELL.findall(self.text)


@dataclass(frozen=True, slots=True)
class _Needle:
    """A value made ready: `key` as compared, `exact` with its own kana."""

    key: str
    exact: str

    @property
    def short(self) -> bool:
        return len(self.key) <= _SHORT

    @property
    def weak(self) -> bool:
        """Whether markup may hold it by chance: a short number or a short word in Latin letters."""
        digits = self.key.isdecimal() and len(self.key) < _MARKUP_DIGITS
        return digits or (self.key.isascii() and len(self.key) < _STRONG_LATIN)

    def stands_in(self, folded: _Folded) -> bool:
        """Whether the value stands in a text by the rule."""
        if self.short:
            return self._stands_alone_in(folded.text)
        at = folded.key.find(self.key)
        while at >= 0:
            if self._stands_at(folded.cells, at):
                return True
            at = folded.key.find(self.key, at + 1)
        return False

    def _stands_at(self, cells: list[tuple[str, str]], start: int) -> bool:
        end = start + len(self.key)
        inner = "".join(gap for gap, _ in cells[start + 1 : end])
        before = cells[start - 1][1] if start and not cells[start][0] else ""
        after = cells[end][1] if end < len(cells) and not cells[end][0] else ""
        first, last = cells[start][1], cells[end - 1][1]
        if inner and self.key.isdecimal() and len(self.key) < _LOOSE_DIGITS:
            return False
        return not any(a and self._continues(a, b) for a, b in ((before, first), (after, last)))

    def _stands_alone_in(self, text: str) -> bool:
        for hit in re.finditer(r"[ \t]*".join(map(re.escape, self.exact)), text):
            before, after = text[max(0, hit.start() - 1) : hit.start()], text[hit.end() : hit.end() + 1]
            if not _alike(before, hit[0][0]) and not _alike(after, hit[0][-1]):
                return True
        return False

    def _continues(self, beyond: str, edge: str) -> bool:
        script = _script(edge)
        strict = script == "0" or (script == "a" and len(self.key) < _STRONG_LATIN)
        return strict and _script(beyond) == script


def _needle(value: str) -> _Needle | None:
    exact = _closed(_plain(value))
    if not exact or (exact.isdecimal() and len(exact) < _MIN_DIGITS):
        return None
    return _Needle(_one_kana(exact), exact)


class Search:
    """Many values, looked for at once.

    Args:
        secrets: the values; those that say too little to be looked for are passed over.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._values = sorted({one.value for one in secrets})
        self._needles = sorted(
            {found for value in self._values if (found := _needle(value))},
            key=lambda one: (one.key, one.exact),
        )

        self._ascii = any(one.key.isascii() for one in self._needles)

    def __bool__(self) -> bool:
        return bool(self._needles)

    @cached_property
    def reach(self) -> int:
        """How far (characters or bytes) two windows have to overlap so that no value falls between them."""
        return 4096 + 16 * max((len(value) for value in self._values), default=0)

    def find(self, text: str, *, markup: bool = False, raw: bool = False) -> Iterator[str]:
        """Yield the form of every leak in a text: `text`, `escaped` or `base64`, once for each value.

        Args:
            text: decoded text.
            markup: the text is no prose (attributes, numbers of a layout): weak values are not looked for.
            raw: the text is markup with its tags: nor are values of one or two characters.
        """
        for form, variant in _variants(text):
            if not self._ascii and variant.isascii():
                continue  # no value can stand in it
            folded = _Folded(variant)
            for number in self._present(folded.key):
                needle = self._needles[number]
                by_chance = (needle.weak and (markup or raw)) or (needle.short and raw)
                if not by_chance and needle.stands_in(folded):
                    yield form
        if _BASE64_RUN.search(text) and self._base64:
            yield from ["base64"] * len(_distinct(self._base64, _base64_run(text)))

    def find_bytes(self, data: bytes, *, seen: int = 0) -> Iterator[str]:
        """Yield `bytes` for every value that stands in raw bytes in one of the encodings of Japanese text.

        Args:
            data: the bytes.
            seen: how many of them, at the head, were searched before.
        """
        if self._encoded is None:
            return
        for number, start, end in self._encoded.find_matches_as_indexes(data, overlapping=True):
            if end > seen and any(_stands_in_bytes(data, start, end, one) for one in self._byte_forms[number][1]):
                yield "bytes"

    def _present(self, key: str) -> Iterable[int]:
        if len(self._needles) <= 16:  # for few values plain search beats building the automaton
            return [number for number, one in enumerate(self._needles) if one.key in key]
        return sorted(_distinct(self._automaton, key))

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick([one.key for one in self._needles])

    @cached_property
    def _base64(self) -> AhoCorasick | None:
        forms = {form for value in self._values if len(value) >= _MIN_ENCODED for form in _base64_forms(value)}
        return AhoCorasick(sorted(forms)) if forms else None

    @cached_property
    def _byte_forms(self) -> list[tuple[bytes, list[tuple[str, Coding]]]]:
        """Return the values as bytes, each with what it is the bytes of: a value in a coding."""
        forms: dict[bytes, list[tuple[str, Coding]]] = {}
        for value in filter(_needle, self._values):
            for coding in CODINGS:
                forms.setdefault(coding.encode(value), []).append((value, coding))
        return sorted((one for one in forms.items() if len(one[0]) >= _MIN_BYTES), key=lambda one: one[0])

    @cached_property
    def _encoded(self) -> BytesAhoCorasick | None:
        return BytesAhoCorasick([form for form, _ in self._byte_forms]) if self._byte_forms else None


def _base64_run(text: str) -> str:
    """Return a text with base64's URL-safe signs made plain, and without white space."""
    for sign, plain in _BASE64_SIGNS:  # several times faster than `str.translate`
        text = text.replace(sign, plain)
    return text


def _distinct(automaton: AhoCorasick, text: str) -> set[int]:
    clean = _visible(text)
    return {number for number, _, _ in automaton.find_matches_as_indexes(clean, overlapping=True)}


def _variants(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text as it is and, where it holds escapes, without them; escapes within escapes, too."""
    yield "text", text
    if "%" in text:
        yield "escaped", unquote(text, encoding="cp932")
    for _ in range(_ROUNDS):
        plain = text
        for mark, decode in _DECODERS.items():
            if mark in plain:
                plain = decode(plain)
        if plain == text:
            return
        yield "escaped", plain
        text = plain


def _base64_forms(value: str) -> Iterator[str]:
    """Yield what base64 of a longer text that holds `value` must contain, at each of the three alignments."""
    for coding in CODINGS:
        data = coding.encode(value)
        for shift in range(3):
            coded = base64.b64encode(bytes(shift) + data + bytes(2)).decode()
            form = coded[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
            if len(form) >= _MIN_BASE64:
                yield form


def _stands_in_bytes(data: bytes, start: int, end: int, form: tuple[str, Coding]) -> bool:
    """Whether a value's bytes are it: in no longer number and, where short, in no longer word (福島 in 福島県)."""
    value, coding = form
    before, after = data[max(0, start - _BESIDE) : start], data[end : end + _BESIDE]
    if value[0].isdecimal() and _digit(before[:-3:-1]):
        return False
    if value[-1].isdecimal() and _digit(after):
        return False
    if len(_closed(_plain(value))) > _SHORT:
        return True
    return not (_alike(coding.decode(before)[-1:], value[0]) or _alike(coding.decode(after)[:1], value[-1]))


def _digit(beside: bytes) -> bool:
    """Whether two bytes, the nearer one first, hold a digit next to a hit, in one byte or in two."""
    return beside[:1].isdigit() or (beside[:1] == b"\0" and beside[1:].isdigit())
