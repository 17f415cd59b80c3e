"""Writes model.onnx, the submission, from model.pt, and says what the scorer would object to in it.

    python3 export.py [OUT]
"""

import sys
from pathlib import Path

import torch

from model import LENGTH, VOCABULARY, Model
from operators import problems

HERE = Path(__file__).parent


def main(target: Path) -> None:
    model = Model()
    model.load_state_dict(torch.load(HERE / "model.pt"))
    model.eval()
    torch.onnx.export(
        model,
        torch.randint(1, VOCABULARY, (2, LENGTH)),
        str(target),
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
        opset_version=15,
        # Folding would store the table in float32, twice as large.
        do_constant_folding=False,
    )
    print(f"{target}: {target.stat().st_size / 2**20:.1f} MiB")
    for problem in problems(target.read_bytes()):
        print(f"not allowed: {problem}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "model.onnx")
