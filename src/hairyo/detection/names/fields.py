"""Names in fields: form labels, tables, speaker labels, signatures (記入欄・表・話者名・署名)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from hairyo.detection.finding import Subject
from hairyo.detection.names.cues import cues, label_words
from hairyo.detection.names.reader import Candidate, Reader
from hairyo.detection.names.shapes import FAIR, HIRAGANA, KANJI, KATAKANA, LATIN, STRONG, WEAK, plausibility
from hairyo.detection.search import Sparse, sparse

_WORD = f"[{KANJI}{HIRAGANA}{KATAKANA}{LATIN}]"
_DELIMITERS = ("\t", "|", ",")
_MORE = re.compile(r"[ ]?[、,/・と&][ ]?|[ ]{1,2}")


@cache
def _labels() -> Sparse:
    words = cues()

    def group(name: str, labels: tuple[str, ...]) -> str:
        spaced = ("[ ]*".join(map(re.escape, label)) if not label.isascii() else re.escape(label) for label in labels)
        return f"(?P<{name}>{'|'.join(spaced)})"

    every = "|".join(
        (
            group("own", words.labels_self),
            group("family", words.labels_family),
            group("other", words.labels_other),
        )
    )
    joint = (
        r"[ ]*(?:は[ ]*|[\])}」】〉>]*[ ]*[:|=,→/\t>・]+[ \t]*(?:\n[ \t]*)?"
        r"|[\])】]+[ ]*\n?[ ]*|[ \t]+|[ ]*\n[ \t]*)"
    )
    return sparse(f"(?<!{_WORD})(?:{every})(?:[ ]*\\([^()\\n]{{1,12}}\\))?(?P<joint>{joint})")


def label(reader: Reader) -> Iterator[Candidate]:
    """Yield names after the label of a form field (氏名：…), lists of names too."""
    for match in _labels().finditer(reader.text):
        loose = not match["joint"].strip()
        floor = (FAIR if match["other"] else WEAK) if loose or "は" in match["joint"] else 0.35
        subject: Subject = "self" if match["own"] else "family" if match["family"] else "other"
        at, first = match.end(), True
        while (found := reader.onward(at, floor if first else FAIR, in_field=True)) and _whole(reader, at, found[0]):
            yield Candidate(at, found[0], "names.label", 0.92, match.span(), subject)
            more = _MORE.match(reader.text, found[0])
            if more is None:
                break
            at, first = more.end(), False


def _whole(reader: Reader, start: int, end: int) -> bool:
    """Whether `start:end` is no part of a longer word, nor a label itself."""
    return reader.clean_right(end) and not is_label(reader.text[start:end]) and reader.char(end) not in ":="


def is_label(word: str) -> bool:
    """Whether `word` is the label of a field or a word for people, whatever its inner spaces."""
    return word.replace(" ", "") in label_words()


def table(reader: Reader) -> Iterator[Candidate]:
    """Yield names in the columns under a header cell that says so (番号,氏名,カナ)."""
    columns: dict[int, Subject] = {}
    delimiter, width, at = "", 0, 0
    for line in reader.text.split("\n"):
        cells = line.split(delimiter) if delimiter else []
        header = _header(line)
        if header:
            delimiter, columns = header
            width = line.count(delimiter) + 1
        elif len(cells) != width:
            delimiter, columns = "", {}
        elif columns:
            yield from _cells(cells, at, columns)
        at += len(line) + 1


def _header(line: str) -> tuple[str, dict[int, Subject]] | None:
    """Return the delimiter and the name columns of a header line, or None."""
    for delimiter in _DELIMITERS:
        cells = [cell.strip(' "') for cell in line.split(delimiter)]
        named: dict[int, Subject] = {number: "other" for number, cell in enumerate(cells) if is_label(cell)}
        if len(cells) >= 3 and named and all(len(cell) <= 12 for cell in cells):
            return delimiter, named
    return None


def _cells(cells: list[str], at: int, columns: dict[int, Subject]) -> Iterator[Candidate]:
    """Yield the names in one row that begins at offset `at`."""
    for number, cell in enumerate(cells):
        name = cell.strip(' "')
        if number in columns and name and plausibility(name) >= (0.2 if " " in name else 0.3):
            start = at + cell.index(name)
            yield Candidate(start, start + len(name), "names.table", 0.9, None, columns[number])
        at += len(cell) + 1


_SPEAKER = re.compile(
    rf"^[ \t>・●■○◆◇▼*-]*(?P<time>[\[(]?\d{{1,2}}:\d{{2}}(?::\d{{2}})?[\])]?[ \t]*)?"
    rf"(?P<name>{_WORD}{{1,12}}(?:[ ・/]{_WORD}{{1,10}}){{0,3}})"
    rf"(?:[ ]?\([^)\n]{{1,12}}\))?[ ]?(?P<mark>[:>「|])",
    re.MULTILINE,
)
_ROLE_HEAD = re.compile(rf"(?P<role>{_WORD}+)[ ・/]")
_TIMED = re.compile(
    r"^[ ]*[\[(]?(?:\d{2,4}[/.-]\d{1,2}[/.-]\d{1,2}(?:\(.\))?[ T])?\d{1,2}:\d{2}(?::\d{2})?[\])]?[ \t]+"
    rf"(?P<name>{_WORD}{{1,10}}(?:[ ]{_WORD}{{1,6}})?)[ \t]+",
    re.MULTILINE,
)
_BEFORE_TIME = re.compile(
    rf"^[ ]*(?P<name>{_WORD}{{1,10}}(?:[ ]{_WORD}{{1,6}})?)(?:\([^)\n]{{1,8}}\))?[ \t]+[\[(]?\d{{1,2}}:\d{{2}}",
    re.MULTILINE,
)
_BRACKETED = re.compile(rf"^[ ]*\[(?P<name>{_WORD}{{1,8}})\]", re.MULTILINE)
_SPACED = re.compile(rf"^(?P<name>{_WORD}{{2,6}})[ ](?=[^ \n]{{4}})", re.MULTILINE)
# Who speaks this often is a person, even under a name that few bear.
_OFTEN = 3


def speaker(reader: Reader) -> Iterator[Candidate]:
    """Yield the speaker labels of transcripts and chats (佐藤：, [10:12] 弓削:)."""
    found = [
        *_SPEAKER.finditer(reader.text),
        *_TIMED.finditer(reader.text),
        *_BEFORE_TIME.finditer(reader.text),
    ]
    turns = Counter(match["name"] for shape in (_BRACKETED, _SPACED) for match in shape.finditer(reader.text))
    for shape in (_BRACKETED, _SPACED):
        found += [match for match in shape.finditer(reader.text) if turns[match["name"]] >= _OFTEN]
    times = Counter(_speaker_name(match)[2] for match in found)
    for match in found:
        start, end, name = _speaker_name(match)
        timed = match.re is not _SPEAKER or match["time"] is not None
        again = times[name] > 1 or timed
        floor = 0.4 if again else FAIR if " " not in name else 0.6
        if times[name] >= _OFTEN and match.re is not _SPACED:
            floor = 0.2
        if plausibility(name) >= floor and not is_label(name):
            yield Candidate(start, end, "names.speaker", 0.93 if again else 0.75, match.span(), None)


def _speaker_name(match: re.Match[str]) -> tuple[int, int, str]:
    """Return the span of the name in a speaker label, less the role before it (担当・堀越), and the name."""
    start, name = match.start("name"), match["name"]
    while (head := _ROLE_HEAD.match(name)) and is_label(head["role"]):
        start, name = start + head.end(), name[head.end() :]
    return start, match.end("name"), name


_LINE = re.compile(r"[^\n]+")
_FRAGMENT = re.compile(
    rf"(?<![^\s/|、。,()「」─—―…→・*:])(?P<name>{_WORD}{{1,5}}[ ]{{1,2}}{_WORD}{{1,5}}?|{_WORD}{{2,7}}?)"
    r"(?=[ ]{0,2}(?:拝|記|\(印\)|印|㊞)?[ ]*$)"
)


def signature(reader: Reader) -> Iterator[Candidate]:
    """Yield a name at the end of one of the last lines, or a line of its own (署名)."""
    lines = [m for m in _LINE.finditer(reader.text) if m.group().strip()]
    for number, line in enumerate(lines):
        last = number >= len(lines) - 4
        match = _FRAGMENT.search(line.group())
        if match is None:
            continue
        alone = not line.group()[: match.start()].strip()
        score = plausibility(match["name"])
        spaced = " " in match["name"]
        floor = (0.4 if spaced else FAIR) if last and alone else FAIR if spaced and (last or alone) else STRONG
        if score >= floor and (last or spaced):
            start = line.start() + match.start("name")
            yield Candidate(start, start + len(match["name"]), "names.signature", 0.8, None, "self" if last else None)
