"""The other side of the measurement in onnx-scoring.ts: a transformer in PyTorch, with random weights.

`export FOLDER` writes it as model.onnx, a larger one as large.onnx, and tokens.bin; `loss FOLDER THREADS` prints the seconds
that its loss over those tokens takes, without loading.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

VOCABULARY, COLUMNS, HEADS, LAYERS, ROWS, BATCH = 2048, 128, 6, 4, 400, 16


class Block(nn.Module):
    """A transformer block, pre-norm: x [rows, columns, width] to the same shape."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.before_attention = nn.LayerNorm(width)
        self.before_network = nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.register_buffer("later", torch.ones(COLUMNS, COLUMNS, dtype=torch.bool).triu(1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        size = self.width // HEADS
        query, key, value = self.attention(self.before_attention(x)).split(self.width, -1)
        query, key, value = (
            part.reshape(-1, COLUMNS, HEADS, size).transpose(1, 2) for part in (query, key, value)
        )
        weights = query @ key.transpose(-1, -2) / size**0.5
        mixed = weights.masked_fill(self.later, -1e9).softmax(-1) @ value
        x = x + self.out(mixed.transpose(1, 2).reshape(-1, COLUMNS, self.width))
        return x + self.down(functional.gelu(self.up(self.before_network(x))))


class Transformer(nn.Module):
    """Tokens [rows, columns] to logits [rows, columns, vocabulary]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, width)
        self.places = nn.Parameter(torch.randn(COLUMNS, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, VOCABULARY, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.tokens(tokens) + self.places
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def model(width: int) -> Transformer:
    torch.manual_seed(0)
    return Transformer(width).eval()


def export(folder: Path) -> None:
    for width, name in ((192, "model.onnx"), (288, "large.onnx")):
        torch.onnx.export(
            model(width),
            (torch.zeros(2, COLUMNS, dtype=torch.int64),),
            str(folder / name),
            input_names=["tokens"],
            output_names=["logits"],
            dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
            opset_version=17,
        )
    np.random.default_rng(0).integers(VOCABULARY, size=(2, ROWS, COLUMNS), dtype=np.int32).tofile(folder / "tokens.bin")


def loss(folder: Path, threads: int) -> None:
    torch.set_num_threads(threads)
    pair = np.fromfile(folder / "tokens.bin", dtype=np.int32).reshape(2, ROWS, COLUMNS)
    tokens, targets = torch.from_numpy(pair.astype(np.int64))
    transformer = model(192)
    with torch.no_grad():
        transformer(tokens[:BATCH])
        began = time.perf_counter()
        for row in range(0, ROWS, BATCH):
            logits = transformer(tokens[row : row + BATCH])
            functional.cross_entropy(
                logits.flatten(0, 1), targets[row : row + BATCH].flatten(), reduction="sum"
            ).item()
        print(time.perf_counter() - began)


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(Path(sys.argv[2]))
    else:
        loss(Path(sys.argv[2]), int(sys.argv[3]))
