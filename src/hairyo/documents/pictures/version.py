"""What reads pictures (画像を読むモデルの版): the networks and the libraries that run them, as one short digest."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from hairyo.documents.pictures import faces
from hairyo.errors import ModelError

_LIBRARIES = ("rapidocr", "onnxruntime", "opencv-python-headless", "zxing-cpp")


@cache
def pictures_version() -> str:
    """Return `pictures.` and a digest of the OCR and face networks and of the libraries that run them.

    Raises:
        ModelError: the networks are not where their library should have them.
    """
    digest = hashlib.sha256(faces.SHA256.encode())
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in _networks():
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"pictures.{digest.hexdigest()[:12]}"


def _networks() -> list[Path]:
    """Return the files of the OCR networks, without loading the library that they come with."""
    spec = find_spec("rapidocr")
    folders = spec.submodule_search_locations if spec is not None else None
    found = sorted(path for folder in folders or () for path in Path(folder).glob("models/*.onnx"))
    if not found:
        raise ModelError("the model's files are missing or damaged; reinstall hairyo")
    return found
