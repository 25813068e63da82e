"""Make a quicker tagger of a trained one: `python models/train/distil.py TEACHER --out FOLDER DATA.jsonl ...`.

The pupil has some of the teacher's layers to begin with. It learns the marks, and at each piece what the teacher
says of it and what it thinks on the way. Makes FOLDER/tagger.pt, as train.py does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

import vocabulary
from base import find_base, read_base
from batches import Batch
from net import PLAIN, Shape, Tagger
from texts import Reader
from train import WEIGHTS, begin, marks_losses, options, read_examples, train

# Shares of the loss: the marks, what the teacher says, what it thinks.
MARKS, SAID, THOUGHT = 0.3, 1.0, 0.3


def main() -> None:
    """Distil by the command line's settings."""
    parser = options(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("--teacher", type=Path, required=True, help="its weights")
    parser.add_argument("--layers", type=int, nargs="+", default=[2, 5, 8, 11], help="the teacher's layers to keep")
    parser.set_defaults(heads=1.0, rate=3e-4)  # the heads are the teacher's
    args = parser.parse_args()
    device = begin(args)
    saved = torch.load(args.teacher, weights_only=True)
    teacher = Tagger(Shape(**saved["shape"]))
    teacher.load_state_dict(saved["net"])
    teacher = teacher.to(device).eval().requires_grad_(False)
    net = pupil_of(teacher, args.layers).to(device)
    if args.start is not None:
        net.load_state_dict(torch.load(args.start, weights_only=True)["net"])
    net.words.weight.requires_grad_(False)
    reader = Reader(vocabulary.tokenizer(read_base(find_base())))
    examples, known = read_examples(args.data, reader), read_examples(args.known, reader)
    print(f"{len(examples)} texts, {len(known)} known, {device}", flush=True)
    train(net, examples, known, reader, args, lambda batch: losses(net, teacher, args.layers, batch, device))


def pupil_of(teacher: Tagger, layers: list[int]) -> Tagger:
    """Return a network of the teacher's vectors, heads and the given layers."""
    shape = Shape(**{**vars(teacher.shape), "layers": len(layers)})
    net = Tagger(shape)
    kept = {f"layers.{old}.": f"layers.{new}." for new, old in enumerate(layers)}
    weights = {}
    for name, one in teacher.state_dict().items():
        head = next((old for old in kept if name.startswith(old)), None)
        if head is not None:
            weights[kept[head] + name.removeprefix(head)] = one
        elif not name.startswith("layers."):
            weights[name] = one
    net.load_state_dict(weights)
    return net


def losses(net: Tagger, teacher: Tagger, layers: list[int], batch: Batch, device: torch.device) -> list[Tensor]:
    """Return the parts of the loss: the marks' for each head, the teacher's for each head, and the states'."""
    given = (batch.ids.to(device), batch.hints.to(device), batch.mask.to(device))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        with torch.no_grad():
            thought = teacher.encode(*given)
            said = _heads(teacher, thought[-1], given[1])
        states = net.encode(*given)
        heads = _heads(net, states[-1], given[1])
    real = given[2].flatten()
    marks = marks_losses(heads, batch, device)
    taught = [
        weight * _divergence(mine.float().flatten(0, 1)[real], his.float().flatten(0, 1)[real])
        for weight, mine, his in zip(WEIGHTS, heads, said, strict=True)
    ]
    pairs = [(states[new + 1], thought[old + 1]) for new, old in enumerate(layers)]
    like = torch.stack([functional.mse_loss(_real(mine, real), _real(his, real)) for mine, his in pairs]).mean()
    return [*(MARKS * one for one in marks), *(SAID * one for one in taught), THOUGHT * like]


def _heads(net: Tagger, state: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
    x = torch.cat([state, PLAIN * hints], dim=-1)
    return net.tag(x), net.kind(x), net.subject(x), net.polarity(x)


def _real(state: Tensor, real: Tensor) -> Tensor:
    return state.float().flatten(0, 1)[real]


def _divergence(mine: Tensor, his: Tensor) -> Tensor:
    """Return the Kullback-Leibler divergence of the pupil's probabilities from the teacher's, a piece."""
    return functional.kl_div(
        functional.log_softmax(mine, dim=-1),
        functional.log_softmax(his, dim=-1),
        reduction="batchmean",
        log_target=True,
    )


if __name__ == "__main__":
    main()
