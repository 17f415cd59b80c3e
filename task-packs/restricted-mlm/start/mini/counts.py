"""How often tokens stand beside each other in the training text."""

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

from model import MASK, VOCABULARY

SMOOTHING = 0.1


def table(tokens: NDArray[numpy.int64]) -> Tensor:
    """ln(pairs + SMOOTHING), float16 [left token, right token]; beside the mask: ln of how often the other token occurs at all."""
    pairs = numpy.zeros((VOCABULARY, VOCABULARY))
    numpy.add.at(pairs, (tokens[:-1], tokens[1:]), 1)
    pairs[MASK] = pairs[:, MASK] = numpy.bincount(tokens, minlength=VOCABULARY)
    return torch.from_numpy(numpy.log(pairs + SMOOTHING)).half()
