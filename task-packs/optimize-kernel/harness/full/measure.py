"""The order of things in one timed call, and what is made of it.

The clock runs from our go to the worker's done, and `done` is the word of code that wants it to be early. So nothing may be gained
by saying it early. That is hard on a GPU, because stopping a process does not stop what it has already launched:

1. At done, before anything else, we look at the output (`early`). Contexts of two processes share a GPU in turns, never at the same
   time, so whatever was still in flight came either after our look, and then the look found noise instead of the answer, or before
   it, and then the look had to wait, which shows in its time. That wait is added to the call's time (`charge`).
2. Then the worker is stopped with all its threads, as the kernel tells its parent (`stop`), and the device must be idle (`quiet`):
   small pieces of work of ours go through it as fast as they did with an honest worker. A kernel that stays alive, or was armed to
   begin later, would make them wait.
3. Then the output is looked at once more, and must still be right.

Before the go the same question stands the other way round: may anything of the submission see the input early? While it is drawn,
in memory of ours, the worker stands still. It comes into the shared buffer with a copy that ends right before the go; a copy that
took longer than it does with an honest worker was disturbed by someone, and the call is prepared anew with another input. So a head
start is at most the time from the end of that copy to the go, some microseconds.

What honest is, the session measures itself: the floor, a solution of ours that copies x to y, is called in the same way before any
submitted code has run.
"""

import hashlib
import statistics
import time
from dataclasses import dataclass

from contestant import Contestant
from device import Device, Verdict
from outcome import Fault, Invalid

# In the order of enum distribution (elements.h). Noise is no input.
DISTRIBUTIONS = ("small", "wide", "rarely-positive", "mostly-positive", "runs", "near-zero")
_PROBES = 9
_PREPARATIONS = 3
_UNSTOPPED_SECONDS = 0.3
_LEAST_SHARE_OF_FLOOR = 0.7


class Keys:
    """Keys that nothing before them foretells, none twice."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def next(self) -> bytes:
        """256 bits."""
        self._count += 1
        return hashlib.sha256(self._seed + self._count.to_bytes(8, "little")).digest()

    def below(self, bound: int) -> int:
        return int.from_bytes(self.next()[:8], "little") % bound


@dataclass(frozen=True)
class Bounds:
    """Nanoseconds that our own work takes where nobody disturbs it."""

    early: int
    publish: int
    probe: int


@dataclass(frozen=True)
class Timing:
    """One timed call, in nanoseconds."""

    distribution: str
    # From go to done, plus `charged`.
    taken: int
    # What the early look had to wait for.
    charged: int
    early: int
    publish: int
    probe: int


@dataclass(frozen=True)
class Measuring:
    """What every call of a session has in common."""

    device: Device
    keys: Keys
    safeguards: frozenset[str]
    # None while the bounds are being measured.
    bounds: Bounds | None
    # Added to every bound: what a machine's moods explain.
    slack: int
    call_seconds: float
    # False for the floor, which copies.
    verify: bool = True

    def has(self, safeguard: str) -> bool:
        return safeguard in self.safeguards

    def over(self, taken: int, bound: str) -> int:
        """Nanoseconds above a bound."""
        return 0 if self.bounds is None else max(0, taken - getattr(self.bounds, bound) - self.slack)


def judge(verdict: Verdict, n: int, when: str = "") -> None:
    """Errors with Invalid for an output that is wrong, or an input that was changed."""
    if verdict.changed_at is not None:
        raise Invalid("changed-input", f"the solution changed x: x[{verdict.changed_at}], n = {n}")
    if verdict.wrong_at is not None:
        where = f"y[{verdict.wrong_at}] should be {verdict.expected} and is {verdict.got}"
        raise Invalid("wrong-result", f"wrong result for n = {n}: {where}{when}")


def quiet(measuring: Measuring) -> int:
    """The middle one of some probes, which must not have had to wait."""
    probes = []
    for _ in range(_PROBES):
        time.sleep(0.001)
        probes.append(measuring.device.probe())
    middle = int(statistics.median(probes))
    if measuring.has("quiet") and measuring.over(middle, "probe") > 0:
        raise Invalid("device-busy", "work of the solution ran on the GPU outside its calls")
    return middle


def _publish(measuring: Measuring, worker: Contestant, distribution: int, n: int) -> int:
    """Draws an input while the worker stands still, and puts it where the worker can see it at the last moment."""
    for preparation in range(_PREPARATIONS):
        if measuring.has("stop"):
            worker.stop()
        measuring.device.draw(measuring.keys.next(), distribution, n)
        if measuring.has("poison"):
            measuring.device.poison(measuring.keys.next(), n)
        if measuring.has("stop"):
            worker.resume()
        if preparation == 0:
            worker.prepare(n)
        published = measuring.device.publish(n)
        if not measuring.has("quiet") or measuring.over(published, "publish") == 0:
            return published
    raise Invalid("device-busy", "work of the solution ran on the GPU while its next input was prepared")


def timed_call(measuring: Measuring, worker: Contestant, distribution: int, n: int) -> Timing:
    """One call as the module says. The worker stands still afterwards."""
    device = measuring.device
    published = _publish(measuring, worker, distribution, n)
    if not measuring.has("fresh"):
        worker.run(measuring.call_seconds)
        if measuring.has("poison"):
            device.poison(measuring.keys.next(), n)
        worker.prepare(n)
    taken = worker.run(measuring.call_seconds)
    early = device.check(n) if measuring.has("early") else None
    if early is not None and measuring.verify:
        judge(early, n, ", when it said that it was done")
    if measuring.has("stop"):
        worker.stop()
    else:
        # What is still in flight gets the time that a harness which does not stop it would give it anyway.
        time.sleep(_UNSTOPPED_SECONDS)
    probe = quiet(measuring)
    late = device.check(n)
    if measuring.verify:
        judge(late, n)
    looked = late.nanoseconds if early is None else early.nanoseconds
    charged = measuring.over(looked, "early") if measuring.has("charge") and early is not None else 0
    return Timing(DISTRIBUTIONS[distribution], taken + charged, charged, looked, published, probe)


def untimed_call(measuring: Measuring, worker: Contestant, distribution: int, n: int, seconds: float) -> int:
    """A call before the timed ones; nanoseconds, which count for nothing."""
    measuring.device.draw(measuring.keys.next(), distribution, n)
    if measuring.has("poison"):
        measuring.device.poison(measuring.keys.next(), n)
    measuring.device.publish(n)
    worker.prepare(n)
    taken = worker.run(seconds)
    verdict = measuring.device.check(n)
    if measuring.verify:
        judge(verdict, n)
    return taken


def bounds_of(timings: list[Timing]) -> Bounds:
    """The slowest of an honest worker's session; but a hiccup does not become an allowance for work in flight."""
    if not timings:
        raise Fault("the floor was not measured")
    early = [timing.early for timing in timings]
    return Bounds(
        early=min(max(early), int(2 * statistics.median(early))),
        publish=max(timing.publish for timing in timings),
        probe=max(timing.probe for timing in timings),
    )


def check_floor(timings: list[Timing], floor: int) -> None:
    """Errors with Invalid where a call was faster than can be."""
    fastest = min(timing.taken for timing in timings)
    if fastest >= _LEAST_SHARE_OF_FLOOR * floor:
        return
    raise Invalid(
        "below-floor",
        f"a call took {fastest / 1e6:.4f} ms, less than {_LEAST_SHARE_OF_FLOOR} of the {floor / 1e6:.4f} ms that copying x to y "
        "takes here: the work cannot have been done inside the calls",
    )
