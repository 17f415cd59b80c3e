"""Small tools on tables of rows [rows, width].

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import torch
from torch import Tensor


def unit(rows: Tensor) -> Tensor:
    return rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-8)


def centred(rows: Tensor) -> Tensor:
    """Directions of rows after what all have in common is taken off."""
    return unit(rows - rows.mean(dim=0))


def twice_centred(matrix: Tensor) -> Tensor:
    """Takes off the means of columns, then those of rows."""
    matrix = matrix - matrix.mean(dim=0)
    return matrix - matrix.mean(dim=1, keepdim=True)


def correlation(left: Tensor, right: Tensor) -> Tensor:
    """[left rows, right rows]: how each row of one correlates with each of the other."""
    return unit(left - left.mean(dim=1, keepdim=True)) @ unit(right - right.mean(dim=1, keepdim=True)).T


def ridge(inputs: Tensor, targets: Tensor, penalty: float, weights: Tensor | None = None) -> Tensor:
    """Matrix [in, out] of the weighted regression; the penalty is relative to the mean square of an input."""
    weighted = inputs if weights is None else inputs * weights[:, None]
    square = weighted.T @ inputs
    return torch.linalg.solve(
        square + penalty * square.diagonal().mean() * torch.eye(len(square)), weighted.T @ targets
    )


def rotation(source: Tensor, target: Tensor) -> Tensor:
    """The orthogonal matrix [width, width] that takes `source` nearest to `target`."""
    left, _, right = torch.linalg.svd(source.T @ target)
    return left @ right


def normal_scores(features: Tensor) -> Tensor:
    """Each column's values replaced with what as many draws of a normal distribution would be in that order."""
    ranks = features.argsort(dim=0).argsort(dim=0)
    return torch.erfinv(2 * (ranks + 0.5) / len(features) - 1) * 2**0.5
