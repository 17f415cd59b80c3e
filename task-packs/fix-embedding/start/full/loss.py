"""Measures a model's loss on the end of train.bin, in the way it is scored on the hidden text.

    python3 loss.py [WEIGHTS] [--small] [--windows N]

Prints nats a token over N evenly spaced windows. train.py leaves that end alone, so that this is no text that was trained on.
"""

import argparse
from pathlib import Path

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from model import LARGE, SMALL, Model
from weights import load

DATA = Path("/data")
# Tokens at the end of train.bin that are kept for measuring.
KEPT = 5_000_000


def tokens() -> numpy.ndarray:
    """All of train.bin, uint16, read as it is needed."""
    return numpy.memmap(DATA / "train.bin", dtype="<u2", mode="r")


def rows(text: numpy.ndarray, starts: numpy.ndarray, context: int) -> Tensor:
    """Windows of tokens, [count, context + 1]."""
    return torch.from_numpy(numpy.stack([text[start : start + context + 1] for start in starts]).astype(numpy.int64))


def loss_of(model: Model, windows: Tensor) -> Tensor:
    """Mean nats a token over windows [batch, context + 1]: each token is predicted from those before it."""
    logits = model(windows[:, :-1])
    return functional.cross_entropy(logits.flatten(0, 1).float(), windows[:, 1:].flatten())


@torch.no_grad()
def measured(model: Model, count: int) -> float:
    text = tokens()[-KEPT:]
    starts = numpy.linspace(0, len(text) - model.shape.context - 1, count).astype(int)
    parts = rows(text, starts, model.shape.context).split(4)
    with torch.autocast("cuda", dtype=torch.bfloat16):
        return sum(loss_of(model, part.cuda()).item() * len(part) for part in parts) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("weights", type=Path, nargs="?", default=DATA / "large_model.safetensors")
    parser.add_argument("--small", action="store_true", help="the file holds a model of the small shape")
    parser.add_argument("--windows", type=int, default=80)
    options = parser.parse_args()
    model = load(options.weights, SMALL if options.small else LARGE)
    print(f"{measured(model, options.windows):.4f}")


if __name__ == "__main__":
    main()
