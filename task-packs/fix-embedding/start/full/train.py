"""Trains all weights of the large model on train.bin. Correct, and slow.

python3 train.py [--weights IN] [--out OUT] [--steps N] [--rate R]
"""

import argparse
from pathlib import Path

import numpy
import torch

from loss import DATA, KEPT, loss_of, measured, rows, tokens
from model import LARGE
from weights import load, save

# Windows of one step, and of them at once.
BATCH = 32
AT_ONCE = 2
CHECK_EVERY = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, default=DATA / "large_model.safetensors")
    parser.add_argument("--out", type=Path, default=Path("fixed_model.safetensors"))
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--rate", type=float, default=1e-5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    generator = numpy.random.default_rng(options.seed)
    text = tokens()[:-KEPT]
    model = load(options.weights, LARGE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.95), weight_decay=0.1)
    for step in range(options.steps):
        optimizer.zero_grad(set_to_none=True)
        for _ in range(BATCH // AT_ONCE):
            windows = rows(text, generator.integers(0, len(text) - LARGE.context, AT_ONCE), LARGE.context)
            with torch.autocast("cuda", dtype=torch.bfloat16):
                loss = loss_of(model, windows.cuda())
            (loss * AT_ONCE / BATCH).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % CHECK_EVERY == 0:
            print(f"step {step}: {measured(model, 20):.4f} nats a token", flush=True)
            save(options.out, model)
    save(options.out, model)


if __name__ == "__main__":
    main()
