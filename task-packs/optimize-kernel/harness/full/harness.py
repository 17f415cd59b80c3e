"""The scoring harness of the full tier. Runs as the harness's user; the warden and the workers run as the contestant's.

    python3 harness.py SOCKET LIBRARY [--without=NAME,…]          configuration as JSON on standard input, one line of JSON out
"""

import json
import os
import sys
from dataclasses import dataclass, replace

import processes
from contestant import Worker, accept_warden
from device import LibraryDevice
from measure import DISTRIBUTIONS, Keys, Measuring, Timing, bounds_of, check_floor, quiet, timed_call, untimed_call
from messages import Channel
from outcome import Fault, Invalid
from safeguards import SAFEGUARDS, without

WARDEN_SECONDS = 60


@dataclass(frozen=True)
class Configuration:
    """What standard input says; names there are in camel case."""

    # 32 hex digits.
    seed: str
    # `cuda` or `cpu`.
    device: str
    # Of every timed call.
    elements: int
    # Of calls that are only checked, before anything is timed.
    sizes: tuple[int, ...]
    # Processes of the submission, one after the other.
    workers: int
    warm_ups: int
    # Timed calls of each worker, and of the floor.
    calls: int
    floor_calls: int
    load_seconds: float
    first_call_seconds: float
    call_seconds: float
    slack_microseconds: int


_FIELDS = {
    "seed": str,
    "device": str,
    "elements": int,
    "sizes": tuple,
    "workers": int,
    "warmUps": int,
    "calls": int,
    "floorCalls": int,
    "loadSeconds": float,
    "firstCallSeconds": float,
    "callSeconds": float,
    "slackMicroseconds": int,
}


def read_configuration(text: str) -> Configuration:
    given = json.loads(text)
    if set(given) != set(_FIELDS):
        raise Fault(f"the configuration has the wrong fields: {', '.join(sorted(set(given) ^ set(_FIELDS)))}")
    return Configuration(*(kind(given[name]) for name, kind in _FIELDS.items()))


class Session:
    def __init__(self, configuration: Configuration, channel: Channel, library: str, safeguards: frozenset[str]) -> None:
        self.configuration = configuration
        self.channel = channel
        self.elements = max((configuration.elements, *configuration.sizes))
        self.device = LibraryDevice(library, self.elements, configuration.device)
        self.measuring = Measuring(
            device=self.device,
            keys=Keys(bytes.fromhex(configuration.seed)),
            safeguards=safeguards,
            bounds=None,
            slack=configuration.slack_microseconds * 1000,
            call_seconds=configuration.call_seconds,
        )

    def worker(self, solution: str) -> Worker:
        worker = Worker(self.channel, solution, alone=self.measuring.has("alone"))
        shared = self.device.share()
        try:
            arguments = [self.configuration.device, str(self.elements), str(self.device.shared_bytes())]
            worker.start(arguments, shared, self.configuration.load_seconds)
        finally:
            for descriptor in shared:
                os.close(descriptor)
        return worker

    def distribution(self) -> int:
        return self.measuring.keys.below(len(DISTRIBUTIONS))

    def warm_up(self, worker: Worker, measuring: Measuring, sizes: tuple[int, ...]) -> list[int]:
        """Calls that are checked and not timed: the first may compile."""
        configuration, taken = self.configuration, []
        seconds = configuration.first_call_seconds
        for n in (*sizes, *(configuration.elements for _ in range(configuration.warm_ups))):
            taken.append(untimed_call(measuring, worker, self.distribution(), n, seconds))
            # Another size may compile once more; after the first at full size nothing has to.
            if n == configuration.elements:
                seconds = configuration.call_seconds
        if measuring.has("stop"):
            worker.stop()
        if measuring.has("alone"):
            worker.settle()
        quiet(measuring)
        return taken

    def floor(self) -> list[Timing]:
        """The floor's timings, before any submitted code has run; from then on the bounds are known."""
        measuring = replace(self.measuring, verify=False, safeguards=SAFEGUARDS)
        worker = self.worker("floor")
        self.warm_up(worker, measuring, ())
        n = self.configuration.elements
        timings = [timed_call(measuring, worker, self.distribution(), n) for _ in range(self.configuration.floor_calls)]
        worker.end()
        self.measuring = replace(self.measuring, bounds=bounds_of(timings))
        return timings

    def submission(self) -> tuple[list[list[int]], list[list[Timing]]]:
        """Of each worker: nanoseconds of the calls that do not count, and the timed ones."""
        configuration, warm_ups, timings = self.configuration, [], []
        for number in range(configuration.workers):
            worker = self.worker("submission")
            warm_ups.append(self.warm_up(worker, self.measuring, configuration.sizes if number == 0 else ()))
            # Every worker meets other kinds of input, and all of them together each kind.
            first = self.distribution()
            kinds = [(first + number * configuration.calls + call) % len(DISTRIBUTIONS) for call in range(configuration.calls)]
            timings.append([timed_call(self.measuring, worker, kind, configuration.elements) for kind in kinds])
            worker.end()
        return warm_ups, timings


def milliseconds(nanoseconds: int) -> float:
    return nanoseconds / 1e6


def measure(socket: str, library: str, safeguards: frozenset[str]) -> dict:
    configuration = read_configuration(sys.stdin.read())
    session = Session(configuration, accept_warden(socket, WARDEN_SECONDS), library, safeguards)
    floor = session.floor()
    warm_ups, timings = session.submission()
    fastest_floor = min(timing.taken for timing in floor)
    if "floor" in safeguards:
        check_floor([timing for of_worker in timings for timing in of_worker], fastest_floor)
    return {
        "status": "valid",
        "device": session.device.name,
        "elements": configuration.elements,
        "floorMs": [milliseconds(timing.taken) for timing in floor],
        "warmUpMs": [[milliseconds(taken) for taken in of_worker] for of_worker in warm_ups],
        "calls": [
            {
                "worker": number,
                "distribution": timing.distribution,
                "ms": milliseconds(timing.taken),
                "chargedMs": milliseconds(timing.charged),
            }
            for number, of_worker in enumerate(timings)
            for timing in of_worker
        ],
    }


def main() -> int:
    processes.hide()
    socket, library, *options = sys.argv[1:]
    safeguards = SAFEGUARDS if not options else without(options[0].removeprefix("--without="))
    try:
        outcome = measure(socket, library, safeguards)
    except Invalid as invalid:
        outcome = {"status": "invalid", "code": invalid.code, "reason": invalid.reason}
    except Fault as fault:
        outcome = {"status": "fault", "reason": str(fault)}
    print(json.dumps(outcome), flush=True)
    return 0 if outcome["status"] != "fault" else 3


if __name__ == "__main__":
    sys.exit(main())
