"""Tokens of HTML with their places in the source (HTML の字句), so that edits can be spliced in.

Parsers that build a tree (selectolax) keep no offsets, and Python's `html.parser` none of attributes.
Source: WHATWG HTML, 13.2.5 Tokenization. What differs from a browser's reading of broken markup is caught by the leak
check, which reads copies with such a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_NAME = re.compile(r"[A-Za-z][^\s/>\0]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?P<name>=?[^\s/>=]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"'][^\s>]*)?))?"""
)
_TAG_END = re.compile(r"[\s/]*>")
_COMMENT_END = re.compile(r"--!?>")
_OPENERS = re.compile(r"<(?=[A-Za-z/!?])")
RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
_PLAIN = frozenset({"textarea", "title"})
_FOREIGN = frozenset({"svg", "math"})
_WITHIN_FOREIGN = frozenset({"foreignobject", "desc", "title", "annotation-xml"})


class Attribute(NamedTuple):
    """An attribute: its name, where that stands, where its value stands (without quotes), and the quote."""

    name: str
    name_start: int
    start: int
    end: int
    quote: str


class Token(NamedTuple):
    """A stretch of the source.

    Attributes:
        kind: `text`, `raw` (the content of a script, a style sheet and the like), `start`, `end`, or `other` (comments,
            declarations, what no browser shows).
        start: where it begins.
        end: where it ends.
        name: of a tag, in lower case; of raw text, its element's.
        attributes: of a start tag or an end tag.
    """

    kind: Literal["text", "raw", "start", "end", "other"]
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of `source`, one after the other and without a gap."""
    at = shown = 0
    foreign: list[str] = []
    while (opener := _OPENERS.search(source, at)) is not None:
        start = opener.start()
        token = _token(source, start, bool(foreign) and foreign[-1] in _FOREIGN)
        if token is None:
            at = start + 1
            continue
        if shown < start:
            yield Token("text", shown, start)
        yield token
        at = shown = token.end
        _follow(token, foreign, source)
        if token.kind == "start" and not (foreign and foreign[-1] in _FOREIGN) and token.name in RAW | _PLAIN:
            at = shown = _end_of_raw(source, token)
            if token.end < at:
                yield Token("raw" if token.name in RAW else "text", token.end, at, token.name)
        elif token.kind == "start" and token.name == "plaintext" and not foreign:
            break
    if shown < len(source):
        yield Token("text", shown, len(source))


def _token(source: str, start: int, foreign: bool) -> Token | None:
    """Return the token that `<` begins; None where it is a character."""
    following = source[start + 1]
    if following == "!" or following == "?":
        return _declaration(source, start, foreign)
    if following == "/":
        name = _NAME.match(source, start + 2)
        if name is None:
            return Token("other", start, _after(source, ">", start)) if start + 2 < len(source) else None
        return _tag(source, start, "end", name)
    name = _NAME.match(source, start + 1)
    return None if name is None else _tag(source, start, "start", name)


def _declaration(source: str, start: int, foreign: bool) -> Token:
    if source.startswith("<!--", start):
        if source.startswith((">", "->"), start + 4):
            return Token("other", start, _after(source, ">", start))
        found = _COMMENT_END.search(source, start + 4)
        return Token("other", start, len(source) if found is None else found.end())
    if foreign and source.startswith("<![CDATA[", start):
        return Token("other", start, _after(source, "]]>", start))
    return Token("other", start, _after(source, ">", start))


def _tag(source: str, start: int, kind: Literal["start", "end"], name: re.Match[str]) -> Token:
    attributes: list[Attribute] = []
    at = name.end()
    while (end := _TAG_END.match(source, at)) is None:
        found = _ATTRIBUTE.match(source, at)
        if found is None or found.end() == at:  # the file ends within the tag, which then counts for nothing
            return Token("other", start, len(source))
        quote = {"double": '"', "single": "'"}.get(found.lastgroup or "", "")
        group = found.lastgroup if found.lastgroup != "name" else None
        span = found.span(group) if group else (found.end(), found.end())
        attributes.append(Attribute(found["name"].lower(), found.start("name"), *span, quote))
        at = found.end()
        if not group and source.startswith(('"', "'"), at):  # a quote that nobody closes: all the rest is its value
            return Token("other", start, len(source))
    return Token(kind, start, end.end(), name[0].lower(), tuple(attributes))


def _follow(token: Token, foreign: list[str], source: str) -> None:
    """Keep the list of the open elements at which the rules for SVG and MathML begin or end."""
    if token.kind == "start" and source[token.end - 2] != "/":
        if token.name in _FOREIGN or (foreign and token.name in _WITHIN_FOREIGN):
            foreign.append(token.name)
    elif token.kind == "end" and token.name in foreign:
        del foreign[len(foreign) - 1 - foreign[::-1].index(token.name) :]


def _end_of_raw(source: str, token: Token) -> int:
    """Return where the content of an element that knows no tags ends."""
    closing = re.compile(rf"</{re.escape(token.name)}(?=[\s/>])", re.I)
    at = token.end
    while (found := closing.search(source, at)) is not None:
        if token.name != "script" or not _hidden(source[token.end : found.start()]):
            return found.start()
        at = found.end()
    return len(source)


def _hidden(script: str) -> bool:
    """Whether a script's end tag stands within a comment with a script in it, and so ends nothing (13.2.5.29)."""
    comment = script.rfind("<!--")
    if comment < 0 or "-->" in script[comment:]:
        return False
    inner = re.split(r"<(/?)script(?=[\s/>])", script[comment:], flags=re.I)[1::2]
    return inner.count("") > inner.count("/")


def _after(source: str, mark: str, start: int) -> int:
    at = source.find(mark, start)
    return len(source) if at < 0 else at + len(mark)
