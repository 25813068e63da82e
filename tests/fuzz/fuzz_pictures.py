"""Fuzz the picture formats: mutated files end as a refusal, are held, or are copied; `python fuzz_pictures.py SECONDS`.

OCR is left out: what is fuzzed is the decoding, the metadata, the writing and the leak check's decoding. A find is
written to the folder `finds` and named; keep it as a regression file once it is mended.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))
import picture_builders as builders
from hairyo.documents import open_document
from hairyo.documents.pictures.seen import Seen
from hairyo.errors import HairyoError
from hairyo.redaction.verify.readers.picture import read

MEMORY = 6_000_000_000
SLOW = 20.0  # seconds for one file
NUMBERS = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\1\0\0\0",
    b"\0\0\0\1",
    b"\0\1",
)


def main(seconds: float, seed: int = 1) -> int:
    """Run for some seconds and print what became of the files; return how many finds there were."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    chance, outcomes, finds = random.Random(seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        seeds = list(_seeds(Path(folder)))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            kind, data = chance.choice(seeds)
            data = _mutated(data, chance)
            begun = time.monotonic()
            try:
                outcome = _outcome(data, kind, Path(folder))
            except Exception as error:  # the find
                outcome = f"FIND {type(error).__name__}"
            if time.monotonic() - begun > SLOW:
                outcome = "FIND slow"
            outcomes[f"{kind} {outcome}"] += 1
            if outcome.startswith("FIND"):
                finds += 1
                Path("finds").mkdir(exist_ok=True)
                (Path("finds") / f"{finds}.{kind}").write_bytes(data)
    for name, count in sorted(outcomes.items()):
        print(f"{name:28} {count}")
    return finds


def _seeds(folder: Path):
    picture = builders.drawn(*builders.LINES)
    for kind in builders.SAVED:
        getattr(builders, f"hidden_{kind}")(folder / "seed", picture)
        yield kind, (folder / "seed").read_bytes()
        builders.saved(folder / "seed", picture.convert("L").quantize(4) if kind in ("png", "gif") else picture, kind)
        yield kind, (folder / "seed").read_bytes()
    picture.save(
        folder / "seed", "TIFF", save_all=True, append_images=[picture.convert("1")], compression="tiff_deflate"
    )
    yield "tiff", (folder / "seed").read_bytes()


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed)) if chance.random() < 0.5 else chance.randrange(min(300, len(changed)))
        match chance.randrange(5):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                number = chance.choice(NUMBERS)
                changed[at : at + len(number)] = number
            case 2:
                del changed[at : at + chance.randint(1, 40)]
            case 3:
                changed[at:at] = changed[at : at + chance.randint(1, 200)]
            case _:
                del changed[at + 16 :]
        if not changed:
            return b"x"
    return bytes(changed)


def _outcome(data: bytes, kind: str, folder: Path) -> str:
    source, target = folder / f"a.{kind}", folder / f"b.{kind}"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    try:
        with patch("hairyo.documents.pictures.document.look", lambda picture: Seen(())):
            document = open_document(source)
            if document.unread:
                return "held"
            document.write(target, [])
        with patch("hairyo.redaction.verify.readers.picture.read_pixels", lambda pixels: []):
            list(read(target))
    except HairyoError as error:
        return type(error).__name__
    return "copied"


if __name__ == "__main__":
    sys.exit(1 if main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0) else 0)
