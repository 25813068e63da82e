"""Character maps in a PDF file (CMap): codes to Unicode (ToUnicode) or to character ids (an embedded Encoding).

Ranges are kept as ranges, so that a map of a few bytes cannot unfold to gigabytes. Source: Adobe Technical Note
5014; ISO 32000-2, 9.7.5 and 9.10.3.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

_TOKEN = re.compile(
    rb"%[^\r\n]*|<([0-9A-Fa-f\s]*)>|/([^\s<>\[\]()/%{}]+)|([+-]?\d+)(?![^\s<>\[\]()/%{}])|([\[\]])|([A-Za-z]+)"
)
_WIDEST = 4
Token = bytes | int | str | list["Token"]


@dataclass(slots=True)
class CodeMap:
    """What a map says.

    Attributes:
        singles: code to value; a value is bytes (UTF-16BE) or a character id.
        ranges: first code, last code, value of the first; of codes of one length, sorted.
        spaces: ranges of codes that are whole (codespaces).
        base: name of the map that this one goes on from, or "".
        vertical: whether it is for vertical writing.
    """

    singles: dict[bytes, bytes | int] = field(default_factory=dict)
    ranges: list[tuple[int, bytes, bytes, bytes | int]] = field(default_factory=list)
    spaces: list[tuple[bytes, bytes]] = field(default_factory=list)
    base: str = ""
    vertical: bool = False

    def find(self, code: bytes) -> bytes | int | None:
        """Return the value of a code, None where the map has none."""
        found = self.singles.get(code)
        if found is not None:
            return found
        at = bisect_right(self.ranges, (len(code), code, b"\xff" * _WIDEST, b"")) - 1
        if at < 0:
            return None
        length, first, last, value = self.ranges[at]
        if length != len(code) or not first <= code <= last:
            return None
        step = int.from_bytes(code, "big") - int.from_bytes(first, "big")
        if isinstance(value, int):
            return value + step
        number = int.from_bytes(value, "big") + step
        return number.to_bytes(max(len(value), (number.bit_length() + 7) // 8), "big")

    def length_at(self, data: bytes, start: int) -> int:
        """Return how many bytes the code at `start` has; 0 where no codespace fits."""
        for length in range(1, _WIDEST + 1):
            code = data[start : start + length]
            for low, high in self.spaces:
                if len(code) == len(low) == length and all(
                    a <= b <= c for a, b, c in zip(low, code, high, strict=False)
                ):
                    return length
        return 0


def text_of(value: bytes | int | None) -> str:
    """Return the text that a ToUnicode value stands for; "" for none."""
    if isinstance(value, bytes):
        if len(value) == 1:
            return value.decode("latin-1")
        return value.decode("utf-16-be", "ignore").rstrip("\0")
    return ""


def parse(data: bytes) -> CodeMap:
    """Read a map; what is no part of one is passed over."""
    found = CodeMap()
    stack: list[Token] = []
    inner: list[Token] | None = None
    for match in _TOKEN.finditer(data):
        hexed, name, number, bracket, keyword = match.groups()
        if keyword is not None:
            _do(keyword, stack, found)
            inner = None
            continue
        if bracket == b"[":
            inner = []
            stack.append(inner)
            continue
        if bracket == b"]":
            inner = None
            continue
        token: Token
        if hexed is not None:
            digits = b"".join(hexed.split())
            token = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        elif name is not None:
            token = name.decode("latin-1")
        elif number is not None:
            token = int(number)
        else:
            continue
        (stack if inner is None else inner).append(token)
    found.ranges.sort(key=lambda one: one[:3])
    return found


def _do(keyword: bytes, stack: list[Token], found: CodeMap) -> None:
    if keyword.startswith(b"begin"):
        stack.clear()
    elif keyword == b"usecmap":
        if stack and isinstance(stack[-1], str):
            found.base = stack[-1]
        stack.clear()
    elif keyword == b"def":
        if len(stack) >= 2 and stack[-2] == "WMode":
            found.vertical = stack[-1] == 1
        stack.clear()
    elif keyword == b"endcodespacerange":
        for low, high in zip(stack[::2], stack[1::2], strict=False):
            if isinstance(low, bytes) and isinstance(high, bytes) and len(low) == len(high) <= _WIDEST:
                found.spaces.append((low, high))
        stack.clear()
    elif keyword in (b"endbfchar", b"endcidchar"):
        for code, value in zip(stack[::2], stack[1::2], strict=False):
            if isinstance(code, bytes) and isinstance(value, bytes | int):
                found.singles[code] = value
        stack.clear()
    elif keyword in (b"endbfrange", b"endcidrange"):
        for first, last, value in zip(stack[::3], stack[1::3], stack[2::3], strict=False):
            _add_range(first, last, value, found)
        stack.clear()


def _add_range(first: Token, last: Token, value: Token, found: CodeMap) -> None:
    if not (isinstance(first, bytes) and isinstance(last, bytes) and len(first) == len(last) <= _WIDEST):
        return
    if isinstance(value, list):
        start = int.from_bytes(first, "big")
        for step, one in enumerate(value):
            if isinstance(one, bytes) and start + step < 1 << 8 * len(first):
                found.singles[(start + step).to_bytes(len(first), "big")] = one
    elif isinstance(value, bytes | int):
        found.ranges.append((len(first), first, last, value))


def to_unicode(codes: dict[bytes, str]) -> bytes:
    """Return a ToUnicode map of the given codes and no others.

    Its rows are in the order of the characters: that of the codes would tell in which order they were first used.
    """
    lengths = sorted({len(code) for code in codes})
    spaces = "".join(f"<{'00' * length}> <{'FF' * length}>\n" for length in lengths)
    by_text = sorted(codes.items(), key=lambda one: (one[1], one[0]))
    rows = [f"<{code.hex()}> <{text.encode('utf-16-be', 'surrogatepass').hex()}>\n" for code, text in by_text]
    chunks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    body = "".join(f"{len(chunk)} beginbfchar\n{''.join(chunk)}endbfchar\n" for chunk in chunks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"{len(lengths)} begincodespacerange\n{spaces}endcodespacerange\n{body}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
