"""What rows' lengths should be. Most rescaled rows are far from it; where many agree, rows were left alone.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import torch
from geometry import unit
from torch import Tensor
from views import Views

# A logarithm of a factor below this counts as 0, and how far such logarithms are spread by what the prediction does not know.
UNCHANGED, SPREAD = 0.08, 0.045
# What is assumed: how many rows were left alone, and the largest logarithm of a factor.
LEFT_ALONE, LARGEST = 0.4, 0.75


def features(small: Views) -> Tensor:
    """[tokens, features] that lengths follow: share of text, the small model's length, its row and state."""
    share, length = (small.share + 1e-7).log(), small.rows.norm(dim=1).log()
    single = [torch.ones_like(share), share, share**2, length, length**2, length * share]
    rows, states = unit(small.rows), unit(small.states - small.states.mean(dim=0))
    return torch.cat([torch.stack(single, dim=1), 3 * (rows - rows.mean(dim=0)), 3 * states], dim=1)


def expected_lengths(observed: Tensor, small: Views) -> Tensor:
    """Logarithms [tokens] of the lengths that rows should have, from those [tokens] that they have: a robust regression."""
    inputs = features(small).double()
    penalty = torch.ones(inputs.shape[1], dtype=torch.double)
    penalty[:6] = 1e-9
    weights = torch.ones(len(inputs), 1, dtype=torch.double)
    for turn in range(100):
        weighted = inputs * weights
        expected = inputs @ torch.linalg.solve(weighted.T @ inputs + penalty.diag(), weighted.T @ observed.double())
        spread = max(0.05, 0.15 - 0.002 * turn)
        weights = torch.exp(-((observed - expected)[:, None] ** 2) / (2 * spread**2)) + 0.02
    return expected.float()


def undone(observed: Tensor, expected: Tensor) -> Tensor:
    """Logarithms of lengths: as observed where that is about what is expected, else as expected."""
    return torch.where((observed - expected).abs() < UNCHANGED, observed, expected)


def log_density(away: Tensor) -> Tensor:
    """Of logarithms of observed lengths over expected ones, any shape."""
    alone = torch.exp(-((away / SPREAD) ** 2) / 2) / (SPREAD * (2 * torch.pi) ** 0.5)
    rescaled = torch.where(away.abs() < LARGEST, torch.tensor(0.5 / LARGEST), torch.tensor(0.02))
    return (LEFT_ALONE * alone + (1 - LEFT_ALONE) * rescaled).log()
