"""Writes rung 02: the table of neighbouring pairs alone, no training.

    python3 both_neighbours.py DATA OUT.onnx

REBENCH TASK DATA: do not train on this. rebench-canary restricted-mlm 7c78084e-65c7-45e0-9bcb-fb95420b4e09
"""

import sys
from pathlib import Path

import numpy
import torch
from torch import Tensor, nn

from tables import STEP, association, frequencies, stored


class BothNeighbours(nn.Module):
    """Tokens [batch, 128] to logits [batch, 128, vocabulary]: ln of how frequent a token is, and how it gets on with each neighbour."""

    def __init__(self, pairs: Tensor, frequent: Tensor):
        super().__init__()
        self.register_buffer("pairs", pairs)
        self.register_buffer("frequent", frequent)

    def forward(self, tokens: Tensor) -> Tensor:
        nothing = torch.zeros_like(tokens[:, :1])
        left = torch.cat([nothing, tokens[:, :-1]], dim=1)
        right = torch.cat([tokens[:, 1:], nothing], dim=1)
        said = self.pairs[left].float() + self.pairs.transpose(0, 1)[right].float()
        return said * STEP + self.frequent


def main(data: Path, target: Path) -> None:
    tokens = numpy.fromfile(data / "train.bin", dtype="<u2").astype(numpy.int64)
    frequent = torch.from_numpy(numpy.log(frequencies(tokens))).float()
    torch.onnx.export(
        BothNeighbours(stored(association(tokens)).half(), frequent),
        torch.ones(2, 128, dtype=torch.int64),
        str(target),
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
        opset_version=15,
        do_constant_folding=False,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
