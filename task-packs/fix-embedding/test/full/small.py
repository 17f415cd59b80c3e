"""A model of the tier's make with a few thousand weights, and files that hold it."""

import json
from pathlib import Path

import numpy

from programs import SCORER, program

score = program(SCORER, "score")

SMALL = score.Shape(layers=2, heads=5, width=20, vocabulary=512, context=32)
Tensors = dict[str, numpy.ndarray]


def random_tensors(seed: int, scale: float = 0.02) -> Tensors:
    """Weights by name, float16: matrices and biases near 0, norms near 1."""
    generator = numpy.random.default_rng(seed)
    shapes = SMALL.tensors()
    near = {name: 1.0 if "norm.weight" in name else 0.0 for name in shapes}
    return {
        name: (near[name] + scale * generator.standard_normal(shape)).astype(numpy.float16)
        for name, shape in shapes.items()
    }


def header_of(tensors: Tensors) -> dict[str, dict]:
    header, at = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    return header


def write(file: Path, tensors: Tensors, header: object = None) -> None:
    """A safetensors file; with another header than the right one if one is given."""
    text = json.dumps(header_of(tensors) if header is None else header).encode()
    values = b"".join(values.tobytes() for values in tensors.values())
    file.write_bytes(len(text).to_bytes(8, "little") + text + values)
