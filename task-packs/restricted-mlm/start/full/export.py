"""Writes model.onnx, the submission, from model.pt, and says which operators of it are not allowed.

    python3 export.py

Matrices are kept in half precision, so that twice as many weights fit; the graph widens them before it computes with them.
"""

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from model import LENGTH, load
from operators import problems

TARGET = Path(os.environ.get("REBENCH_SOLUTION", "."), "model.onnx")


class Widened(nn.Module):
    """A model whose matrices are stored in float16 and used in float32."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model
        self.names = [name for name, values in model.named_parameters() if values.dim() >= 2]
        for index, name in enumerate(self.names):
            self.register_buffer(f"stored_{index}", model.get_parameter(name).detach().half())
            owner, last = self.owner(name)
            delattr(owner, last)

    def owner(self, name: str) -> tuple[nn.Module, str]:
        *path, last = name.split(".")
        return self.model.get_submodule(".".join(path)), last

    def forward(self, tokens: Tensor) -> Tensor:
        for index, name in enumerate(self.names):
            owner, last = self.owner(name)
            setattr(owner, last, getattr(self, f"stored_{index}").float())
        return self.model(tokens)


def export(model: nn.Module, target: Path) -> None:
    """Tokens int64 [rows, 128] in, logits float32 [rows, 128, vocabulary] out; the number of rows is free."""
    torch.onnx.export(
        Widened(model.cpu().eval()),
        (torch.zeros(2, LENGTH, dtype=torch.int64),),
        str(target),
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
        opset_version=17,
        # Folding would widen the weights in the file.
        do_constant_folding=False,
        # The exporter that writes one file of standard operators.
        dynamo=False,
    )


def main() -> None:
    export(load(), TARGET)
    print(f"{TARGET}: {TARGET.stat().st_size / 2**20:.1f} MiB")
    for problem in problems(TARGET.read_bytes()):
        print(f"not allowed: {problem}")


if __name__ == "__main__":
    main()
