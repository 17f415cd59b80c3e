"""Masked windows of the training text."""

from pathlib import Path

import numpy
import torch
from torch import Tensor

from model import LENGTH, MASK

DATA = Path("/data")
SHARE = 0.15
# Tokens at the end of train.bin that training leaves alone, so that there is something to measure on.
KEPT = 5_000_000


def read(folder: Path = DATA, kept: int = KEPT) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The text for training and the text that is kept back, uint16, read as it is needed."""
    tokens = numpy.memmap(folder / "train.bin", dtype="<u2", mode="r")
    return tokens[:-kept], tokens[-kept:]


def masked(rows: numpy.ndarray, generator: numpy.random.Generator) -> tuple[Tensor, Tensor]:
    """Windows [count, 128] to what the model sees, and the token to predict at each place, -100 where none is."""
    chosen = generator.random(rows.shape) < SHARE
    seen, wanted = numpy.where(chosen, MASK, rows), numpy.where(chosen, rows, -100)
    return torch.from_numpy(seen.astype(numpy.int64)), torch.from_numpy(wanted.astype(numpy.int64))


def draw(tokens: numpy.ndarray, count: int, generator: numpy.random.Generator) -> tuple[Tensor, Tensor]:
    starts = generator.integers(0, len(tokens) - LENGTH, count)
    return masked(windows(tokens, starts), generator)


def evenly(tokens: numpy.ndarray, count: int) -> tuple[Tensor, Tensor]:
    """The same windows and masks at every call."""
    starts = numpy.linspace(0, len(tokens) - LENGTH, count).astype(int)
    return masked(windows(tokens, starts), numpy.random.default_rng(1))


def windows(tokens: numpy.ndarray, starts: numpy.ndarray) -> numpy.ndarray:
    return numpy.stack([tokens[start : start + LENGTH] for start in starts]).astype(numpy.int64)
