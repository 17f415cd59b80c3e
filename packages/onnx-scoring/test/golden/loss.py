"""Losses that PyTorch gives with weights from safetensors files: `python3 loss.py FILE…`, one number or null a line.

Null where the file cannot be read into the model, or the loss is not finite. PyTorch 1.13 has no reader of its own for such files.
"""

import json
import math
import struct
import sys
from pathlib import Path

import torch
from torch import Tensor

from models import Causal, mean_loss

HERE = Path(__file__).parent
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Reads a file's tensors by name, as float32."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    values = content[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        stored = torch.frombuffer(bytearray(values[begin:end]), dtype=TYPES[entry["dtype"]])
        tensors[name] = stored.reshape(entry["shape"]).float()
    return tensors


def main() -> None:
    golden = json.loads((HERE / "golden.json").read_text())
    shape = (-1, golden["columns"])
    tokens = torch.tensor(golden["tokens"]).reshape(shape)
    targets = torch.tensor(golden["causal"]["targets"]).reshape(shape)
    model = Causal().eval()
    for path in sys.argv[1:]:
        try:
            model.load_state_dict(read_safetensors(Path(path)))
            loss = mean_loss(model, tokens, targets)
        except (ValueError, KeyError, RuntimeError):
            loss = math.nan
        print(json.dumps(loss if math.isfinite(loss) else None), flush=True)


if __name__ == "__main__":
    main()
