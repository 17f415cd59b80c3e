"""Processes, as the kernel tells of them (Linux)."""

import ctypes
import os
import signal

_SET_PARENT_DEATH_SIGNAL = 1
_SET_DUMPABLE = 4
_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def hide() -> None:
    """Keeps other processes of our user out of our memory and descriptors."""
    _prctl(_SET_DUMPABLE, 0)


def adopt_descendants() -> None:
    """Whatever our descendants leave behind becomes our child: nothing can leave the tree below us."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _parents() -> dict[int, tuple[int, str]]:
    """Of every process that can be seen: its parent and its state's letter."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                # The name is in parentheses and may hold anything.
                state, parent = file.read().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        found[int(name)] = (int(parent), state)
    return found


def descendants_of_any_state(root: int) -> set[int]:
    """All processes below `root`, children of children too, and the dead that nobody has asked about."""
    parents = _parents()

    def is_below(pid: int) -> bool:
        while pid in parents and pid != root:
            pid = parents[pid][0]
        return pid == root

    return {pid for pid in parents if pid != root and is_below(pid)}


def descendants(root: int) -> set[int]:
    """The living ones."""
    parents = _parents()
    return {pid for pid in descendants_of_any_state(root) if pid in parents and parents[pid][1] not in "ZX"}
