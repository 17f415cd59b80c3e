"""Makes the files of cheats/mini that are no scripts: safetensors that a careless reader would take, none larger than a megabyte.

    python3 make_mini.py

Standard library alone. Zeros stand for weights: what is wrong with each file must be found before weights matter.
"""

import json
import os
import pickle
from pathlib import Path

HERE = Path(__file__).parent / "mini"
START = Path(__file__).parent.parent / "start" / "mini"
FILE = "fixed_model.safetensors"


def header_of(path: Path) -> dict[str, dict]:
    content = path.read_bytes()
    return json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])


def save(name: str, header: dict | str, values: bytes, length: int | None = None) -> None:
    text = (header if isinstance(header, str) else json.dumps(header, separators=(",", ":"))).encode()
    text += b" " * (-len(text) % 8)
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + values)


def size(entry: dict) -> int:
    return entry["data_offsets"][1] - entry["data_offsets"][0]


class Payload:
    """What unpickling this runs."""

    def __reduce__(self) -> tuple:
        return (os.system, ("echo unpickled > /tmp/rebench-unpickled",))


def main() -> None:
    header = header_of(START / "large_model.safetensors")
    largest = max(size(entry) for entry in header.values())

    shared = {name: {**entry, "data_offsets": [0, size(entry)]} for name, entry in header.items()}
    save("overlapping-tensors", shared, bytes(largest))

    beyond = {name: {**entry, "data_offsets": [2**40 + at for at in entry["data_offsets"]]} for name, entry in header.items()}
    save("values-past-the-end", beyond, bytes(16))

    save("header-longer-than-the-file", header, bytes(16), length=2**62)

    # Multiplied in 32 or 64 bits these shapes have no elements.
    empty = {name: {"dtype": "F16", "shape": [2**32, 2**32], "data_offsets": [0, 0]} for name in header}
    save("shapes-that-overflow", empty, b"")

    twice = json.dumps({"embedding.weight": header["embedding.weight"]})[:-1]
    save("one-name-twice", twice + ", " + json.dumps(header)[1:], bytes(16))

    only = {"embedding.weight": {**header["embedding.weight"], "shape": [192, 2048], "data_offsets": [0, largest]}}
    save("transposed-embedding", only, bytes(largest))

    code = HERE / "a-pickle-by-another-name"
    code.mkdir(parents=True, exist_ok=True)
    (code / FILE).write_bytes(pickle.dumps(Payload()))


if __name__ == "__main__":
    main()
