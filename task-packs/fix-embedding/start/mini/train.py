"""Trains all weights of a model on text.bin and writes it after every step. Correct, and slow.

    python3 train.py [--weights IN] [--out OUT] [--steps N] [--rate R]
"""

import argparse
from pathlib import Path

import numpy
import torch

from loss import HERE, loss_of, windows
from model import LARGE
from weights import load, write

BATCH = 16
CHECK_EVERY = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, default=HERE / "fixed_model.safetensors")
    parser.add_argument("--out", type=Path, default=HERE / "fixed_model.safetensors")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    generator = numpy.random.default_rng(options.seed)
    model = load(options.weights, LARGE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.95), weight_decay=0.1)
    context = model.shape.context
    for step in range(options.steps):
        optimizer.zero_grad()
        for _ in range(BATCH):
            tokens = numpy.fromfile(HERE / "text.bin", dtype="<u2").astype(numpy.int64)
            start = generator.integers(0, len(tokens) - context)
            window = torch.from_numpy(tokens[start : start + context + 1]).unsqueeze(0)
            (loss_of(model, window) / BATCH).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % CHECK_EVERY == 0:
            losses = [loss_of(model, window.unsqueeze(0)).item() for window in windows(128, context)]
            print(f"step {step}: {sum(losses) / len(losses):.4f} nats a token", flush=True)
        write(options.out, model.state_dict())


if __name__ == "__main__":
    main()
