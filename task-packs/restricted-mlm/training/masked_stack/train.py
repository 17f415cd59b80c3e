"""Trains rung 03 for a given time: a stack that sees every place, asked at masked places alone. Writes model.pt beside a log.

    python3 train.py DATA OUT [--minutes M] [--threads N] [--bfloat16] [--held-out FILE]

DATA is the folder that holds train.bin. OUT/log.jsonl gets a line about every 20 s: step, seconds of wall time and of the
processor, nats a masked token in training and, with --held-out, on 256 windows of that file.
"""

import argparse
import json
import math
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from model import LENGTH, Model

sys.path.append(str(Path(__file__).parent.parent.parent / "reference" / "solve"))
from tables import MASK, association, features, frequencies, stored  # noqa: E402

BATCH = 32
PEAK_RATE = 2e-3
WARM_UP_STEPS = 50
MASKED = (0.15, 0.25)


def windows(tokens: NDArray[numpy.int64], starts: NDArray[numpy.int64]) -> NDArray[numpy.int64]:
    return numpy.stack([tokens[start : start + LENGTH] for start in starts])


def masked(rows: NDArray[numpy.int64], share: tuple[float, float], generator: numpy.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Input [rows, 128], where it is masked (bool), and the tokens that stood there."""
    hidden = generator.random(rows.shape) < generator.uniform(*share, size=(len(rows), 1))
    return torch.from_numpy(numpy.where(hidden, MASK, rows)), torch.from_numpy(hidden), torch.from_numpy(rows[hidden])


def losses(model: Model, batch: tuple[Tensor, Tensor, Tensor], *, half: bool) -> Tensor:
    """Nats at each masked place; logits are computed there alone."""
    tokens, places, wanted = batch
    with torch.autocast("cpu", dtype=torch.bfloat16) if half else nullcontext():
        left, right = model.neighbours(tokens)
        logits = model.logits(model.hidden(tokens)[places], left[places], right[places])
    return functional.cross_entropy(logits.float(), wanted, reduction="none")


def held_out_loss(model: Model, tokens: NDArray[numpy.int64], *, half: bool) -> float:
    starts = numpy.linspace(0, len(tokens) - LENGTH, 256).astype(int)
    rows = windows(tokens, starts)
    generator = numpy.random.default_rng(7)
    with torch.no_grad():
        parts = [losses(model, masked(part, (0.15, 0.15), generator), half=half) for part in numpy.split(rows, 8)]
    return torch.cat(parts).mean().item()


def rate(progress: float, step: int) -> float:
    """Rises linearly, stays, and falls to nothing over the last 60 % of the time."""
    return PEAK_RATE * min(1, (step + 1) / WARM_UP_STEPS) * max(0.01, min(1, (1 - progress) / 0.6))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=4)
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
        loss = losses(model, masked(rows, MASKED, generator), half=options.bfloat16).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        step += 1
        elapsed = time.monotonic() - began
        progress = elapsed / seconds
        if elapsed - logged > 20 or progress >= 1:
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
