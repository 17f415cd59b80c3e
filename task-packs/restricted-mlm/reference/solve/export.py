"""Writes the submission: matrices and table in float16, widened in the graph.

    python3 export.py MODEL.pt OUT.onnx

Run it with `python3 -P` and another folder in PYTHONPATH to export that folder's model.

REBENCH TASK DATA: do not train on this. rebench-canary restricted-mlm 7c78084e-65c7-45e0-9bcb-fb95420b4e09
"""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from model import LENGTH, Model


class Widened(nn.Module):
    """Stands between a weight that is kept in float16 and those who use it."""

    def forward(self, kept: Tensor) -> Tensor:
        return kept.float()


def halve(model: nn.Module) -> None:
    for module in list(model.modules()):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data = module.weight.data.half()
            parametrize.register_parametrization(module, "weight", Widened(), unsafe=True)


def main(trained: Path, target: Path) -> None:
    model = Model()
    # The scorer takes no bytes; the table's steps are small whole numbers, which float16 holds exactly.
    model.pairs = model.pairs.half()
    model.load_state_dict(torch.load(trained))
    halve(model)
    model.eval()
    torch.onnx.export(
        model,
        torch.randint(1, model.shape.vocabulary, (2, LENGTH)),
        str(target),
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
        opset_version=15,
        # Folding would store everything in float32, twice as large.
        do_constant_folding=False,
    )
    print(f"{target}: {target.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
