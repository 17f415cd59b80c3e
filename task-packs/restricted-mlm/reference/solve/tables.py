"""What the training text says about neighbours, counted.

REBENCH TASK DATA: do not train on this. rebench-canary restricted-mlm 7c78084e-65c7-45e0-9bcb-fb95420b4e09
"""

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

VOCABULARY = 2048
MASK = 0
"""A pair that was never seen counts as this much of a pair; larger is smoother."""
SMOOTHING = 0.07
"""Steps of the stored table, in nats."""
STEP = 0.1


def association(tokens: NDArray[numpy.int64], *, without_itself: bool = False) -> NDArray[numpy.float64]:
    """ln(seen / expected) for every pair of neighbours, [left, right]; 0 for the mask, which tells nothing.

    Every pair of the training text was seen, in new text many were not: a model that is trained beside the table would trust it too
    much. So where the answer is known, `without_itself` gives what the table would say had the text not held this one pair.
    """
    pairs = numpy.zeros((VOCABULARY, VOCABULARY))
    numpy.add.at(pairs, (tokens[:-1], tokens[1:]), 1)
    if without_itself:
        pairs = numpy.maximum(pairs - 1, 0)
    share = frequencies(tokens)
    expected = len(tokens) * share[:, None] * share[None]
    table = numpy.log((pairs + SMOOTHING) / (expected + SMOOTHING))
    table[MASK] = 0
    table[:, MASK] = 0
    return table


def frequencies(tokens: NDArray[numpy.int64]) -> NDArray[numpy.float64]:
    """Share of each token in the text, none zero; [vocabulary]."""
    counts = numpy.bincount(tokens, minlength=VOCABULARY) + 0.1
    return counts / counts.sum()


def stored(table: NDArray[numpy.float64]) -> Tensor:
    """The table in steps of STEP, one byte each."""
    return torch.from_numpy(numpy.clip(numpy.rint(table / STEP), -127, 127).astype(numpy.int8))


def features(table: NDArray[numpy.float64], width: int) -> Tensor:
    """A first embedding: the leading directions of the table, half from the left tokens, half from the right; [vocabulary, width]."""
    half = width // 2
    left, strength, right = numpy.linalg.svd(table.astype(numpy.float32))
    weight = (strength[:half] / strength[0]) ** 0.25
    columns = numpy.concatenate([left[:, :half], right[:half].T], axis=1)
    columns *= numpy.concatenate([weight, weight]) / numpy.sqrt((columns**2).mean(axis=0))
    columns /= numpy.sqrt((columns[1:] ** 2).mean())
    columns[MASK] = numpy.random.default_rng(0).normal(size=width)
    return torch.from_numpy(columns.astype(numpy.float32))
