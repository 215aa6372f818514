"""The marked calls of the local mesh, read from the files that its proxies write."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from platforms.boundary import Call
from platforms.counters import Hop
from platforms.envoy.topology import Topology
from platforms.istio.registry import Registry

_FIELDS = 4


class LocalRequestLog:
    """One file per proxy, in memory: it grows with the calls of runs alone, and is emptied before each step of one."""

    def __init__(self, registry: Registry, topology: Topology) -> None:
        self._topology = topology
        self._mark = topology.request_mark
        self._files = {proxy: _Lines(topology.request_log(proxy)) for proxy in topology.proxies}
        self._by_port = topology.workloads_by_port(registry)
        self._calls: list[Call] = []

    def mark(self) -> str:
        """Return a new mark that the proxies of this demo log."""
        return f"{self._mark}{secrets.token_hex(8)}"

    def clear(self) -> None:
        """Forget what has been logged; Envoy goes on at the new end."""
        for lines in self._files.values():
            lines.clear()
        self._calls.clear()

    def calls(self) -> Sequence[Call]:
        """Return every marked call so far; what was called outside the mesh is left out."""
        for proxy, lines in self._files.items():
            for line in lines.read():
                self._calls.extend(self._read(self._topology.workload(proxy), line))
        return tuple(self._calls)

    def _read(self, caller: str, line: str) -> Iterator[Call]:
        """A line such as `mesh=FOLDER-MARK.7.kim 127.0.0.1:23159 200 1`."""
        fields = line.split(" ")
        if len(fields) != _FIELDS or not fields[0].startswith(self._mark) or not (fields[2] + fields[3]).isdecimal():
            return
        port = fields[1].rpartition(":")[2]
        workload = self._by_port.get(int(port)) if port.isdecimal() else None
        if workload:
            hop = Hop(caller, workload.app, workload.version)
            yield Call(fields[0], hop, int(fields[2]), int(fields[3]))


class _Lines:
    """A file that somebody else appends to, read from where the last reading ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0

    def clear(self) -> None:
        if self._path.exists():
            os.truncate(self._path, 0)
        self._read_to = 0

    def read(self) -> list[str]:
        """The whole lines that are new; one that is being written stays for the next time."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read_to += len(whole) + len(newline)
        return whole.decode(errors="replace").splitlines()
