"""x and y as the worker has them: tensors over memory that the harness made."""

import ctypes
import mmap
from collections.abc import Callable

import torch


class Buffers:
    """`x` and `y`: int32 tensors of all elements. `synchronize`: waits until the device has done what it was told."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor, synchronize: Callable[[], None]) -> None:
        self.x = x
        self.y = y
        self.synchronize = synchronize


class _Location(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("id", ctypes.c_int)]


class _Access(ctypes.Structure):
    _fields_ = [("location", _Location), ("flags", ctypes.c_int)]


_ON_DEVICE, _READ_AND_WRITE, _FROM_DESCRIPTOR = 1, 3, 1


class _DeviceArray:
    """What torch needs to know of memory that is not its own."""

    def __init__(self, address: int, elements: int) -> None:
        self.__cuda_array_interface__ = {
            "shape": (elements,),
            "typestr": "<i4",
            "data": (address, False),
            "strides": None,
            "version": 3,
        }


def _check(status: int, what: str) -> None:
    if status != 0:
        raise RuntimeError(f"{what} failed with error {status} of the CUDA driver")


def _map_on_gpu(driver: ctypes.CDLL, descriptor: int, bytes_: int) -> int:
    handle, address = ctypes.c_uint64(), ctypes.c_uint64()
    size, zero = ctypes.c_size_t(bytes_), ctypes.c_uint64(0)
    access = _Access(_Location(_ON_DEVICE, 0), _READ_AND_WRITE)
    imported = driver.cuMemImportFromShareableHandle(
        ctypes.byref(handle), ctypes.c_void_p(descriptor), ctypes.c_int(_FROM_DESCRIPTOR)
    )
    _check(imported, "taking the shared buffer")
    _check(driver.cuMemAddressReserve(ctypes.byref(address), size, ctypes.c_size_t(0), zero, zero), "reserving addresses")
    _check(driver.cuMemMap(address, size, ctypes.c_size_t(0), handle, zero), "mapping the shared buffer")
    _check(driver.cuMemSetAccess(address, size, ctypes.byref(access), ctypes.c_size_t(1)), "opening the shared buffer")
    return address.value


def open_on_gpu(descriptors: tuple[int, int], elements: int, bytes_: int) -> Buffers:
    torch.cuda.init()
    # Makes the context in which the memory is mapped.
    torch.empty(1, device="cuda")
    driver = ctypes.CDLL("libcuda.so.1")
    x, y = (
        torch.as_tensor(_DeviceArray(_map_on_gpu(driver, descriptor, bytes_), elements), device="cuda")
        for descriptor in descriptors
    )
    return Buffers(x, y, torch.cuda.synchronize)


def open_on_processor(descriptors: tuple[int, int], elements: int, bytes_: int) -> Buffers:
    """For tests. Whatever stands in for torch has to have a `cuda.synchronize`."""
    x, y = (torch.frombuffer(mmap.mmap(descriptor, bytes_), dtype=torch.int32)[:elements] for descriptor in descriptors)
    return Buffers(x, y, torch.cuda.synchronize)


OPENERS = {"cuda": open_on_gpu, "cpu": open_on_processor}
