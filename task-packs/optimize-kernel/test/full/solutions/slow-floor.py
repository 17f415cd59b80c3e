"""A floor that takes its time, so that anything is faster than it."""

import time

import torch


def prefix_sum(x: torch.Tensor, y: torch.Tensor) -> None:
    time.sleep(0.2)
    y.copy_(x)
