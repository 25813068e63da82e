"""Mutate texts, tables, JSON Lines and Parquet files; only errors of ours may come out, and no edited word stay.

`python tests/fuzz/fuzz_data.py [SECONDS] [SEED]`. A find is written into the folder it names. What was found before is
in `tests/documents` as a test.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hairyo.documents import Edit, Limits, open_document
from hairyo.documents.detect_encoding import detect_bytes
from hairyo.errors import HairyoError
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

_TOKENS = [
    b"\r\n", b"\n", b"\r", b"\n\n", b"\0", b'"', b'""', b"'", b",", b"\t", b";", b"\\", b"\\u", b"\\ud83d", b"{", b"}",
    b"[", b"]", b":", b"null", b"1e999", b"NaN", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1b$B", b"\x1b(B",
    b"\x1b(I", b"\x0e", b"\x0f", b"\x80", b"\x81", b"\xa0", b"\xff", b"\x8f\xa2\xb7", b"\x8e\xb1", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", "\u200b".encode(), "\u2028".encode(), "\U000e0100".encode(), "㈱髙﨑".encode("cp932"), b"\xb1",
]  # fmt: skip
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp")
_TEXT = "氏名：山田太郎\r\n電話 090-1234-5678\n\n持病はうつ病です。ｶﾅも①もあります。\n"
_TABLE = '氏名,電話,備考\r\n山田太郎,090-1234-5678,"通院、\n服薬 ""中"""\r\n佐藤花子,,\r\n'
_LINES = '{"氏名": "山田太郎", "n": [1, 2.5e3, null], "内": {"\\u96fb話": "090-1234-5678"}}\n{"氏名": "佐藤\\n花子"}\n'
_SLOW = 20.0


def seeds() -> list[tuple[str, bytes]]:
    """Return real files, each with its suffix."""
    found = [(".parquet", parquet()), (".jsonl", _LINES.encode())]
    for encoding in _ENCODINGS:
        plain = _TEXT.replace("①", "1") if encoding in ("euc_jp", "iso2022_jp") else _TEXT
        if encoding == "iso2022_jp":
            plain = plain.replace("ｶﾅ", "カナ")
        found += [
            (suffix, text.encode(encoding))
            for suffix, text in (
                (".txt", plain),
                (".md", "# " + plain),
                (".csv", _TABLE),
                (".tsv", _TABLE.replace(",", "\t")),
            )
        ]
    return found


def parquet() -> bytes:
    """Return a small table with lists, structs, numbers and dates."""
    table = pa.table(
        {
            "氏名": ["山田太郎", "佐藤花子", None],
            "電話": pa.array([9012345678, None, 1], pa.int64()),
            "備考": [["うつ病", "通院"], [], None],
            "内": [{"a": "山田太郎", "b": 1.5}, {"a": None, "b": None}, None],
            "区": pa.array(["甲", "乙", "甲"]).dictionary_encode(),
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=2)
    return file.getvalue()


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return data with a few bytes changed, moved, doubled or lost."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 5)):
        at, size = rng.randrange(len(made) + 1), rng.choice((1, 1, 2, 3, 8, 64))
        choice = rng.random()
        if choice < 0.3:
            made[at : at + 1] = bytes((rng.randrange(256),))
        elif choice < 0.65:
            made[at:at] = rng.choice(_TOKENS)
        elif choice < 0.75:
            del made[at : at + size]
        elif choice < 0.93:
            other = rng.randrange(len(made) + 1)
            made[at:at] = made[other : other + size] * rng.choice((1, 1, 300))
        else:
            del made[at:]
    return bytes(made)


def attempt(folder: Path, suffix: str, data: bytes, rng: random.Random) -> None:
    """Read, copy as it is, edit, check and read again one input; raise what is no error of ours.

    Raises:
        AssertionError: a copy without edits is not the input, or what was edited reads otherwise than asked for.
    """
    source, target = folder / f"in{suffix}", folder / f"out{suffix}"
    source.write_bytes(data)
    try:
        target.unlink(missing_ok=True)
        document = open_document(source, limits=Limits(scratch=folder))
        blocks = list(document.blocks())
        if suffix != ".parquet":
            document.write(target, [])
            if target.read_bytes() != data:
                raise AssertionError("a copy without edits is not the input")
            target.unlink()
        edits = [Edit(one.index, 0, len(one.text), "[非開示]") for one in blocks if one.text and rng.random() < 0.5]
        document.write(target, edits)
        secrets = {None: [Secret("山田太郎", "PERSON")]} if len(edits) == sum(bool(one.text) for one in blocks) else {}
        check_copy(target, document.format, secrets)
        masked = {edit.block for edit in edits}
        if suffix in (".csv", ".tsv", ".jsonl"):
            copy = open_document(target, limits=Limits(scratch=folder))
            again = [one.text for one in copy.blocks()]
            asked = ["[非開示]" if one.index in masked else one.text for one in blocks]
            if again != asked and detect_bytes(target.read_bytes()) == detect_bytes(data):
                raise AssertionError("the copy does not read as asked for")
    except HairyoError:
        return


def main(seconds: float, seed: int) -> int:
    """Try for so many seconds; return how many finds there were."""
    rng, end, count, finds = random.Random(seed), time.monotonic() + seconds, 0, 0
    known = seeds()
    with tempfile.TemporaryDirectory() as name:
        while time.monotonic() < end:
            suffix, data = rng.choice(known)
            data = mutated(data, rng)
            start, count = time.monotonic(), count + 1
            try:
                attempt(Path(name), suffix, data, rng)
                if time.monotonic() - start > _SLOW:
                    raise TimeoutError(f"took more than {_SLOW} s")
            except Exception as error:
                finds += 1
                find = Path(tempfile.mkdtemp(prefix="find-")) / f"find{suffix}"
                find.write_bytes(data)
                print(f"input {count} of seed {seed}: {find}: {error!r}", flush=True)
    print(f"{count} inputs, {finds} finds")
    return finds


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(bool(main(float(words[0]) if words else 60, int(words[1]) if len(words) > 1 else 0)))
