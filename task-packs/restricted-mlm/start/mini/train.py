"""Trains the model and writes model.pt.

    python3 train.py [--steps N] [--seed N] [--threads N]

Prints the loss in nats a masked token: on the training batches, and on text that is kept back.
"""

import argparse
import time
from pathlib import Path

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from batches import draw, evenly, read
from counts import table
from model import Model

HERE = Path(__file__).parent
BATCH = 16
STEPS = 200


def loss_of(model: Model, tokens: Tensor, wanted: Tensor) -> Tensor:
    """Mean cross-entropy of the masked places."""
    return functional.cross_entropy(model(tokens).flatten(0, 1), wanted.flatten(), ignore_index=-100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    generator = numpy.random.default_rng(options.seed)
    train, kept_back = read(HERE / "data")
    model = Model()
    model.pairs.copy_(table(train))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    began = time.monotonic()
    for step in range(1, options.steps + 1):
        loss = loss_of(model, *draw(train, BATCH, generator))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 50 == 0 or step == options.steps:
            with torch.no_grad():
                outside = loss_of(model, *evenly(kept_back, 64)).item()
            print(f"step {step}, {time.monotonic() - began:.0f} s: {loss.item():.3f}, on kept back text {outside:.4f}", flush=True)
            torch.save(model.state_dict(), HERE / "model.pt")


if __name__ == "__main__":
    main()
