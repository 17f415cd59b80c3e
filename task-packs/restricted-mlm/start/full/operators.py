"""Reads which operators an ONNX file uses, without the onnx package.

    python3 operators.py [FILE]

The scorer looks at more than this: element types of casts, shapes, the cost of a row, and whether it runs.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ALLOWED = {
    *("Add", "Sub", "Mul", "Sum", "ReduceSum", "Neg", "MatMul", "Gemm", "Einsum", "Relu"),
    *("Gather", "GatherElements", "GatherND", "Slice", "Split", "Concat", "Pad", "Expand", "Tile"),
    *("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Shape"),
    *("Identity", "Constant", "ConstantOfShape", "Cast"),
}
MOST_BYTES = 512 * 2**20


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and bytes of those fields of a protobuf message that hold bytes: texts and messages."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            _, at = varint(data, at)
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        elif kind == 2:
            size, at = varint(data, at)
            yield key >> 3, data[at : at + size]
            at += size
        else:
            raise ValueError("this is no ONNX file")


def of_node(node: memoryview) -> Iterator[str]:
    domain = ""
    operator = ""
    for number, value in fields(node):
        if number == 4:
            operator = bytes(value).decode()
        elif number == 7:
            domain = bytes(value).decode()
        elif number == 5:
            for inner, graph in fields(value):
                if inner in (6, 11):
                    yield from of_graph(graph)
    yield operator if domain in ("", "ai.onnx") else f"{domain}::{operator}"


def of_graph(graph: memoryview) -> Iterator[str]:
    for number, value in fields(graph):
        if number == 1:
            yield from of_node(value)


def operators(model: bytes) -> Counter[str]:
    """How often each operator occurs, subgraphs and functions included."""
    found: Counter[str] = Counter()
    for number, value in fields(memoryview(model)):
        if number == 7:
            found.update(of_graph(value))
        elif number == 25:
            found.update(name for inner, node in fields(value) if inner == 7 for name in of_node(node))
    return found


def problems(model: bytes) -> list[str]:
    found = [f"{name}, {count} times" for name, count in operators(model).items() if name not in ALLOWED]
    if len(model) > MOST_BYTES:
        found.append(f"{len(model)} bytes, {MOST_BYTES} at most")
    return found


if __name__ == "__main__":
    content = Path(sys.argv[1] if len(sys.argv) > 1 else "model.onnx").read_bytes()
    for name, count in sorted(operators(content).items()):
        print(f"{count:5} {name}{'' if name in ALLOWED else '  not allowed'}")
