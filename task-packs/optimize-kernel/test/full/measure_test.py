"""What a call is made of, with a device and a worker that follow a script."""

import unittest
from dataclasses import replace

from contestant import Contestant
from device import Device, Verdict
from measure import Bounds, Keys, Measuring, Timing, bounds_of, check_floor, timed_call
from outcome import Invalid
from safeguards import SAFEGUARDS, without

MILLISECOND = 1_000_000
USUAL = Bounds(early=MILLISECOND, publish=MILLISECOND, probe=MILLISECOND // 10)


class ScriptedDevice(Device):
    """Takes what it is told to take; nanoseconds. The last value of a list stays."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.early = [MILLISECOND]
        self.publishing = [MILLISECOND]
        self.probing = [MILLISECOND // 10]
        self.wrong = [False]
        self.keys: list[bytes] = []

    @staticmethod
    def next(values: list) -> object:
        return values.pop(0) if len(values) > 1 else values[0]

    def share(self) -> tuple[int, int]:
        raise NotImplementedError

    def shared_bytes(self) -> int:
        raise NotImplementedError

    def draw(self, key: bytes, distribution: int, n: int) -> None:
        self.log.append("draw")
        self.keys.append(key)

    def poison(self, key: bytes, n: int) -> None:
        self.log.append("poison")
        self.keys.append(key)

    def publish(self, n: int) -> int:
        self.log.append("publish")
        return self.next(self.publishing)

    def check(self, n: int) -> Verdict:
        self.log.append("check")
        return Verdict(3 if self.next(self.wrong) else None, None, 1, 2, self.next(self.early))

    def probe(self) -> int:
        if self.log[-1] != "probe":
            self.log.append("probe")
        return self.next(self.probing)


class ScriptedWorker(Contestant):
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def prepare(self, n: int) -> None:
        self.log.append("prepare")

    def run(self, seconds: float) -> int:
        self.log.append("run")
        return 5 * MILLISECOND

    def stop(self) -> None:
        self.log.append("stop")

    def resume(self) -> None:
        self.log.append("resume")

    def settle(self) -> None:
        self.log.append("settle")


class CallTest(unittest.TestCase):
    def setUp(self) -> None:
        self.log: list[str] = []
        self.device = ScriptedDevice(self.log)
        self.worker = ScriptedWorker(self.log)
        self.measuring = Measuring(
            device=self.device,
            keys=Keys(b"seed"),
            safeguards=SAFEGUARDS,
            bounds=USUAL,
            slack=MILLISECOND // 20,
            call_seconds=1,
        )

    def call(self, **changes: object) -> Timing:
        return timed_call(replace(self.measuring, **changes), self.worker, 0, 10)

    def refused(self, code: str, **changes: object) -> None:
        with self.assertRaises(Invalid) as caught:
            self.call(**changes)
        self.assertEqual(caught.exception.code, code)

    def test_order(self) -> None:
        """Drawn while the worker stands still, shown last; looked at before the stop and after it."""
        self.assertEqual(self.call().taken, 5 * MILLISECOND)
        self.assertEqual(
            self.log,
            ["stop", "draw", "poison", "resume", "prepare", "publish", "run", "check", "stop", "probe", "check"],
        )

    def test_fresh_keys(self) -> None:
        self.call()
        self.call()
        self.assertEqual(len(set(self.device.keys)), 4)

    def test_late_work_is_charged(self) -> None:
        """The first look waited for what was in flight: that is the submission's time."""
        self.device.early = [3 * MILLISECOND]
        timing = self.call()
        self.assertEqual(timing.charged, 2 * MILLISECOND - MILLISECOND // 20)
        self.assertEqual(timing.taken, 5 * MILLISECOND + timing.charged)
        self.assertEqual(self.call(safeguards=without("charge")).taken, 5 * MILLISECOND)

    def test_slack_is_not_charged(self) -> None:
        self.device.early = [MILLISECOND + MILLISECOND // 20]
        self.assertEqual(self.call().charged, 0)

    def test_unfinished_work_is_refused(self) -> None:
        """Right in the end, but not yet when it said that it was done."""
        self.device.wrong = [True, False]
        self.refused("wrong-result")

    def test_without_the_early_look_unfinished_work_passes(self) -> None:
        self.device.wrong = [False]
        self.assertEqual(self.call(safeguards=without("early,charge")).charged, 0)
        self.assertEqual(self.log.count("check"), 1)

    def test_output_that_changes_later_is_refused(self) -> None:
        self.device.wrong = [False, True]
        self.refused("wrong-result")

    def test_busy_device_is_refused(self) -> None:
        """A kernel that stays alive makes every probe wait for its turn; a moment's disturbance does not."""
        self.device.probing = [2 * MILLISECOND]
        self.refused("device-busy")
        self.assertEqual(self.call(safeguards=without("quiet")).taken, 5 * MILLISECOND)
        self.device.probing = [9 * MILLISECOND, 9 * MILLISECOND, MILLISECOND // 10]
        self.assertEqual(self.call().taken, 5 * MILLISECOND)

    def test_disturbed_preparation_is_repeated_with_another_input(self) -> None:
        self.device.publishing = [4 * MILLISECOND, MILLISECOND]
        self.call()
        self.assertEqual(self.log.count("draw"), 2)
        self.assertEqual(self.log.count("prepare"), 1)
        self.assertLess(self.log.index("publish"), len(self.log) - 1 - self.log[::-1].index("draw"))

    def test_preparation_that_is_always_disturbed_is_refused(self) -> None:
        self.device.publishing = [4 * MILLISECOND]
        self.refused("device-busy")
        self.assertNotIn("run", self.log)

    def test_bounds_are_those_of_the_slowest(self) -> None:
        first = Timing("small", 1, 0, early=5, publish=2, probe=3)
        second = Timing("small", 1, 0, early=4, publish=6, probe=1)
        self.assertEqual(bounds_of([first, second]), Bounds(early=5, publish=6, probe=3))

    def test_a_hiccup_of_the_floor_is_no_allowance(self) -> None:
        looks = [Timing("small", 1, 0, early=early, publish=1, probe=1) for early in (10, 11, 12, 500)]
        self.assertEqual(bounds_of(looks).early, 23)

    def test_floor(self) -> None:
        timing = Timing("small", 69, 0, 0, 0, 0)
        with self.assertRaises(Invalid):
            check_floor([timing], 100)
        check_floor([replace(timing, taken=70)], 100)


if __name__ == "__main__":
    unittest.main()
