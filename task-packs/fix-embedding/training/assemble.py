"""Turns tokens and trained weights into the files of the pack that are not damaged.

    python3 assemble.py TOKENS TRAINED

TOKENS is the folder that text.py wrote, TRAINED the one that train.py wrote. Writes, relative to the pack:

    hidden/mini/windows.bin                  uint16 [400, 129], evenly spaced over the held-out text
    hidden/mini/intact.safetensors           the large model, float16
    start/mini/small_model.safetensors       the small model, float16
    start/mini/text.bin, vocabulary.json     five of the 214 addresses that the models were trained on, and the pieces
"""

import shutil
import sys
from pathlib import Path

import numpy
import torch

PACK = Path(__file__).parent.parent
START = PACK / "start" / "mini"
HIDDEN = PACK / "hidden" / "mini"
sys.path.insert(0, str(START))
from weights import write  # noqa: E402

WINDOWS = 400
CONTEXT = 128
END = 3
OFFERED = (20, 60, 100, 140, 180)


def read_tokens(path: Path) -> numpy.ndarray:
    return numpy.fromfile(path, dtype="<u2")


def main(tokens: Path, trained: Path) -> None:
    HIDDEN.mkdir(parents=True, exist_ok=True)
    held_out = read_tokens(tokens / "held-out.bin")
    starts = numpy.linspace(0, len(held_out) - CONTEXT - 1, WINDOWS).astype(int)
    windows = numpy.stack([held_out[start : start + CONTEXT + 1] for start in starts])
    windows.astype("<u2").tofile(HIDDEN / "windows.bin")

    train = read_tokens(tokens / "train.bin")
    addresses = numpy.split(train, numpy.flatnonzero(train == END) + 1)
    offered = numpy.concatenate([addresses[index] for index in OFFERED])
    offered.astype("<u2").tofile(START / "text.bin")
    shutil.copyfile(tokens / "vocabulary.json", START / "vocabulary.json")

    write(HIDDEN / "intact.safetensors", torch.load(trained / "large.pt", map_location="cpu"))
    write(START / "small_model.safetensors", torch.load(trained / "small.pt", map_location="cpu"))
    print(f"{len(offered)} tokens offered, {len(train) / len(offered):.1f} times as many trained on; {windows.size} hidden")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
