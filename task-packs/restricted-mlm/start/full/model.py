"""The model: each place on its own, an embedding and two hidden layers. What it can learn is how often tokens occur."""

import torch
from torch import Tensor, nn
from torch.nn import functional

VOCABULARY = 50257
LENGTH = 128
MASK = 50256


class Model(nn.Module):
    """Tokens [rows, 128], int64, to logits [rows, 128, vocabulary]."""

    def __init__(self, width: int = 256, hidden: int = 2048, vocabulary: int = VOCABULARY):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, width)
        self.output = nn.Linear(width, vocabulary)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        x = x + self.second(functional.relu(self.first(x)))
        return self.output(x)


def load(path: str = "model.pt", **sizes: int) -> Model:
    """A trained model, on the processor."""
    model = Model(**sizes)
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.eval()
