"""Reads and writes safetensors files, which Debian has no package for.

A file is 8 bytes (length of the header, little-endian), a JSON header `{name: {dtype, shape, data_offsets}}`, then the values.
"""

import json
from pathlib import Path

import numpy
import torch

from model import Model, Shape

SIZES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read(path: Path) -> dict[str, torch.Tensor]:
    """All tensors of a file by name, as float32."""
    content = Path(path).read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    values = content[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        raw = numpy.frombuffer(values[start:end], dtype=SIZES[entry["dtype"]])
        if entry["dtype"] == "BF16":
            raw = (raw.astype("<u4") << 16).view("<f4")
        tensors[name] = torch.from_numpy(raw.astype(numpy.float32).reshape(entry["shape"]))
    return tensors


def write(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Writes tensors as float16. What is larger than 65504 becomes infinite."""
    header, values, at = {}, [], 0
    for name, tensor in tensors.items():
        raw = tensor.detach().cpu().numpy().astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        values.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(values))


def load(path: Path, shape: Shape) -> Model:
    """A model with the weights of a file."""
    model = Model(shape)
    model.load_state_dict(read(path))
    return model


