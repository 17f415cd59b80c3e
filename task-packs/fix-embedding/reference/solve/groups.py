"""Finds the rows that were turned together: directions of rows are not spread evenly, and a turn moves what they have in common.

Rows of tokens that no text had all point the same way: in the damaged table two ways, which are the first members of two groups.
The others go to the group whose Gaussian makes them more likely.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

from dataclasses import dataclass

import torch
from geometry import unit
from torch import Tensor

# What makes rows idle: this many others that point the same way, up to this cosine.
CROWD, SAME = 50, 0.95
SHRINKAGE = 0.2


@dataclass(frozen=True)
class Groups:
    """Of damaged rows: which were turned, which are idle (of tokens never seen), and where the idle ones [2, width] point."""

    turned: Tensor
    idle: Tensor
    idle_directions: Tensor


def idle_rows(directions: Tensor) -> Tensor:
    """Mask [rows] of those that point the same way as many others."""
    return (directions @ directions.T > SAME).sum(dim=1) > CROWD


def log_density(directions: Tensor, members: Tensor) -> Tensor:
    """[rows]: up to a constant, under a Gaussian fitted to `members`."""
    centre = members.mean(dim=0)
    covariance = (members - centre).T @ (members - centre) / len(members)
    ball = covariance.diagonal().mean() * torch.eye(len(covariance))
    values, vectors = torch.linalg.eigh((1 - SHRINKAGE) * covariance + SHRINKAGE * ball)
    return -(((directions - centre) @ vectors) ** 2 / values).sum(dim=1) / 2 - values.log().sum() / 2


def first_guess(directions: Tensor, ways: Tensor) -> Tensor:
    """Mask of the second group: by which idle direction [2, width] rows avoid more, and what rows near them say."""
    avoided = (directions @ ways.T) ** 2
    vote = ((avoided[:, 1] - avoided[:, 0]) * 10).clamp(-1, 1)
    likeness = directions @ directions.T
    likeness.fill_diagonal_(0)
    near = torch.where(likeness > 0.25, likeness**2, torch.zeros(()))
    near = near / (near.sum(dim=1, keepdim=True) + 1e-9)
    said = vote
    for _ in range(30):
        said = 0.7 * near @ said + 0.3 * vote
    return said > 0


def refined(directions: Tensor, second: Tensor, generator: torch.Generator) -> Tensor:
    """Rounds of fitting a Gaussian to each group; in the last two, rows are judged by what was fitted to others."""
    for turn in range(27):
        folds = 1 if turn < 25 else 5
        fold = torch.randint(0, folds, (len(directions),), generator=generator)
        found = second.clone()
        for one in range(folds):
            judged = fold == one
            known = ~judged if folds > 1 else judged
            odds = log_density(directions[judged], directions[known & second])
            found[judged] = odds > log_density(directions[judged], directions[known & ~second])
        second = found
    return second


def split(rows: Tensor, output_bias: Tensor) -> Groups:
    """Groups of damaged rows. `output_bias` [width], the last normalisation's, tells which is sound: what is idle opposes it."""
    directions = unit(rows)
    idle = idle_rows(directions)
    seed = directions[idle][0]
    alike = directions[idle] @ seed > SAME
    ways = unit(torch.stack([directions[idle][alike].mean(dim=0), directions[idle][~alike].mean(dim=0)]))
    if (ways @ output_bias).argmin() == 1:
        ways = ways.flip(0)
    likeness = directions @ ways.T
    turned = likeness.argmax(dim=1) == 1
    rest = ~idle
    turned[rest] = refined(
        directions[rest], first_guess(directions[rest], ways), torch.Generator().manual_seed(0)
    )
    return Groups(turned, idle, ways)
