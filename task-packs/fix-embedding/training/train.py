"""Trains an intact model, large or small, on the whole training text.

    python3 train.py large|small TOKENS OUT [--steps N] [--seed N] [--threads N]

TOKENS is the folder that text.py wrote. Writes OUT/<size>.pt every 500 steps and at the end, and OUT/<size>.log with one JSON
line every 100 steps: step, seconds, loss in nats a token on the training batches and, every 500 steps, on held-out text.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parent.parent / "start" / "mini"))
from model import LARGE, SMALL, Model  # noqa: E402

BATCH = 32
WARM_UP = 200


def draw(tokens: numpy.ndarray, context: int, generator: numpy.random.Generator) -> torch.Tensor:
    """Windows [batch, context + 1] from random places."""
    starts = generator.integers(0, len(tokens) - context, BATCH)
    return torch.from_numpy(numpy.stack([tokens[start : start + context + 1] for start in starts]))


def held_out_loss(model: Model, tokens: numpy.ndarray) -> float:
    """Nats a token over 128 evenly spaced windows."""
    context = model.shape.context
    starts = numpy.linspace(0, len(tokens) - context - 1, 4 * BATCH).astype(int)
    windows = torch.from_numpy(numpy.stack([tokens[start : start + context + 1] for start in starts]))
    with torch.no_grad():
        losses = [loss_of(model, part).item() for part in windows.split(BATCH)]
    return sum(losses) / len(losses)


def loss_of(model: Model, windows: torch.Tensor) -> torch.Tensor:
    logits = model(windows[:, :-1])
    return functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), windows[:, 1:].reshape(-1))


def rate(step: int, steps: int, peak: float) -> float:
    """Rises linearly, then falls as a cosine to a twentieth."""
    if step < WARM_UP:
        return peak * (step + 1) / WARM_UP
    progress = (step - WARM_UP) / max(1, steps - WARM_UP)
    return peak * (0.05 + 0.95 * 0.5 * (1 + numpy.cos(numpy.pi * progress)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("size", choices=["large", "small"])
    parser.add_argument("tokens", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    generator = numpy.random.default_rng(options.seed)
    train = numpy.fromfile(options.tokens / "train.bin", dtype="<u2").astype(numpy.int64)
    held_out = numpy.fromfile(options.tokens / "held-out.bin", dtype="<u2").astype(numpy.int64)
    model = Model(LARGE if options.size == "large" else SMALL)
    peak = 2e-3 if options.size == "large" else 4e-3
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], betas=(0.9, 0.95)
    )
    options.out.mkdir(parents=True, exist_ok=True)
    log = (options.out / f"{options.size}.log").open("w", buffering=1)
    began = time.monotonic()
    total = 0.0
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, options.steps, peak)
        loss = loss_of(model, draw(train, model.shape.context, generator))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
        done = step + 1
        if done % 100 == 0:
            record = {"step": done, "seconds": round(time.monotonic() - began, 1), "loss": round(total / 100, 4)}
            total = 0.0
            if done % 500 == 0 or done == options.steps:
                record["heldOut"] = round(held_out_loss(model, held_out), 4)
                torch.save(model.state_dict(), options.out / f"{options.size}.pt")
            log.write(json.dumps(record) + "\n")
    torch.save(model.state_dict(), options.out / f"{options.size}.pt")


if __name__ == "__main__":
    main()
