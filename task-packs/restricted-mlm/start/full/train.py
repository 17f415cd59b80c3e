"""Trains the model on one GPU and writes model.pt.

python3 train.py [--steps N] [--rate R] [--seed N]
"""

import argparse

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from batches import draw, evenly, read
from model import Model

# Windows of one step.
BATCH = 16
CHECK_EVERY = 100


def loss_of(model: Model, tokens: Tensor, wanted: Tensor) -> Tensor:
    """Mean nats a masked token."""
    return functional.cross_entropy(model(tokens).flatten(0, 1).float(), wanted.flatten(), ignore_index=-100)


@torch.no_grad()
def measured(model: Model, tokens: Tensor, wanted: Tensor) -> float:
    parts = zip(tokens.split(BATCH), wanted.split(BATCH), strict=True)
    losses = [loss_of(model, one.cuda(), other.cuda()).item() for one, other in parts]
    return sum(losses) / len(losses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    generator = numpy.random.default_rng(options.seed)
    text, kept = read()
    check = evenly(kept, 256)
    model = Model().cuda()
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate)
    for step in range(options.steps):
        tokens, wanted = draw(text, BATCH, generator)
        loss = loss_of(model, tokens.cuda(), wanted.cuda())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % CHECK_EVERY == 0 or step == options.steps - 1:
            print(f"step {step}: {measured(model, *check):.4f} nats a masked token", flush=True)
    torch.save(model.state_dict(), "model.pt")


if __name__ == "__main__":
    main()
