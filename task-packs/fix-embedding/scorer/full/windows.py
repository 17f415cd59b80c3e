"""The hidden text that losses are measured on."""

import hashlib
from pathlib import Path

import numpy
import torch


def windows(path: Path, count: int, context: int) -> torch.Tensor:
    """Evenly spaced windows of tokens, int64 [count, context + 1]: always the same, so that scoring again is no second draw."""
    tokens = numpy.fromfile(path, dtype="<u2")
    if len(tokens) < context + count:
        raise ValueError(f"{path} holds {len(tokens)} tokens, too few for {count} windows of {context + 1}")
    starts = numpy.linspace(0, len(tokens) - context - 1, count).astype(int)
    return torch.from_numpy(numpy.stack([tokens[start : start + context + 1] for start in starts]).astype(numpy.int64))


def digest(rows: torch.Tensor) -> str:
    """SHA-256 over the tokens as little-endian uint16, row after row."""
    return hashlib.sha256(rows.numpy().astype("<u2").tobytes()).hexdigest()
