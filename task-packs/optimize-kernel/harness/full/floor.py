"""The bare data movement of the task: what no solution can be faster than, called as a solution is."""

import torch


def prefix_sum(x: torch.Tensor, y: torch.Tensor) -> None:
    """x, y: int32[n] on the device; y becomes x."""
    y.copy_(x)
