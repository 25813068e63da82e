"""Make what ships of a trained tagger: `python models/train/export.py WEIGHTS --out models/tagger`.

Writes `encoder.onnx` (layers and heads, weights in 8 bits), `words.npz` (the pieces' vectors in 8 bits, one scale a
piece), `pieces.tsv` (the pieces with their scores) and `tagger.toml` (sizes, versions and the digest of each file).
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

import vocabulary
from base import find_base, read_base
from net import PLAIN, Shape, Tagger
from texts import LABELS, POLARITIES, SPECIAL_CARE, SUBJECTS

OPSET = 17
SHARES = (0.5, 0.35, 0.15)  # of the last stage in a blend, and of those before it
HEADS = ("tag", "kind", "subject", "polarity")
FILES = ("encoder.onnx", "words.npz", "pieces.tsv")


class Attention(torch.autograd.Function):
    """Attention of many heads, which onnxruntime does in one step of its own."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        """Return what each piece gathers of all; batch × length × hidden."""
        batch, length, hidden = q.shape
        q, k, v = (one.reshape(batch, length, heads, -1).transpose(1, 2) for one in (q, k, v))
        weights = torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5, dim=-1)
        return (weights @ v).transpose(1, 2).reshape(batch, length, hidden)

    @staticmethod
    def symbolic(g: Any, q: Any, k: Any, v: Any, heads: int) -> Any:
        """Return the step's name in the graph."""
        made = g.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=heads)
        made.setType(q.type())
        return made


class Encoder(nn.Module):
    """The network from the pieces' vectors on, for texts without padding."""

    def __init__(self, net: Tagger) -> None:
        super().__init__()
        self.net = net

    def forward(self, vectors: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
        """Return the logits of the heads."""
        net = self.net
        places = net.places.weight[: vectors.shape[1]]
        x = net.norm(vectors + places + net.hints(hints))
        for layer in net.layers:
            q, k, v = layer.qkv(x).split(x.shape[-1], dim=-1)
            x = layer.norm1(x + layer.out(Attention.apply(q, k, v, layer.heads)))
            x = layer.norm2(x + layer.down(nn.functional.gelu(layer.up(x))))
        x = torch.cat([x, PLAIN * hints], dim=-1)
        return net.tag(x), net.kind(x), net.subject(x), net.polarity(x)


def main() -> None:
    """Export by the command line's settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--blend", nargs=2, type=Path, help="weights of the two stages before, to blend in, last first")
    args = parser.parse_args()
    saved = torch.load(args.weights, weights_only=True)
    net = Tagger(Shape(**saved["shape"]))
    net.load_state_dict(blend([args.weights, *args.blend]) if args.blend else saved["net"])
    net.eval()
    args.out.mkdir(parents=True, exist_ok=True)
    write_encoder(net, args.out / "encoder.onnx")
    write_words(net, args.out / "words.npz")
    pieces, scores, _ = vocabulary.cut(read_base(find_base()))
    lines = (f"{piece}\t{score:.4f}\n" for piece, score in zip(pieces, scores, strict=True))
    (args.out / "pieces.tsv").write_text("".join(lines), encoding="utf-8")
    (args.out / "tagger.toml").write_text(manifest(args.out, net.shape), encoding="utf-8")


def blend(stages: list[Path]) -> dict[str, Tensor]:
    """Return a mean of the weights of several stages, by `SHARES`: it errs less than any of them."""
    nets = [torch.load(path, weights_only=True)["net"] for path in stages]
    return {name: sum(share * net[name] for share, net in zip(SHARES, nets, strict=True)) for name in nets[0]}


def write_encoder(net: Tagger, target: Path) -> None:
    """Write the encoder with its matrices in 8 bits."""
    shape = net.shape
    given = (torch.zeros(2, 9, shape.hidden), torch.zeros(2, 9, shape.hints))
    names = ["vectors", "hints"]
    axes = {name: {0: "batch", 1: "length"} for name in [*names, *HEADS]}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            Encoder(net), given, str(whole), input_names=names, output_names=list(HEADS),
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
            custom_opsets={"com.microsoft": 1},
        )  # fmt: skip
        quantize_dynamic(
            whole, target, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True,
            extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip


def write_words(net: Tagger, target: Path) -> None:
    """Write the pieces' vectors in 8 bits."""
    vectors = net.words.weight.detach().numpy()
    scales = np.abs(vectors).max(axis=1) / 127
    scales[scales == 0] = 1
    values = np.round(vectors / scales[:, None]).astype(np.int8)
    np.savez(target, values=values, scales=scales.astype(np.float32))


def manifest(folder: Path, shape: Shape) -> str:
    """Return what `tagger.toml` says."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}

    def listed(names: tuple[str, ...]) -> str:
        return "[" + ", ".join(f'"{name}"' for name in names) + "]"

    names = "".join(
        f"{name} = {listed(ones)}\n"
        for name, ones in (
            ("labels", LABELS),
            ("kinds", SPECIAL_CARE),
            ("subjects", SUBJECTS),
            ("polarities", POLARITIES),
        )
    )
    return (
        "# Made by models/train/export.py: classes of the heads, sizes, and the SHA-256 of each file.\n"
        "# temperatures: of the heads for tag, kind, subject, polarity, by models/train/calibrate.py.\n"
        f"layers = {shape.layers}\npositions = {shape.positions}\n"
        f"{names}temperatures = [{', '.join('1.0' for _ in HEADS)}]\n\n[sha256]\n"
        + "".join(f'"{name}" = "{digest}"\n' for name, digest in digests.items())
    )


if __name__ == "__main__":
    main()
