"""What is known of a row before text is read: a prediction from the small model, and how rows differ from theirs.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

from dataclasses import dataclass

import torch
from geometry import unit
from torch import Tensor
from views import Views

# Chosen by how well sound rows are predicted that the prediction did not see.
RANK, NOISE, FOLDS, ROWS = 128, 0.3, 10, 1.5
SHRINKAGE = 0.1


def features(small: Views) -> Tensor:
    """[tokens, features]: the small model's rows, states and what follows and goes before, as leading singular vectors."""
    rows, states = unit(small.rows), unit(small.states - small.states.mean(dim=0))
    rows = rows - rows.mean(dim=0)
    left, strength, right = torch.linalg.svd(small.follows, full_matrices=False)
    pairs = torch.cat([left[:, :RANK], right[:RANK].T], dim=1) * strength[:RANK].sqrt().repeat(2)
    return torch.cat([ROWS * rows / rows.std(), states / states.std(), pairs / pairs.std() / 2], dim=1)


def smoother(features: Tensor) -> Tensor:
    """[tokens, tokens]: takes directions to each token's prediction from other tokens' directions, by Gaussian processes.

    Tokens lie in FOLDS parts; none is predicted from its own part.
    """
    scaled = features / features.pow(2).sum(dim=1).mean().sqrt()
    kernel = torch.exp(-(torch.cdist(scaled, scaled) ** 2))
    fold = torch.randint(0, FOLDS, (len(features),), generator=torch.Generator().manual_seed(1))
    result = torch.zeros_like(kernel)
    for one in range(FOLDS):
        own, others = torch.where(fold == one)[0], torch.where(fold != one)[0]
        root = torch.linalg.cholesky(kernel[others][:, others] + NOISE * torch.eye(len(others)))
        weights = torch.cholesky_solve(kernel[others][:, own], root).T
        # What is left of a weight of 1 goes to the others' mean.
        weights = weights + (1 - weights.sum(dim=1, keepdim=True)) / len(others)
        result[own[:, None], others[None]] = weights
    return result


@dataclass(frozen=True)
class Prior:
    """Gaussians: a direction [width] of each token with its own mean [tokens, width], all with the same covariance [width, width]."""

    mean: Tensor
    covariance: Tensor
    precision: Tensor


def covariance_of(away: Tensor) -> Tensor:
    """[width, width], drawn towards a ball: deviations [rows, width] are not many for their width."""
    covariance = away.T @ away / len(away)
    return (1 - SHRINKAGE) * covariance + SHRINKAGE * covariance.diagonal().mean() * torch.eye(len(covariance))


def learned(smooth: Tensor, directions: Tensor) -> Prior:
    """From a smoother and the directions [tokens, width] as they are read by now."""
    mean = smooth @ directions
    covariance = covariance_of(directions - mean)
    return Prior(mean, covariance, torch.linalg.inv(covariance))
