"""The small model in the large one's shape: the same function, tensor by tensor.

    python3 fold_small.py OUT.safetensors

Every feature stands several times in the residual stream, so that means and variances of the normalisations stay what they are. The
first heads compute the small model's attention, the others add nothing, and so do the layers that the small model lacks.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import sys
from pathlib import Path

import torch
from common import small_model

from model import LARGE, SMALL, Model
from weights import write


COPIES = LARGE.width // SMALL.width


def repeated(rows: torch.Tensor) -> torch.Tensor:
    """Repeats the last axis."""
    return torch.cat([rows] * COPIES, dim=-1)


def shared(weight: torch.Tensor) -> torch.Tensor:
    """A matrix [out, width] that reads the repeated features: each copy gives its share."""
    return repeated(weight) / COPIES


def folded() -> Model:
    small, large = small_model(), Model(LARGE)
    with torch.no_grad():
        for parameter in large.parameters():
            parameter.zero_()
        large.embedding.weight.copy_(repeated(small.embedding.weight))
        large.position.weight.copy_(repeated(small.position.weight))
        # Each logit is a product over all copies.
        large.final_norm.weight.copy_(shared(small.final_norm.weight))
        large.final_norm.bias.copy_(shared(small.final_norm.bias))
        narrow, wide = SMALL.width, LARGE.width
        for source, target in zip(small.blocks, large.blocks):
            for name in ("attention_norm", "perceptron_norm"):
                getattr(target, name).weight.copy_(repeated(getattr(source, name).weight))
                getattr(target, name).bias.copy_(repeated(getattr(source, name).bias))
            for part in range(3):
                here, there = slice(part * narrow, part * narrow + narrow), slice(part * wide, part * wide + narrow)
                target.attention.input.weight[there] = shared(source.attention.input.weight[here])
                target.attention.input.bias[there] = source.attention.input.bias[here]
            target.attention.output.bias.copy_(repeated(source.attention.output.bias))
            target.perceptron[0].weight[: 4 * narrow] = shared(source.perceptron[0].weight)
            target.perceptron[0].bias[: 4 * narrow] = source.perceptron[0].bias
            for copy in (slice(at, at + narrow) for at in range(0, wide, narrow)):
                target.attention.output.weight[copy, :narrow] = source.attention.output.weight
                target.perceptron[2].weight[copy, : 4 * narrow] = source.perceptron[2].weight
                target.perceptron[2].bias[copy] = source.perceptron[2].bias
    return large


if __name__ == "__main__":
    write(Path(sys.argv[1]), folded().state_dict())
