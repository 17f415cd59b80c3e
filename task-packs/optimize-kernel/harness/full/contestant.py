"""A worker as the harness sees it."""

import os
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NoReturn

import control as page
from control import Control
from messages import Channel, Lost
from outcome import Fault, Invalid

# Looks at the clock and at the warden after so many looks at the page.
_SPINS = 2048


class Contestant(ABC):
    """What a measurement needs of a worker. Each raises Invalid, or Fault where the worker is ours, when it fails."""

    @abstractmethod
    def prepare(self, n: int) -> None:
        """Returns when the worker has everything at hand for a call with n elements."""

    @abstractmethod
    def run(self, seconds: float) -> int:
        """Says go and waits for done; nanoseconds in between, by our clock."""

    @abstractmethod
    def stop(self) -> None:
        """Returns when the kernel says that every thread stands still."""

    @abstractmethod
    def resume(self) -> None: ...

    @abstractmethod
    def settle(self) -> None:
        """Ends whatever else the submission has started so far."""


def accept_warden(path: str, seconds: float) -> Channel:
    """The one connection that is taken; the socket's name is gone before any submitted code runs."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen(1)
    listener.settimeout(seconds)
    try:
        connection, _ = listener.accept()
        # Python hands a listener's timeout on.
        connection.settimeout(None)
    except TimeoutError as error:
        raise Fault("the warden did not come") from error
    finally:
        listener.close()
        os.unlink(path)
    channel = Channel(connection)
    if channel.receive()[0] != {"event": "hello"}:
        raise Fault("the warden did not say hello")
    return channel


class Worker(Contestant):
    """A process that the warden starts; `solution` is `floor` or `submission`."""

    def __init__(self, channel: Channel, solution: str, *, alone: bool) -> None:
        self._channel = channel
        self._solution = solution
        # Whether processes that the submission started later count against it.
        self._alone = alone
        self._settled = False
        self._control_descriptor = page.create()
        self._control = Control(self._control_descriptor)
        self._call = 0
        self._what = "loading the solution"

    def start(self, arguments: list[str], shared: tuple[int, int], seconds: float) -> None:
        """Returns when the solution is loaded."""
        self._request(
            {"kind": "spawn", "solution": self._solution, "arguments": arguments}, (self._control_descriptor, *shared)
        )
        self._wait(lambda: self._control.stage[0] >= page.READY, seconds, pause=0.002)

    def end(self) -> None:
        try:
            self._channel.send({"kind": "end"})
        except Lost:
            self._refuse_loss()
        while self._receive()["event"] != "ended":
            pass
        os.close(self._control_descriptor)

    def prepare(self, n: int) -> None:
        self._call += 1
        self._what = f"a call with n = {n}"
        self._control.elements[0] = self._call << 40 | n
        self._wait(lambda: self._control.armed[0] == self._call, 10, pause=0.0001)

    def run(self, seconds: float) -> int:
        done, call = self._control.done, self._call
        start = time.perf_counter_ns()
        self._control.go[0] = call
        for _ in range(_SPINS):
            if done[0] == call:
                return time.perf_counter_ns() - start
        self._wait(lambda: done[0] == call, seconds)
        return time.perf_counter_ns() - start

    def stop(self) -> None:
        reply = self._request({"kind": "stop"})
        if reply["event"] == "not-stopped":
            self.refuse("cannot-stop", f"the solution's process could not be stopped within {reply['seconds']} s")
        if self._alone and self._settled and reply["strangers"] > 0:
            self.refuse("left-processes", "the solution started another process in a timed call and left it running")

    def resume(self) -> None:
        self._request({"kind": "continue"})

    def settle(self) -> None:
        self._request({"kind": "settle"})
        self._settled = True

    def refuse(self, code: str, reason: str) -> NoReturn:
        if self._solution != "submission":
            raise Fault(f"{self._solution}: {reason}")
        raise Invalid(code, reason)

    def _wait(self, over: Callable[[], bool], seconds: float, pause: float = 0) -> None:
        """With a pause, leaves the processor to the worker while it waits; without, looks as often as it can."""
        deadline = time.monotonic() + seconds
        while True:
            for _ in range(1 if pause else _SPINS):
                if over():
                    return
            if pause:
                time.sleep(pause)
            if self._channel.waiting(0):
                self._refuse_end(self._receive())
            if time.monotonic() > deadline:
                self.refuse("timeout", f"{self._what} took more than {seconds:g} s")

    def _request(self, message: dict, descriptors: tuple[int, ...] = ()) -> dict:
        try:
            self._channel.send(message, descriptors)
        except Lost:
            self._refuse_loss()
        reply = self._receive()
        if reply["event"] == "worker-ended":
            self._refuse_end(reply)
        return reply

    def _receive(self) -> dict:
        try:
            return self._channel.receive()[0]
        except Lost:
            self._refuse_loss()

    def _refuse_loss(self) -> NoReturn:
        self.refuse("ended-the-warden", "the process that watches over the solution was ended")

    def _refuse_end(self, event: dict) -> NoReturn:
        """The stage and the text are the submission's word, and only explain."""
        told = self._control.told()
        match self._control.stage[0]:
            case page.NOT_DEFINED:
                self.refuse("missing-function", "solution.py does not define a function prefix_sum(x, y)")
            case page.LOAD_RAISED:
                self.refuse("load", f"solution.py could not be loaded:\n{told}")
            case page.RAISED:
                self.refuse("raised", f"{self._what} raised:\n{told}")
        if "signal" in event:
            self.refuse("crash", f"the solution's process crashed with {event['signal']} in {self._what}")
        self.refuse("exit", f"the solution's process ended itself (exit code {event.get('code')}) in {self._what}")
