"""Measures a model's loss on the text that is here.

    python3 loss.py [WEIGHTS] [--small] [--windows N]

Prints nats a token over N evenly spaced windows of text.bin. The hidden text is other text: a model that was trained on text.bin
does better here than there.
"""

import argparse
from pathlib import Path

import numpy
import torch
from torch.nn import functional

from model import LARGE, SMALL, Model
from weights import load

HERE = Path(__file__).parent


def windows(count: int, context: int) -> torch.Tensor:
    """Evenly spaced windows of tokens, [count, context + 1]."""
    tokens = numpy.fromfile(HERE / "text.bin", dtype="<u2").astype(numpy.int64)
    starts = numpy.linspace(0, len(tokens) - context - 1, count).astype(int)
    return torch.from_numpy(numpy.stack([tokens[start : start + context + 1] for start in starts]))


def loss_of(model: Model, rows: torch.Tensor) -> torch.Tensor:
    """Mean nats a token over windows [batch, context + 1]: each token is predicted from those before it."""
    logits = model(rows[:, :-1])
    return functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), rows[:, 1:].reshape(-1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("weights", type=Path, nargs="?", default=HERE / "fixed_model.safetensors")
    parser.add_argument("--small", action="store_true", help="the file holds a model of the small shape")
    parser.add_argument("--windows", type=int, default=128)
    options = parser.parse_args()
    model = load(options.weights, SMALL if options.small else LARGE)
    with torch.no_grad():
        parts = windows(options.windows, model.shape.context).split(16)
        losses = [loss_of(model, part).item() * len(part) for part in parts]
    print(f"{sum(losses) / options.windows:.4f}")


if __name__ == "__main__":
    main()
