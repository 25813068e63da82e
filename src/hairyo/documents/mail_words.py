"""Words of a header field (メールのヘッダーの語): encoded words, quoted strings, addresses, each with its place.

Source: RFC 2047, RFC 5322. Read is more than they allow: encoded words in quoted strings, characters split between
two, raw Japanese.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from hairyo.documents.base import Edit, apply_edits
from hairyo.documents.encodings import START, labelled
from hairyo.documents.source import guessed
from hairyo.errors import BrokenInput

STAND_IN = "redacted@redacted.invalid"  # RFC 2606: a domain that is never anybody's
_ENCODED = r"=\?[\w.+:-]+(?:\*[\w-]*)?\?[bBqQ]\?[^?\r\n]*\?="
_ENCODED_WORD = re.compile(r"=\?([\w.+:-]+)(?:\*[\w-]*)?\?([bBqQ])\?([^?\r\n]*)\?=")
_RUN = re.compile(rf"{_ENCODED}(?:\s+{_ENCODED})*")
_FREE = re.compile(rf"(?P<encoded>{_RUN.pattern})|(?P<space>\s+)|(?P<word>(?:(?!{_ENCODED})\S)+)")
_STRUCTURED = re.compile(
    rf"(?P<encoded>{_RUN.pattern})|(?P<space>\s+)|(?P<quoted>\"(?:[^\"\\]|\\.)*\")|(?P<angle><[^<>]*>)"
    rf"|(?P<comment>\((?:[^()\\]|\\.)*\))|(?P<sign>[,;:<>\"()])|(?P<word>(?:(?!{_ENCODED})[^\s,;:<>\"()])+)",
    re.S,
)
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~@.\[\]-]*")
_CHUNK = 42


class Word(NamedTuple):
    """A word of a field's value.

    Attributes:
        kind: `encoded`, `space`, `quoted`, `angle`, `comment`, `sign` or `word`.
        start: where it begins in the value.
        end: where it ends.
        text: what it says.
    """

    kind: str
    start: int
    end: int
    text: str


def words(value: str, *, structured: bool) -> Iterator[Word]:
    """Yield the words of a field's value, without a gap.

    Raises:
        BrokenInput: an encoded word is in an unknown encoding.
    """
    for found in (_STRUCTURED if structured else _FREE).finditer(value):
        kind, said = found.lastgroup or "word", found[0]
        if kind == "space":
            said = " "
        elif kind == "encoded":
            said = _decoded(said)
        elif kind in ("quoted", "comment"):
            said = decode_words(re.sub(r"\\(.)", r"\1", re.sub(r"\r?\n(?=[ \t])", "", said[1:-1])))
            said = f"({said})" if kind == "comment" else said
        yield Word(kind, *found.span(), said)


def decode_words(text: str) -> str:
    """Return a text with its encoded words decoded."""
    return _RUN.sub(lambda found: _decoded(found[0]), text)


def _decoded(run: str) -> str:
    """Return what adjacent encoded words say; a character may be split between two."""
    said: list[str] = []
    pending, charset = b"", ""
    for found in _ENCODED_WORD.finditer(run):
        data = _bytes(found[2].lower(), found[3])
        if found[1].lower() != charset:
            said.append(decode(pending, charset))
            pending, charset = b"", found[1].lower()
        pending += data
    return "".join([*said, decode(pending, charset)])


def _bytes(how: str, coded: str) -> bytes:
    if how == "b":
        bare = re.sub(r"\s", "", coded)
        try:
            return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise BrokenInput("an encoded word in a mail's header is damaged; ask for the mail again") from None
    return binascii.a2b_qp(coded.encode("ascii", "replace"), header=True)


def decode(data: bytes, charset: str) -> str:
    """Return what bytes say: as they are labelled where that holds, else as they look.

    Raises:
        BrokenInput: they fit no encoding that is known.
    """
    encoding = labelled(charset)
    try:
        if encoding is not None:
            return encoding.decode(data, START, True)[0]
        if charset:
            return data.decode(charset)
    except (ValueError, LookupError):
        pass
    return guessed(data)[1]


def edited(value: str, *, structured: bool, edits: list[Edit], line_end: str, ascii_only: bool) -> str:
    """Return a field's value, in ASCII, with the edits of its text done.

    Args:
        value: the value.
        structured: whether it has addresses.
        edits: of the text that its words say.
        line_end: how lines end in this mail.
        ascii_only: whether words without an edit stay as they are, for nothing in the value is raw Japanese.
    """
    found = list(words(value, structured=structured))
    begins: list[int] = []
    at = 0
    for word in found:
        begins.append(at)
        at += len(word.text)
    homes = {edit.start: _home(found, begins, edit) for edit in edits}
    made: list[str] = []
    for number, (word, at) in enumerate(zip(found, begins, strict=True)):
        own = [
            Edit(
                0,
                max(edit.start - at, 0),
                min(edit.end - at, len(word.text)),
                edit.replacement if homes[edit.start] == number else "",
            )
            for edit in edits
            if word.text and edit.start < at + len(word.text) and at < edit.end
        ]
        written = value[word.start : word.end]
        if own:
            made.append(_written(word, apply_edits(word.text, own), structured, line_end))
        else:
            plain = ascii_only or written.isascii()
            made.append(written if plain else _written(word, word.text, structured, line_end))
    return "".join(made)


def _home(found: list[Word], begins: list[int], edit: Edit) -> int:
    """Return the number of the word that an edit's replacement goes into: the first that can hold text."""
    touched = [n for n, word in enumerate(found) if begins[n] < edit.end and edit.start < begins[n] + len(word.text)]
    return next((n for n in touched if found[n].kind in ("encoded", "quoted", "comment", "word")), touched[0])


def _written(word: Word, text: str, structured: bool, line_end: str) -> str:
    """Return a word of the copy; what mails are put together from stays, or becomes a stand-in."""
    if word.kind == "space":
        return text if text.isspace() else " "
    if word.kind == "sign":
        return word.text
    if word.kind == "angle":
        inside = text.strip("<>")
        return f"<{inside}>" if _ATOM.fullmatch(inside) and "@" in inside else f"<{STAND_IN}>"
    if structured and word.kind == "word" and "@" in word.text:
        return text if _ATOM.fullmatch(text) and "@" in text else STAND_IN
    if not text:
        return ""
    if word.kind == "comment":
        return f"({encode_words(text.strip('()'), line_end)})"
    if text.isascii() and (_ATOM.fullmatch(text) or (not structured and text.isprintable())):
        return text if word.kind != "quoted" else f'"{text}"'
    return encode_words(text, line_end)


def encode_words(text: str, line_end: str) -> str:
    """Return a text as encoded words in UTF-8."""
    chunks: list[str] = [""]
    for char in text:
        if len((chunks[-1] + char).encode("utf-8", "replace")) > _CHUNK:
            chunks.append("")
        chunks[-1] += char
    coded = (base64.b64encode(chunk.encode("utf-8", "replace")).decode() for chunk in chunks)
    return f"{line_end} ".join(f"=?utf-8?b?{one}?=" for one in coded)
