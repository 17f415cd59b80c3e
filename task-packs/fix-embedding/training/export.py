"""Exports the large model's graph without its weights, which become inputs of their names.

    python3 export.py OUT.onnx

tokens int64 [rows, columns <= 128] -> logits float32 [rows, columns, 2048]; rows and columns are free.
"""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "start" / "mini"))
from model import LARGE, Model  # noqa: E402

OPSET = 17


def main(target: Path) -> None:
    torch.manual_seed(0)
    model = Model(LARGE).eval()
    # Equal tensors, such as biases of zeros, would be merged into one input.
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    torch.onnx.export(
        model,
        (torch.zeros(2, LARGE.context, dtype=torch.int64),),
        str(target),
        export_params=False,
        opset_version=OPSET,
        do_constant_folding=False,
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows", 1: "columns"}, "logits": {0: "rows", 1: "columns"}},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
