"""The reference: undoes order and scale, mends what is noisy, then trains a little.

    python3 repair.py OUT.safetensors [--then N] [--trail FOLDER]

1. match.py finds each token's row.
2. A linear map from the small model's table to the rows found (ridge regression) gives a guess of every row, its length included. A
   row's factor is what brings it to the length of its guess; those near 1 are taken as 1.
3. Rows that are less like their guess than others, the noisy ones, are mixed with it.
4. Factors, rows and, more slowly, all else are trained on the offered text.
"""

import argparse
from pathlib import Path

import numpy
import torch
from adapter import loss_with
from common import Trail, batches, large_model, offered_tokens, small_model, train
from match import match, unit
from torch import Tensor

from model import Model
from weights import write

PENALTY = 1e-3
# A logarithm of a factor below this counts as 0.
UNCHANGED = 0.15
# Robust standard deviations below the median from which on a row counts as noisy.
SPREADS = 3.0


def ridge(inputs: Tensor, targets: Tensor, weights: Tensor, strength: float) -> Tensor:
    """Matrix [in, out] that minimises the weighted squared error plus a penalty."""
    weighted = inputs * weights[:, None]
    penalty = strength * weights.sum() * inputs.pow(2).mean() * torch.eye(inputs.shape[1])
    return torch.linalg.solve(weighted.T @ inputs + penalty, weighted.T @ targets)


def with_one(rows: Tensor) -> Tensor:
    return torch.cat([rows, torch.ones(len(rows), 1) * rows.std()], dim=1)


def lengths(rows: Tensor, small: Tensor, weights: Tensor) -> Tensor:
    """What each row's length should be [vocabulary], fitted to rows whose length was left alone: where most agree."""
    observed = rows.norm(dim=1).log()
    features = with_one(torch.cat([small, small.norm(dim=1, keepdim=True).log()], dim=1))
    expected = observed.median().expand_as(observed)
    # From a wide net to a narrow one.
    for width in (1.0, 0.7, 0.5, 0.35, 0.25, UNCHANGED, UNCHANGED):
        kept = torch.exp(-(((observed - expected) / width) ** 2)) * weights
        expected = (features @ ridge(features, observed[:, None], kept, PENALTY))[:, 0]
    return expected.exp()


def factors(rows: Tensor, expected: Tensor) -> Tensor:
    """What each row was multiplied with."""
    found = rows.norm(dim=1).log() - expected.log()
    return found.where(found.abs() > UNCHANGED, torch.zeros_like(found)).exp()


def mend(rows: Tensor, small: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mixes rows that are unlike their guess with it, half and half; and says which these are."""
    inputs = with_one(small)
    guess = inputs @ ridge(inputs, rows, weights, PENALTY)
    likeness = (unit(rows) * unit(guess)).sum(dim=1)
    usual = likeness.median()
    noisy = likeness < usual - SPREADS * 1.48 * (likeness - usual).abs().median()
    mixed = unit(unit(rows) + unit(guess)) * rows.norm(dim=1, keepdim=True)
    return torch.where(noisy[:, None], mixed, rows), noisy


def polish(model: Model, rows: Tensor, *, steps: int, batch: int, trail: Trail) -> None:
    """Trains a factor for each row, the rows, and everything else a little, on the offered text."""
    change = torch.zeros(len(rows), 1, requires_grad=True)
    free = rows.clone().requires_grad_(True)
    model.embedding.weight.requires_grad_(False)
    others = [parameter for name, parameter in model.named_parameters() if name != "embedding.weight"]

    def current() -> Tensor:
        return free * change.exp()

    def after(step: int, loss: float) -> None:
        if step % 25 == 0:
            trail.say(stage="polish", step=step, loss=round(loss, 4))
            trail.note({**model.state_dict(), "embedding.weight": current()})

    train(
        loss=lambda windows: loss_with(model, current(), windows),
        groups=[{"params": [change], "lr": 1e-2}, {"params": [free], "lr": 1e-4}, {"params": others, "lr": 1e-5}],
        steps=steps,
        draw=batches(batch, seed=3),
        after=after,
    )
    model.embedding.weight.data.copy_(current().detach())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--then", type=int, default=100, help="steps on the offered text at the end")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--trail", type=Path)
    options = parser.parse_args()
    trail = Trail(options.trail)
    model, small = large_model(), small_model().embedding.weight.detach()
    damaged = model.embedding.weight.detach().clone()
    counts = torch.from_numpy(numpy.bincount(offered_tokens(), minlength=len(damaged))).float()

    found, sure = match(small, damaged, trail)
    weights = (counts + 0.5).sqrt() * sure.clamp_min(0)
    rows = damaged[found]
    model.embedding.weight.data.copy_(rows)
    trail.note(model.state_dict())
    factor = factors(rows, lengths(rows, small, weights))
    rows = rows / factor[:, None]
    rows, noisy = mend(rows, small, weights)
    trail.say(stage="mend", noisy=int(noisy.sum()), rescaled=int((factor != 1).sum()))
    model.embedding.weight.data.copy_(rows)
    trail.note(model.state_dict())
    polish(model, rows, steps=options.then, batch=options.batch, trail=trail)
    write(options.out, model.state_dict())


if __name__ == "__main__":
    main()
