"""Starts, stops and ends workers: the contestant's side of the harness, in a process that runs no submitted code.

    python3 warden.py SOCKET HARNESS-FOLDER FLOOR SUBMISSION

It runs as the contestant's user, because only that user may signal the worker. A worker can kill it, which ends the scoring as
invalid, but neither read it nor speak for it: it is not dumpable, and the harness takes one connection, made before any submitted
code runs.
"""

import os
import signal
import socket
import sys
import time

import processes
from messages import Channel, Lost

CONNECT_SECONDS = 60
STOP_SECONDS = 10
TICK_SECONDS = 0.005


class Warden:
    def __init__(self, channel: Channel, folder: str, solutions: dict[str, str]) -> None:
        self.channel = channel
        self.folder = folder
        self.solutions = solutions
        # 0 where there is none.
        self.worker = 0
        self.stopped = False

    def serve(self) -> None:
        while True:
            if self.channel.waiting(TICK_SECONDS):
                message, descriptors = self.channel.receive()
                self.channel.send(self.answer(message, descriptors))
            self.tell_of_end()

    def answer(self, message: dict, descriptors: list[int]) -> dict:
        match message["kind"]:
            case "spawn":
                return self.spawn(message, descriptors)
            case "stop":
                return self.stop()
            case "continue":
                self.stopped = False
                self.signal_worker(signal.SIGCONT)
                return {"event": "continued"}
            case "settle":
                self.end_strangers()
                return {"event": "settled"}
            case "end":
                self.end()
                return {"event": "ended"}
        raise ValueError(message["kind"])

    def spawn(self, message: dict, descriptors: list[int]) -> dict:
        self.end()
        argv = [sys.executable, "-B", os.path.join(self.folder, "worker.py"), *message["arguments"]]
        argv += [self.solutions[message["solution"]], *map(str, descriptors)]
        pid = os.fork()
        if pid == 0:
            self.become_worker(argv, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self.worker = pid
        self.stopped = False
        return {"event": "spawned"}

    def become_worker(self, argv: list[str], descriptors: list[int]) -> None:
        try:
            os.setpgid(0, 0)
            processes.die_with_parent()
            nothing = os.open(os.devnull, os.O_RDWR)
            for standard in range(3):
                os.dup2(nothing, standard)
            for descriptor in descriptors:
                os.set_inheritable(descriptor, True)
            os.execv(argv[0], argv)
        finally:
            os._exit(127)

    def signal_worker(self, number: int) -> None:
        if self.worker:
            os.kill(self.worker, number)

    def strangers(self) -> set[int]:
        """Processes that the submission started."""
        return processes.descendants(os.getpid()) - {self.worker}

    def end_strangers(self) -> None:
        while strangers := self.strangers():
            for pid in strangers:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.reap()
            time.sleep(TICK_SECONDS / 5)

    def stop(self) -> dict:
        """Returns once the kernel says that all threads of the worker stand still."""
        self.signal_worker(signal.SIGSTOP)
        deadline = time.monotonic() + STOP_SECONDS
        while self.worker and not self.stopped:
            pid, status = os.waitpid(self.worker, os.WUNTRACED | os.WNOHANG)
            if pid and os.WIFSTOPPED(status):
                # The kernel tells of it once, and goes on holding it.
                self.stopped = True
                break
            if pid:
                self.channel.send(self.ended(status))
                break
            if time.monotonic() > deadline:
                return {"event": "not-stopped", "seconds": STOP_SECONDS}
            time.sleep(TICK_SECONDS / 50)
        strangers = self.strangers()
        for pid in strangers:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                pass
        return {"event": "stopped", "strangers": len(strangers)}

    def tell_of_end(self) -> None:
        if not self.worker:
            return
        pid, status = os.waitpid(self.worker, os.WNOHANG)
        if pid:
            self.channel.send(self.ended(status))

    def ended(self, status: int) -> dict:
        self.worker = 0
        if os.WIFSIGNALED(status):
            return {"event": "worker-ended", "signal": signal.Signals(os.WTERMSIG(status)).name}
        return {"event": "worker-ended", "code": os.WEXITSTATUS(status)}

    def end(self) -> None:
        """Ends the worker and everything that it started."""
        if self.worker:
            os.kill(self.worker, signal.SIGKILL)
            os.waitpid(self.worker, 0)
            self.worker = 0
        self.end_strangers()

    def reap(self) -> None:
        """Of adopted orphans nobody wants to know how they ended."""
        for pid in processes.descendants_of_any_state(os.getpid()) - {self.worker}:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def connect(path: str) -> Channel:
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.connect(path)
            return Channel(connection)
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(TICK_SECONDS)


def main() -> int:
    path, folder, floor, submission = sys.argv[1:]
    processes.hide()
    processes.adopt_descendants()
    channel = connect(path)
    channel.send({"event": "hello"})
    warden = Warden(channel, folder, {"floor": floor, "submission": submission})
    try:
        warden.serve()
    except Lost:
        pass
    finally:
        warden.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
