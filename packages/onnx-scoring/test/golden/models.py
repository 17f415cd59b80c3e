"""Two small language models in PyTorch, to compare losses with."""

import torch
from torch import Tensor, nn
from torch.nn import functional

VOCABULARY = 48
COLUMNS = 12
WIDTH = 16
HEADS = 2


class Block(nn.Module):
    """A transformer block, pre-norm: x [rows, columns, width] to the same shape."""

    def __init__(self) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(WIDTH)
        self.before_network = nn.LayerNorm(WIDTH)
        self.attention = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        columns = x.shape[1]
        query, key, value = self.attention(self.before_attention(x)).split(WIDTH, -1)
        split = (-1, columns, HEADS, WIDTH // HEADS)
        query, key, value = (part.reshape(split).transpose(1, 2) for part in (query, key, value))
        weights = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        later = torch.ones(columns, columns, dtype=torch.bool).triu(1)
        mixed = weights.masked_fill(later, -1e9).softmax(-1) @ value
        x = x + self.out(mixed.transpose(1, 2).reshape(-1, columns, WIDTH))
        return x + self.down(functional.gelu(self.up(self.before_network(x))))


class Causal(nn.Module):
    """Predicts the next token: tokens [rows, columns] to logits [rows, columns, vocabulary]."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Parameter(torch.zeros(COLUMNS, WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.tokens(tokens) + self.places[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Masked(nn.Module):
    """Predicts masked tokens with convolutions: tokens [rows, columns] to logits [rows, columns, vocabulary]."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.convolutions = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 5, padding=2) for _ in range(3))
        self.head = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.tokens(tokens).transpose(1, 2)
        for convolution in self.convolutions:
            x = x + functional.relu(convolution(x))
        return self.head(x.transpose(1, 2))


def mean_loss(model: nn.Module, tokens: Tensor, targets: Tensor) -> float:
    """Mean cross-entropy in nats over the places whose target is not -1."""
    with torch.no_grad():
        logits = model(tokens)
    loss = functional.cross_entropy(logits.flatten(0, 1).double(), targets.flatten(), ignore_index=-1)
    return float(loss)
