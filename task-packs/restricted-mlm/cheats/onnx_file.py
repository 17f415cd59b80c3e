"""Just enough of the ONNX format to write small graphs, good and bad, with the standard library alone."""

import struct
from collections.abc import Iterable

FLOAT, INT8, INT64, BOOL = 1, 3, 7, 9


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def text(field: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name: str, kind: int, shape: Iterable[int], raw: bytes) -> bytes:
    return b"".join(number(1, size) for size in shape) + number(2, kind) + text(8, name) + text(9, raw)


def floats(name: str, shape: Iterable[int], values: Iterable[float]) -> bytes:
    values = list(values)
    return tensor(name, FLOAT, shape, struct.pack(f"<{len(values)}f", *values))


def integers(name: str, values: Iterable[int]) -> bytes:
    values = list(values)
    return tensor(name, INT64, [len(values)], struct.pack(f"<{len(values)}q", *values))


def external(name: str, shape: Iterable[int], location: str) -> bytes:
    """A tensor whose values are in another file."""
    entry = text(1, "location") + text(2, location)
    return b"".join(number(1, size) for size in shape) + number(2, FLOAT) + text(8, name) + text(13, entry) + number(14, 1)


def integer(name: str, value: int) -> bytes:
    """An attribute."""
    return text(1, name) + number(3, value) + number(20, 2)


def subgraph(name: str, value: bytes) -> bytes:
    """An attribute that holds a graph."""
    return text(1, name) + text(6, value) + number(20, 5)


def node(operator: str, inputs: list[str], outputs: list[str], attributes: Iterable[bytes] = (), domain: str = "") -> bytes:
    parts = [text(1, name) for name in inputs] + [text(2, name) for name in outputs]
    parts += [text(4, operator)] + [text(5, attribute) for attribute in attributes]
    return b"".join(parts) + (text(7, domain) if domain else b"")


def value(name: str, kind: int, shape: Iterable[int | str]) -> bytes:
    sizes = b"".join(text(1, text(2, size) if isinstance(size, str) else number(1, size)) for size in shape)
    return text(1, name) + text(2, text(1, number(1, kind) + text(2, sizes)))


def graph(nodes: Iterable[bytes], constants: Iterable[bytes], inputs: Iterable[bytes], outputs: Iterable[bytes]) -> bytes:
    parts = [text(1, each) for each in nodes] + [text(2, "graph")] + [text(5, each) for each in constants]
    return b"".join(parts + [text(11, each) for each in inputs] + [text(12, each) for each in outputs])


def function(name: str, domain: str, inputs: list[str], outputs: list[str], nodes: Iterable[bytes], opset: int) -> bytes:
    parts = [text(1, name)] + [text(4, each) for each in inputs] + [text(5, each) for each in outputs]
    parts += [text(7, each) for each in nodes] + [text(9, operator_set("", opset)), text(10, domain)]
    return b"".join(parts)


def operator_set(domain: str, version: int) -> bytes:
    return text(1, domain) + number(2, version)


def model(content: bytes, sets: Iterable[bytes], functions: Iterable[bytes] = ()) -> bytes:
    parts = [number(1, 8), text(7, content)] + [text(8, each) for each in sets]
    return b"".join(parts + [text(25, each) for each in functions])
