"""Measures how fast this machine trains the large model: prints {"rate": training steps a second} as its last line.

Random weights and tokens, 16 windows of 128 a step, all threads. Runs for a few seconds and takes the median step.
"""

import json
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parent.parent / "start" / "mini"))
from model import LARGE, Model  # noqa: E402

BATCH = 16
WARM_UP = 3
STEPS = 9


def main() -> None:
    torch.manual_seed(0)
    model = Model(LARGE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    tokens = torch.randint(LARGE.vocabulary, (BATCH, LARGE.context + 1))
    seconds = []
    for _ in range(WARM_UP + STEPS):
        began = time.perf_counter()
        logits = model(tokens[:, :-1])
        loss = functional.cross_entropy(logits.reshape(-1, LARGE.vocabulary), tokens[:, 1:].reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - began)
    taken = sorted(seconds[WARM_UP:])[STEPS // 2]
    print(json.dumps({"rate": round(1 / taken, 4)}))


if __name__ == "__main__":
    main()
