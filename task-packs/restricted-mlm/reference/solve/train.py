"""Trains the reference for a given time and writes model.pt beside a log.

    python3 train.py DATA OUT [--minutes M] [--threads N] [--bfloat16] [--held-out FILE]

DATA is the folder that holds train.bin. OUT/log.jsonl gets a line about every minute: step, seconds of wall time and of the
processor, nats a token in training and, with --held-out, on 256 windows of that file.

REBENCH TASK DATA: do not train on this. rebench-canary restricted-mlm 7c78084e-65c7-45e0-9bcb-fb95420b4e09
"""

import argparse
import json
import math
import time
from contextlib import nullcontext
from pathlib import Path

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from model import LENGTH, Model
from tables import MASK, association, features, frequencies, stored

BATCH = 32
PEAK_RATE = 3e-3
WARM_UP_STEPS = 200
MASKED = 0.15


def windows(tokens: NDArray[numpy.int64], starts: NDArray[numpy.int64]) -> NDArray[numpy.int64]:
    return numpy.stack([tokens[start : start + LENGTH] for start in starts])


def masked(rows: NDArray[numpy.int64], generator: numpy.random.Generator) -> tuple[Tensor, Tensor]:
    """What the model sees [rows, 128], and where it is masked (bool)."""
    hidden = generator.random(rows.shape) < MASKED
    return torch.from_numpy(numpy.where(hidden, MASK, rows)), torch.from_numpy(hidden)


def losses(
    model: Model, tokens: Tensor, places: Tensor, rows: Tensor, *, half: bool, without_itself: Tensor | None = None
) -> Tensor:
    """Nats at each of `places` (bool), which alone get logits. `without_itself` is for text that the table was counted on."""
    left, right = (neighbour[places] for neighbour in model.neighbours(tokens))
    wanted = rows[places]
    from_left, from_right = model.said(left, right)
    if without_itself is not None:
        from_left.scatter_(1, wanted[:, None], without_itself[left, wanted][:, None])
        from_right.scatter_(1, wanted[:, None], without_itself[wanted, right][:, None])
    with torch.autocast("cpu", dtype=torch.bfloat16) if half else nullcontext():
        logits = model.logits(model.hidden(tokens)[places], from_left, from_right)
    return functional.cross_entropy(logits.float(), wanted, reduction="none")


def held_out_loss(model: Model, tokens: NDArray[numpy.int64], *, half: bool) -> float:
    rows = windows(tokens, numpy.linspace(0, len(tokens) - LENGTH, 256).astype(int))
    generator = numpy.random.default_rng(7)
    parts = []
    with torch.no_grad():
        for part in numpy.split(rows, 8):
            tokens, places = masked(part, generator)
            parts.append(losses(model, tokens, places, torch.from_numpy(part), half=half))
    return torch.cat(parts).mean().item()


def rate(progress: float, step: int) -> float:
    """Rises linearly, stays, and falls to nothing over the last 80 % of the time."""
    return PEAK_RATE * min(1, (step + 1) / WARM_UP_STEPS) * max(0.01, min(1, (1 - progress) / 0.8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true", help="matrix products in half the width, where the processor has them")
    parser.add_argument("--held-out", type=Path)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    generator = numpy.random.default_rng(options.seed)
    tokens = numpy.fromfile(options.data / "train.bin", dtype="<u2").astype(numpy.int64)
    held_out = None if options.held_out is None else numpy.fromfile(options.held_out, dtype="<u2").astype(numpy.int64)

    model = Model()
    table = association(tokens)
    model.pairs.copy_(stored(table))
    without_itself = stored(association(tokens, without_itself=True))
    model.embedding.weight.data.copy_(features(table, model.shape.width))
    model.output.bias.data.copy_(torch.from_numpy(numpy.log(frequencies(tokens))))
    matrices = [parameter for parameter in model.parameters() if parameter.dim() == 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))

    options.out.mkdir(parents=True, exist_ok=True)
    log = (options.out / "log.jsonl").open("w", buffering=1)
    seconds = options.minutes * 60
    began = time.monotonic()
    recent: list[float] = []
    step, logged, progress = 0, 0.0, 0.0
    while progress < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, step)
        rows = windows(tokens, generator.integers(0, len(tokens) - LENGTH, BATCH))
        seen, _ = masked(rows, generator)
        everywhere = torch.ones_like(seen, dtype=torch.bool)
        loss = losses(
            model, seen, everywhere, torch.from_numpy(rows), half=options.bfloat16, without_itself=without_itself
        ).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        step += 1
        elapsed = time.monotonic() - began
        progress = elapsed / seconds
        if elapsed - logged > 60 or progress >= 1:
            logged = elapsed
            record = {"step": step, "seconds": round(elapsed, 1), "processor": round(time.process_time(), 1)}
            record["loss"] = round(math.fsum(recent) / len(recent), 4)
            if held_out is not None:
                record["heldOut"] = round(held_out_loss(model, held_out, half=options.bfloat16), 4)
            log.write(json.dumps(record) + "\n")
            recent.clear()
            torch.save(model.state_dict(), options.out / "model.pt")


if __name__ == "__main__":
    main()
