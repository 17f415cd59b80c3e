"""The model that submitted weights are put into: GPT-2, as a function of its weights."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Shape:
    """Sizes of a model; `context` in tokens."""

    layers: int
    heads: int
    width: int
    vocabulary: int
    context: int

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Every weight by name, and its shape."""
        width = self.width
        shapes: dict[str, tuple[int, ...]] = {
            "embedding.weight": (self.vocabulary, width),
            "position.weight": (self.context, width),
        }
        for index in range(self.layers):
            block = f"blocks.{index}"
            shapes |= norm(f"{block}.attention_norm", width)
            shapes |= linear(f"{block}.attention.input", width, 3 * width)
            shapes |= linear(f"{block}.attention.output", width, width)
            shapes |= norm(f"{block}.perceptron_norm", width)
            shapes |= linear(f"{block}.perceptron.0", width, 4 * width)
            shapes |= linear(f"{block}.perceptron.2", 4 * width, width)
        return shapes | norm("final_norm", width)


def norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def logits(weights: Weights, shape: Shape, tokens: Tensor) -> Tensor:
    """Tokens [batch, time] to logits [batch, time, vocabulary], in the precision of the weights."""
    x = functional.embedding(tokens, weights["embedding.weight"]) + weights["position.weight"][: tokens.shape[1]]
    for index in range(shape.layers):
        block = f"blocks.{index}"
        x = x + attention(weights, shape, f"{block}.attention", normalised(weights, f"{block}.attention_norm", x))
        x = x + perceptron(weights, f"{block}.perceptron", normalised(weights, f"{block}.perceptron_norm", x))
    return functional.linear(normalised(weights, "final_norm", x), weights["embedding.weight"])


def attention(weights: Weights, shape: Shape, name: str, x: Tensor) -> Tensor:
    """Causal self-attention, [batch, time, width] to the same shape."""
    batch, time, width = x.shape
    size = width // shape.heads
    parts = apply(weights, f"{name}.input", x).view(batch, time, 3, shape.heads, size).permute(2, 0, 3, 1, 4)
    query, key, value = parts[0], parts[1], parts[2]
    future = torch.full((time, time), float("-inf"), device=x.device, dtype=x.dtype).triu(1)
    mixed = torch.softmax(query @ key.transpose(-2, -1) * size**-0.5 + future, dim=-1) @ value
    return apply(weights, f"{name}.output", mixed.transpose(1, 2).reshape(batch, time, width))


def perceptron(weights: Weights, name: str, x: Tensor) -> Tensor:
    hidden = functional.gelu(apply(weights, f"{name}.0", x), approximate="tanh")
    return apply(weights, f"{name}.2", hidden)


def apply(weights: Weights, name: str, x: Tensor) -> Tensor:
    return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def normalised(weights: Weights, name: str, x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])
