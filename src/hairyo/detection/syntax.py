"""Dependency parse of single sentences by GiNZA (係り受け), loaded when first asked for.

GiNZA takes seconds to load and reads about 2,000 characters a second, so nothing on the fast path may
call it; callers ask for the one sentence they are unsure of.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from hairyo.detection.morphology import pieces
from hairyo.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "ja_ginza"
CACHED_SENTENCES = 64
_lock = threading.Lock()


@cache
def _pipeline() -> Language:
    """Load the model once; numpy without BLIS is faster on few cores (measured)."""
    import spacy
    from thinc.api import NumpyOps, set_current_ops

    set_current_ops(NumpyOps(use_blis=False))
    try:
        return spacy.load(MODEL)
    except OSError as error:
        raise ModelError(f"the model {MODEL} is missing; install the package `ja-ginza`") from error


def parse(sentence: str) -> Doc:
    """Return the parse of one sentence; the last 64 are kept.

    Args:
        sentence: normalised text. Of one longer than Sudachi reads at once (49,149 bytes of UTF-8) the
            pieces are parsed one by one and joined: offsets stay those of `sentence`.

    Raises:
        ModelError: the model is not installed.
    """
    with _lock:
        return _parse(sentence)


@lru_cache(maxsize=CACHED_SENTENCES)
def _parse(sentence: str) -> Doc:
    from spacy.tokens import Doc

    clean = sentence.encode("utf-8", "replace").decode("utf-8")
    parts = [clean[start:end] for start, end in pieces(clean)]
    if len(parts) < 2:
        return _pipeline()(clean)
    docs = [_pipeline()(part) for part in parts]
    for doc in docs:
        doc.user_data.clear()  # GiNZA's readings cannot be joined, and spaCy would warn of it
    return Doc.from_docs(docs, ensure_whitespace=False)
