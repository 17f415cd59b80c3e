"""Trains the starting files for a given time and logs what training/logs holds of them: how far more of the same would lead.

    python3 start_curve.py HELD_OUT.bin LOG [--minutes M] [--threads N]

Lines as reference/solve/train.py writes them, with the loss on the same 256 held-out windows.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy
import torch

PACK = Path(__file__).parent.parent
sys.path.insert(0, str(PACK / "start" / "mini"))
from batches import draw, read  # noqa: E402
from counts import table  # noqa: E402
from model import LENGTH, MASK, Model  # noqa: E402
from train import BATCH, loss_of  # noqa: E402


def held_out_loss(model: Model, tokens: numpy.ndarray) -> float:
    """Nats a masked token; windows and masks as in reference/solve/train.py."""
    starts = numpy.linspace(0, len(tokens) - LENGTH, 256).astype(int)
    rows = numpy.stack([tokens[start : start + LENGTH] for start in starts])
    generator = numpy.random.default_rng(7)
    total, count = 0.0, 0
    with torch.no_grad():
        for part in numpy.split(rows, 8):
            hidden = generator.random(part.shape) < 0.15
            seen, wanted = numpy.where(hidden, MASK, part), numpy.where(hidden, part, -100)
            total += loss_of(model, torch.from_numpy(seen), torch.from_numpy(wanted)).item() * int(hidden.sum())
            count += int(hidden.sum())
    return total / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("held_out", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    generator = numpy.random.default_rng(1)
    train, _ = read(PACK / "start" / "mini" / "data")
    held_out = numpy.fromfile(options.held_out, dtype="<u2").astype(numpy.int64)
    model = Model()
    model.pairs.copy_(table(train))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    log = options.log.open("w", buffering=1)
    began, logged, step = time.monotonic(), -60.0, 0
    while time.monotonic() - began < options.minutes * 60:
        if time.monotonic() - began - logged > 30:
            logged = time.monotonic() - began
            record = {"step": step, "seconds": round(logged, 1), "processor": round(time.process_time(), 1)}
            log.write(json.dumps({**record, "heldOut": round(held_out_loss(model, held_out), 4)}) + "\n")
        loss = loss_of(model, *draw(train, BATCH, generator))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1


if __name__ == "__main__":
    main()
