"""Makes the golden files beside it: `python3 make.py`, with PyTorch 1.13 of Debian 12.

Writes graphs with and without weights, weights, and golden.json with tokens, targets and the losses that PyTorch gives.
"""

import json
import struct
from pathlib import Path

import torch
from torch import Tensor, nn

from models import COLUMNS, VOCABULARY, Causal, Masked, mean_loss

HERE = Path(__file__).parent
ROWS = 10
SEED = 20261123


def randomise(model: nn.Module) -> None:
    """Gives every parameter values of its own; the exporter makes one of those that are equal."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)


def export(model: nn.Module, name: str, *, weights: bool) -> None:
    """Writes an ONNX graph with free rows; without weights, its parameters are inputs."""
    torch.onnx.export(
        model.eval(),
        (torch.zeros(2, COLUMNS, dtype=torch.int64),),
        str(HERE / name),
        input_names=["tokens"],
        output_names=["logits"],
        dynamic_axes={"tokens": {0: "rows"}, "logits": {0: "rows"}},
        opset_version=17,
        export_params=weights,
        do_constant_folding=weights,
    )


def write_safetensors(model: nn.Module, name: str) -> None:
    """Writes a model's parameters as F32, in the order of their names."""
    header: dict[str, dict[str, object]] = {}
    values = b""
    for key, parameter in sorted(model.named_parameters()):
        data = parameter.detach().numpy().astype("<f4").tobytes()
        header[key] = {
            "dtype": "F32",
            "shape": list(parameter.shape),
            "data_offsets": [len(values), len(values) + len(data)],
        }
        values += data
    text = json.dumps(header).encode()
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + values)


def main() -> None:
    torch.manual_seed(SEED)
    text = torch.randint(VOCABULARY, (ROWS, COLUMNS + 1))
    tokens: Tensor = text[:, :-1].contiguous()
    shifted = text[:, 1:].contiguous()
    masked = torch.where(torch.rand(ROWS, COLUMNS) < 0.2, tokens, -1)
    causal_model, masked_model = Causal(), Masked()
    for model in (causal_model, masked_model):
        randomise(model)
    export(causal_model, "causal.onnx", weights=True)
    export(causal_model, "causal-bare.onnx", weights=False)
    write_safetensors(causal_model, "causal.safetensors")
    export(masked_model, "masked.onnx", weights=True)
    golden = {
        "columns": COLUMNS,
        "vocabulary": VOCABULARY,
        "tokens": tokens.flatten().tolist(),
        "causal": {"targets": shifted.flatten().tolist(), "loss": mean_loss(causal_model, tokens, shifted)},
        "masked": {"targets": masked.flatten().tolist(), "loss": mean_loss(masked_model, tokens, masked)},
    }
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
