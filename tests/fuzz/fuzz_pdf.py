"""Mutate PDF files and open, read, write and check them: only errors of `hairyo.errors` may come out.

    python tests/fuzz/fuzz_pdf.py SECONDS [SEED]

What it finds is written beside it as `found-*.pdf`; keep it as a case of `tests/documents/test_pdf_hostile.py`.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
import traceback
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))

import pikepdf
from document_builders import hits
from pdf_builders import Everything, hexed, latin_subset, new_pdf, plain_pdf, saved
from scan_builders import CODED, page_of, scan

from hairyo.documents import Limits, open_document
from hairyo.errors import HairyoError
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

_TOKENS = [
    b"<<",
    b">>",
    b"[",
    b"]",
    b"null",
    b"-1",
    b"0 0 R",
    b"3 0 R",
    b"99999999999",
    b"(",
    b")",
    b"<",
    b"/",
    b"stream\n",
    b"q ",
    b"BT ",
]
_NUMBER = re.compile(rb"\d+")


def main() -> int:
    """Run for the given time; return 1 where something else than a refusal came out."""
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance = random.Random(seed)
    end, tried, refused, found = time.monotonic() + seconds, 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = _seeds(folder)
        while time.monotonic() < end:
            data = _mutated(chance.choice(seeds), chance)
            tried += 1
            started = time.monotonic()
            try:
                refused += _one(data, folder)
            except Exception:
                found += 1
                Path(__file__).with_name(f"found-{seed}-{tried}.pdf").write_bytes(data)
                traceback.print_exc()
            if time.monotonic() - started > 60:
                found += 1
                Path(__file__).with_name(f"slow-{seed}-{tried}.pdf").write_bytes(data)
    print(f"{tried} files, {refused} refused, {found} found")
    return 1 if found else 0


def _seeds(folder: Path) -> list[bytes]:
    files = [
        Everything().build(folder / "seed1.pdf"),
        plain_pdf(folder / "seed2.pdf", "氏名 山田太郎", "残す"),
        latin_subset(folder / "seed3.pdf", "Yamada Taro", "Sumo"),
        saved(new_pdf(b"BT /V1 9 Tf [%s 20 %s] TJ ET" % (hexed("山田"), hexed("太郎"))), folder / "seed4.pdf"),
    ]
    for number, coded in enumerate(CODED.values()):
        pdf = pikepdf.Pdf.new()
        files.append(scan(folder / f"scan{number}.pdf", coded(pdf, page_of("山田太郎", size=14)), pdf=pdf, width=120))
    packed = folder / "seed5.pdf"
    with pikepdf.open(files[0]) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return [path.read_bytes() for path in (*files, packed)]


def _mutated(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, kind = chance.randrange(len(out)), chance.randrange(7)
        if kind == 0:
            out[at] = chance.randrange(256)
        elif kind == 1:
            del out[at : at + chance.randint(1, 200)]
        elif kind == 2:
            out[at:at] = chance.choice(_TOKENS)
        elif kind == 3:
            start = chance.randrange(len(out))
            out[at:at] = out[start : start + chance.randint(1, 400)]
        elif kind == 4 and (numbers := list(_NUMBER.finditer(out, at, at + 200))):
            one = chance.choice(numbers)
            out[one.start() : one.end()] = str(
                chance.choice([0, -1, 1, 65536, 2**31, 10**18, chance.randrange(200)])
            ).encode()
        elif kind == 5:
            out[at : at + 9] = zlib.compress(bytes(chance.randrange(400)))
        elif kind == 6:
            out = out[: max(at, 20)]
        if not out:
            return b"%PDF-1.7"
    return bytes(out)


def _one(data: bytes, folder: Path) -> int:
    source, copy = folder / "a.pdf", folder / "b.pdf"
    source.write_bytes(data)
    copy.unlink(missing_ok=True)
    try:
        document = open_document(source, limits=Limits(scratch=folder, unpacked_bytes=50_000_000))
        blocks = list(document.blocks())
        words = ("山田太郎", "Yamada", "秘〇三郎")
        edits = sorted({edit for word in words for edit in hits(blocks, word)})
        document.write(copy, edits)
        check_copy(copy, "pdf", {None: [Secret(word, "PERSON") for word in words]})
    except HairyoError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
