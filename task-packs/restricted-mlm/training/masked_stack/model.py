"""A residual stack that mixes neighbours like a dilated convolution, on top of a table of neighbouring pairs.

Only gathering, concatenation, matrix products, sums, products and relu: no normalisation, so the last layer of each block
begins small.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

# As in reference/solve/tables.py.
STEP = 0.1

LENGTH = 128


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. `reach` holds, block by block, how many places away the places lie that it looks at."""

    width: int = 160
    hidden: int = 320
    pooled: int = 32
    reach: tuple[tuple[int, ...], ...] = (
        (-2, -1, 0, 1, 2),
        (-1, 0, 1),
        (-2, 0, 2),
        (-4, 0, 4),
        (-8, 0, 8),
        (-1, 0, 1),
        (-2, 0, 2),
    )
    vocabulary: int = 2048


def from_left(x: Tensor, places: int) -> Tensor:
    """What stands `places` to the left of each place, 0 past the edges; negative: to the right. [batch, time, width]."""
    if places == 0:
        return x
    edge = torch.zeros_like(x[:, : abs(places)])
    return torch.cat([edge, x[:, :-places]] if places > 0 else [x[:, -places:], edge], dim=1)


class Block(nn.Module):
    """Looks at some places around each and at a sum over all; added to its input. [batch, time, width] to the same."""

    def __init__(self, shape: Shape, reach: tuple[int, ...]):
        super().__init__()
        self.reach = reach
        self.near = nn.Linear(len(reach) * shape.width, shape.hidden)
        self.everywhere = nn.Linear(shape.width, shape.pooled)
        self.topic = nn.Linear(shape.pooled, shape.hidden, bias=False)
        self.last = nn.Linear(shape.hidden, shape.width)
        nn.init.normal_(self.near.weight, std=(2 / self.near.in_features) ** 0.5)
        nn.init.normal_(self.topic.weight, std=0.02)
        nn.init.normal_(self.last.weight, std=0.5 * (shape.hidden * len(shape.reach)) ** -0.5)
        for layer in (self.near, self.last):
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        near = self.near(torch.cat([from_left(x, places) for places in self.reach], dim=-1))
        topic = functional.relu(self.everywhere(x)).sum(dim=1, keepdim=True) * (1 / LENGTH)
        return x + self.last(functional.relu(near + self.topic(topic)))


class Model(nn.Module):
    """Tokens [batch, 128] to logits [batch, 128, vocabulary]."""

    def __init__(self, shape: Shape = Shape()):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape, reach) for reach in shape.reach)
        self.mixed = nn.Linear(shape.width, shape.width)
        self.trust = nn.Linear(shape.width, 2)
        self.output = nn.Linear(shape.width, shape.vocabulary)
        self.register_buffer("pairs", torch.zeros(shape.vocabulary, shape.vocabulary, dtype=torch.int8))
        nn.init.normal_(self.output.weight, std=0.02)
        nn.init.zeros_(self.trust.weight)
        nn.init.ones_(self.trust.bias)

    def hidden(self, tokens: Tensor) -> Tensor:
        """[batch, time] to [batch, time, width]."""
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return functional.relu(self.mixed(x))

    def logits(self, hidden: Tensor, left: Tensor, right: Tensor) -> Tensor:
        """From what the stack says [..., width] and the two neighbours [...], 0 where there is none."""
        trust = self.trust(hidden) * STEP
        from_left_side = self.pairs[left].to(trust.dtype) * trust[..., :1]
        from_right_side = self.pairs.transpose(0, 1)[right].to(trust.dtype) * trust[..., 1:]
        return self.output(hidden) + from_left_side + from_right_side

    def neighbours(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        edge = torch.zeros_like(tokens[:, :1])
        return torch.cat([edge, tokens[:, :-1]], dim=1), torch.cat([tokens[:, 1:], edge], dim=1)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.logits(self.hidden(tokens), *self.neighbours(tokens))
