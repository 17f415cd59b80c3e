"""Writes the submission.

    python3 export.py MODEL.pt OUT.onnx
"""

import sys
from pathlib import Path

import torch

from model import LENGTH, Model


def main(trained: Path, target: Path) -> None:
    model = Model()
    # The scorer takes no bytes; the table's steps are small whole numbers, which float16 holds exactly.
    model.pairs = model.pairs.half()
    model.load_state_dict(torch.load(trained))
    model.eval()
    torch.onnx.export(
        model,
        torch.randint(1, model.shape.vocabulary, (2, LENGTH)),
        str(target),
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
        opset_version=15,
        # Folding would store the table in float32, twice as large.
        do_constant_folding=False,
    )
    print(f"{target}: {target.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
