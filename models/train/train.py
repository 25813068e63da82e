"""Train the tagger: `python models/train/train.py --out FOLDER [--start WEIGHTS --known DATA ...] DATA.jsonl ...`.

Makes FOLDER/tagger.pt (weights, shape, settings). The same data, settings and seed give the same figures within
noise; kernels differ between processors. A GPU is used where there is one.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

import vocabulary
from augment import varied
from base import find_base, read_base
from batches import Batch, batches
from hairyo.detection.tagger.hints import HINTS
from hairyo.evaluation import read_marked
from net import Shape, Tagger, from_base
from silver import read_silver
from texts import IGNORED, LABELS, NOT_PERSON, PERSON_TAGS, Example, Reader

# How much each head's loss counts: tag, kind, subject, polarity.
WEIGHTS = (1.0, 0.5, 0.7, 0.5)
# How much of the mean of the weights is kept at each step: it reaches back over some 700 steps.
MEAN = 0.9985


def main() -> None:
    """Train by the command line's settings."""
    args = options(argparse.ArgumentParser(description=__doc__)).parse_args()
    device = begin(args)
    base = read_base(find_base())
    pieces, _, words = vocabulary.cut(base)
    reader = Reader(vocabulary.tokenizer(base))
    examples = read_examples(args.data, reader)
    known = read_examples(args.known, reader)
    shape = Shape(pieces=len(pieces), hints=len(HINTS), tags=1 + 2 * len(LABELS))
    net = from_base(base, words, shape).to(device)
    if args.start is not None:
        net.load_state_dict(torch.load(args.start, weights_only=True)["net"])
    net.words.weight.requires_grad_(False)
    print(f"{len(examples)} texts, {len(known)} known, {device}", flush=True)
    silver = read_silver(args.silver, reader) if args.silver else []
    train(net, examples, known, reader, args, lambda batch: _losses(net, batch, device), silver)


def begin(args: argparse.Namespace) -> torch.device:
    """Seed every draw, make the output folder, and return the device to train on."""
    random.seed(args.seed)
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _losses(net: Tagger, batch: Batch, device: torch.device) -> list[torch.Tensor]:
    with torch.autocast(device.type, dtype=torch.bfloat16):
        heads = net(batch.ids.to(device), batch.hints.to(device), batch.mask.to(device))
    return marks_losses(heads, batch, device)


def read_examples(files: list[Path], reader: Reader) -> list[Example]:
    """Return the examples of all texts of the files that hold any words."""
    return [one for text in read_marked(files) if (one := reader.example(text)) is not None]


def train(
    net: Tagger, examples: list[Example], known: list[Example], reader: Reader,
    args: argparse.Namespace, losses_of: Callable[[Batch], list[torch.Tensor]], silver: Sequence[Example] = (),
) -> None:  # fmt: skip
    """Train a network for `args.epochs` over the examples, and in each epoch over a share of those it knows already.

    What is kept is the mean of the weights over the last steps, which is better than any of them and less a matter of
    chance (Izmailov et al. 2018). After each epoch the weights and the state are written; a run that was stopped
    goes on from there when it is started again with the same settings, and one that came to its end begins anew.

    Args:
        net: the network, on its device.
        examples: texts that each epoch reads.
        known: texts of which each epoch reads `args.share`, drawn anew.
        reader: makes examples of varied texts.
        args: `epochs`, `rate`, `heads`, `batch`, `noise`, `part`, `vary`, `share`, `silver_share`, `seed`, `out`.
        losses_of: returns the parts of the loss of a batch, weighted; they are added up.
        silver: texts with partial labels, of which each epoch reads `args.silver_share` as they are.
    """
    slow = [p for name, p in net.named_parameters() if p.requires_grad and not _new(name)]
    fast = [p for name, p in net.named_parameters() if p.requires_grad and _new(name)]
    optimiser = torch.optim.AdamW(
        [{"params": slow, "lr": args.rate}, {"params": fast, "lr": args.heads * args.rate}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
        fused=True,
    )
    count_known = round(args.share * len(known))
    count_silver = round(args.silver_share * len(silver))
    once = [*examples, *known[:count_known], *silver[:count_silver]]
    steps = args.epochs * sum(1 for _ in batches(once, pieces=args.batch, seed=0))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    mean_net = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN))
    running = {"net": net, "mean": mean_net, "optimiser": optimiser, "schedule": schedule}
    state_file = args.out / "state.pt"
    begun, step = _resumed(running, state_file, _settings(args))
    started = time.monotonic()
    for epoch in range(begun, args.epochs):
        net.train()
        draw = np.random.default_rng([args.seed, epoch])
        total, count = np.zeros(1), 0.0
        again = (known[at] for at in draw.permutation(len(known))[:count_known])
        seen = [_varied(one, reader, args.vary, draw) for one in (*examples, *again)]
        seen += [silver[at] for at in draw.permutation(len(silver))[:count_silver]]
        seed = args.seed * 1000 + epoch
        for batch in batches(seen, pieces=args.batch, seed=seed, noise=args.noise, part=args.part):
            losses = losses_of(batch)
            torch.stack(losses).sum().backward()
            torch.nn.utils.clip_grad_norm_(slow + fast, 1.0)
            if step < steps:
                optimiser.step()
                schedule.step()
                mean_net.update_parameters(net)
            optimiser.zero_grad(set_to_none=True)
            total = 0.98 * total + [0.02 * float(one.detach()) for one in losses]
            count = 0.98 * count + 0.02
            step += 1
            if step % 50 == 0:
                mean = " ".join(f"{one:.4f}" for one in total / count)
                print(f"step {step} of {steps}: {mean}, {time.monotonic() - started:.0f} s", flush=True)
        mean = " ".join(f"{one:.4f}" for one in total / count)
        print(f"epoch {epoch + 1}: {mean}, {time.monotonic() - started:.0f} s", flush=True)
        saved = {"shape": asdict(net.shape), "net": mean_net.module.state_dict(), "settings": _settings(args)}
        torch.save(saved, args.out / "tagger.pt")  # the last one is the result
        state = {name: one.state_dict() for name, one in running.items()}
        state |= {"epoch": epoch + 1, "step": step, "settings": saved["settings"]}
        torch.save(state, args.out / "state.part")
        (args.out / "state.part").replace(state_file)
    state_file.unlink()


