"""Processor time of a process and its descendants."""

from __future__ import annotations

import psutil


def seconds(root: int) -> float:
    """Return the seconds that this process and its living descendants have computed, in the system's code too."""
    process = psutil.Process(root)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))
