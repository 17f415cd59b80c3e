"""The conditional prefix sum, plain and correct: one PyTorch operation after the other."""

import torch


def prefix_sum(x: torch.Tensor, y: torch.Tensor) -> None:
    """x: int32[n] on the GPU, to be left as it is. y: int32[n] on the GPU, to be filled with the result."""
    positive = x > 0
    before = torch.cumsum(positive, dim=0) - positive.to(torch.int64)
    counted = torch.where(before % 2 == 1, x, torch.zeros_like(x))
    y.copy_(torch.cumsum(counted, dim=0, dtype=torch.int32))
