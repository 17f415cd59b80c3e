"""The small model's embedding through a learned linear map, in place of the large one's.

    python3 adapter.py OUT.safetensors [--steps N] [--then N] [--trail FOLDER]

For `steps` only the map is trained, all else stands still; then, for `then` steps, the rows themselves.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import argparse
from pathlib import Path

import torch
from common import Trail, batches, large_model, small_model, train
from torch import Tensor
from torch.nn import functional

from loss import loss_of
from model import Model
from weights import write


def loss_with(model: Model, embedding: Tensor, rows: Tensor) -> Tensor:
    """Loss of windows [batch, context + 1] when the model uses `embedding` [vocabulary, width] on both ends."""
    tokens, targets = rows[:, :-1], rows[:, 1:]
    x = functional.embedding(tokens, embedding) + model.position.weight[: tokens.shape[1]]
    for block in model.blocks:
        x = block(x)
    logits = functional.linear(model.final_norm(x), embedding)
    return functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))


def learn(model: Model, source: Tensor, *, steps: int, rate: float, batch: int, trail: Trail, every: int = 25) -> Tensor:
    """Rows [vocabulary, width] = source @ map + shift, the map learned from the offered text through the frozen model."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    generator = torch.Generator().manual_seed(1)
    width = model.shape.width
    spread = model.embedding.weight.norm(dim=1).median() / width**0.5
    start = torch.randn(source.shape[1], width, generator=generator) * spread / source.norm(dim=1).median()
    matrix, shift = start.requires_grad_(True), torch.zeros(width, requires_grad=True)

    def rows() -> Tensor:
        return source @ matrix + shift

    def after(step: int, loss: float) -> None:
        if step % every == 0:
            trail.say(stage="map", step=step, loss=round(loss, 4))
            trail.note({**model.state_dict(), "embedding.weight": rows()})

    train(
        loss=lambda windows: loss_with(model, rows(), windows),
        groups=[{"params": [matrix, shift], "lr": rate}],
        steps=steps,
        draw=batches(batch, seed=1),
        after=after,
    )
    return rows().detach()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--then", type=int, default=100)
    parser.add_argument("--rate", type=float, default=1e-2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--trail", type=Path)
    options = parser.parse_args()
    trail = Trail(options.trail)
    model, small = large_model(), small_model()
    found = learn(
        model, small.embedding.weight.detach(), steps=options.steps, rate=options.rate, batch=options.batch, trail=trail
    )
    model.embedding.weight.data.copy_(found)
    for parameter in model.parameters():
        parameter.requires_grad_(True)

    def after(step: int, loss: float) -> None:
        if step % 25 == 0:
            trail.say(stage="all", step=step, loss=round(loss, 4))
            trail.note(model.state_dict())

    train(
        loss=lambda rows: loss_of(model, rows),
        groups=[{"params": list(model.parameters()), "lr": 2e-4}],
        steps=options.then,
        draw=batches(options.batch, seed=2),
        after=after,
    )
    write(options.out, model.state_dict())


if __name__ == "__main__":
    main()
