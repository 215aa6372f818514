"""Memory of processes and their descendants, shared pages counted in proportion (PSS)."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

_BYTES_PER_MEGABYTE = 1_000_000


def pss(roots: Iterable[int]) -> float:
    """Return the megabytes of these processes and all their descendants."""
    return sum(map(_bytes, _trees(roots))) / _BYTES_PER_MEGABYTE


def own_pss(process: int) -> float:
    """Return the megabytes of one process without its descendants."""
    return _bytes(psutil.Process(process)) / _BYTES_PER_MEGABYTE


def _trees(roots: Iterable[int]) -> set[psutil.Process]:
    processes = [psutil.Process(root) for root in roots]
    return {one for process in processes for one in (process, *process.children(recursive=True))}


def _bytes(process: psutil.Process) -> int:
    """The PSS as the kernel gives it; 0 for a process that has just ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
