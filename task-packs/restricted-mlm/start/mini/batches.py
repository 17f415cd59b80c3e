"""Masked windows of the training text."""

from pathlib import Path

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

from model import LENGTH, MASK

SHARE = 0.15
"""Tokens at the end of the text that training leaves out, so that there is something to measure on."""
KEPT_BACK = 150_000


def read(folder: Path) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
    """The text for training and the text that is kept back."""
    tokens = numpy.fromfile(folder / "train.bin", dtype="<u2").astype(numpy.int64)
    return tokens[:-KEPT_BACK], tokens[-KEPT_BACK:]


def masked(rows: NDArray[numpy.int64], generator: numpy.random.Generator) -> tuple[Tensor, Tensor]:
    """Windows [batch, 128] to what the model sees, and the token to predict at each place, -100 where none is."""
    chosen = generator.random(rows.shape) < SHARE
    return torch.from_numpy(numpy.where(chosen, MASK, rows)), torch.from_numpy(numpy.where(chosen, rows, -100))


def draw(tokens: NDArray[numpy.int64], count: int, generator: numpy.random.Generator) -> tuple[Tensor, Tensor]:
    starts = generator.integers(0, len(tokens) - LENGTH, count)
    return masked(numpy.stack([tokens[start : start + LENGTH] for start in starts]), generator)


def evenly(tokens: NDArray[numpy.int64], count: int) -> tuple[Tensor, Tensor]:
    """The same windows and masks at every call."""
    starts = numpy.linspace(0, len(tokens) - LENGTH, count).astype(int)
    return masked(numpy.stack([tokens[start : start + LENGTH] for start in starts]), numpy.random.default_rng(1))
