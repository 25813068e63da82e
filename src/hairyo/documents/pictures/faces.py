"""Faces in pictures (顔の検出): where they are, not whose.

The network is CenterFace (`models/faces/README.md`), run by ONNX Runtime. It is shown the picture in all four
positions, since pictures lie on their sides, and a face that is hidden for nothing harms less than one that is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hairyo.documents.pictures.geometry import Corners, bounds, box
from hairyo.documents.pictures.vertical import Pixels
from hairyo.errors import ModelError

FILE = "centerface.onnx"
SHA256 = "e4eb91a21c1aba578100dd5499d4b62e878fe68753a3e9e816629764f5f89a3d"
# The long side that pictures are brought down to, as many pixels as the network's strides ask for, and how sure it must
# be (benchmarks/pictures.py measures both).
_LONG_SIDE, _STRIDE, _SURE = 1024, 32, 0.35
_MIN_SIDE = 24
# How much is hidden beyond what the network takes for a face, in shares of its size: hair, ears and chin.
_MARGIN = 0.25
_OUTPUTS = ("537", "538", "539")
_CELL = 4  # pixels of the picture to one of the network's heat map
_SAME = 0.3


@dataclass(frozen=True, slots=True)
class _Face:
    left: float
    top: float
    right: float
    bottom: float
    score: float

    def is_same(self, other: _Face) -> bool:
        """Whether both are one face: their shared area is a good part of the smaller one's."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0 and high > 0 and wide * high > _SAME * min(self.area, other.area)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


def find_faces(pixels: Pixels) -> list[Corners]:
    """Return the boxes around faces, from top to bottom, hair and chin included.

    Args:
        pixels: the picture, rows of BGR.

    Raises:
        ModelError: the network's file is missing or altered.
    """
    if min(pixels.shape[:2]) < _MIN_SIDE:
        return []
    found = [face for turns in range(4) for face in _turned_back(pixels, turns)]
    kept: list[_Face] = []
    for face in sorted(found, key=lambda one: -one.score):
        if not any(face.is_same(other) for other in kept):
            kept.append(face)
    return [_wide(face) for face in sorted(kept, key=lambda one: (one.top, one.left))]


def _wide(face: _Face) -> Corners:
    more = _MARGIN * max(face.right - face.left, face.bottom - face.top)
    return box(face.left - more, face.top - more, face.right + more, face.bottom + more)


def _turned_back(pixels: Pixels, turns: int) -> Iterator[_Face]:
    """Yield the faces of the picture turned by so many quarters to the left, as they stand in the picture as given."""
    high, wide = pixels.shape[:2]
    for face in _upright(np.ascontiguousarray(np.rot90(pixels, turns))):
        corners = box(face.left, face.top, face.right, face.bottom)
        for done in range(turns):  # a quarter to the right each
            edge = wide if (turns - done) % 2 else high
            corners = tuple((edge - y, x) for x, y in corners)  # type: ignore[assignment]
        yield _Face(*bounds(corners), face.score)


def _upright(pixels: Pixels) -> Iterator[_Face]:
    """Yield what the network takes for upright faces."""
    scale = min(1.0, _LONG_SIDE / max(pixels.shape[:2]))
    high, wide = (max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in pixels.shape[:2])
    shown = cv2.cvtColor(cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    planes = shown.transpose(2, 0, 1)[None].astype(np.float32)
    heat, sizes, shifts = _network().run(_OUTPUTS, {"input.1": planes})
    x_scale, y_scale = pixels.shape[1] / wide, pixels.shape[0] / high
    for row, column in np.argwhere(heat[0, 0] > _SURE).tolist():
        tall, broad = np.exp(sizes[0, :, row, column]) * _CELL
        y, x = (np.array((row, column)) + shifts[0, :, row, column] + 0.5) * _CELL
        yield _Face(
            float(x - broad / 2) * x_scale,
            float(y - tall / 2) * y_scale,
            float(x + broad / 2) * x_scale,
            float(y + tall / 2) * y_scale,
            float(heat[0, 0, row, column]),
        )


@cache
def _network() -> Any:
    """Return this process's network, loaded once; it works on one core, as every process of a run has its own."""
    import onnxruntime

    try:
        data = (_folder() / FILE).read_bytes()
    except OSError as error:
        raise ModelError("the model's files are missing or damaged; reinstall hairyo") from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ModelError("the model's file {name} was altered; reinstall hairyo", name=FILE)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _folder() -> Path:
    """Return where the shipped network lies: in the package, or in a checkout beside it."""
    packed = Path(str(files("hairyo"))) / "models" / "faces"
    return packed if packed.is_dir() else Path(str(files("hairyo"))).parents[1] / "models" / "faces"
