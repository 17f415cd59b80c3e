"""The kernels of copy.cl and conditional_scan.cl once more, in Triton, for the tier that is timed on NVIDIA hardware.

Tensors are int32 and contiguous. Sums are kept in 64 bits and cut to 32 when they are stored, which is the same as modulo 2^32.
Plain and correct, not fast on purpose.
"""

import torch
import triton
import triton.language as tl

BLOCK = 1024
CHUNK = 64 * BLOCK


@triton.jit
def device_copy_kernel(x, y, n, block: tl.constexpr):
    """y[i] = x[i]: the bare data movement of the task."""
    at = tl.program_id(0) * block + tl.arange(0, block)
    tl.store(y + at, tl.load(x + at, mask=at < n), mask=at < n)


@triton.jit
def chunk_effects_kernel(x, if_even, if_odd, odd, n, chunk: tl.constexpr, block: tl.constexpr):
    """What each chunk does to the state (parity of positives, sum), whether the parity before it is even or odd."""
    parity = tl.full((), 0, tl.int32)
    counted = tl.full((), 0, tl.int64)
    total = tl.full((), 0, tl.int64)
    for start in range(0, chunk, block):
        at = tl.program_id(0) * chunk + start + tl.arange(0, block)
        element = tl.load(x + at, mask=at < n, other=0)
        positive = (element > 0).to(tl.int32)
        before = (parity + tl.cumsum(positive, 0) - positive) & 1
        counted += tl.sum((element * before).to(tl.int64), 0)
        total += tl.sum(element.to(tl.int64), 0)
        parity = (parity + tl.sum(positive, 0)) & 1
    tl.store(if_even + tl.program_id(0), counted.to(tl.int32))
    tl.store(if_odd + tl.program_id(0), (total - counted).to(tl.int32))
    tl.store(odd + tl.program_id(0), parity)


@triton.jit
def chunk_starts_kernel(if_even, if_odd, odd, sums, parities, chunks):
    """The state before each chunk; one program."""
    total = tl.full((), 0, tl.int64)
    parity = tl.full((), 0, tl.int32)
    for i in range(chunks):
        tl.store(sums + i, total.to(tl.int32))
        tl.store(parities + i, parity)
        total += tl.where(parity == 1, tl.load(if_odd + i), tl.load(if_even + i)).to(tl.int64)
        parity = parity ^ tl.load(odd + i)


@triton.jit
def chunk_scans_kernel(x, y, sums, parities, n, chunk: tl.constexpr, block: tl.constexpr):
    """y of each chunk, from the state before it."""
    total = tl.load(sums + tl.program_id(0)).to(tl.int64)
    parity = tl.load(parities + tl.program_id(0))
    for start in range(0, chunk, block):
        at = tl.program_id(0) * chunk + start + tl.arange(0, block)
        element = tl.load(x + at, mask=at < n, other=0)
        positive = (element > 0).to(tl.int32)
        counted = (element * ((parity + tl.cumsum(positive, 0) - positive) & 1)).to(tl.int64)
        tl.store(y + at, (total + tl.cumsum(counted, 0)).to(tl.int32), mask=at < n)
        total += tl.sum(counted, 0)
        parity = (parity + tl.sum(positive, 0)) & 1


def device_copy(x: torch.Tensor, y: torch.Tensor) -> None:
    """y[i] = x[i]; both int32[n] on one device."""
    device_copy_kernel[(triton.cdiv(x.numel(), BLOCK),)](x, y, x.numel(), block=BLOCK)


def conditional_scan(x: torch.Tensor, y: torch.Tensor) -> None:
    """The task's operation; both int32[n] on one device."""
    n = x.numel()
    chunks = triton.cdiv(n, CHUNK)
    if_even, if_odd, odd, sums, parities = torch.empty((5, chunks), dtype=torch.int32, device=x.device)
    chunk_effects_kernel[(chunks,)](x, if_even, if_odd, odd, n, chunk=CHUNK, block=BLOCK)
    chunk_starts_kernel[(1,)](if_even, if_odd, odd, sums, parities, chunks)
    chunk_scans_kernel[(chunks,)](x, y, sums, parities, n, chunk=CHUNK, block=BLOCK)
