"""Make a model's probabilities believable: `python models/train/calibrate.py models/tagger DATA.jsonl ...`.

A network trained to the end is too sure of itself. Each head's numbers are divided by a temperature, chosen on texts
that it was not trained on so that what happened is likeliest (Guo et al. 2017, "On Calibration of Modern Neural
Networks"). The likeliest answer stays the same; `tagger.toml` holds the temperatures.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hairyo.detection.tagger.decode import log_softmax
from hairyo.detection.tagger.model import TaggerModel
from hairyo.evaluation import read_marked
from texts import IGNORED, Reader, told

TRIED = np.arange(0.5, 3.0, 0.02)
# Pieces that are surely outside of everything, and are, tell nothing about the temperature.
_SURE = np.log(0.999)
Floats = npt.NDArray[np.float32]


def main() -> None:
    """Fit the temperatures on the texts, and write them into the model's `tagger.toml`."""
    folder, *files = (Path(one) for one in sys.argv[1:])
    model = TaggerModel(folder)
    reader = Reader(model.tokenizer)
    heads: list[list[Floats]] = [[], [], [], []]
    targets: list[list[npt.NDArray[np.int64]]] = [[], [], [], []]
    for text in read_marked(files):
        example = reader.example(text)
        if example is None:
            continue
        reading = model.read(example.passage, told(example))
        said = (reading.tags, reading.kinds, reading.subjects, reading.polarities)
        meant = (example.tags, example.kinds, example.subjects, example.polarities)
        for at, (numbers, wanted) in enumerate(zip(said, meant, strict=True)):
            telling = (wanted != IGNORED) & ((wanted != 0) | (numbers[:, 0] < _SURE) if at == 0 else True)
            heads[at].append(numbers[telling])
            targets[at].append(wanted[telling])
    fitted = [
        before * temperature(np.concatenate(numbers), np.concatenate(wanted))
        for before, numbers, wanted in zip(model.temperatures, heads, targets, strict=True)
    ]
    path = folder / "tagger.toml"
    line = f"temperatures = [{', '.join(f'{one:.2f}' for one in fitted)}]"
    path.write_text(re.sub(r"(?m)^temperatures = .*$", line, path.read_text(encoding="utf-8")), encoding="utf-8")
    print(line)


def temperature(numbers: Floats, wanted: npt.NDArray[np.int64]) -> float:
    """Return the temperature at which the classes wanted are likeliest.

    Args:
        numbers: logits or log probabilities, cases by classes.
        wanted: the right class of each case.
    """
    cases = np.arange(len(wanted))
    chances = [log_softmax(numbers / np.float32(one))[cases, wanted].mean() for one in TRIED]
    return float(TRIED[int(np.argmax(chances))])


if __name__ == "__main__":
    main()
