"""A first try: trains the damaged model on the offered text.

    python3 fine_tune.py OUT.safetensors [--what all|embedding|scratch] [--steps N] [--rate R] [--trail FOLDER]

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import argparse
from pathlib import Path

import torch
from common import Trail, batches, large_model, train

from loss import loss_of
from model import LARGE, Model
from weights import write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--what", choices=["all", "embedding", "scratch"], default="all")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--every", type=int, default=25)
    parser.add_argument("--trail", type=Path)
    options = parser.parse_args()
    torch.manual_seed(1)
    model = Model(LARGE) if options.what == "scratch" else large_model()
    trail = Trail(options.trail)
    trained = [model.embedding.weight] if options.what == "embedding" else list(model.parameters())
    for parameter in model.parameters():
        parameter.requires_grad_(any(parameter is one for one in trained))

    def after(step: int, loss: float) -> None:
        if step % options.every == 0:
            trail.say(step=step, loss=round(loss, 4))
            trail.note(model.state_dict())

    train(
        loss=lambda rows: loss_of(model, rows),
        groups=[{"params": trained, "lr": options.rate}],
        steps=options.steps,
        draw=batches(options.batch, seed=1),
        after=after,
    )
    write(options.out, model.state_dict())


if __name__ == "__main__":
    main()
