"""The trained tagger on disk, and what it says of a text (学習済みモデル).

Files: `tagger.toml` (classes, sizes, digests), `encoder.onnx`, `words.npz`, `pieces.tsv`. Every file is checked
against its digest before it is used; another file is a `ModelError`, and nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hairyo.detection.passage import Passage, Role
from hairyo.detection.tagger.decode import Floats, log_softmax
from hairyo.detection.tagger.hints import HINTS
from hairyo.detection.tagger.pieces import SPECIAL, Piece, Pieces
from hairyo.errors import ModelError

# Pieces read at once, and pieces that neighbouring windows share.
WINDOW, OVERLAP = 380, 120
# Windows whose numbers are remembered: lines that come again and again are read once. Some 100 KB each.
REMEMBERED = 64
_LEAD = 2
_START, _END = (SPECIAL.index(name) for name in ("<s>", "</s>"))
Hint = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of one text: log probabilities of the four heads for each of its pieces."""

    pieces: list[Piece]
    tags: Floats
    kinds: Floats
    subjects: Floats
    polarities: Floats


class TaggerModel:
    """The network, ready to read. One a process; `read` may be called from one thread at a time.

    Args:
        folder: where the files are.
        threads: threads of one `read`.

    Raises:
        ModelError: a file is missing, altered, or of another version.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        described = _describe(folder)
        self.labels = tuple(described["labels"])
        self.kinds = tuple(described["kinds"])
        self.subjects: tuple[Any, ...] = tuple(described["subjects"])
        self.polarities: tuple[Any, ...] = tuple(described["polarities"])
        self.temperatures = tuple(float(one) for one in described["temperatures"])
        self.digest = hashlib.sha256("".join(described["sha256"].values()).encode()).hexdigest()
        rows = [line.split("\t") for line in (folder / "pieces.tsv").read_text(encoding="utf-8").split("\n") if line]
        self.tokenizer = Pieces([piece for piece, _ in rows], [float(score) for _, score in rows])
        with np.load(folder / "words.npz") as words:
            self._values, self._scales = words["values"], words["scales"]
        self._session = _session(folder / "encoder.onnx", threads)
        self._read: dict[bytes, list[Floats]] = {}

    def read(self, passage: Passage, hints: Sequence[Hint]) -> Reading:
        """Return what the network says of a passage.

        Windows are read one by one: the 8-bit arithmetic scales with all that is read at once, so what is read
        beside a text would change what is found in it.

        Args:
            passage: the text.
            hints: (start, end, number of the hint) in offsets of `passage.normal`.
        """
        pieces = self.tokenizer.read(passage.normal, passage.words.units)
        sizes = (1 + 2 * len(self.labels), len(self.kinds), len(self.subjects), len(self.polarities))
        made = [np.zeros((len(pieces), size), np.float32) for size in sizes]
        ids = np.array([piece.id for piece in pieces], dtype=np.int64)
        marked = _hint_matrix(pieces, hints)
        for first, last in windows(len(pieces)):
            heads = self._once(ids[first:last], marked[first:last], passage.role)
            begin = first + (OVERLAP // 2 if first else 0)
            for head, target, heat in zip(heads, made, self.temperatures, strict=True):
                target[begin:last] = log_softmax(
                    head[0, _LEAD + begin - first : _LEAD + last - first] / np.float32(heat)
                )
        return Reading(pieces, *made)

    def _once(self, ids: npt.NDArray[np.int64], hints: Floats, role: Role | None) -> list[Floats]:
        """Return the logits of a window, from memory where the same one was read a little while ago."""
        key = hashlib.blake2b(ids.tobytes() + hints.tobytes() + (role or "").encode(), digest_size=16).digest()
        heads = self._read.pop(key, None)
        if heads is None:
            heads = self._run(ids, hints, role)
            if len(self._read) >= REMEMBERED:
                del self._read[next(iter(self._read))]
        self._read[key] = heads
        return heads

    def _run(self, ids: npt.NDArray[np.int64], hints: Floats, role: Role | None) -> list[Floats]:
        framed = np.concatenate([[_START, SPECIAL.index(f"<{role or 'text'}>")], ids, [_END]])
        vectors = self._values[framed] * self._scales[framed][:, None]
        given = {
            "vectors": vectors[None],
            "hints": np.pad(hints, ((_LEAD, 1), (0, 0)))[None],
        }
        found: list[Floats] = self._session.run(None, given)
        return found


def windows(count: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last (exclusive) of the pieces of each window, in training (models/train/) as here."""
    first = 0
    while count:
        last = min(first + WINDOW, count)
        yield first, last
        if last == count:
            return
        first = last - OVERLAP


def _hint_matrix(pieces: list[Piece], told: Sequence[Hint]) -> Floats:
    """Return which hint each piece carries: those of stretches that hold at least half of it."""
    made = np.zeros((len(pieces), len(HINTS)), dtype=np.float32)
    if not pieces:
        return made
    starts = np.array([piece.start for piece in pieces])
    ends = np.array([piece.end for piece in pieces])
    for start, end, number in told:
        made[covered(starts, ends, start, end), number] = 1
    return made


def covered(starts: npt.NDArray[Any], ends: npt.NDArray[Any], start: int, end: int) -> npt.NDArray[np.intp]:
    """Return the pieces that lie in `start:end` by half or more."""
    shared = np.minimum(ends, end) - np.maximum(starts, start)
    found: npt.NDArray[np.intp] = np.flatnonzero((shared > 0) & (2 * shared >= ends - starts))
    return found


def _describe(folder: Path) -> dict[str, Any]:
    """Return what `tagger.toml` says, every file checked."""
    try:
        described = tomllib.loads((folder / "tagger.toml").read_text(encoding="utf-8"))
        if missing := {"labels", "kinds", "subjects", "polarities", "temperatures"} - described.keys():
            raise KeyError(*missing)
        for name, digest in described["sha256"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise ModelError("the model's file {name} was altered; reinstall hairyo", name=name)
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ModelError("the model's files are missing or damaged; reinstall hairyo") from error
    return described


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The fused norm is many times slower than the two steps it stands for, on a CPU.
    slow = ["SkipLayerNormFusion"]
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=slow
    )


def model_folder() -> Path:
    """Return where the shipped model lies: in the package, or in a checkout beside it."""
    packed = Path(str(files("hairyo"))) / "models" / "tagger"
    return packed if packed.is_dir() else Path(str(files("hairyo"))).parents[1] / "models" / "tagger"


@cache
def shared_model() -> TaggerModel:
    """Return this process's model, loaded once.

    Raises:
        ModelError: its files are missing, altered, or of another version.
    """
    return TaggerModel(model_folder())
