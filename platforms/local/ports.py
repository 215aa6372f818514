"""The ports of a demo, which nothing else takes while it is up."""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from platforms.envoy.topology import Ports, Topology
from platforms.errors import NotApplied
from platforms.local.deployments.deployment import Deployment, replicas
from platforms.loopback import LOOPBACK, is_free

_FIRST = 20000
_STRETCH = 64
"""Ports that a demo takes for its own at once, though some may be taken; a large one takes several stretches."""
_PER_INSTANCE = 3
HTTPS_PORT = 9443
_OURS: list[socket.socket] = []
"""By these other demos know which stretches are taken, from the choice until the process ends."""
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def assign(folder: Path, deployments: Sequence[Deployment], gateway_port: int) -> Topology:
    """A free port for everything that listens; for HTTPS at the gateway it is 9443 unless that is taken.

    They lie below those that the kernel gives to outgoing connections: one of these could sit on a port of ours just
    when a crashed proxy wants it back.
    """
    instances = _instances(deployments)
    free = iter(_free_ports(len(instances) * _PER_INSTANCE + 1, avoid=gateway_port))
    ports = {name: Ports(next(free), next(free), next(free)) for name in instances}
    is_usual = gateway_port != HTTPS_PORT and is_free(HTTPS_PORT) and _sign(f"port-{HTTPS_PORT}")
    return Topology(folder, ports, gateway_port, replicas(deployments), HTTPS_PORT if is_usual else next(free))


def assign_again(topology: Topology, deployments: Sequence[Deployment], known: dict[str, Ports]) -> Topology:
    """The topology for other numbers of instances; who has ports keeps them, and who had some before gets these again.

    `known` learns those of the new ones.
    """
    known.update(topology.ports)
    instances = _instances(deployments)
    if new := [name for name in instances if name not in known]:
        free = iter(_free_ports(len(new) * _PER_INSTANCE, avoid=topology.gateway_port))
        known.update({name: Ports(next(free), next(free), next(free)) for name in new})
    return replace(topology, ports={name: known[name] for name in instances}, replicas=replicas(deployments))


def _instances(deployments: Sequence[Deployment]) -> list[str]:
    return [name for one in deployments for name in one.instances]


def _free_ports(needed: int, *, avoid: int) -> list[int]:
    first, end = _FIRST, _first_ephemeral()
    if end - first < _STRETCH:
        first, end = 1024, _FIRST
    stretches = [range(start, start + _STRETCH) for start in range(first, end - _STRETCH + 1, _STRETCH)]
    free: list[int] = []
    for stretch in random.sample(stretches, len(stretches)):
        if _claim(stretch):
            free += [port for port in stretch if port != avoid and is_free(port)]
        if len(free) >= needed:
            return free
    raise NotApplied(f"no {needed} free ports are left between {first} and {end} on {LOOPBACK}")


def _claim(stretch: range) -> bool:
    """Claim a stretch, unless another demo has; from now on none will take it, though nobody listens there yet."""
    return _sign(f"ports-{stretch.start}")


def _sign(name: str) -> bool:
    """Put up a sign of this name, unless another demo has."""
    sign = socket.socket(socket.AF_UNIX)
    try:
        sign.bind(f"\0bookinfo-{name}")  # abstract: it ends with the process, however that ends
    except OSError:
        sign.close()
        return False
    _OURS.append(sign)
    return True


def _first_ephemeral() -> int:
    try:
        return int(_EPHEMERAL.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 32768