def _resumed(running: Mapping[str, Any], path: Path, settings: str) -> tuple[int, int]:
    """Bring a run to where it was stopped; return the epochs and the steps done."""
    if not path.exists():
        return 0, 0
    state = torch.load(path, weights_only=True)
    if state["settings"] != settings:
        raise SystemExit(f"{path} is of a run with other settings; remove it, or give those settings again")
    for name, one in running.items():
        one.load_state_dict(state[name])
    return state["epoch"], state["step"]


def _varied(one: Example, reader: Reader, share: float, draw: np.random.Generator) -> Example:
    """Return an example, or with probability `share` one of a variant of its text."""
    if draw.random() >= share:
        return one
    return reader.example(varied(one.source, draw)) or one


def marks_losses(heads: Sequence[torch.Tensor], batch: Batch, device: torch.device) -> list[torch.Tensor]:
    """Return the weighted losses of what the heads say against the marks: tag, kind, subject, polarity."""
    return [
        weight * _loss(head.float().flatten(0, 1), target.to(device).flatten())
        for head, target, weight in zip(heads, batch.targets, WEIGHTS, strict=True)
    ]


def _loss(said: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return the cross entropy, a piece; of a partial label, that of all the classes it allows."""
    partial = wanted == NOT_PERSON
    lost = functional.cross_entropy(said, wanted.masked_fill(partial, IGNORED), ignore_index=IGNORED, reduction="sum")
    if bool(partial.any()):
        kept = said[partial]
        allowed = kept.index_fill(1, torch.tensor(PERSON_TAGS, device=said.device), float("-inf"))
        lost = lost + (kept.logsumexp(dim=1) - allowed.logsumexp(dim=1)).sum()
    return lost / (wanted != IGNORED).sum().clamp(min=1)


def _new(name: str) -> bool:
    return name.startswith(("tag.", "kind.", "subject.", "polarity.", "hints."))


def _rate(step: int, steps: int) -> float:
    warm = max(1, steps // 15)
    return (step + 1) / warm if step < warm else 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))


def _settings(args: argparse.Namespace) -> str:
    return json.dumps({name: str(value) for name, value in vars(args).items()}, ensure_ascii=False)


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return the parser with the options of a training."""
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--known", nargs="*", type=Path, default=[], help="data that those weights were made of")
    parser.add_argument("--share", type=float, default=0.33, help="share of the known texts read in each epoch")
    parser.add_argument("--silver", type=Path, help="folder of the corpora of others (silver.py)")
    parser.add_argument("--silver-share", type=float, default=0.25, help="share of their texts read in each epoch")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.6e-4)
    parser.add_argument("--batch", type=int, default=1200)
    parser.add_argument("--noise", type=float, default=0.05)
    parser.add_argument("--part", type=float, default=0.25, help="share of texts of which only a part is read")
    parser.add_argument("--vary", type=float, default=0.3, help="share of texts varied anew in each epoch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--heads", type=float, default=5.0, help="rate of the heads and the hints, in rates")
    return parser


if __name__ == "__main__":
    main()
