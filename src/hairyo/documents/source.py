"""Read a text file in pieces of bounded size, each with the bytes it came from, and splice edits in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hairyo.documents.base import Limits
from hairyo.documents.detect_encoding import detect, detect_bytes
from hairyo.documents.encodings import START, Encoding
from hairyo.documents.output import Stamp
from hairyo.errors import BrokenInput, OutputError, TooLarge

_CHUNK = 1 << 16
Take = Callable[[str, bool], int]
Change = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the file.

    Attributes:
        text: its decoded text; "" only for what trails the last character (escapes).
        raw: the bytes it came from.
        state: the ISO-2022-JP escape in force before them.
    """

    text: str
    raw: bytes
    state: bytes


class Source:
    """A text file of a known encoding, read front to back as often as wanted."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Detect the encoding of `path` and make sure that there is text in it.

        Raises:
            BrokenInput: the file is empty, blank, binary or of no known encoding.
        """
        self.stamp = Stamp.of(path)
        self.encoding: Encoding = detect(path)
        self._path = path
        self._limits = limits
        if not any(piece.text.strip() for piece in self.pieces(lambda text, final: len(text))):
            raise BrokenInput("the file is empty but for white space; ask for it again")

    def pieces(self, take: Take) -> Iterator[Piece]:
        """Yield the file in pieces that follow each other without a gap, the byte order mark left out.

        Args:
            take: given the text at hand and whether the file ends with it, returns how many code points
                make the next piece, or 0 to be given more; must not return 0 at the end.

        Raises:
            BrokenInput: bytes that the encoding does not have, or NUL.
            TooLarge: `take` wants more text than a record may have.
        """
        offset, rest, raw, text = len(self.encoding.bom), b"", b"", ""
        state = after = START
        with self._path.open("rb") as file:
            file.seek(offset)
            final = False
            while not final:
                data = file.read(max(_CHUNK, len(raw)))
                rest, final = rest + data, not data
                new, used, after = self._decode(rest, after, final, offset)
                text, raw, rest, offset = text + new, raw + rest[:used], rest[used:], offset + used
                while text and (count := take(text, final)):
                    end, state_there = (len(raw), after)
                    if count < len(text):
                        end, state_there = self.encoding.cut(raw, text, count, state)
                    yield Piece(text[:count], raw[:end], state)
                    text, raw, state = text[count:], raw[end:], state_there
                if len(text) > self._limits.record_chars:
                    raise TooLarge(
                        "a record before byte {offset} is longer than {record_chars} characters; split it, or look for "
                        "a missing closing quote",
                        offset=offset,
                        record_chars=self._limits.record_chars,
                    )
        if raw:
            yield Piece("", raw, state)

    def _decode(self, raw: bytes, state: bytes, final: bool, offset: int) -> tuple[str, int, bytes]:
        try:
            text, used, state = self.encoding.decode(raw, state, final)
        except UnicodeDecodeError as error:
            raise BrokenInput(
                "the bytes at offset {offset} are not {name}; save the file as UTF-8",
                offset=offset + error.start,
                name=self.encoding.name,
            ) from None
        if "\0" in text:
            raise BrokenInput("there is a NUL after byte {offset}: the file is binary, not text", offset=offset)
        return text, used, state

    def splice(self, piece: Piece, changes: Iterable[Change]) -> bytes:
        """Return the bytes of `piece` with the changes done; see `splice`."""
        return splice(self.encoding, piece, changes)

    def can_write(self, text: str) -> bool:
        """Whether the file's encoding has every character of `text`."""
        return can_write(self.encoding, text)


def splice(encoding: Encoding, piece: Piece, changes: Iterable[Change]) -> bytes:
    """Return the bytes of `piece` with `text[start:end]` replaced for every change.

    Args:
        encoding: what the piece was decoded by.
        piece: a stretch of text and its bytes.
        changes: (start, end, replacement) in ascending order, disjoint, none empty.

    Raises:
        OutputError: a replacement has a character that the encoding lacks.
    """
    pending = list(changes)
    if not pending:
        return piece.raw
    if not encoding.lossless:
        return _spliced_bytes(encoding, piece, pending)
    out, at = [], 0
    for start, end, replacement in pending:
        out += [piece.text[at:start], replacement]
        at = end
    return _encoded(encoding, "".join([*out, piece.text[at:]]), START, START)


def can_write(encoding: Encoding, text: str) -> bool:
    """Whether an encoding has every character of `text`."""
    try:
        encoding.encode(text)
    except UnicodeEncodeError:
        return False
    return True


def decoded(raw: bytes, encoding: Encoding) -> str:
    """Return what `raw` says.

    Raises:
        BrokenInput: bytes that the encoding does not have, or NUL.
    """
    try:
        text, _, _ = encoding.decode(raw, START, True)
    except UnicodeDecodeError as error:
        raise BrokenInput(
            "the bytes at offset {offset} are not {name}; save the file as UTF-8",
            offset=error.start,
            name=encoding.name,
        ) from None
    if "\0" in text:
        raise BrokenInput("there is a NUL after byte {offset}: the file is binary, not text", offset=text.index("\0"))
    return text


def guessed(raw: bytes) -> tuple[Encoding, str]:
    """Return the encoding that bytes look like, and what they say in it.

    Raises:
        BrokenInput: they fit none.
    """
    encoding = detect_bytes(raw) if raw.strip() else Encoding("utf-8")
    return encoding, decoded(raw[len(encoding.bom) :], encoding)


def _spliced_bytes(encoding: Encoding, piece: Piece, changes: list[Change]) -> bytes:
    wanted = {place for start, end, _ in changes for place in (start, end - 1)}
    found = encoding.places(piece.raw, piece.text, wanted, piece.state)
    out, at = [], 0
    for start, end, replacement in changes:
        first, _, before = found[start]
        _, last, after = found[end - 1]
        out += [piece.raw[at:first], _encoded(encoding, replacement, before, after)]
        at = last
    return b"".join([*out, piece.raw[at:]])


def _encoded(encoding: Encoding, text: str, before: bytes, after: bytes) -> bytes:
    try:
        raw = encoding.encode(text)
    except UnicodeEncodeError:
        raise OutputError(
            "a replacement cannot be written in {name}; choose a mask of plain Japanese characters",
            name=encoding.name,
        ) from None
    return (START if before != START else b"") + raw + (after if after != START else b"")
