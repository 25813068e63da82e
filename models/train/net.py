"""The network: a BERT encoder with four heads over its pieces: tag and kind (what), subject (whose), polarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from base import Base, Floats

# How loud the hints are to the heads, beside the hidden states: at 1 it takes thousands of steps to hear them.
PLAIN = 8.0


@dataclass(frozen=True)
class Shape:
    """Sizes: `tags`, `kinds`, `subjects` and `polarities` are the heads' classes, `hints` the inputs beside pieces."""

    pieces: int
    hints: int
    tags: int
    kinds: int = 16
    subjects: int = 4
    polarities: int = 3
    hidden: int = 384
    layers: int = 12
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    dropout: float = 0.1


class Layer(nn.Module):
    """One layer of the encoder, normalised after each half as BERT's."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.dropout = shape.dropout
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.up = nn.Linear(shape.hidden, shape.inner)
        self.down = nn.Linear(shape.inner, shape.hidden)
        self.norm2 = nn.LayerNorm(shape.hidden, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the next states of `x`, batch × length × hidden."""
        batch, length, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        rate = self.dropout if self.training else 0.0
        # Written out: on a CPU, torch's own attention takes four times as long backwards.
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        y = torch.softmax(scores.masked_fill(~mask, float("-inf")), dim=-1).to(v.dtype) @ v
        y = y.transpose(1, 2).reshape(batch, length, hidden)
        x = self.norm1(x + dropped(self.out(y), rate))
        y = self.down(functional.gelu(self.up(x)))
        return self.norm2(x + dropped(y, rate))


_DRAW = np.random.Generator(np.random.SFC64(0))


def dropped(x: Tensor, rate: float) -> Tensor:
    """Return a tensor with a share of its numbers dropped and the rest made louder (dropout).

    On a CPU the draws come as bytes, for torch's own take an eighth of a training step; so `rate` is rounded to 1/256.
    """
    if not rate or x.is_cuda:
        return functional.dropout(x, rate)
    kept = torch.frombuffer(bytearray(_DRAW.bytes(x.numel())), dtype=torch.uint8).view(x.shape) >= round(rate * 256)
    return x * kept * (1 / (1 - rate))


class Tagger(nn.Module):
    """Pieces and hints in, logits of the heads for every piece out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.pieces, shape.hidden)
        self.places = nn.Embedding(shape.positions, shape.hidden)
        self.hints = nn.Linear(shape.hints, shape.hidden, bias=False)
        self.norm = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        seen = shape.hidden + shape.hints  # the heads see the hints once more, unmixed
        self.tag = nn.Linear(seen, shape.tags)
        self.kind = nn.Linear(seen, shape.kinds)
        self.subject = nn.Linear(seen, shape.subjects)
        self.polarity = nn.Linear(seen, shape.polarities)

    def forward(self, ids: Tensor, hints: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """Return the logits of tag, kind, subject and polarity.

        Args:
            ids: pieces, batch × length.
            hints: 0 or 1, batch × length × hints.
            mask: whether a piece is one, batch × length; the rest is padding.
        """
        x = torch.cat([self.encode(ids, hints, mask)[-1], PLAIN * hints], dim=-1)
        return self.tag(x), self.kind(x), self.subject(x), self.polarity(x)

    def encode(self, ids: Tensor, hints: Tensor, mask: Tensor) -> list[Tensor]:
        """Return the hidden states: of the input, then after each layer."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.words(ids) + self.places(places) + self.hints(hints))
        states = [dropped(x, self.shape.dropout if self.training else 0.0)]
        visible = mask[:, None, None, :]
        for layer in self.layers:
            states.append(layer(states[-1], visible))
        return states


def from_base(base: Base, words: Floats, shape: Shape) -> Tagger:
    """Return a network with the base's weights; the heads and the hints begin anew."""
    net = Tagger(shape)
    of = {name: torch.from_numpy(values) for name, values in base.tensors.items() if name != "emb.word"}
    with torch.no_grad():
        net.words.weight.copy_(torch.from_numpy(words))
        nn.init.normal_(net.hints.weight, std=0.5 * float(words.std()))
        net.places.weight.copy_(of["emb.pos"] + of["emb.type"][0])
        net.norm.weight.copy_(of["emb.ln.w"])
        net.norm.bias.copy_(of["emb.ln.b"])
        for number, layer in enumerate(net.layers):
            at = f"l{number}."
            for kind in ("weight", "bias"):
                end = kind[0]
                getattr(layer.qkv, kind).copy_(torch.cat([of[f"{at}{one}.{end}"] for one in "qkv"]))
                for part, name in ((layer.out, "ao"), (layer.up, "fi"), (layer.down, "fo")):
                    getattr(part, kind).copy_(of[f"{at}{name}.{end}"])
                for part, name in ((layer.norm1, "aln"), (layer.norm2, "oln")):
                    getattr(part, kind).copy_(of[f"{at}{name}.{end}"])
    return net
