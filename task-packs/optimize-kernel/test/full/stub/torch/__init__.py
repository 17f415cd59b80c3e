"""Stands in for the little of PyTorch that the start and the cheats use, so that the harness is tested without a GPU.

Like a GPU it is late: an operation is put into its stream's queue and done by that stream's thread, and only `synchronize` waits.
Tensors are one-dimensional; int32 wraps.
"""

import array
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

int32, int64, bool_ = "i", "q", "b"


class Stream:
    def __init__(self, device: object = None) -> None:
        self._queue: queue.Queue = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()
        _streams.append(self)

    def _work(self) -> None:
        while True:
            try:
                self._queue.get()()
            except BaseException:
                # Whoever waits for this stream would wait for ever.
                os._exit(86)

    def launch(self, work: Callable[[], None]) -> None:
        self._queue.put(work)

    def synchronize(self) -> None:
        over = threading.Event()
        self.launch(over.set)
        over.wait()


_streams: list[Stream] = []
_default = Stream()
_current = threading.local()


def _launch(work: Callable[[], None]) -> None:
    getattr(_current, "stream", _default).launch(work)


@contextmanager
def _stream(stream: Stream) -> Iterator[None]:
    before = getattr(_current, "stream", _default)
    _current.stream = stream
    try:
        yield
    finally:
        _current.stream = before


def _synchronize_all() -> None:
    for stream in list(_streams):
        stream.synchronize()


class Event:
    def __init__(self, enable_timing: bool = False) -> None: ...

    def record(self, stream: object = None) -> None: ...

    def synchronize(self) -> None: ...

    def elapsed_time(self, end: object) -> float:
        return 1.0


_C = SimpleNamespace(_cuda_synchronize=_synchronize_all)


def _synchronize(device: object = None) -> None:
    _C._cuda_synchronize()


cuda = SimpleNamespace(synchronize=_synchronize, Stream=Stream, stream=_stream, Event=Event)


def _wrap(value: int, dtype: str) -> int:
    return (value + 2**31) % 2**32 - 2**31 if dtype == int32 else value


class Tensor:
    def __init__(self, storage: object, dtype: str, address: int = 0) -> None:
        self._storage = storage
        self.dtype = dtype
        self._address = address

    def numel(self) -> int:
        return len(self._storage)

    def data_ptr(self) -> int:
        return self._address or id(self._storage)

    def __getitem__(self, index: object) -> "Tensor":
        if isinstance(index, slice):
            return Tensor(self._storage[index], self.dtype, self.data_ptr())
        return Tensor(self._storage[index : index + 1 or None], self.dtype)

    def item(self) -> int:
        _synchronize()
        return self._storage[0]

    def as_subclass(self, kind: type) -> "Tensor":
        return kind(self._storage, self.dtype, self._address)

    def _each(self, other: object, function: Callable[[int, int], int], dtype: str) -> "Tensor":
        result = _empty(self.numel(), dtype)

        def work() -> None:
            right = other._storage if isinstance(other, Tensor) else [other] * len(self._storage)
            result._storage[:] = array.array(dtype, [_wrap(function(a, b), dtype) for a, b in zip(self._storage, right)])

        _launch(work)
        return result

    def __gt__(self, other: int) -> "Tensor":
        return self._each(other, lambda a, b: a > b, bool_)

    def __eq__(self, other: object) -> "Tensor":
        return self._each(other, lambda a, b: a == b, bool_)

    def __sub__(self, other: object) -> "Tensor":
        return self._each(other, lambda a, b: a - b, self.dtype)

    def __mod__(self, other: int) -> "Tensor":
        return self._each(other, lambda a, b: a % b, self.dtype)

    def to(self, dtype: str) -> "Tensor":
        return self._each(0, lambda a, _: a, dtype)

    def clone(self) -> "Tensor":
        return self._each(0, lambda a, _: a, self.dtype)

    def copy_(self, other: "Tensor") -> "Tensor":
        def work() -> None:
            self._storage[:] = array.array(self.dtype, other._storage)

        _launch(work)
        return self

    def zero_(self) -> "Tensor":
        def work() -> None:
            self._storage[:] = array.array(self.dtype, bytes(self.numel() * self._storage.itemsize))

        _launch(work)
        return self


def _empty(n: int, dtype: str) -> Tensor:
    return Tensor(array.array(dtype, bytes(n * array.array(dtype).itemsize)), dtype)


def zeros_like(tensor: Tensor) -> Tensor:
    return _empty(tensor.numel(), tensor.dtype)


def where(condition: Tensor, left: Tensor, right: Tensor) -> Tensor:
    result = _empty(left.numel(), left.dtype)

    def work() -> None:
        chosen = [a if c else b for c, a, b in zip(condition._storage, left._storage, right._storage)]
        result._storage[:] = array.array(left.dtype, chosen)

    _launch(work)
    return result


def cumsum(tensor: Tensor, dim: int, dtype: str = int64) -> Tensor:
    result = _empty(tensor.numel(), dtype)

    def work() -> None:
        total = 0
        for i, value in enumerate(tensor._storage):
            total = _wrap(total + value, dtype)
            result._storage[i] = total

    _launch(work)
    return result


def frombuffer(memory: object, dtype: str) -> Tensor:
    return Tensor(memoryview(memory).cast(dtype), dtype, id(memory))
