"""Honest, and fails if it finds a way to what it must not see: the harness's or the warden's memory and descriptors, inherited ones."""

import os

import torch


def others() -> list[int]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                line = file.read()
        except OSError:
            continue
        if line.startswith(b"python3") and (b"/harness.py" in line or b"/warden.py" in line):
            found.append(int(name))
    return found


def can_open(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            file.read(0)
        return True
    except OSError:
        return False


def look() -> None:
    if os.getuid() != 0:
        assert len(others()) == 2, "the harness and the warden are there"
        for pid in others():
            assert not can_open(f"/proc/{pid}/mem"), "the memory of another process"
            assert not os.access(f"/proc/{pid}/fd", os.R_OK), "the descriptors of another process"
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except FileNotFoundError:
            # The one that listed them.
            continue
        assert "socket" not in target, f"an open descriptor: {target}"


def prefix_sum(x: torch.Tensor, y: torch.Tensor) -> None:
    positive = x > 0
    before = torch.cumsum(positive, dim=0) - positive.to(torch.int64)
    y.copy_(torch.cumsum(torch.where(before % 2 == 1, x, torch.zeros_like(x)), dim=0, dtype=torch.int32))


look()
