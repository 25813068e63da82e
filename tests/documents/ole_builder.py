"""A small writer of compound files (MS-CFB, version 3), for Outlook mails that tests make."""

from __future__ import annotations

import struct
from pathlib import Path

_SECTOR, _MINI, _CUTOFF, _FREE, _END = 512, 64, 4096, 0xFFFFFFFF, 0xFFFFFFFE
Tree = dict[str, "bytes | Tree"]


def write_ole(path: Path, tree: Tree) -> Path:
    """Write a compound file of storages (dictionaries) and streams."""
    entries: list[list] = [["Root Entry", 5, _FREE, _FREE, _FREE, b""]]
    _add(entries, 0, tree)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = _mini(entries)
    starts = []
    entries[0][5] = mini
    for number, (*_, data) in enumerate(entries):
        if number and len(data) < _CUTOFF:
            starts.append((mini_fat[number], len(data)))
        else:
            starts.append((_put(data, sectors, fat), len(data)))
    table = mini_fat[-1]
    mini_start = _put(struct.pack(f"<{len(table)}I", *table), sectors, fat)
    directory = b"".join(_entry(*one[:5], *starts[number]) for number, one in enumerate(entries))
    first = len(fat)
    count = -(-len(directory) // _SECTOR)
    sectors += [directory[n * _SECTOR : (n + 1) * _SECTOR].ljust(_SECTOR, b"\0") for n in range(count)]
    fat += [first + n + 1 for n in range(count - 1)] + [_END]
    tables = -(-(len(fat) + 2) // 128)
    tables = -(-(len(fat) + tables) // 128)
    at = len(fat)
    fat += [0xFFFFFFFD] * tables
    fat += [_FREE] * (-len(fat) % 128)
    sectors += [struct.pack("<128I", *fat[n * 128 : (n + 1) * 128]) for n in range(tables)]
    difat = [at + n for n in range(tables)] + [_FREE] * (109 - tables)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, tables, first, 0, _CUTOFF, mini_start, len(table) // 128, _END, 0, difat[0])
    head += struct.pack("<108I", *difat[1:])
    path.write_bytes(head + b"".join(sectors))
    return path


def _put(data: bytes, sectors: list[bytes], fat: list[int]) -> int:
    """Add data as a chain of sectors; return its first."""
    first = len(fat)
    count = -(-len(data) // _SECTOR)
    sectors += [data[n * _SECTOR : (n + 1) * _SECTOR].ljust(_SECTOR, b"\0") for n in range(count)]
    fat += [first + n + 1 for n in range(count - 1)] + [_END] * (count > 0)
    return first if count else _END


def _mini(entries: list[list]) -> tuple[bytes, dict[int, int | list[int]]]:
    """Return the mini stream with all small streams, and where in it each begins; under -1 its own table."""
    stream, table, starts = b"", [], {}
    for number, (*_, data) in enumerate(entries):
        if number and len(data) < _CUTOFF:
            count = -(-len(data) // _MINI)
            starts[number] = len(table) if count else _END
            table += [len(table) + n + 1 for n in range(count - 1)] + [_END] * (count > 0)
            stream += data.ljust(count * _MINI, b"\0")
    return stream, {**starts, -1: table + [_FREE] * (-len(table) % 128)}


def _add(entries: list[list], parent: int, tree: Tree) -> None:
    before = None
    for name, inside in tree.items():
        number = len(entries)
        stream = isinstance(inside, bytes)
        entries.append([name, 2 if stream else 1, _FREE, _FREE, _FREE, inside if stream else b""])
        if before is None:
            entries[parent][4] = number
        else:
            entries[before][3] = number  # a tree that only grows to the right
        before = number
        if not stream:
            _add(entries, number, inside)


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    return (
        coded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(coded), kind, 1, left, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def text_stream(number: int, text: str) -> tuple[str, bytes]:
    """Return name and content of a property that is text."""
    return f"__substg1.0_{number:04X}001F", text.encode("utf-16-le")


def properties(header: int, **numbers: int) -> tuple[str, bytes]:
    """Return name and content of the stream of properties that are numbers (`p0C15=1`)."""
    rows = b"".join(
        struct.pack("<HHIQ", 0x0040 if name == "p0039" else 0x0003, int(name[1:], 16), 6, value)
        for name, value in numbers.items()
    )
    return "__properties_version1.0", bytes(header) + rows
