"""The page of memory that harness and worker share.

Offset (bytes)  content
     0          uint32  armed: the call for which the worker has everything at hand         worker writes
     4          uint32  go: the call that may begin                                         harness writes
     8          uint32  done: the call that the worker says is done                         worker writes
    12          uint32  stage: how far the worker says that it came                         worker writes
    16          uint64  elements of the next call                                           harness writes
    24          uint32  length of the text below, bytes                                     worker writes
    64          text    what went wrong, UTF-8                                              worker writes

The submission can write all of it. So the harness keeps its own count of calls, believes no number that it wrote itself, and takes
`done` for what it is: the word of someone who wants it to be early.
"""

import fcntl
import mmap
import os

SIZE = 4096
_TEXT = 64

LOADING, READY, RUNNING, NOT_DEFINED, RAISED, LOAD_RAISED = range(1, 7)


class Control:
    """A mapping of the page."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, SIZE)
        words = memoryview(self._memory).cast("I")
        self.armed = words[0:1]
        self.go = words[1:2]
        self.done = words[2:3]
        self.stage = words[3:4]
        self.elements = memoryview(self._memory)[16:24].cast("Q")

    def clear(self) -> None:
        """Makes the page ready for a new worker."""
        self._memory[:] = bytes(SIZE)

    def tell(self, stage: int, text: str) -> None:
        content = text.encode(errors="replace")[: SIZE - _TEXT]
        self._memory[_TEXT : _TEXT + len(content)] = content
        self._memory[24:28] = len(content).to_bytes(4, "little")
        self.stage[0] = stage

    def told(self) -> str:
        """The worker's text, printable characters only."""
        length = min(int.from_bytes(self._memory[24:28], "little"), SIZE - _TEXT)
        text = self._memory[_TEXT : _TEXT + length].decode(errors="replace")
        return "".join(c if c == "\n" or c.isprintable() else "?" for c in text)


def create() -> int:
    """A descriptor of a new, empty page."""
    descriptor = os.memfd_create("control", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, SIZE)
    # Whoever touches a page that was cut off is killed, and a worker could cut it off.
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor
