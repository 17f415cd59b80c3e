"""Reads and writes the weights of models as safetensors files."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from model import Model, Shape


def load(path: Path, shape: Shape, device: str = "cuda") -> Model:
    """A model with the weights of a file, in float32."""
    with torch.device(device):
        model = Model(shape)
    model.load_state_dict(load_file(path, device=device))
    return model


def save(path: Path, model: Model) -> None:
    """Writes the weights in half precision, as they are submitted."""
    tensors = {name: values.detach().to(torch.float16).contiguous() for name, values in model.state_dict().items()}
    save_file(tensors, path)
