"""The marked calls of the local mesh, read from the files that its proxies write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from platforms.calls import PREFIX, Call
from platforms.counters import Hop
from platforms.translation.topology import WORKLOADS, Topology

_FIELDS = 3


class LocalRequestLog:
    """One file per workload, in memory; emptied before each step, and growing with every marked call until then."""

    def __init__(self, topology: Topology) -> None:
        self._files = {workload.name: topology.request_log(workload.name) for workload in WORKLOADS}
        self._by_port = {topology.ports[workload.name].inbound: workload for workload in WORKLOADS}

    def clear(self) -> None:
        """Forget what has been logged; Envoy goes on at the new end."""
        for file in self._files.values():
            if file.exists():
                os.truncate(file, 0)

    def calls(self) -> Sequence[Call]:
        """Return every marked call so far; what was called outside the mesh is left out."""
        return tuple(
            call
            for caller, file in self._files.items()
            if file.exists()
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
            for call in self._read(caller, line)
        )

    def _read(self, caller: str, line: str) -> Iterator[Call]:
        """A line such as `bookinfo=5e1.7.kim 127.0.0.1:23159 200`; one that is being written says nothing yet."""
        fields = line.split(" ")
        if len(fields) != _FIELDS or not fields[0].startswith(PREFIX) or not fields[2].isdecimal():
            return
        port = fields[1].rpartition(":")[2]
        workload = self._by_port.get(int(port)) if port.isdecimal() else None
        if workload:
            yield Call(fields[0].removeprefix(PREFIX), Hop(caller, workload.app, workload.version), int(fields[2]))
