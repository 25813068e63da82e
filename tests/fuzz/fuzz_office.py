"""Mutate Office documents, and see that nothing but a refusal comes of it: `python tests/fuzz/fuzz_office.py SECONDS`.

Three kinds of mutation: bytes of the file; bytes of one member, packed anew; XML of one member (attributes and texts
changed, elements moved, doubled or taken out). What comes through is edited everywhere, written, and read again.
A find is kept as `find-*` in the folder that is named last.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from copy import deepcopy
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).parent.parent / "documents"))

from document_builders import pack, rich_docx, unpack
from office_beds import rich_pptx, rich_xlsx

from hairyo.documents import Edit, Limits, open_document
from hairyo.errors import HairyoError
from hairyo.redaction.verify import check_copy

ODD = (
    "",
    "0",
    "-1",
    "9" * 30,
    "山田",
    "²",
    "nan",
    "A1:ZZZ99999999",
    "rId999",
    "\U0001f600",
    "../../x",
    "[",
    '"',
    "'",
    "x" * 999,
)


def mutated(seed: Path, target: Path, dice: random.Random) -> None:
    """Write a mutated copy of `seed` to `target`."""
    way = dice.randrange(5)
    if way == 0:
        target.write_bytes(_bytes(seed.read_bytes(), dice))
        return
    parts: dict[str, str | bytes] = dict(unpack(seed))
    name = dice.choice(sorted(parts))
    data = bytes(parts[name])  # type: ignore[arg-type]
    if way == 1:
        parts[name] = _bytes(data, dice)
    else:
        for _ in range(dice.randint(1, 4)):
            data = _xml(data, dice)
        parts[name] = data
    if dice.random() < 0.1:
        parts.pop(dice.choice(sorted(parts)))
    pack(target, parts)


def _bytes(data: bytes, dice: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        if not found:
            return b""
        at = dice.randrange(len(found))
        found[at : at + dice.choice((0, 1, 1, 4))] = dice.randbytes(dice.choice((0, 1, 1, 4)))
    return bytes(found[: dice.randrange(len(found))] if found and dice.random() < 0.1 else found)


def _xml(data: bytes, dice: random.Random) -> bytes:
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError):
        return _bytes(data, dice)
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    one, other = dice.choice(elements), dice.choice(elements)
    way = dice.randrange(6)
    if way == 0 and one.attrib:
        one.set(dice.choice(sorted(one.attrib)), dice.choice(ODD))
    elif way == 1 and one.attrib:
        del one.attrib[dice.choice(sorted(one.attrib))]
    elif way == 2:
        one.text = dice.choice(ODD)
    elif way == 3 and one.getparent() is not None:
        one.getparent().remove(one)
    elif way == 4 and one.getparent() is not None:
        one.addnext(deepcopy(one))
    elif one.getparent() is not None and one is not other and one not in other.iterancestors():
        other.append(one)
    return etree.tostring(root)


def tried(path: Path, folder: Path) -> str:
    """Return what became of a file: `copied`, `held` or the class of the refusal."""
    copy = folder / f"copy{path.suffix}"
    copy.unlink(missing_ok=True)
    try:
        document = open_document(path, limits=Limits(scratch=folder))
        edits = [Edit(block.index, 0, len(block.text), "[非開示]") for block in document.blocks() if block.text]
        document.write(copy, edits)
        again = open_document(copy, limits=Limits(scratch=folder))
        list(again.blocks())
        check_copy(copy, document.format, {})
    except HairyoError as error:
        return type(error).__name__
    return "held" if document.unread else "copied"


def main(seconds: float, kept: Path) -> int:
    """Mutate for so long; return how many finds there were."""
    dice = random.Random(time.time_ns())
    finds = 0
    outcomes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = [rich_docx(folder / "a.docx"), rich_xlsx(folder / "a.xlsx")[0], rich_pptx(folder / "a.pptx")[0]]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            seed = dice.choice(seeds)
            path = folder / f"mutant{seed.suffix}"
            mutated(seed, path, dice)
            began = time.monotonic()
            try:
                outcome = tried(path, folder)
            except Exception:
                outcome = "find"
                traceback.print_exc()
            if outcome == "find" or time.monotonic() - began > 20:
                finds += 1
                (kept / f"find-{time.time_ns()}{seed.suffix}").write_bytes(path.read_bytes())
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    print(outcomes)
    return finds


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    sys.exit(bool(main(float(given.get(1, "60")), Path(given.get(2, ".")))))
