"""How often each token of the vocabulary occurs: all that a start without a model knows."""

from pathlib import Path

import numpy

from text import VOCABULARY

# Added to every count, so that no token is impossible.
SMOOTHING = 0.1


def frequencies(train: Path, vocabulary: int = VOCABULARY) -> numpy.ndarray:
    """ln of each token's share of the training text, float32 [vocabulary]."""
    tokens = numpy.memmap(train, dtype="<u2", mode="r")
    counts = numpy.zeros(vocabulary)
    for part in numpy.array_split(tokens, max(1, len(tokens) // 100_000_000)):
        counts += numpy.bincount(part, minlength=vocabulary)
    smoothed = counts + SMOOTHING
    return numpy.log(smoothed / smoothed.sum()).astype("<f4")
