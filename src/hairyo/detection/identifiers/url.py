"""Personal pages and social-media profiles (個人のページ): told by host, path and the words before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

from hairyo.detection.finding import Finding
from hairyo.detection.identifiers.data import load
from hairyo.detection.identifiers.labels import labels_of
from hairyo.detection.passage import Passage

_CONTACT = frozenset({"phone", "account", "email", "service"})
_BEFORE, _LINE = 28, 120
_LEADING = frozenset({"www", "m", "mobile", "jp", "ja"})
_LINK = (
    r"(?<![A-Za-z0-9@])(?:https?://|www\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{3,2000}"
    r"|(?<![A-Za-z0-9@._/-])(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,10}(?![A-Za-z0-9@_-])(?:/[A-Za-z0-9_.@~%/-]{0,200})?"
)


@dataclass(frozen=True, slots=True)
class _Hosts:
    profile: Mapping[str, re.Pattern[str]]
    owner: frozenset[str]
    not_owner: frozenset[str]
    file_ending: frozenset[str]
    personal: re.Pattern[str]
    weak: re.Pattern[str]
    company: re.Pattern[str]
    path: re.Pattern[str]
    handle: re.Pattern[str]


@cache
def _hosts() -> _Hosts:
    data = load("hosts.toml")
    profile = {host: re.compile(path) for host, path in data.pop("profile").items()}
    lists = {name: frozenset(value) for name, value in data.items() if isinstance(value, list)}
    patterns = {name: re.compile(source, re.IGNORECASE) for name, source in data.items() if isinstance(source, str)}
    return _Hosts(
        profile=profile,
        owner=lists["owner"],
        not_owner=lists["not_owner"],
        file_ending=lists["file_ending"],
        **patterns,
    )


@cache
def _link() -> re.Pattern[str]:
    return re.compile(_LINK)


def _trimmed(link: str) -> str:
    """Return a link without the punctuation and brackets of the sentence around it."""
    while link:
        unopened = link[-1] == ")" and link.count("(") < link.count(")")
        if not unopened and link[-1] not in ".,;:!?'([]":
            break
        link = link[:-1]
    return link


def _split(link: str) -> SplitResult | None:
    try:
        return urlsplit(link if "//" in link else f"//{link}")
    except ValueError:
        return None


def _profile_host(parts: SplitResult) -> bool | None:
    """Whether the path names a person (linkedin.com/in/taro); None where the host is no such service."""
    names = (parts.hostname or "").split(".")
    while len(names) > 2 and names[0] in _LEADING:
        names = names[1:]
    row = _hosts().profile.get(names[0]) if len(names) <= 3 else None
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return None if row is None else row.search(target) is not None


def _owner_host(parts: SplitResult) -> bool:
    """Whether the host gives each person a subdomain (taro.hatenablog.com)."""
    names = (parts.hostname or "").split(".")
    return len(names) >= 3 and names[0] not in _hosts().not_owner and bool(_hosts().owner & set(names[1:-1]))


class UrlRecognizer:
    """Finds personal pages and profiles; pages of companies, products and news are left alone.

    Attributes:
        name: `identifiers.url`.
        types: URL.
    """

    name = "identifiers.url"
    types: tuple[str, ...] = ("URL",)

    def find(self, passage: Passage) -> Iterator[Finding]:
        """Yield findings with offsets in `passage.normal`."""
        text = passage.normal
        if "." not in text:
            return
        for match in _link().finditer(text):
            link = _trimmed(match[0])
            parts = _split(link)
            if not link or parts is None or not parts.hostname:
                continue
            found = _score(text, match.start(), match.start() + len(link), parts)
            if found is not None:
                score, cue = found
                yield Finding(match.start(), match.start() + len(link), "URL", score=score, rule=self.name, cue=cue)


_Found = tuple[float, tuple[int, int] | None]


def _score(text: str, start: int, end: int, parts: SplitResult) -> _Found | None:
    hosts = _hosts()
    floor = max(text.rfind("\n", 0, start), text.rfind("。", 0, start), start - _BEFORE - 1) + 1
    before = text[floor:start]
    bare = not parts.scheme and not text.startswith("www.", start)
    if bare and (parts.hostname or "").rsplit(".", 1)[-1] in _hosts().file_ending:
        return None
    personal = list(hosts.personal.finditer(before))
    cue = (floor + personal[-1].start(), floor + personal[-1].end()) if personal else None
    if hosts.company.search(before) and not cue:
        return None
    profile = _profile_host(parts)
    if profile is not None:
        return (0.92, cue) if profile else None
    if cue is not None:
        return 0.88, cue
    if not bare and _owner_host(parts):
        return 0.8, None
    if not bare and hosts.path.search(parts.path):
        return 0.75, None
    return _weak(text, start, end, parts, floor, bare=bare)


def _weak(text: str, start: int, end: int, parts: SplitResult, floor: int, *, bare: bool) -> _Found | None:
    """サイト： before the link of a root page, or a link with a handle among a person's contact data."""
    line_start = max(text.rfind("\n", 0, start) + 1, start - _LINE)
    line = text[line_start:start]
    if _hosts().company.search(line):
        return None
    weak = _hosts().weak.search(text[floor:start])
    shallow = parts.path.count("/") <= 1 and not re.search(r"\.\w{2,5}$", parts.path)
    if weak is not None and shallow:
        return 0.7, (floor + weak.start(), floor + weak.end())
    handle = not bare and _hosts().handle.search(parts.path)
    line_end = text.find("\n", end, end + _LINE)
    labels, line_end = labels_of(text), line_end if line_end >= 0 else end + _LINE
    near = handle and (labels.near(_CONTACT, line_start, start) or labels.near(_CONTACT, end, line_end))
    return (0.6, None) if near else None
