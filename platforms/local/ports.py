"""Ports that nothing else takes while the demo is up."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path

from platforms.errors import NotApplied
from platforms.translation.topology import LOOPBACK, WORKLOADS, Ports, Topology

_FIRST = 20000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def assign(folder: Path, gateway_port: int) -> Topology:
    """A free port for everything that listens.

    They lie below those that the kernel gives to outgoing connections: one of these could sit on a port of ours just
    when a crashed proxy wants it back.
    """
    free = _free_ports(avoid=gateway_port)
    ports = {workload.name: Ports(next(free), next(free), next(free)) for workload in WORKLOADS}
    return Topology(folder=folder, ports=ports, gateway_port=gateway_port)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port just left is free
        try:
            listener.bind((LOOPBACK, port))
            listener.listen()
        except OSError:
            return False
    return True


def _free_ports(*, avoid: int) -> Iterator[int]:
    end = _first_ephemeral()
    if end - _FIRST < len(WORKLOADS) * 3:
        _first, end = 1024, _FIRST
    else:
        _first = _FIRST
    # Two demos that start together look in different places.
    offset = random.randrange(end - _first)  # noqa: S311  # no secret
    for step in range(end - _first):
        port = _first + (offset + step) % (end - _first)
        if port != avoid and is_free(port):
            yield port
    raise NotApplied(f"no free ports are left between {_first} and {end} on {LOOPBACK}")


def _first_ephemeral() -> int:
    try:
        return int(_EPHEMERAL.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 32768
