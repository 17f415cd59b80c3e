"""A small GPT: learned positions, pre-normalised blocks, GELU, and an embedding that is tied to the output layer."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. `width` must be a multiple of `heads`."""

    layers: int
    heads: int
    width: int
    vocabulary: int = 2048
    context: int = 128


LARGE = Shape(layers=4, heads=6, width=192)
SMALL = Shape(layers=1, heads=2, width=64)


class Attention(nn.Module):
    """Causal self-attention, [batch, time, width] to the same shape."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.input = nn.Linear(shape.width, 3 * shape.width)
        self.output = nn.Linear(shape.width, shape.width)
        mask = torch.full((shape.context, shape.context), -1e9).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, width = x.shape
        size = width // self.heads
        parts = self.input(x).view(batch, time, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        weights = query @ key.transpose(-2, -1) * size**-0.5 + self.mask[:time, :time]
        mixed = torch.softmax(weights, dim=-1) @ value
        return self.output(mixed.transpose(1, 2).reshape(batch, time, width))


class Block(nn.Module):
    """Attention and a two-layer perceptron, each added to its input."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.attention_norm = nn.LayerNorm(shape.width)
        self.attention = Attention(shape)
        self.perceptron_norm = nn.LayerNorm(shape.width)
        self.perceptron = nn.Sequential(
            nn.Linear(shape.width, 4 * shape.width),
            nn.GELU(),
            nn.Linear(4 * shape.width, shape.width),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x))
        return x + self.perceptron(self.perceptron_norm(x))


class Model(nn.Module):
    """Tokens [batch, time], time at most `context`, to logits [batch, time, vocabulary]."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.position = nn.Embedding(shape.context, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.final_norm = nn.LayerNorm(shape.width)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                last_of_block = name.endswith(("output.weight", "perceptron.2.weight"))
                scale = 0.02 / (2 * shape.layers) ** 0.5 if last_of_block else 0.02
                nn.init.normal_(parameter, std=scale)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, tokens: Tensor) -> Tensor:
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.embedding(tokens) + self.position(positions)
        for block in self.blocks:
            x = block(x)
        return functional.linear(self.final_norm(x), self.embedding.weight)
