"""What the solutions share: the offered files, batches, and a training loop that notes CPU time.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy
import torch

START = Path(__file__).parent.parent.parent / "start" / "mini"
sys.path.insert(0, str(START))
from model import LARGE, SMALL, Model  # noqa: E402
from weights import load, write  # noqa: E402


def offered_tokens() -> numpy.ndarray:
    return numpy.fromfile(START / "text.bin", dtype="<u2").astype(numpy.int64)


def large_model() -> Model:
    """The damaged model."""
    return load(START / "large_model.safetensors", LARGE)


def small_model() -> Model:
    return load(START / "small_model.safetensors", SMALL)


def batches(size: int, seed: int, tokens: numpy.ndarray | None = None) -> Callable[[], torch.Tensor]:
    """Draws windows [size, context + 1] from random places of the offered text, or of a part of it."""
    tokens = offered_tokens() if tokens is None else tokens
    context = LARGE.context
    generator = numpy.random.default_rng(seed)

    def draw() -> torch.Tensor:
        starts = generator.integers(0, len(tokens) - context, size)
        return torch.from_numpy(numpy.stack([tokens[start : start + context + 1] for start in starts]))

    return draw


class Trail:
    """Keeps a model's weights by the CPU seconds that it took to get there, so that its score can be measured later."""

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.saving = 0.0
        self.began = time.process_time()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def spent(self) -> float:
        """CPU seconds of the whole process, without those of saving."""
        return time.process_time() - self.began - self.saving

    def note(self, tensors: dict[str, torch.Tensor]) -> None:
        if self.folder is None:
            return
        spent, before = self.spent(), time.process_time()
        write(self.folder / f"{spent:08.1f}.safetensors", tensors)
        self.saving += time.process_time() - before

    def say(self, **values: float | str) -> None:
        print(json.dumps({"cpuSeconds": round(self.spent(), 1), **values}), flush=True)


def train(
    *,
    loss: Callable[[torch.Tensor], torch.Tensor],
    groups: list[dict],
    steps: int,
    draw: Callable[[], torch.Tensor],
    after: Callable[[int, float], None] = lambda step, loss: None,
    warm_up: int = 20,
) -> None:
    """AdamW on parameter groups with rates of their own that rise for `warm_up` steps, then fall linearly to a twentieth."""
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.0)
    peaks = [group["lr"] for group in optimizer.param_groups]
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for step in range(steps):
        share = min(1.0, (step + 1) / warm_up) * (1 - 0.95 * step / steps)
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * share
        value = loss(draw())
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        after(step + 1, value.item())
