"""Mutate mails, mailboxes, Outlook mails, archives, pages and JSON; only errors of ours may come out.

`python tests/fuzz/fuzz_mail.py [SECONDS] [SEED]`. A find is written into the folder it names. What was found before is
in `tests/documents` as a test.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))

from document_builders import plain_docx, zip_bytes
from test_eml import bed as mail_bed
from test_html import bed as page_bed
from test_msg import outlook

from hairyo.documents import Edit, open_document
from hairyo.errors import HairyoError
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy

_TOKENS = [
    b"\r\n\r\n", b"\n", b"\r", b"\0", b"--b1", b"--b1--", b"=?utf-8?B?", b"?=", b'"', b"<", b">", b";", b"=", b"%",
    b"*0*=", b"Content-Type: multipart/mixed; boundary=b1\r\n", b"Content-Transfer-Encoding: base64\r\n", b"\x1b$B",
    b"\xff", b"\x81", b"<!--", b"-->", b"<![CDATA[", b"<script>", b"</script", b"<svg>", b"&#x110000;", b"{", b"]",
    b"data:image/png;base64,", b"\\ud83d", b"PK\x01\x02", b"PK\x05\x06", b"charset=utf-7", b"charset=utf-16",
    b"\nFrom a Mon Nov 23 10:00:00 2026\n",
]  # fmt: skip
_LONGEST = 20.0


def seeds(folder: Path) -> list[tuple[str, bytes]]:
    """Return real files, each with its suffix."""
    mail, page = mail_bed()[0], page_bed()[0].encode()
    docx = plain_docx(folder / "a.docx").read_bytes()
    return [
        (".eml", mail),
        (".mbox", (b"From a@example.jp Mon Nov 23 10:00:00 2026\n" + mail.replace(b"\r\n", b"\n") + b"\n") * 2),
        (".html", page),
        (".json", '[{"氏名": "\\u5c71田", "n": [1, 2.5e3, null]}, {"氏名": "佐藤"}]'.encode()),
        (".zip", zip_bytes({"山田/a.txt": "山田です".encode(), "b.docx": docx, "c.zip": zip_bytes({"d.html": page})})),
        (".msg", outlook(folder).read_bytes()),
    ]


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return data with a few bytes changed, moved, doubled or lost."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at, size = rng.randrange(len(made) + 1), rng.choice((1, 1, 2, 8, 64, 512))
        choice = rng.random()
        if choice < 0.3:
            made[at : at + 1] = bytes((rng.randrange(256),))
        elif choice < 0.6:
            made[at:at] = rng.choice(_TOKENS)
        elif choice < 0.75:
            del made[at : at + size]
        elif choice < 0.9:
            other = rng.randrange(len(made) + 1)
            made[at:at] = made[other : other + size]
        else:
            del made[at:]
    return bytes(made)


def attempt(folder: Path, suffix: str, data: bytes) -> None:
    """Read, write and check one input; raise what is no error of ours."""
    source, target = folder / f"in{suffix}", folder / f"out{suffix}"
    target.unlink(missing_ok=True)
    source.write_bytes(data)
    try:
        document = open_document(source)
        blocks = list(document.blocks())
        document.write(target, [Edit(one.index, 0, len(one.text), "[非開示]") for one in blocks if one.text])
        check_copy(target, document.format, {None: [Secret("山田太郎", "PERSON")]})
    except HairyoError:
        return


def main(seconds: float, seed: int) -> int:
    """Try for so many seconds; return 1 where something was found."""
    rng, end, count = random.Random(seed), time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = seeds(folder)
        while time.monotonic() < end:
            suffix, data = rng.choice(known)
            data = mutated(data, rng)
            start, count = time.monotonic(), count + 1
            try:
                attempt(folder, suffix, data)
                if time.monotonic() - start > _LONGEST:
                    raise TimeoutError(f"took more than {_LONGEST} s")
            except Exception:
                find = Path(tempfile.mkdtemp(prefix="find-")) / f"find{suffix}"
                find.write_bytes(data)
                print(f"input {count} of seed {seed}: {find}")
                raise
    print(f"{count} inputs, nothing found")
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main(float(words[0]) if words else 60, int(words[1]) if len(words) > 1 else 0))
