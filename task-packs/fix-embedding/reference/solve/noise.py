"""Finds rows that carry noise, and mixes them with what is expected of them, as far as each can be believed in each direction.

A noisy row is taken to be (true + noise), with the same noise in all directions, and so longer by a stretch.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import math

import lengths
import torch
from prior import Prior, covariance_of
from torch import Tensor

# What is assumed: noise as long as the row, in one row of twenty.
STRETCH, SHARE = 2**0.5, 0.05
ROUNDS = 4
# Rows are mixed from this probability on.
LIKELY = 0.5


def disturbance(width: int) -> Tensor:
    """Covariance of the noise in directions."""
    return (STRETCH**2 - 1) / width * torch.eye(width)


def log_density(away: Tensor, covariance: Tensor) -> Tensor:
    """[tokens]: of deviations [tokens, width] from a Gaussian's mean."""
    root = torch.linalg.cholesky(covariance)
    scaled = torch.linalg.solve_triangular(root, away.T, upper=False)
    return -scaled.pow(2).sum(dim=0) / 2 - root.diagonal().log().sum()


def likely(directions: Tensor, away: Tensor, prior: Prior, turned: Tensor) -> Tensor:
    """Probabilities [tokens] that rows are noisy, from directions and from logarithms of lengths over expected ones.

    Turned rows lie farther from their means as long as the turn is not exact, so they have a covariance of their own.
    """
    by_length = lengths.log_density(away - math.log(STRETCH)) - lengths.log_density(away)
    odds = by_length + math.log(SHARE / (1 - SHARE))
    probability = torch.zeros_like(odds)
    for _ in range(ROUNDS):
        # Covariances are those of rows that are not noisy, as far as that is known.
        sure = (1 - probability).sqrt()[:, None]
        for members in (turned, ~turned):
            own, mean = directions[members], prior.mean[members]
            covariance = covariance_of((own - mean) * sure[members]) / sure[members].pow(2).mean()
            shaken = (covariance + disturbance(directions.shape[1])) / STRETCH**2
            by_direction = log_density(own - mean / STRETCH, shaken) - log_density(own - mean, covariance)
            probability[members] = torch.sigmoid(odds[members] + by_direction)
    return probability


def mended(directions: Tensor, prior: Prior, noisy: Tensor) -> tuple[Tensor, float]:
    """Directions [tokens, width], the noisy ones replaced by what they most likely were, and how far off each of their values is."""
    disturbed = prior.covariance + disturbance(directions.shape[1])
    gain = torch.linalg.solve(disturbed, prior.covariance)
    mixed = prior.mean + (STRETCH * directions - prior.mean) @ gain
    left = (prior.covariance - prior.covariance @ gain).diagonal().mean().clamp_min(0).sqrt().item()
    return torch.where(noisy[:, None], mixed, directions), left
