"""What PyTorch makes of the scorer's weights and windows: the figures that the host's scoring must agree with.

    python3 pytorch_losses.py > pytorch-losses.json

Losses in nats a token on hidden/mini/windows.bin, float32.
"""

import json
import sys
from pathlib import Path

import numpy
import torch

PACK = Path(__file__).parent.parent
sys.path.insert(0, str(PACK / "start" / "mini"))
from loss import loss_of  # noqa: E402
from model import LARGE  # noqa: E402
from weights import load  # noqa: E402

FILES = {
    "start": "start/mini/fixed_model.safetensors",
    "reference": "reference/mini/fixed_model.safetensors",
    "intact": "hidden/mini/intact.safetensors",
}


def hidden_loss(path: Path) -> float:
    """Mean nats a token over all windows."""
    stored = numpy.fromfile(PACK / "hidden/mini/windows.bin", dtype="<u2").astype(numpy.int64)
    windows = torch.from_numpy(stored.reshape(-1, LARGE.context + 1))
    model = load(path, LARGE)
    with torch.no_grad():
        return sum(loss_of(model, part).item() * len(part) for part in windows.split(25)) / len(windows)


if __name__ == "__main__":
    names = sys.argv[1:]
    found = {name: hidden_loss(PACK / FILES.get(name, name)) for name in (names or FILES)}
    print(json.dumps({name: round(loss, 6) for name, loss in found.items()}, indent=2))
