"""Loss of the start and of the reference on the hidden text as PyTorch computes it, to hold the scorer's figures against.

    python3 torch_loss.py [start] [reference] > torch-losses.json

Takes the weights out of the model.onnx files and puts them into the PyTorch models that these were exported from.
"""

import importlib
import json
import sys
from pathlib import Path

import numpy
import torch
from torch import Tensor, nn
from torch.nn import functional

PACK = Path(__file__).parent.parent
SOURCES = {"start": PACK / "start" / "mini", "reference": PACK / "reference" / "solve"}
MASKED = 0x8000
TYPES = {1: "<f4", 7: "<i8", 10: "<f2"}

sys.path.insert(0, str(SOURCES["start"]))
operators = importlib.import_module("operators")


def number_fields(data: memoryview) -> dict[int, list[int]]:
    """Numbers in a protobuf message, by field."""
    found: dict[int, list[int]] = {}
    at = 0
    while at < len(data):
        key, at = operators.varint(data, at)
        if key & 7 == 0:
            value, at = operators.varint(data, at)
            found.setdefault(key >> 3, []).append(value)
        elif key & 7 == 2:
            size, at = operators.varint(data, at)
            if key >> 3 == 1:
                found.setdefault(1, []).extend(packed(data[at : at + size]))
            at += size
        else:
            at += 8 if key & 7 == 1 else 4
    return found


def packed(data: memoryview) -> list[int]:
    values, at = [], 0
    while at < len(data):
        value, at = operators.varint(data, at)
        values.append(value)
    return values


def constants(file: Path) -> dict[str, Tensor]:
    """The graph's initializers by name."""
    found = {}
    for field, graph in operators.fields(memoryview(file.read_bytes())):
        for inner, tensor in operators.fields(graph) if field == 7 else ():
            if inner != 5:
                continue
            parts = dict(operators.fields(tensor))
            numbers = number_fields(tensor)
            values = numpy.frombuffer(parts[9], dtype=TYPES[numbers[2][0]]).reshape(numbers.get(1, []))
            name = bytes(parts[8]).decode().replace("parametrizations.weight.original", "weight")
            found[name] = torch.from_numpy(values.copy())
    return found


def model_of(which: str) -> nn.Module:
    for name in ("model", "tables", "counts"):
        sys.modules.pop(name, None)
    sys.path.insert(0, str(SOURCES[which]))
    model = importlib.import_module("model").Model()
    sys.path.pop(0)
    weights = constants(PACK / which / "mini" / "model.onnx")
    model.pairs = model.pairs.half()
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    return model.eval()


def loss(model: nn.Module) -> float:
    """Nats a masked token."""
    stored = numpy.fromfile(PACK / "hidden" / "mini" / "windows.bin", dtype="<u2").reshape(-1, 128)
    masked = (stored & MASKED) != 0
    tokens = torch.from_numpy(numpy.where(masked, 0, stored).astype(numpy.int64))
    targets = torch.from_numpy(numpy.where(masked, stored & ~MASKED, -100).astype(numpy.int64))
    total = 0.0
    with torch.no_grad():
        for rows, wanted in zip(tokens.split(16), targets.split(16)):
            total += functional.cross_entropy(model(rows).flatten(0, 1).double(), wanted.flatten(), reduction="sum").item()
    return total / int(masked.sum())


def main() -> None:
    torch.set_num_threads(2)
    print(json.dumps({which: round(loss(model_of(which)), 6) for which in sys.argv[1:] or SOURCES}))


if __name__ == "__main__":
    main()
