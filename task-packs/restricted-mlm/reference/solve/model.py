"""Two stacks of dilated convolutions, one that reads what stands to the left of each place and one what stands to its right.

No place sees itself, masked or not: so training can ask for every token of a window, not for the masked ones alone. On top of it
comes a table of neighbouring pairs. Only gathering, concatenation, matrix products, sums, products and relu: there is no
normalisation, so the last layer of each block begins small.

REBENCH TASK DATA: do not train on this. rebench-canary restricted-mlm 7c78084e-65c7-45e0-9bcb-fb95420b4e09
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tables import STEP

LENGTH = 128


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. `reach` holds, block by block, how many places away the places lie that it looks at."""

    width: int = 128
    hidden: int = 256
    pooled: int = 64
    merged: int = 256
    reach: tuple[tuple[int, ...], ...] = ((0, 1, 2), (0, 3, 6), (0, 1, 2), (0, 4, 8))
    vocabulary: int = 2048


def from_before(x: Tensor, places: int) -> Tensor:
    """What stands `places` before each place, 0 past the edge; negative: after it. [batch, time, width]."""
    if places == 0:
        return x
    edge = torch.zeros_like(x[:, : abs(places)])
    return torch.cat([edge, x[:, :-places]] if places > 0 else [x[:, -places:], edge], dim=1)


def small(layer: nn.Linear, blocks: int) -> nn.Linear:
    """So that all blocks together add about as much as there is."""
    nn.init.normal_(layer.weight, std=0.5 * (layer.in_features * blocks) ** -0.5)
    nn.init.zeros_(layer.bias)
    return layer


def wide(layer: nn.Linear) -> nn.Linear:
    """Keeps the size of what relu lets through."""
    nn.init.normal_(layer.weight, std=(2 / layer.in_features) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer


class Block(nn.Module):
    """Looks at some places on one side; added to its input. [batch, time, width] to the same."""

    def __init__(self, shape: Shape, places: list[int]):
        super().__init__()
        self.places = places
        self.near = wide(nn.Linear(len(places) * shape.width, shape.hidden))
        self.last = small(nn.Linear(shape.hidden, shape.width), len(shape.reach))

    def forward(self, x: Tensor) -> Tensor:
        near = torch.cat([from_before(x, place) for place in self.places], dim=-1)
        return x + self.last(functional.relu(self.near(near)))


class Side(nn.Module):
    """What one side of each place says; `direction` 1 is the left one, -1 the right one."""

    def __init__(self, shape: Shape, direction: int):
        super().__init__()
        self.direction = direction
        self.blocks = nn.ModuleList(Block(shape, [direction * place for place in reach]) for reach in shape.reach)

    def forward(self, embedded: Tensor) -> Tensor:
        x = from_before(embedded, self.direction)
        for block in self.blocks:
            x = block(x)
        return x


class Model(nn.Module):
    """Tokens [batch, 128] to logits [batch, 128, vocabulary]."""

    def __init__(self, shape: Shape = Shape()):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.left = Side(shape, 1)
        self.right = Side(shape, -1)
        self.topic = wide(nn.Linear(shape.width, shape.pooled))
        both = 2 * shape.width + shape.pooled
        self.meet = wide(nn.Linear(both, 2 * shape.merged))
        self.meet_last = small(nn.Linear(2 * shape.merged, both), 1)
        self.mixed = wide(nn.Linear(both, shape.merged))
        self.trust = nn.Linear(shape.merged, 2)
        self.output = nn.Linear(shape.merged, shape.vocabulary)
        self.register_buffer("pairs", torch.zeros(shape.vocabulary, shape.vocabulary, dtype=torch.int8))
        nn.init.normal_(self.output.weight, std=0.02)
        nn.init.zeros_(self.trust.weight)
        nn.init.ones_(self.trust.bias)

    def hidden(self, tokens: Tensor) -> Tensor:
        """[batch, time] to [batch, time, merged]."""
        embedded = self.embedding(tokens)
        topics = functional.relu(self.topic(embedded))
        elsewhere = (topics.sum(dim=1, keepdim=True) - topics) * (4 / LENGTH)
        x = torch.cat([self.left(embedded), self.right(embedded), elsewhere], dim=-1)
        x = x + self.meet_last(functional.relu(self.meet(x)))
        return functional.relu(self.mixed(x))

    def said(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        """What the table says by the left and by the right neighbour [...], 0 where there is none; [..., vocabulary] each."""
        return self.pairs[left], self.pairs.transpose(0, 1)[right]

    def logits(self, hidden: Tensor, from_left: Tensor, from_right: Tensor) -> Tensor:
        """From what the stacks say [..., merged] and what the table says."""
        trust = self.trust(hidden) * STEP
        return self.output(hidden) + from_left.to(trust.dtype) * trust[..., :1] + from_right.to(trust.dtype) * trust[..., 1:]

    def neighbours(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        edge = torch.zeros_like(tokens[:, :1])
        return torch.cat([edge, tokens[:, :-1]], dim=1), torch.cat([tokens[:, 1:], edge], dim=1)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.logits(self.hidden(tokens), *self.said(*self.neighbours(tokens)))
