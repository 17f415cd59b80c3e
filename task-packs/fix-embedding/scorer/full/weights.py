"""Reads a submission: a safetensors file that must hold the expected tensors and nothing else.

The file is data. Its header is parsed as JSON, its values are copied; nothing in it is ever executed. What it may hold is known
beforehand, so everything that differs is refused, with a reason that the agent can act on.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy
import torch

from refused import Refused

# Generous: the header of the expected tensors takes about 60,000 bytes.
LARGEST_HEADER = 1_000_000
BYTES_OF_VALUE = 2
DTYPES = ("F16", "BF16")

Shapes = dict[str, tuple[int, ...]]
# Where the values of each tensor begin, in bytes from the start of the file, and their type.
Places = dict[str, tuple[int, str]]


def locate(path: Path, shapes: Shapes) -> Places:
    """Checks the whole layout before any value is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or not 2 <= length <= min(LARGEST_HEADER, size - 8):
            raise Refused("it is no safetensors file: the length of its header is missing or makes no sense")
        header = parse(file.read(length))
    header.pop("__metadata__", None)
    names("it lacks", shapes.keys() - header.keys())
    names("it holds tensors that the model does not have:", header.keys() - shapes.keys())
    spans = []
    places = {}
    for name, expected in shapes.items():
        dtype, begin, end = entry_of(name, header[name], expected)
        spans.append((begin, end))
        places[name] = (8 + length + begin, dtype)
    at = 0
    for begin, end in sorted(spans):
        if begin != at:
            raise Refused("its tensors overlap or leave gaps: each must have bytes of its own, one after the other")
        at = end
    if 8 + length + at != size:
        raise Refused(f"it is {size} bytes long, and its header speaks of {8 + length + at}")
    return places


def parse(text: bytes) -> dict[str, object]:
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=without_repetition)
    except (ValueError, RecursionError):
        raise Refused("it is no safetensors file: its header is no JSON object with unique names") from None
    if not isinstance(header, dict):
        raise Refused("it is no safetensors file: its header is no JSON object")
    return header


def without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def names(problem: str, found: set[str]) -> None:
    if found:
        shown = ", ".join(name[:80] for name in sorted(found)[:3])
        raise Refused(f"{problem} {shown}{'' if len(found) <= 3 else f' and {len(found) - 3} more'}")


def entry_of(name: str, entry: object, expected: tuple[int, ...]) -> tuple[str, int, int]:
    """Type, first byte and end of a tensor, relative to the end of the header."""
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise Refused(f"its entry for {name} must hold dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if dtype not in DTYPES:
        raise Refused(f"{name} has the type {str(dtype)[:20]}; it must be one of {', '.join(DTYPES)}")
    if shape != list(expected):
        raise Refused(f"{name} has the shape {str(shape)[:80]}; it must be {list(expected)}")
    whole = isinstance(offsets, list) and [type(offset) for offset in offsets] == [int, int]
    if not whole or offsets[0] < 0 or offsets[1] - offsets[0] != math.prod(expected) * BYTES_OF_VALUE:
        raise Refused(f"the data_offsets of {name} do not fit its shape and type")
    return dtype, offsets[0], offsets[1]


def tensors(path: Path, shapes: Shapes, places: Places) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors one after the other, F16 or BF16, in memory of their own."""
    for name, shape in shapes.items():
        offset, dtype = places[name]
        raw = numpy.fromfile(path, dtype="<i2", count=math.prod(shape), offset=offset)
        values = torch.from_numpy(raw.reshape(shape)).view(torch.float16 if dtype == "F16" else torch.bfloat16)
        if not torch.isfinite(values).all():
            raise Refused(f"{name} holds values that are not finite")
        yield name, values
