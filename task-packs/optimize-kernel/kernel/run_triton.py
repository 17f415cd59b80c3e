"""Compares the Triton kernels with plain PyTorch on fresh input and prints one line of JSON.

    python3 run_triton.py N SEED         on the GPU
    TRITON_INTERPRET=1 python3 …         on the processor, in Triton's interpreter
"""

import json
import os
import sys

import torch
from triton_kernels import conditional_scan, device_copy


def plain_scan(x: torch.Tensor) -> torch.Tensor:
    """int32[n] -> int32[n]."""
    positive = (x > 0).to(torch.int64)
    odd = (torch.cumsum(positive, 0) - positive) % 2
    return torch.cumsum(x.to(torch.int64) * odd, 0).to(torch.int32)


def main() -> int:
    n, seed = map(int, sys.argv[1:])
    device = "cpu" if os.environ.get("TRITON_INTERPRET") == "1" else "cuda"
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(-(2**31), 2**31, (n,), dtype=torch.int32, generator=generator).to(device)
    copied, scanned = torch.empty_like(x), torch.empty_like(x)
    device_copy(x, copied)
    conditional_scan(x, scanned)
    results = {"device_copy": torch.equal(x, copied), "conditional_scan": torch.equal(plain_scan(x), scanned)}
    print(json.dumps({"n": n, "device": device, **results}))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
