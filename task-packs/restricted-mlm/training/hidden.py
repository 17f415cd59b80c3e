"""Cuts the hidden windows out of held-out text and masks them.

    python3 hidden.py HELD_OUT.bin OUT

Writes OUT/windows.bin: uint16 [640, 128], windows that do not overlap, from everywhere in the text, in random order. The highest bit is set at the
places that a model has to predict, each with a chance of 15 %.
"""

import sys
from pathlib import Path

import numpy

ROWS = 640
COLUMNS = 128
SHARE = 0.15
MASKED = 0x8000
SEED = 20261123


def main(source: Path, target: Path) -> None:
    tokens = numpy.fromfile(source, dtype="<u2")
    windows = len(tokens) // COLUMNS
    chosen = numpy.linspace(0, windows - 1, ROWS).astype(int)
    rows = tokens[: windows * COLUMNS].reshape(windows, COLUMNS)[chosen]
    generator = numpy.random.default_rng(SEED)
    generator.shuffle(rows)
    masked = generator.random(rows.shape) < SHARE
    target.mkdir(parents=True, exist_ok=True)
    (rows | numpy.where(masked, MASKED, 0)).astype("<u2").tofile(target / "windows.bin")
    print(f"{ROWS} of {windows} windows, {int(masked.sum())} places to predict")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
