"""Mutate older and open Office documents, which LibreOffice converts; only errors of ours may come out, in time.

`python tests/fuzz/fuzz_converted.py [SECONDS] [SEED]`, where LibreOffice is installed. A find is written into the
folder it names. A conversion takes seconds, so a quarter of an hour tries some hundred files.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))

from document_builders import plain_docx
from fuzz_mail import mutated
from office_beds import rich_pptx

from hairyo.documents import Edit, Limits, open_document
from hairyo.errors import HairyoError
from hairyo.redaction.verify import check_copy

_MADE = {"docx": ("doc", "rtf", "odt"), "pptx": ("ppt", "odp")}
_SLOW = 200.0


def seeds(folder: Path) -> list[tuple[str, bytes]]:
    """Return documents that LibreOffice made, each with its suffix."""
    sources = [plain_docx(folder / "a.docx"), rich_pptx(folder / "a.pptx")[0]]
    found = []
    for source in sources:
        for kind in _MADE[source.suffix[1:]]:
            command = ["soffice", "--headless", "--convert-to", kind, "--outdir", str(folder), str(source)]
            subprocess.run(command, capture_output=True, check=True)
            found.append((f".{kind}", source.with_suffix(f".{kind}").read_bytes()))
    return found


def attempt(folder: Path, suffix: str, data: bytes) -> str:
    """Read, write and check one input; return what became of it."""
    source, target = folder / f"in{suffix}", folder / "out"
    target.unlink(missing_ok=True)
    source.write_bytes(data)
    try:
        document = open_document(source, limits=Limits(scratch=folder))
        document.write(target, [Edit(one.index, 0, len(one.text), "■") for one in document.blocks() if one.text])
        check_copy(target, document.format, {})
    except HairyoError as error:
        return type(error).__name__
    return "copied"


def main(seconds: float, seed: int) -> int:
    """Try for so many seconds; return how many finds there were."""
    rng, end, finds, outcomes = random.Random(seed), time.monotonic() + seconds, 0, Counter[str]()
    if shutil.which("soffice") is None:
        print("LibreOffice is not installed")
        return 0
    with tempfile.TemporaryDirectory() as name:
        known = seeds(Path(name))
        while time.monotonic() < end:
            suffix, data = rng.choice(known)
            data, start = mutated(data, rng), time.monotonic()
            try:
                outcomes[attempt(Path(name), suffix, data)] += 1
                if time.monotonic() - start > _SLOW:
                    raise TimeoutError(f"took more than {_SLOW} s")
            except Exception as error:
                finds += 1
                find = Path(tempfile.mkdtemp(prefix="find-")) / f"find{suffix}"
                find.write_bytes(data)
                print(f"{find}: {error!r}", flush=True)
    print(dict(outcomes), f"{finds} finds")
    return finds


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(bool(main(float(words[0]) if words else 60, int(words[1]) if len(words) > 1 else 0)))
