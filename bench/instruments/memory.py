"""Memory of processes and their descendants, shared pages counted in proportion (PSS)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psutil

_KILOBYTES_PER_MEGABYTE = 1000 / 1.024


def pss(roots: Iterable[int]) -> float:
    """Return the megabytes of these processes and all their descendants."""
    return sum(_kilobytes(pid) for pid in _trees(roots)) / _KILOBYTES_PER_MEGABYTE


def _trees(roots: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for root in roots:
        process = psutil.Process(root)
        found |= {root, *(child.pid for child in process.children(recursive=True))}
    return found


def _kilobytes(pid: int) -> int:
    """PSS in units of 1,024 bytes, as the kernel gives it; 0 for a process that has just ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
