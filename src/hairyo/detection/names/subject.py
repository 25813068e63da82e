"""Whose name it is (誰の氏名か): the user's own, a relative's, or somebody else's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from hairyo.detection.finding import Subject
from hairyo.detection.names.cues import alternation, cues
from hairyo.detection.names.reader import Candidate, Reader

_SPACES = re.compile("[ ・·]+")
_LABELLED = ("names.label", "names.table")
# Rules that find the name of the holder of a profile where nothing else says whose it is.
_HOLDER = ("names.signature", "names.full", "names.ruby", "names.kana", "names.roman", "names.foreign")
_POLITE = re.compile("[ ]?(?:さん|様|さま|氏|くん|ちゃん|殿|先生|君)")


@cache
def _kin_after() -> re.Pattern[str]:
    return re.compile(rf"[ ]?[((](?:{alternation(cues().kin)})")


@cache
def _kin_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternation(cues().kin)})[ ]?[の・:]?[ ]?$")


def with_subjects(names: Sequence[Candidate], reader: Reader) -> list[Candidate]:
    """Return `names` with a subject each; the same name in the text has the same subject."""
    family = [_kin(name, reader) for name in names]
    own = _own_parts(names, family, reader)
    pairs = zip(names, family, strict=True)
    subjects = {(n.start, n.end): _subject(n, kin, own, reader) for n, kin in pairs}
    for name in names:
        if name.rule == "names.reading" and name.cue in subjects:
            subjects[name.start, name.end] = subjects[name.cue]
    return [replace(name, subject=subjects[name.start, name.end]) for name in names]


def _kin(name: Candidate, reader: Reader) -> bool:
    """Whether a word for kin stands beside the name (妻 由紀, 田所 芳江(母))."""
    if name.subject == "family" or _kin_after().match(reader.text, name.end):
        return True
    return _kin_before().search(reader.text, max(0, name.start - 8), name.start) is not None


def _own_parts(names: Sequence[Candidate], family: Sequence[bool], reader: Reader) -> frozenset[str]:
    """Return the parts of the user's own name, as far as the text shows it."""
    others = reader.passage.role == "referral"
    said = [
        name
        for name, kin in zip(names, family, strict=True)
        if name.subject == "self" and not kin and not (others and name.rule in _LABELLED)
    ]
    said += _main_speaker(names, reader)
    if not said:
        said = _holder([name for name, kin in zip(names, family, strict=True) if not kin], reader)
    if not said:
        return frozenset()
    pieces = {part for name in said for part in _SPACES.split(reader.text[name.start : name.end])}
    return frozenset(pieces | {reader.text[name.start : name.end] for name in said})


def _main_speaker(names: Sequence[Candidate], reader: Reader) -> list[Candidate]:
    """Return the labels of the speaker whom the other addresses, or who says most: the user, not the desk."""
    labels = [name for name in names if name.rule == "names.speaker"]
    if len(labels) < 2:
        return []
    said: Counter[str] = Counter()
    ends = [*(label.start for label in labels[1:]), len(reader.text)]
    for label, end in zip(labels, ends, strict=True):
        line = reader.text.find("\n", label.end, end)
        said[reader.text[label.start : label.end]] += (end if line < 0 else line) - label.end
    user = max(sorted(said), key=lambda name: (_addressed(name, reader), said[name]))
    return [label for label in labels if reader.text[label.start : label.end] == user]


def _addressed(name: str, reader: Reader) -> bool:
    """Whether somebody calls the speaker by name (赤池さん、); a full name is called by its surname."""
    surname = _SPACES.split(name)[0]
    return any(surname + polite in reader.text for polite in ("さん", "様", "さま"))


def _holder(names: Sequence[Candidate], reader: Reader) -> list[Candidate]:
    """Return the name that signs the text, or else the first full name without an honorific."""
    plain = [n for n in names if n.rule in _HOLDER and not _POLITE.match(reader.text, n.end)]
    if not plain:
        return []
    return [plain[-1] if reader.passage.role == "referral" else plain[0]]


def _subject(name: Candidate, kin: bool, own: frozenset[str], reader: Reader) -> Subject:
    """Return the subject of one name."""
    text = reader.text[name.start : name.end]
    if kin and text not in own:
        return "family"
    if text in own or any(
        text.startswith(part) or part.startswith(text) for part in own if min(len(part), len(text)) > 1
    ):
        return "self"
    return "other"


__all__ = ["with_subjects"]
