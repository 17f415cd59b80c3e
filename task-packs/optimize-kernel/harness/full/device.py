"""The device as the control code sees it, and the library that is one."""

import ctypes
from abc import ABC, abstractmethod
from dataclasses import dataclass

from outcome import Fault


class _Verdict(ctypes.Structure):
    _fields_ = [
        ("wrong_at", ctypes.c_uint64),
        ("changed_at", ctypes.c_uint64),
        ("expected", ctypes.c_int32),
        ("got", ctypes.c_int32),
        ("nanoseconds", ctypes.c_uint64),
    ]


@dataclass(frozen=True)
class Verdict:
    """What a look at the output found. Indices are None where nothing is wrong."""

    wrong_at: int | None
    changed_at: int | None
    expected: int
    got: int
    # How long the look took, waiting for the device included.
    nanoseconds: int


class Device(ABC):
    """Buffers of one size; see device.h."""

    @abstractmethod
    def share(self) -> tuple[int, int]:
        """Descriptors of x and y for a worker; the caller closes them."""

    @abstractmethod
    def shared_bytes(self) -> int: ...

    @abstractmethod
    def draw(self, key: bytes, distribution: int, n: int) -> None: ...

    @abstractmethod
    def poison(self, key: bytes, n: int) -> None: ...

    @abstractmethod
    def publish(self, n: int) -> int:
        """Nanoseconds that it took."""

    @abstractmethod
    def check(self, n: int) -> Verdict: ...

    @abstractmethod
    def probe(self) -> int:
        """Nanoseconds that it took."""


class LibraryDevice(Device):
    """device_cuda.cu or device_cpu.c, compiled."""

    def __init__(self, path: str, elements: int, kind: str) -> None:
        if kind == "cuda":
            # It comes with the driver, not with the toolkit, so the library was not linked with it.
            ctypes.CDLL("libcuda.so.1", mode=ctypes.RTLD_GLOBAL)
        self._library = ctypes.CDLL(path)
        self._library.device_error.restype = ctypes.c_char_p
        self._library.device_name.restype = ctypes.c_char_p
        self._library.device_shared_bytes.restype = ctypes.c_uint64
        self._do("device_open", ctypes.c_uint64(elements))
        self.name: str = self._library.device_name().decode(errors="replace")

    def _do(self, function: str, *arguments: object) -> None:
        if getattr(self._library, function)(*arguments) != 0:
            raise Fault(f"{function}: {self._library.device_error().decode(errors='replace')}")

    def share(self) -> tuple[int, int]:
        descriptors = [self._library.device_share(buffer) for buffer in range(2)]
        if min(descriptors) < 0:
            raise Fault(f"device_share: {self._library.device_error().decode(errors='replace')}")
        return descriptors[0], descriptors[1]

    def shared_bytes(self) -> int:
        return self._library.device_shared_bytes()

    def draw(self, key: bytes, distribution: int, n: int) -> None:
        self._do("device_draw", key, distribution, ctypes.c_uint64(n))

    def poison(self, key: bytes, n: int) -> None:
        self._do("device_poison", key, ctypes.c_uint64(n))

    def publish(self, n: int) -> int:
        taken = ctypes.c_uint64()
        self._do("device_publish", ctypes.c_uint64(n), ctypes.byref(taken))
        return taken.value

    def check(self, n: int) -> Verdict:
        found = _Verdict()
        self._do("device_check", ctypes.c_uint64(n), ctypes.byref(found))
        return Verdict(
            wrong_at=found.wrong_at if found.wrong_at < n else None,
            changed_at=found.changed_at if found.changed_at < n else None,
            expected=found.expected,
            got=found.got,
            nanoseconds=found.nanoseconds,
        )

    def probe(self) -> int:
        taken = ctypes.c_uint64()
        self._do("device_probe", ctypes.byref(taken))
        return taken.value

    def read(self, index: int) -> tuple[int, int]:
        """Our x and the answer at an index, for tests."""
        x, answer = ctypes.c_int32(), ctypes.c_int32()
        self._do("device_read", ctypes.c_uint64(index), ctypes.byref(x), ctypes.byref(answer))
        return x.value, answer.value
